#!/bin/bash
# d04: backups: data and keys apart, never free pages, each with an end; a restore that brings nobody back who was erased, or
# says what it cannot know; a drill with evidence; what a certificate says of old backups; sheets that open an installation.
# Synthetic persons only.
. "$(dirname "$0")/lib.sh"
command -v age >/dev/null && command -v age-keygen >/dev/null || skip_all "needs age"
new_site "$work/site"
mkdir -p "$work/swept"
printf '[sweep]\ntemp = %s\nlogs = %s\ncrash = %s\n' "$work/swept" "$work/swept" "$work/swept" >"$home/conf.d/sweep.conf"
chmod 600 "$home/conf.d/sweep.conf"
mkdir -m 700 "$work/m1" "$work/m2" "$work/drill"
new_officer
need 0 "a_roster_is_taken_in" "$nk" import "$roster25"

run "$nk" doctor
has "the_doctor_misses_a_backup" '^warn.*there is no backup' "$logs/out"
# Who can open a backup ---------------------------------------------------------------------------------------------------------
age-keygen -o "$work/rescue.txt" 2>/dev/null
age-keygen -o "$work/other.txt" 2>/dev/null
to=$(age-keygen -y "$work/rescue.txt")
expect 1 "nobody_else_than_an_enrolled_party_gets_a_backup" "$nk" backup --to "$work/m1" --for "$to"
run "$nk" party add --name "救難" --kind organisation --role contractor --recipient "$to" --json
if [ "$status" = 4 ]; then
	need 0 "an_officer_signs_for_the_rescuer" "$nk" warrant sign --role officer --key "$site/officer.key" "$(said warrant)"
	need 0 "the_rescuer_is_enrolled" "$nk" party add --name "救難" --kind organisation --role contractor --recipient "$to"
fi
own=$(age-keygen -y "$work/other.txt")
need 0 "the_operator_enrols_a_key_of_his_own" "$nk" party add --name "自分" --kind person --role custodian --recipient "$own"
expect 77 "it_opens_no_backup" "$nk" backup --to "$work/m1" --for "$own"
expect 77 "nor_the_keys" "$nk" backup --to "$work/m1" --keys-to "$work/m2" --same-device --for "$to" --keys-for "$own"
need 0 "a_second_party_gets_a_key" "$nk" party key "$work/second.key" --json
second=$(said public_key)
run "$nk" party add --name "第二" --role superior --public-key "$second" --json
if [ "$status" = 4 ]; then
	need 0 "an_officer_signs_for_her" "$nk" warrant sign --role officer --key "$site/officer.key" "$(said warrant)"
	need 0 "she_is_enrolled" "$nk" party add --name "第二" --role superior --public-key "$second"
fi

# Where it may go ---------------------------------------------------------------------------------------------------------------
expect 64 "a_backup_is_for_somebody" "$nk" backup --to "$work/m1"
expect 64 "and_goes_somewhere" "$nk" backup --for "$to"
expect 77 "not_into_the_installation" "$nk" backup --to "$home/public" --for "$to"
expect 77 "data_and_keys_not_into_one_folder" "$nk" backup --to "$work/m1" --keys-to "$work/m1" --same-device --for "$to"
expect 77 "nor_onto_one_device_unless_it_is_said" "$nk" backup --to "$work/m1" --keys-to "$work/m2" --for "$to"
expect 1 "nor_under_a_mount_point_that_is_empty" "$nk" backup --to "$work/nowhere" --for "$to"
check "nothing_has_left" test -z "$(ls -A "$work/m1" "$work/m2" | grep age)"
memory=$(mktemp -d /dev/shm/nk-e2e.XXXXXX 2>/dev/null || true)
if [ -n "$memory" ] && [ "$(stat -c %d "$memory")" != "$(stat -c %d "$work/m1")" ]; then
	expect 0 "two_devices_need_no_word" "$nk" backup --to "$work/m1" --keys-to "$memory" --for "$to" --json
	same "and_the_statement_says_nothing_of_one" false "$(said one_device)"
	early_data=$(python3 -c 'import json,sys; print(json.loads(sys.stdin.readline())["data"]["holding"])' <"$logs/out")
	early_keys=$(python3 -c 'import json,sys; print(json.loads(sys.stdin.readline())["keys"]["holding"])' <"$logs/out")
	expect 0 "an_early_keys_part_ends_before_a_second_party" "$nk" backup destroy "$early_keys" --key "$work/second.key" --yes
	expect 0 "and_its_data_part" "$nk" backup destroy "$early_data" --key "$work/second.key" --yes
	check "both_are_gone" test -z "$(ls -A "$work/m1")$(ls -A "$memory")"
else
	skip "two_devices_need_no_word" "no second device"
fi
[ -z "$memory" ] || rm -rf "$memory"

# Made, listed, looked at -------------------------------------------------------------------------------------------------------
need 0 "a_backup_is_made" "$nk" backup --to "$work/m1" --keys-to "$work/m2" --same-device --for "$to" --days 60 --json
cp "$logs/out" "$work/made"
of() { python3 -c 'import json,sys; v = json.load(open(sys.argv[1])); print(v[sys.argv[2]][sys.argv[3]])' "$work/made" "$1" "$2"; }
data=$(of data path) keys=$(of keys path) data_id=$(of data holding) keys_id=$(of keys holding)
same "everybody_is_in_it" 971 "$(said persons)"
same "it_carries_that_both_lie_on_one_device" true "$(said one_device)"
check "age_itself_opens_it" sh -c 'age -d -i "$1" "$2" | tar -t | grep -q manifest.json' - "$work/rescue.txt" "$data"
check "and_nobody_elses_key" sh -c '! age -d -i "$1" "$2" >/dev/null 2>&1' - "$work/other.txt" "$data"
check "no_value_of_anybody_lies_in_it_in_clear" sh -c 'mkdir -p "$3" && age -d -i "$1" "$2" | tar -x -C "$3"' - "$work/rescue.txt" "$data" "$work/opened"
check "not_even_unsealed" python3 "$here/residue_search.py" --all "$roster25" "$work/opened"
rm -rf "$work/opened"
expect 0 "both_parts_are_listed" "$nk" backup list --json
same "two_more_of_them" 2 "$(grep -c '"gone":"open"' "$logs/out")"
expect 0 "each_owes_its_end" "$nk" duty list --json
has "the_data_part_does" "close-holding.*$data_id|$data_id.*close-holding" "$logs/out"
has "and_a_drill_is_owed" 'restore-drill' "$logs/out"
expect 0 "the_statement_beside_it_is_good_for_anybody" "$nk" verify --keys "$home/public" "$data.dsse.json"
expect 0 "a_check_sees_all_of_it" "$nk" restore --check "$data" --keys "$keys" --identity "$work/rescue.txt" --json
same "its_signature_and_its_pair" "true true 971" "$(said signature) $(said pair) $(said persons)"
expect 0 "from_outside_too" "$nk" restore --check "$data" --certificate "$home/public/certificate.pem"
cp "$data" "$work/bent.age" && cp "$data.dsse.json" "$work/bent.age.dsse.json"
printf x | dd of="$work/bent.age" bs=1 seek=300000 conv=notrunc 2>/dev/null
expect 1 "a_changed_byte_is_seen_from_outside" "$nk" restore --check "$work/bent.age" --certificate "$home/public/certificate.pem"
expect 1 "and_inside" "$nk" restore --check "$work/bent.age" --identity "$work/rescue.txt"
expect 77 "another_key_looks_into_nothing" "$nk" restore --check "$data" --identity "$work/other.txt"

run "$nk" doctor
has "the_doctor_knows_the_last_backup" '^ok.*the last backup is of 2025-' "$logs/out"
has "and_that_nobody_tried_it" '^warn.*ever brought back for a trial' "$logs/out"
# A drill -----------------------------------------------------------------------------------------------------------------------
need 0 "a_drill_goes_well" "$nk" restore --drill "$data" --keys "$keys" --identity "$work/rescue.txt" --into "$work/drill" --json
same "everybody_opens_and_nothing_lies_open" "true 971 971 0 0 true" "$(said passed) $(said survivors) $(said opened) $(said returned) $(said traces) $(said control_found)"
check "the_scratch_place_is_gone" test -z "$(ls -A "$work/drill")"
expect 0 "its_evidence_is_kept" "$nk" evidence list --json
has "as_a_statement" 'restore-drill/v1' "$logs/out"
expect 0 "the_next_is_owed_in_a_quarter" "$nk" duty list --json
has "again" 'restore-drill' "$logs/out"

# A year later: leavers are erased; the certificate is honest about the backup ------------------------------------------------------
cp -a "$home/ledger" "$work/old-ledger"
run "$nk" doctor
hasnt "the_doctor_knows_the_trial" 'for a trial' "$logs/out"
import_2026
run "$nk" doctor
has "after_a_year_the_backup_is_old" '^warn.*older than 8 days' "$logs/out"
has "and_so_is_its_trial" '^warn.*too long ago' "$logs/out"
printf '[backup]\nwarn_days = 0\n' >"$home/conf.d/quiet.conf" && chmod 600 "$home/conf.d/quiet.conf"
run "$nk" doctor
hasnt "who_does_not_want_it_is_not_told" 'backup' "$logs/out"
rm "$home/conf.d/quiet.conf"
need 0 "a_plan_lists_the_leavers" true
run "$nk" plan --erase --json
ehash=$(said hash)
if [ "$(said verdict)" != free ]; then approve "$ehash" "$(said approve_count)"; fi
need 0 "the_leavers_are_erased" "$nk" apply "$ehash" --yes --json
erased=$(said erased)
cert=$(said certificate)
check "there_were_some" test "$erased" -gt 50
has "the_certificate_names_the_backups" 'backups-open|backupsOpen' <(python3 -c 'import base64,json,sys; print(base64.b64decode(json.load(open(sys.argv[1]))["payload"]).decode())' "$cert")
expect 0 "the_list_says_how_many_can_still_be_opened" "$nk" backup list --json
same "as_many_as_were_erased" "$erased" "$(grep "$keys_id" "$logs/out" | said erased_still_open /dev/stdin)"
expect 0 "and_so_does_ask" "$nk" ask "$keys_id"
has "in_words" 'can still be opened' "$logs/out"

# Back again ------------------------------------------------------------------------------------------------------------------------
expect 77 "without_the_later_ledger_it_stops" "$nk" restore "$data" --keys "$keys" --identity "$work/rescue.txt" --into "$work/back" --copy "$work/back-second"
check "and_leaves_nothing" test ! -e "$work/back" -a ! -e "$work/back.restoring"
expect 5 "a_witness_knows_that_the_ledger_is_an_old_one" "$nk" restore "$data" --keys "$keys" --identity "$work/rescue.txt" --into "$work/back" --copy "$work/back-second" --ledger "$work/old-ledger" --witness "$home/ledger/checkpoint"
expect 0 "with_it_the_installation_comes_back" "$nk" restore "$data" --keys "$keys" --identity "$work/rescue.txt" --into "$work/back" --copy "$work/back-second" --ledger "$home/ledger" --json
same "and_whoever_was_erased_is_erased_again" "$erased false" "$(said erased_again) $(said limited)"
same "the_others_open" $((971 - erased)) "$(said persons)"
run "$nk" --home "$work/back" doctor
hasnt "it_is_a_whole_one" '^fail' "$logs/out"
leaver=$(python3 - "$roster25" "$roster26" <<'PY'
import csv, io, sys, zipfile
def users(p):
    with zipfile.ZipFile(p) as z:
        return {u["sourcedId"]: u for u in csv.DictReader(io.StringIO(z.read("users.csv").decode("utf-8-sig")))}
old, new = users(sys.argv[1]), users(sys.argv[2])
print(next(u["username"] for k, u in sorted(old.items()) if k not in new))
PY
)
run env NOKOSAZU_HOME="$work/back" "$nk" person show "$leaver"
check "nobody_finds_a_leaver_in_it" test "$status" = 1
check "no_value_of_a_leaver_lies_in_it" python3 "$here/residue_search.py" --quiet --erased "$roster25" "$roster26" "$work/back" "$work/back-second"
expect 0 "its_ledger_goes_on_from_the_old_one" "$nk" --home "$work/back" ledger verify --older "$home/ledger/checkpoint"
expect 73 "and_nothing_is_restored_over_it" "$nk" restore "$data" --keys "$keys" --identity "$work/rescue.txt" --into "$work/back" --copy "$work/back-third" --ledger "$home/ledger"
for i in 1 2 3 4 5 6; do run "$nk" vault rotate; done # the old one goes on beside the restored one
expect 1 "a_fork_is_told" "$nk" restore "$data" --keys "$keys" --identity "$work/rescue.txt" --into "$work/fork" --copy "$work/fork-second" --ledger "$home/ledger" --witness "$work/back/ledger/checkpoint"
has "by_its_name" 'another history' "$logs/err"
need 0 "with_a_reason_it_goes_on_without" "$nk" restore "$data" --keys "$keys" --identity "$work/rescue.txt" --into "$work/limited" --copy "$work/limited-second" --without-later-ledger "the server room burnt" --json
same "limited" true "$(said limited)"
export NOKOSAZU_HOME=$work/limited
need 0 "and_every_statement_says_why" "$nk" backup --to "$work/m1" --for "$to" --json
has "from_then_on" 'the server room burnt' <(python3 -c 'import base64,json,sys; print(base64.b64decode(json.load(open(json.load(open(sys.argv[1]))["data"]["path"] + ".dsse.json"))["payload"]).decode())' "$logs/out")
export NOKOSAZU_HOME=$home

# The end of the keys part ------------------------------------------------------------------------------------------------------------
run "$nk" party key "$work/nobody.key"
expect 77 "nobodys_key_ends_nothing" "$nk" backup destroy "$keys_id" --key "$work/nobody.key" --yes
expect 0 "a_second_party_sees_it_destroyed" "$nk" backup destroy "$keys_id" --key "$work/second.key" --yes --json
same "verified" true "$(said verified)"
check "it_is_gone" test ! -e "$keys"
expect 0 "then_the_data_part" "$nk" ask "$data_id"
has "opens_nobody_of_them" 'opens nobody' "$logs/out"

# Sheets open it, once; secrets change --------------------------------------------------------------------------------------------------
need 0 "sheets_are_printed" "$nk" vault escrow --threshold 2 --sheets 3
cp "$logs/out" "$work/sheets" && chmod 600 "$work/sheets"
: >"$logs/out"
need 0 "and_rehearsed" "$nk" vault escrow --try --from "$work/sheets"
mv "$site/operator.key" "$work/lost.key"
unset NOKOSAZU_KEY_FILE
run "$nk" person find たかはし
check "without_its_key_file_it_does_not_open" test "$status" != 0
expect 64 "sheets_open_it_for_a_new_secret_only" "$nk" vault open-with-escrow --from "$work/sheets"
head -n 4 "$work/sheets" >"$work/one-sheet"
expect 65 "one_sheet_is_too_few" "$nk" vault open-with-escrow --from "$work/one-sheet" --new-key-file "$work/new.key"
expect 0 "two_open_it" "$nk" vault open-with-escrow --from "$work/sheets" --new-key-file "$work/new.key"
expect 0 "it_opens_with_the_new_key_file" "$nk" person find たかはし
expect 77 "not_with_the_lost_one" env NOKOSAZU_KEY_FILE="$work/lost.key" "$nk" vault status
expect 77 "and_the_sheets_are_used_up" "$nk" vault open-with-escrow --from "$work/sheets" --new-key-file "$work/newer.key"
expect 0 "a_passphrase_takes_the_place_of_the_key_file" python3 "$here/typed.py" "a long passphrase 1|a long passphrase 1" "$nk" vault reseal --sealer file --new-passphrase --yes
hasnt "nothing_typed_is_shown" 'SHOWN' "$logs/out"
expect 0 "it_opens_it" python3 "$here/typed.py" "a long passphrase 1" "$nk" vault status
expect 77 "the_key_file_does_not_any_more" env NOKOSAZU_KEY_FILE="$work/new.key" "$nk" vault status
expect 0 "and_a_key_file_again" python3 "$here/typed.py" "a long passphrase 1" "$nk" vault reseal --sealer file --new-key-file "$work/last.key" --yes
expect 0 "a_reseal_without_a_new_secret_keeps_the_old" "$nk" vault reseal --sealer file --yes
expect 0 "as_configured" "$nk" vault status

# With custodians no backup holds the epoch secret: a restore needs them, and turns it under every older keys part ------------------------
custodian=$(dirname "$nk")/nokosazu-custodian
if [ -x "$custodian" ]; then
	export NOKOSAZU_KEY_FILE=$work/last.key
	mkdir -m 700 "$work/run"
	with=()
	for i in 1 2 3; do
		"$custodian" --name "c$i" --listen "unix:$work/run/c$i" --key-file "$work/run/c$i.key" --organisation e2e >"$work/run/c$i.address" 2>"$work/run/c$i.log" &
		pids+=($!)
		for _ in $(seq 100); do [ -s "$work/run/c$i.address" ] && break; sleep 0.1; done
		with+=(--custodian "$(cat "$work/run/c$i.address")")
	done
	need 0 "the_vault_is_sealed_with_custodians" "$nk" vault reseal --sealer custodian "${with[@]}" --threshold 2 --yes
	need 0 "a_backup_is_made_under_them" "$nk" backup --to "$work/m1" --keys-to "$work/m2" --same-device --for "$to" --json
	same "without_the_epoch_secret" false "$(said epoch_inside)"
	cp "$logs/out" "$work/made"
	data=$(of data path) keys=$(of keys path) keys_id=$(of keys holding)
	expect 0 "a_drill_asks_the_custodians_and_turns_nothing" "$nk" restore --drill "$data" --keys "$keys" --identity "$work/rescue.txt" --into "$work/drill" --json
	same "and_goes_well" true "$(said passed)"
	expect 0 "the_living_one_still_opens" "$nk" vault status
	expect 0 "a_restore_does_too" "$nk" restore "$data" --keys "$keys" --identity "$work/rescue.txt" --into "$work/kept" --copy "$work/kept-second" --ledger "$home/ledger" --json
	check "and_turns_the_epoch" test "$(said epoch)" -gt 1
	expect 0 "what_came_back_opens" "$nk" --home "$work/kept" vault status
	run "$nk" vault status
	check "the_old_one_is_dead_from_then_on" test "$status" != 0
	run "$nk" restore "$data" --keys "$keys" --identity "$work/rescue.txt" --into "$work/again" --copy "$work/again-second" --ledger "$work/kept/ledger"
	check "and_so_is_the_old_keys_part" test "$status" != 0
	check "which_leaves_nothing" test ! -e "$work/again" -a ! -e "$work/again.restoring" -a ! -e "$work/again-second/vault"
	export NOKOSAZU_HOME=$work/kept
	expect 0 "the_list_knows_that_it_opens_nobody" "$nk" backup list
else
	skip "the_vault_is_sealed_with_custodians" "needs nokosazu-custodian beside $nk"
fi
done_testing
