#!/bin/sh
# Checks ledger proofs with code that is not ours (tlogcheck.go beside this file, on Debian's golang-golang-x-mod-dev).
#
# Usage: run.sh                             the example beside this file, and that each change to it is refused
#        run.sh VKEY-FILE PROOF-FILE ENTRY  one proof: exit code 0 when the entry is in the ledger, else 1
#
# Prints TAP without arguments. Skips (exit code 77) where Go or the package is not installed.
# The example is what ledger_test writes: it compares byte for byte.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
gopath=/usr/share/gocode
if ! command -v go >/dev/null 2>&1 || [ ! -d "$gopath/src/golang.org/x/mod/sumdb/tlog" ]; then
	echo "1..0 # SKIP needs golang-go and golang-golang-x-mod-dev"
	exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export GOPATH="$gopath" GO111MODULE=off GOFLAGS= GOCACHE="$work/cache" CGO_ENABLED=0
go build -o "$work/tlogcheck" "$here/tlogcheck.go"

if [ $# -eq 3 ]; then
	"$work/tlogcheck" "$1" "$2" "$3"
	exit
fi
if [ $# -ne 0 ]; then
	echo "usage: run.sh [VKEY-FILE PROOF-FILE ENTRY-FILE]" >&2
	exit 64
fi

number=0
failed=0
# report WANTED-STATUS SENTENCE VKEY PROOF ENTRY
report()
{
	wanted=$1
	sentence=$2
	number=$((number + 1))
	status=0
	"$work/tlogcheck" "$3" "$4" "$5" >"$work/out" 2>&1 || status=$?
	if [ "$status" -eq "$wanted" ]; then
		echo "ok $number - $sentence"
	else
		echo "not ok $number - $sentence"
		sed 's/^/# /' "$work/out"
		failed=1
	fi
}

vkey=$here/example/ledger.vkey
proof=$here/example/leaf137.tlog-proof
entry=$here/example/leaf137.json
echo "1..5"
report 0 "our_proof_is_right_for_other_peoples_code" "$vkey" "$proof" "$entry"
sed 's/"number":137/"number":138/' "$entry" >"$work/entry"
report 1 "another_entry_is_refused" "$vkey" "$proof" "$work/entry"
sed 's/^index 137$/index 136/' "$proof" >"$work/index"
report 1 "another_place_is_refused" "$vkey" "$work/index" "$entry"
sed 's/^300$/301/' "$proof" >"$work/size"
report 1 "a_changed_checkpoint_is_refused" "$vkey" "$work/size" "$entry"
sed '3d' "$proof" >"$work/short"
report 1 "a_shortened_proof_is_refused" "$vkey" "$work/short" "$entry"
exit $failed
