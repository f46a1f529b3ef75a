# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Sourced: Debian 12 packages without root and without changing the machine's configuration.
# apt uses separate lists in build/apt, from the mirrors in the machine's configuration and their
# backports.  Requires $src, the tree, and die().

apt=${src:?}/build/apt

# apt_run PROGRAM [ARG...]: run an apt program with these lists
apt_run() {
	apt_program=$1
	shift
	"$apt_program" -qq -o "Dir::Etc::SourceList=$apt/sources.list" -o Dir::Etc::SourceParts=- \
		-o "Dir::State::Lists=$apt/lists" -o "Dir::Cache=$apt/cache" \
		-o "APT::Sandbox::User=$(id -un)" "$@"
}

# apt_update: fetch the lists
apt_update() {
	mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial"
	# Lock the lists until the script exits.
	exec 8>"$apt/.lock"
	flock 8
	# shellcheck disable=SC2016 # apt expands these
	apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' | sort -u |
		awk -v keyring=/usr/share/keyrings/debian-archive-keyring.gpg '
		function out(suite) {
			printf "deb [signed-by=%s] %s %s main\n", keyring, $1, suite
			printf "deb-src [signed-by=%s] %s %s main\n", keyring, $1, suite
		}
		$2 ~ /^bookworm(-updates|-security|-proposed-updates)?$/ { out($2) }
		$2 == "bookworm" && $1 ~ /debian\/?$/ { out("bookworm-backports") }
		' >"$apt/sources.list"
	grep -q bookworm-backports "$apt/sources.list" ||
		die "no mirror of Debian 12 (bookworm) in apt's configuration: sources that say" \
			"stable or oldstable have to name the release"
	apt_run apt-get update || die "apt-get update failed"
}
