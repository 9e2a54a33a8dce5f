#!/bin/bash
# d06: a year in a small school by the rules of [year]: joining on 1 April, a transfer with ten days in both places, leave of
# absence, graduation, thirty days, erasure proposed. And: the calendar, dry runs for a day, dates by hand, bad rows.
. "$(dirname "$0")/lib.sh"
file() { python3 "$here/year_files.py" "$roster25" "$work/$1.zip" "${@:2}" >"$work/who" || bail "a_file_is_made"; }
entry() { search -b "ou=people,$base" "(uid=$1)" '*' 2>/dev/null; }
# is LOGIN: absent, usable or suspended at the target.
is() {
	local e
	e=$(entry "$1")
	if [ -z "$e" ]; then echo absent; elif grep -q '^employeeType: suspended' <<<"$e"; then echo suspended; else echo usable; fi
}
classes() { search -b "ou=groups,$base" "(member=uid=$1,ou=people,$base)" dn 2>/dev/null | grep -c '^dn:'; }
rules() { printf '%s\n' '[people]' 'grace_days = 10' '[guard]' 'graduates = no' '[year]' "$@" >"$home/conf.d/e2e.conf"; chmod 600 "$home/conf.d/e2e.conf"; }
# calendar EXPRESSION: over c, the rows of the last answer.
calendar() { python3 -c 'import json, sys
c = [json.loads(x) for x in open(sys.argv[1], encoding="utf-8")]
print(eval(sys.argv[2]))' "$logs/out" "$1" 2>&1; }
# settle: whatever the plan says is done, if there is anything.
settle() {
	run "$nk" plan --json
	[ "$(said steps)" = 0 ] || plan_and_apply
}

# take NAME [OPTIONS]: the file is taken in, by a second person's word when the guard asks for it.
take() {
	run "$nk" import "$work/$1.zip" --json "${@:2}"
	[ "$status" != 4 ] || { approve "$(said hash)" "$(said approve_count)"; run "$nk" import "$work/$1.zip" --json "${@:2}"; }
}

new_site "$work/site" --copy "$work/site/second" --clock 2025-03-25
new_officer
year=('overlap = move role=teacher moved+10' 'pupils-off = suspend role=student left' 'graduates = erase role=student graduated+30' 'staff = erase role=teacher left+365')
rules "${year[@]}"
expect 0 "the_rules_are_taken" "$nk" config check
file start
{ read -r joiner; read -r mover; read -r absent; read -r graduate; } <"$work/who"
expect 0 "the_file_of_april_is_taken_in_march" "$nk" import "$work/start.zip" --json
new_slapd
new_target

# 1 April ----------------------------------------------------------------------------------------------------------------
plan_and_apply
same "before_the_first_of_april_there_is_no_account" "absent" "$(is "$joiner")"
rules 'prepare = activate role=student joined-7'
expect 2 "a_row_can_prepare_accounts_a_week_before" "$nk" plan --dry-run --json
same "then_it_would_be_made_now" 1 "$(said add)"
rules "${year[@]}"
expect 0 "the_calendar_can_be_had" "$nk" calendar --days 40 --json
same "it_says_how_many_begin_on_that_day" "1" "$(calendar '[r["count"] for r in c if r["what"] == "activate" and r["day"] == "2025-04-01"][0]')"
same "at_which_school" "1" "$(calendar 'len([r for r in c if r["what"] == "activate" and r["school"] == "B148210000017" and r["day"] == "2025-04-01"])')"
same "and_when_files_are_due" "True" "$(calendar 'any(r["what"] == "duty" for r in c) and any(r["what"] == "holding" for r in c)')"
hasnt "and_nobodys_name" "$joiner|$mover" "$logs/out"
expect 0 "with_persons_it_says_who" "$nk" calendar --days 30 --json --persons
same "by_login" "$joiner" "$(calendar '[r["login"] for r in c if r["what"] == "activate" and r["day"] == "2025-04-01"][0]')"
before=$(home_digest)
dir=$(directory_digest)
expect 2 "a_dry_run_for_the_first_of_april_says_what_comes" "$nk" plan --as-of 2025-04-01 --json --all
same "an_account" "1 True" "$(said add) $(calendar 'c[-1]["dry_run"]')"
same "without_a_hash" "" "$(said hash)"
expect 2 "it_says_so_in_words" "$nk" plan --as-of 2025-04-01
same "before_and_behind" 2 "$(grep -c 'DRY RUN for 2025-04-01' "$logs/out")"
same "nothing_is_written" "$before" "$(home_digest)"
same "nothing_is_sent" "$dir" "$(directory_digest)"
expect 0 "no_plan_is_kept_of_it" "$nk" plan --list --json
hasnt "not_even_open" '"state":"open"' "$logs/out"
need 0 "the_first_of_april_comes" "$nk" clock 2025-04-01
plan_and_apply
same "the_account_is_there" "usable" "$(is "$joiner")"

# Transfer: ten days in both places ---------------------------------------------------------------------------------------
same "before_the_transfer_one_class" 1 "$(classes "$mover")"
need 0 "june_comes" "$nk" clock 2025-06-02
file moved moved
expect 0 "the_transfer_is_taken_in" "$nk" import "$work/moved.zip" --json
plan_and_apply
same "both_classes_hold" 2 "$(classes "$mover")"
expect 0 "the_same_file_again" "$nk" import "$work/moved.zip" --json
settle
same "changes_nothing_about_it" 2 "$(classes "$mover")"
expect 0 "the_calendar_says_when_it_ends" "$nk" calendar --days 30 --json
same "on_the_twelfth_by_which_rule" "overlap 1" "$(calendar '[(r["rule"] + " " + str(r["count"])) for r in c if r["what"] == "move" and r["day"] == "2025-06-12"][0]')"
need 0 "the_tenth_day_comes" "$nk" clock 2025-06-11
settle
same "both_still_hold" 2 "$(classes "$mover")"
need 0 "the_eleventh_day_comes" "$nk" clock 2025-06-12
settle
same "only_the_new_one_is_left" 1 "$(classes "$mover")"

# Leave of absence -----------------------------------------------------------------------------------------------------------
file away moved away
expect 0 "a_leave_of_absence_is_taken_in" "$nk" import "$work/away.zip" --json
plan_and_apply
same "the_account_is_suspended" "suspended" "$(is "$absent")"
expect 0 "nobody_is_due_for_erasure" "$nk" plan --erase --as-of 2026-02-01 --json
same "however_long_it_lasts" 0 "$(said steps)"
need 0 "autumn_comes" "$nk" clock 2025-11-04
take moved # an older file again: the guard asks
same "the_return_is_taken_in" 0 "$status"
plan_and_apply
same "the_account_is_usable_again" "usable" "$(is "$absent")"

# Graduation -----------------------------------------------------------------------------------------------------------------
need 0 "march_comes" "$nk" clock 2026-03-20
expect 0 "the_calendar_of_march" "$nk" calendar --json
same "says_how_many_are_suspended_on_the_first_of_april" "pupils-off 3" "$(calendar '[(r["rule"] + " " + str(r["count"])) for r in c if r["what"] == "suspend" and r["day"] == "2026-04-01"][0]')"
same "and_that_the_season_ends" "True" "$(calendar 'any(r["what"] == "season" and r["day"] == "2026-05-01" for r in c)')"
settle
same "until_then_the_graduate_may_sign_in" "usable" "$(is "$graduate")"
need 0 "the_first_of_april_comes_again" "$nk" clock 2026-04-01
plan_and_apply
same "the_graduate_is_suspended" "suspended" "$(is "$graduate")"
file gone moved gone
sed -i 's/^\[guard\]/[guard]\nleave_number = 50\nerase_number = 50/' "$home/conf.d/e2e.conf"
take gone --year 2025
same "the_file_without_graduates_is_taken_in" 0 "$status"
expect 0 "before_thirty_days_nobody_is_due" "$nk" plan --erase --as-of 2026-04-30 --json
same "not_even_after_the_grace_days_of_others" 0 "$(said steps)"
expect 2 "a_dry_run_for_the_thirtieth_day" "$nk" plan --erase --as-of 2026-05-01 --json
same "says_three" 3 "$(said steps)"
expect 0 "the_calendar_says_it_too" "$nk" calendar --json
same "by_the_rule" "graduates 3" "$(calendar '[(r["rule"] + " " + str(r["count"])) for r in c if r["what"] == "erase" and r["day"] == "2026-05-01"][0]')"
run "$nk" person show "$graduate" --json
expect 0 "one_of_them_gets_another_date_by_hand" "$nk" person dates "$graduate" --erase-on 2026-08-01
expect 64 "a_date_that_is_none_is_refused" "$nk" person dates "$graduate" --until 2026-02-30
expect 65 "an_erasure_before_the_end_is_refused" "$nk" person dates "$graduate" --erase-on 2026-03-01
expect 0 "the_date_is_shown" "$nk" person show "$graduate" --json
same "as_it_was_set" "2026-08-01 true" "$(said delete_on) $(said dates_by_hand)"
need 0 "thirty_days_go_by" "$nk" clock 2026-05-01
expect 2 "erasure_is_proposed" "$nk" plan --erase --json
same "for_the_others" 2 "$(said steps)"
same "who_are_suspended_until_somebody_erases" "suspended" "$(is "$graduate")"

# A row that fits nobody, and rows that cannot be --------------------------------------------------------------------------------------------------------
rules 'typo = suspend school=B999 left+3'
expect 0 "a_row_that_fits_nobody_is_no_fault" "$nk" calendar
has "but_is_told" 'typo' "$logs/err"
bad() { # NAME PATTERN ROWS…
	rules "${@:3}"
	expect 78 "refused_$1" "$nk" calendar
	has "and_told_why_$1" "$2" "$logs/err"
}
bad what 'e2e.conf.*line 6.*"delete"' 'a = delete role=student left'
bad role '"pupil".*student, teacher' 'a = suspend role=pupil left'
bad when 'WHEN is missing' 'a = suspend role=student'
bad before 'erased before they are suspended' 'a = suspend role=student left+30' 'b = erase role=student left+10'
bad shadow 'narrower' 'a = suspend left' 'b = suspend role=student left+7'
bad retained 'retained by the other for ever' 'a = retain role=teacher' 'b = erase role=teacher left+10'
done_testing
