#!/bin/bash
# bugs: every bank of mistakes put in on purpose, one after the other (tests/bugs/README.md): the core, the five measures, the erasure,
# the scanner. Long (an hour and more). Ends with "N noticed of M"; status 0 when that is all of them. In the environment: ONLY=regex for
# the banks with rows (core, measures).
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
said=$(mktemp "${TMPDIR:-/tmp}/nk-bugs-said.XXXXXX")
trap 'rm -f "$said"' EXIT
good=0 all=0
# bank: what is run, and which of its lines are about a mistake
bank() { # NAME COMMAND …
	local n m
	echo "# $1"
	shift
	"$@" 2>&1 | tee "$said"
	n=$(grep -Ec '^ok [0-9]+ - (.*_is_noticed.*|[a-z0-9]+-.*)$' "$said")
	m=$(grep -Ec '^not ok [0-9]+ - ' "$said")
	good=$((good + n)) all=$((all + n + m))
}
export NK_BIN=${NK_BIN:-$root/build/release/src/bin/nokosazu}
# Only what has a row of that name: a bank without one would call that a fault.
named() { grep -v -e '^#' -e '^$' "$root/tests/bugs/$1.rows" | sed 's/ | .*//' | grep -Eq -e "${ONLY:-.}"; }
if named core; then bank core "$here/bugs.py"; fi
if named measures; then bank measures "$here/measures-mutants.sh"; fi
if [ -z "${ONLY:-}" ]; then
	bank erasure "$here/mutants.sh"
	bank scanner "$here/scan-mutants.sh"
fi
echo "$good noticed of $all"
[ "$all" -gt 0 ] && [ "$good" = "$all" ]
