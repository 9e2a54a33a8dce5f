#!/bin/bash
# d08: dry runs against the kept copy of what was last read of a target: off unless configured, sealed, said to be a copy, never
# applied, ended by its time, by the next plan, and by an erasure.
. "$(dirname "$0")/lib.sh"
new_site "$work/site"
new_officer
settings() { printf '%s\n' '[people]' 'grace_days = 0' '[guard]' 'graduates = no' '[sweep]' 'temp = none' "$@" >"$home/conf.d/e2e.conf"; chmod 600 "$home/conf.d/e2e.conf"; }
copies() { find "$home/store" -name 'target-*.copy' | wc -l; }
open_copies() { "$nk" holding list --json 2>/dev/null | grep '"kind":"target_copy"' | grep -Evc '"gone":"(verified|destroyed|unaccounted)"'; }
settings
need 0 "the_roster_is_taken_in" "$nk" import "$roster25" --json
new_slapd
new_target

# Off, unless somebody wants it ---------------------------------------------------------------------------------------------
plan_and_apply
same "without_a_setting_no_copy_is_kept" "0 0" "$(copies) $(open_copies)"
expect 1 "so_there_is_nothing_to_compare_with" "$nk" plan --as-of 2025-04-20 --copy
has "and_it_says_what_to_do" 'copy_hours' "$logs/err"
settings '[plan]' 'copy_hours = 200'
expect 78 "more_than_a_week_is_no_copy_of_what_was_last_read" "$nk" config check

# Kept: sealed, on the books --------------------------------------------------------------------------------------------------
settings '[plan]' 'copy_hours = 48'
expect 0 "a_plan_keeps_what_it_read" "$nk" plan --json
same "in_one_file_on_the_books" "1 1" "$(copies) $(open_copies)"
same "which_only_we_can_open" "600" "$(stat -c %a "$home"/store/target-*.copy)"
expect 0 "a_look_keeps_none" "$nk" plan --dry-run --json
expect 0 "and_one_for_a_day_neither" "$nk" plan --as-of 2025-04-08 --json
same "still_one" "1 1" "$(copies) $(open_copies)"
copy_id=$("$nk" holding list --json | grep '"kind":"target_copy"' | tail -n 1 | python3 -c 'import json,sys; print(json.loads(sys.stdin.readline())["id"])')
expect 65 "nobodys_word_takes_it_off_the_books" "$nk" holding close "$copy_id"
has "the_clock_and_the_next_plan_end_it" 'duty run' "$logs/err"
expect 5 "nor_as_verified_while_it_lies_there" "$nk" holding close "$copy_id" --verified
same "it_is_still_there" "1 1" "$(copies) $(open_copies)"
install -m 600 /dev/null "$home/store/target-00ff.copy"
run "$nk" duty run
same "a_file_of_no_holding_is_removed" "1 1" "$(copies) $(open_copies)"
if python3 "$here/residue_search.py" --quiet --all "$roster25" "$home/store" >"$logs/found" 2>&1; then ok "nobody_can_be_read_in_it"; else not_ok "nobody_can_be_read_in_it" "$(head -n 3 "$logs/found")"; fi
login=$(people_login=$(search -b "ou=people,$base" -s one '(objectClass=inetOrgPerson)' uid | sed -n 's/^uid: //p' | head -n 1); echo "$people_login")
expect 0 "whose_copies_there_are_can_be_asked" "$nk" person where "$login" --json
has "this_one_too" 'target_copy' "$logs/out"

# Compared with, and never with the target ------------------------------------------------------------------------------------
printf 'dn: uid=%s,ou=people,%s\nchangetype: modify\nreplace: displayName\ndisplayName: changed by hand\n' "$login" "$base" >"$work/change.ldif"
as_admin ldapmodify -f "$work/change.ldif" || bail "somebody_changes_an_entry" "$(cat "$logs/ldap.err")"
expect 2 "the_target_itself_shows_the_change" "$nk" plan --as-of 2025-04-08 --json
expect 0 "the_copy_does_not" "$nk" plan --as-of 2025-04-08 --copy --json
same "and_says_what_it_is" "true 2025-04-07" "$(said dry_run) $(said copy_at | cut -c 1-10)"
same "without_a_hash" "" "$(said hash)"
stop_slapd
expect 69 "when_the_target_is_away_it_cannot_be_read" "$nk" plan --as-of 2025-04-08
before=$(home_digest)
expect 0 "its_copy_can" "$nk" plan --as-of 2025-04-08 --copy
same "said_before_and_behind" 2 "$(grep -c 'Compared with the copy that was read at 2025-04-07' "$logs/out")"
same "and_nothing_is_written" "$before" "$(home_digest)"
start_slapd
expect 64 "a_plan_for_today_is_never_made_of_it" "$nk" plan --copy
expect 64 "nor_a_list_for_erasure" "$nk" plan --erase --as-of 2025-04-08 --copy
expect 0 "no_plan_was_kept" "$nk" plan --list --json
hasnt "none_that_could_be_applied" '"state":"open"' "$logs/out"

# Its end -------------------------------------------------------------------------------------------------------------------------
old=$(ls "$home"/store/target-*.copy)
plan_and_apply
same "the_next_plan_puts_a_new_one_in_its_place" "1 1" "$(copies) $(open_copies)"
check "the_older_one_is_gone" test ! -e "$old"
need 0 "two_days_go_by" "$nk" clock 2025-04-10
expect 1 "an_old_copy_is_not_used_any_more" "$nk" plan --as-of 2025-04-20 --copy
run "$nk" duty run
same "the_clock_ends_it" "0 0" "$(copies) $(open_copies)"
run "$nk" plan --json
same "a_plan_makes_another_one" "1 1" "$(copies) $(open_copies)"
cp "$home"/store/target-*.copy "$work/stolen"
settings
run "$nk" plan --json
same "without_the_setting_it_ends_too" "0 0" "$(copies) $(open_copies)"

# An erasure ----------------------------------------------------------------------------------------------------------------------
settings '[plan]' 'copy_hours = 48'
import_2026
plan_and_apply
same "a_copy_is_kept_of_the_second_year" "1 1" "$(copies) $(open_copies)"
cp "$home"/store/target-*.copy "$work/of-leavers"
name=$(basename "$home"/store/target-*.copy)
run "$nk" clock 2027-05-10
run "$nk" plan --json
cp "$home"/store/target-*.copy "$work/of-leavers"
name=$(basename "$home"/store/target-*.copy)
plan_erase
expect 0 "the_leavers_are_erased" "$nk" apply "$ehash" --yes --json
same "no_copy_is_left" "0 0" "$(copies) $(open_copies)"
expect 1 "and_none_can_be_used" "$nk" plan --as-of 2027-05-11 --copy
run "$nk" plan --json
same "the_next_plan_makes_one_without_them" "1 1" "$(copies) $(open_copies)"
cp "$work/of-leavers" "$home/store/$(basename "$home"/store/target-*.copy)"
expect 1 "bytes_of_before_do_not_open_in_its_place" "$nk" plan --as-of 2027-05-11 --copy
has "it_says_why" 'does not open' "$logs/err"
expect 0 "the_ledger_verifies" "$nk" ledger verify

# A restore elsewhere: the copy lay on the machine that is lost -----------------------------------------------------------------
if command -v age-keygen >/dev/null; then
	mkdir "$work/m1" "$work/m2"
	age-keygen -o "$work/rescue.txt" 2>/dev/null
	to=$(age-keygen -y "$work/rescue.txt")
	run "$nk" party add --name "救難" --kind organisation --role contractor --recipient "$to" --json
	if [ "$status" = 4 ]; then
		need 0 "an_officer_signs_for_the_rescuer" "$nk" warrant sign --role officer --key "$site/officer.key" "$(said warrant)"
		need 0 "the_rescuer_is_enrolled" "$nk" party add --name "救難" --kind organisation --role contractor --recipient "$to"
	fi
	run "$nk" plan --json
	same "a_copy_is_open" "1 1" "$(copies) $(open_copies)"
	need 0 "a_backup_is_made" "$nk" backup --to "$work/m1" --keys-to "$work/m2" --same-device --for "$to" --days 60 --json
	read -r data keys < <(python3 -c 'import json,sys; v = json.load(open(sys.argv[1])); print(v["data"]["path"], v["keys"]["path"])' "$logs/out")
	mv "$home" "$work/lost"
	need 0 "the_installation_comes_back_elsewhere" "$nk" restore "$data" --keys "$keys" --identity "$work/rescue.txt" --into "$work/back" \
		--copy "$work/back-second" --ledger "$work/lost/ledger" --json
	home=$work/back
	export NOKOSAZU_HOME=$home
	run "$nk" holding list --json --all
	has "nobody_knows_of_the_old_copy" '"kind":"target_copy".*"gone":"unaccounted"' "$logs/out"
	run "$nk" plan --json
	same "and_the_next_plan_keeps_one_here" "1 1" "$(copies) $(open_copies)"
else
	skip "the_installation_comes_back_elsewhere" "needs age"
fi
done_testing
