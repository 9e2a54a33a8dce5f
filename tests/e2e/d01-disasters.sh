#!/bin/bash
# d01: disasters, each against a real directory that is compared before and after: zero writes. One table row each: number,
# what happened, status wanted, rule that must speak. Rosters are made by tools/rostergen and spoiled by guard_files.py.
. "$(dirname "$0")/lib.sh"
nm -D "$nk" 2>/dev/null | grep -q __asan_init && skip_all "hundreds of commands; guard_test and plan_guard_test have the same rows under the sanitizers"
gen() { python3 "$root/tools/rostergen" --persons 900 --seed "${2:-d01}" --year "$1" --out "$3" 2>"$logs/gen"; }
spoil() { python3 "$here/guard_files.py" "$base_file" "$1" "$work/f.zip" "${2:-}"; }
base_file=$work/2026.zip
gen 2026 d01 "$base_file" || bail "a_roster_is_made" "$(cat "$logs/gen")"
gen 2025 d01 "$work/2025.zip"
gen 2026 other "$work/other.zip"

new_site "$work/site"
new_officer
printf '[people]\ngrace_days = 30\n' >"$home/conf.d/e2e.conf"
run "$nk" clock 2026-10-20
need 0 "the_roster_of_the_year_is_taken_in" "$nk" import "$base_file" --json
new_slapd
new_target
printf 'dn: cn=sync,%s\nobjectClass: applicationProcess\nobjectClass: simpleSecurityObject\ncn: sync\nuserPassword: %s\n' "$base" "$(cat "$slapd/secret")" | as_admin ldapadd || bail "a_service_account_is_made" "$(cat "$logs/ldap.err")"
sed -i "s/^bind_dn = .*/bind_dn = cn=sync,$base/" "$home/conf.d/target-main.conf"
sed -i "s/^access to \* by \* read/access to * by dn.exact=\"cn=sync,$base\" manage by * read/" "$slapd/slapd.conf"
cp "$slapd/slapd.conf" "$work/slapd.conf"
stop_slapd
start_slapd
plan_and_apply
before=$(directory_digest)
disasters=0

# What the answer says: the wanted rule in a finding that stops or asks, with cell, figures and what to do.
spoke() { # RULE FILE
	python3 - "$1" "$2" <<'PY'
import json, sys
o = json.loads(open(sys.argv[2]).read().splitlines()[-1])
f = [x for x in o.get("findings", []) if x["severity"] in ("stop", "approve") and x["rule"] == sys.argv[1]]
assert f, [x["rule"] for x in o.get("findings", [])]
assert all(x["todo"] and "cell" in x and "last" in x and "now" in x and "limit" in x for x in f)
PY
}
# one WHAT STATUS RULE COMMAND…: the command ends so, that rule has spoken ("-": none is asked), the directory is as it was.
one() {
	local what=$1 want=$2 rule=$3 said_rule=ok
	shift 3
	disasters=$((disasters + 1))
	run "$@"
	[ "$rule" = - ] || spoke "$rule" "$logs/out" 2>"$logs/why" || said_rule=silent
	if [ "$status $said_rule $(directory_digest)" = "$want ok $before" ]; then
		ok "$(printf '%02d_%s_%s' "$disasters" "$what" "$rule")"
	else
		not_ok "$(printf '%02d_%s_%s' "$disasters" "$what" "$rule")" "status $status (wanted $want), rule $rule $said_rule
$(tail -n 2 "$logs/why" 2>/dev/null; tail -n 1 "$logs/out" | cut -c 1-700; tail -n 3 "$logs/err")"
	fi
}
file() { # WHAT STATUS RULE HOW [ARG]
	spoil "$4" "${5:-}" || { not_ok "$1" "guard_files.py"; return; }
	one "$1" "$2" "$3" "$nk" import "$work/f.zip" --json
}

# Files ------------------------------------------------------------------------------------------------------------------
file empty_file 65 - headers_only
file one_row_survives 4 S6 one_row
file half_the_people_missing 4 S6 half
file cut_off_in_the_middle 65 - truncated
file cut_off_at_the_end 65 - truncated tail
file a_school_missing 4 S3 school_missing
file two_schools_with_one_code 65 - same_code
file a_grade_missing 4 S3 grade_missing
file a_part_of_one_grade_missing 4 S3 ninth_of_a_grade
file a_grade_four_times_as_large 4 S3 first_grade_times_four
file all_teachers_missing 4 S3 teachers_gone
one last_years_file 4 S4 "$nk" import "$work/2025.zip" --json
one last_years_file_although_asked_for 4 S4 "$nk" import "$work/2025.zip" --year 2025 --json
one the_file_of_another_board 4 S3 "$nk" import "$work/other.zip" --json
file all_ids_new 4 S5 new_ids
file all_ids_new_masters_kept 4 S5 new_ids_old_masters
file all_logins_new 4 S5 new_logins
file numbers_cut_by_a_spreadsheet 4 S5 new_numbers
file a_new_mail_domain 4 S5 new_domain
file names_garbled 4 S5 garbled
file names_exchanged 4 S5 swapped
file readings_gone 4 S5 no_readings
file everybody_switched_off 4 S6 switched_off
file three_per_cent_leave 4 S6 some_leave 27
file half_of_it_in_another_encoding 65 - half_cp932
file three_per_cent_leave_by_a_delta 4 S6 delta_leave 27
file half_of_them_leave_by_a_delta 4 S6 delta_leave 440
file all_logins_new_by_a_delta 4 S5 delta_logins
code=$(python3 -c 'import csv,io,sys,zipfile
print(next(r["identifier"] for r in csv.DictReader(io.StringIO(zipfile.ZipFile(sys.argv[1]).read("orgs.csv").decode())) if r["type"] == "school"))' "$base_file")
login=$(python3 -c 'import csv,io,sys,zipfile
print([r["username"] for r in csv.DictReader(io.StringIO(zipfile.ZipFile(sys.argv[1]).read("users.csv").decode()))][-1])' "$base_file")
printf '[guard]\nsentinels = %s Z9990000000000\nprotected = %s\n' "$code" "$login" >"$home/conf.d/guard.conf"
chmod 600 "$home/conf.d/guard.conf"
file a_school_that_must_be_there_is_not 4 S1 nothing
echo 'floor = 2000' >>"$home/conf.d/guard.conf"
file fewer_than_are_ever_believed 4 S2 nothing
sed -i '$d' "$home/conf.d/guard.conf"
sed -i 's/ Z9990000000000//' "$home/conf.d/guard.conf"
file a_protected_person_leaves 4 S8 one_leaves "$login"

# The target -------------------------------------------------------------------------------------------------------------
access() { # a rule before all others; none: as it was
	cp "$work/slapd.conf" "$slapd/slapd.conf"
	[ -z "${1:-}" ] || sed -i '/^access to attrs=userPassword/i '"$1" "$slapd/slapd.conf"
	stop_slapd
	start_slapd
}
plan_blind() { # WHAT RULE-OF-ACCESS: neither plan nor anything to apply
	local all=$before
	access "$2"
	before=$(directory_digest)
	run "$nk" plan --json
	case $status in 3 | 4) one "$1" "$status" - "$nk" plan --json ;; *) one "$1" "3 or 4" - "$nk" plan --json ;; esac
	hasnt "there_is_nothing_to_apply_after_$1" '"verdict":"(free|needs-approval)"' "$logs/out"
	before=$all
	access
}
plan_blind success_but_nothing_is_shown "access to dn.subtree=\"ou=people,$base\" by dn.exact=\"cn=sync,$base\" none by * read"
plan_blind a_part_is_hidden "access to dn.subtree=\"ou=people,$base\" filter=(employeeNumber=2021*) by dn.exact=\"cn=sync,$base\" none by * read"
plan_blind the_list_is_cut_at_a_limit "limits dn.exact=\"cn=sync,$base\" size=100"
stop_slapd
run "$nk" plan --json
unreachable=$status
start_slapd
same "unreachable_is_not_empty" 69 "$unreachable"
one unreachable_is_not_empty 0 - "$nk" plan --json
printf 'map.person.displayName;lang-ja = {login}\n' >>"$home/conf.d/target-main.conf"
one a_mapping_replaces_every_shown_name 4 P4 "$nk" plan --json
sed -i '$d' "$home/conf.d/target-main.conf"
printf 'map.person.ou;lang-ja = {grade}\n' >>"$home/conf.d/target-main.conf"
one a_mapping_replaces_an_attribute_of_everybody 4 P9 "$nk" plan --json
sed -i '$d' "$home/conf.d/target-main.conf"

# A correct file is not stopped --------------------------------------------------------------------------------------------
spoil bom
expect 0 "the_same_file_with_a_bom_is_not_stopped" "$nk" import "$work/f.zip" --json
spoil transfers
expect 0 "a_month_of_school_life_is_not_stopped" "$nk" import "$work/f.zip" --json
cp "$work/f.zip" "$work/month.zip"
run "$nk" plan --json
same "and_its_plan_is_free" "2 free" "$status $(said verdict)"
free=$(said hash)

# The second person ---------------------------------------------------------------------------------------------------------
one an_old_copy_again 4 S4 "$nk" import "$base_file" --json
base_file=$work/month.zip
spoil some_leave 30
run "$nk" import "$work/f.zip" --json
ihash=$(said hash)
(umask 077 && printf '%064d\n' 1 >"$work/nobody.key")
one approved_by_nobody 77 - "$nk" approve "$ihash" --count 30 --key "$work/nobody.key"
one approved_with_another_number 65 - "$nk" approve "$ihash" --count 29 --key "$site/officer.key"
approve "$ihash" 30
spoil some_leave 45
one another_file_than_the_approved_one 4 S6 "$nk" import "$work/f.zip" --json
run "$nk" clock 2026-10-23
spoil some_leave 30
one the_approved_file_three_days_later 4 S6 "$nk" import "$work/f.zip" --json
approve "$(said hash)" 30
need 0 "approved_anew_it_is_taken_in" "$nk" import "$work/f.zip" --json
same "and_thirty_leave" 30 "$(said left)"
one a_plan_of_before_the_file 5 - "$nk" apply "$free" --yes
one thirty_accounts_at_once 4 P1 "$nk" plan --json
phash=$(said hash)
has "with_the_school_grade_and_role_that_loses_most" '"cell":"[^"]+ × [A-Z][0-9] × student"' "$logs/out"
one applied_although_nobody_approved 4 - "$nk" apply "$phash" --yes

# A slow drip: a few each time, over ten runs, every second one a delta -----------------------------------------------------------------------------------
base_file=$work/f.zip
day=24
drip=0
while [ $drip -lt 10 ]; do
	cp "$base_file" "$work/drip.zip"
	python3 "$here/guard_files.py" "$work/drip.zip" some_leave "$work/next.zip" 4
	cp "$work/next.zip" "$work/run.zip"
	[ $((drip % 2)) = 0 ] || python3 "$here/guard_files.py" "$work/drip.zip" delta_leave "$work/run.zip" 4
	run "$nk" clock "2026-10-$day"
	run "$nk" import "$work/run.zip" --json
	[ "$status" = 0 ] || break
	mv "$work/next.zip" "$base_file"
	drip=$((drip + 1))
	day=$((day + 1))
done
check "some_runs_of_a_few_are_free" test "$drip" -ge 1 -o "$status" = 4
one a_slow_drip_over_ten_runs 4 S7 "$nk" import "$work/next.zip" --json
python3 "$here/guard_files.py" "$work/drip.zip" delta_leave "$work/run.zip" 4
one a_slow_drip_by_deltas 4 S7 "$nk" import "$work/run.zip" --json

# April ----------------------------------------------------------------------------------------------------------------------
gen 2027 d01 "$work/2027.zip"
base_file=$work/2027.zip
run "$nk" clock 2027-04-10
file half_the_file_in_april 4 S6 half
file a_school_missing_in_april 4 S3 school_missing
file half_a_grade_missing_in_april 4 S3 half_grade
file all_ids_new_in_april 4 S5 new_ids
one last_years_file_in_april 4 S4 "$nk" import "$work/month.zip" --json
check "at_least_thirty_disasters" test "$disasters" -ge 30
echo "# $disasters disasters, $SECONDS s"
done_testing
