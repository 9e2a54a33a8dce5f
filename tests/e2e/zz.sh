#!/bin/bash
# b02: faults: a full disk, slapd gone in the middle, killed anywhere, somebody else's hands in the directory, a read that sees
# nothing. Afterwards everything is as if nothing had happened, or it stopped and says why.
. "$(dirname "$0")/lib.sh"

# sound NAME: the installation is whole: the doctor fails nothing, the ledger verifies.
sound() {
	run "$nk" doctor --json
	if [ "$status" -gt 2 ] || grep -q '"level":"fail"' "$logs/out"; then
		not_ok "$1" "doctor ended with $status
$(grep -v '"level":"ok"' "$logs/out")
$(cat "$logs/err")"
		return
	fi
	run "$nk" ledger verify
	same "$1" 0 "$status"
}
now() { date +%s%N; }
# slapd 2.5.13 has a fault of its own: a client that dies inside an RFC 5805 transaction can crash it, or leave its
# writer's lock held for ever. Both are cured by a restart, and what is tested here is that we then end right.
heal_slapd() { # [hung]
	[ -n "${slapd:-}" ] || return 0
	if [ -n "${1:-}" ]; then kill -9 "$(cat "$slapd/slapd.pid")" 2>/dev/null; sleep 0.2; fi
	if ! kill -0 "$(cat "$slapd/slapd.pid" 2>/dev/null || echo none)" 2>/dev/null; then
		echo "# slapd itself ${1:-crashed} when its client was killed; started again"
		start_slapd
	fi
}
# killed_often NAME DELAYS… -- COMMAND…: runs it and kills it after each delay in turn (ms), then lets it end. $status is of the last run.
killed_often() {
	local name=$1 delays=() d kills=0 p
	shift
	while [ "$1" != -- ]; do delays+=("$1"); shift; done
	shift
	for d in "${delays[@]}"; do
		"$@" >>"$logs/killed.out" 2>>"$logs/killed.err" </dev/null &
		p=$!
		sleep "$(printf '%d.%03d' $((d / 1000)) $((d % 1000)))"
		kill -9 "$p" 2>/dev/null && kills=$((kills + 1))
		wait "$p" 2>/dev/null || true
		heal_slapd
	done
	cat "$logs/killed.err" >>"$logs/all.err"
	run "$@"
	if [ "$status" = 69 ]; then
		heal_slapd hung
		run "$@"
	fi
	echo "# $name: killed $kills times in ${#delays[@]}"
}
# took COMMAND…: $ms, and fails the script when the command does.
took() {
	local start
	start=$(now)
	"$@"
	ms=$((($(now) - start) / 1000000))
}
# spread N MS: N delays over MS, with some chance in each.
spread() { local i; for i in $(seq 1 "$1"); do echo $((($2 * (i - 1) + RANDOM % ($2 + 1)) / $1)); done; }
RANDOM=$((10#$(date +%N) % 32768))
echo "# seed of the kill times: $RANDOM"


# The stage: one year taken in, planned, not yet applied --------------------------------------------------------------------------
new_site "$work/site"
new_officer
bare=$(home_digest)
snapshot bare
took run "$nk" import "$roster25"
import_ms=$ms
[ "$status" = 0 ] || bail "the_roster_is_taken_in"
run "$nk" vault status --json
live=$(said live)

# Killed in the import ---------------------------------------------------------------------------------------------------------
restore bare
same "the_snapshot_is_exact" "$bare" "$(home_digest)"
killed_often "import" $(spread 8 "$import_ms") -- "$nk" import "$roster25" --json
same "an_import_killed_again_and_again_ends" 0 "$status"
run "$nk" person find hm --max 2000 --json
same "with_everybody_once" 971 "$(python3 -c 'import json,sys; print(len({json.loads(l)["login"] for l in open(sys.argv[1]) if "login" in l}))' "$logs/out")"
sound "and_the_installation_is_whole_after_a_killed_import"
run "$nk" vault status --json
same "no_key_is_left_over_from_a_killed_import" "$live" "$(said live)"

new_slapd
new_target
run "$nk" plan --json
hash=$(said hash)
snapshot planned
took run "$nk" apply "$hash"
apply_ms=$ms
same "undisturbed_the_plan_is_applied" 0 "$status"
whole=$(directory_digest)

# slapd killed in the middle -------------------------------------------------------------------------------------------------------
restore planned
"$nk" apply "$hash" >"$logs/cut.out" 2>"$logs/cut.err" </dev/null &
one=$!
pids+=("$one")
for _ in $(seq 1 400); do [ "$(people_count)" -gt 20 ] && break; done
kill -9 "$(cat "$slapd/slapd.pid")"
wait "$one"
status=$?
cat "$logs/cut.err" >>"$logs/all.err"
there=$(slapcat -f "$slapd/slapd.conf" 2>/dev/null | grep -c '^objectClass: inetOrgPerson')
echo "# slapd was killed with $there of 971 persons in it"
if [ "$there" = 971 ]; then skip "slapd_gone_in_the_middle_is_told" "the apply was faster"; else
	same "slapd_gone_in_the_middle_is_told" 69 "$status"
	has "in_words" 'target|answer|server|steps' "$logs/cut.err"

fi
expect 69 "while_it_is_gone_nothing_goes" "$nk" apply "$hash"
start_slapd
expect 0 "when_it_is_back_the_same_command_goes_on" "$nk" apply "$hash"
same "and_ends_in_the_same_state" "$whole" "$(directory_digest)"
expect 0 "a_plan_is_then_empty" "$nk" plan --json

# Killed in the apply --------------------------------------------------------------------------------------------------------------
restore planned
killed_often "apply" $(spread 8 "$apply_ms") -- "$nk" apply "$hash" --json
if [ "$status" = 0 ] || [ "$status" = 73 ]; then ok "an_apply_killed_again_and_again_ends"; else
	not_ok "an_apply_killed_again_and_again_ends" "status $status
$(cat "$logs/err")"; fi
same "in_the_same_state_too" "$whole" "$(directory_digest)"
expect 0 "a_plan_is_then_empty_too" "$nk" plan --json
sound "and_the_installation_is_whole_after_a_killed_apply"

ls -la $slapd; done_testing
