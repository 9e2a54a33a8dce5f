#!/bin/sh
# Every manual page is quiet in groff and in mandoc. Without groff the test is skipped; without mandoc its half is.
# man_lint.sh DIR: the folder with the pages.
set -eu
LC_ALL=C.UTF-8
export LC_ALL
dir=$1
command -v groff >/dev/null 2>&1 || { echo "skipped: groff is not installed"; exit 77; }
bad=0
for page in "$dir"/*.[1-9] "$dir"/ja/*.[1-9]; do
	said=$(groff -K utf8 -mandoc -Tutf8 -ww "$page" 2>&1 >/dev/null) || said="groff fails: $said"
	if command -v mandoc >/dev/null 2>&1; then
		# Our other pages need not be installed where this runs; and in Japanese mandoc counts the bytes of its own
		# escapes, and takes their brackets for the ends of sentences.
		case $page in
		*/ja/*) said=$said$(mandoc -Kutf-8 -Tlint -W warning "$page" 2>&1 || true) ;;
		*) said=$said$(mandoc -Tlint "$page" 2>&1 | grep -v 'referenced manual not found' || true) ;;
		esac
	fi
	if [ -n "$said" ]; then
		echo "$page: $said"
		bad=1
	fi
done
exit $bad
