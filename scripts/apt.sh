# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Sourced: Debian packages without root and without changing the machine's configuration.
# apt uses separate lists in build/apt/<release>, from the mirror of Debian 12 in the machine's
# configuration, which has the other releases too.  Nothing counts as installed.  Requires $src, the
# tree, and die().

# apt_run PROGRAM [ARG...]: run an apt program with these lists
apt_run() {
	apt_program=$1
	shift
	"$apt_program" -qq -o "Dir::Etc::SourceList=$apt/sources.list" -o Dir::Etc::SourceParts=- \
		-o "Dir::State::Lists=$apt/lists" -o "Dir::Cache=$apt/cache" \
		-o "Dir::State::Status=$apt/status" -o "APT::Sandbox::User=$(id -un)" "$@"
}

# apt_update [RELEASE]: fetch the lists of bookworm, trixie or sid, with their backports
apt_update() {
	apt_release=${1-bookworm}
	apt=${src:?}/build/apt/$apt_release
	mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial"
	: >"$apt/status"
	# Lock the lists until the script exits.
	exec 8>"$apt/.lock"
	flock 8
	# shellcheck disable=SC2016 # apt expands these
	apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' | sort -u |
		awk -v keyring=/usr/share/keyrings/debian-archive-keyring.gpg -v release="$apt_release" '
		function out(type, suite) {
			printf "%s [signed-by=%s] %s %s main\n", type, keyring, $1, suite
		}
		release == "bookworm" && $2 ~ /^bookworm(-updates|-security|-proposed-updates)?$/ {
			out("deb", $2)
			out("deb-src", $2)
		}
		$2 == "bookworm" && $1 ~ /debian\/?$/ {
			if (release != "bookworm")
				out("deb", release)
			if (release != "sid")
				out("deb", release "-backports")
		}
		' >"$apt/sources.list"
	[ -s "$apt/sources.list" ] ||
		die "no mirror of Debian 12 (bookworm) in apt's configuration: sources that say" \
			"stable or oldstable have to name the release"
	apt_run apt-get update || die "apt-get update failed"
}
