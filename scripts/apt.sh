# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Sourced: Debian 12's packages without root and without touching the machine's settings.
# apt runs on lists of its own in build/apt, from the mirrors that the machine's own configuration
# names, and their backports.  Requires $src, the tree, and die().

apt=${src:?}/build/apt

# apt_run PROGRAM [ARG...]: an apt program on our lists
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
	# One user of the lists at a time, until the script ends.
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
		die "apt's configuration names no mirror of Debian 12 as bookworm: sources that say" \
			"stable or oldstable have to name the release"
	apt_run apt-get update || die "apt-get update failed"
}
