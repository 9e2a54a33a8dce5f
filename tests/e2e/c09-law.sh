#!/bin/bash
# c09: the law as data: a folder of one's own stands over what is shipped; what is wrong in it is named; a doubt is taken
# whatever the folder says; a year without holidays is said before it matters.
. "$(dirname "$0")/lib.sh"

new_site "$work/site"
need 0 "a_roster_is_taken_in" "$nk" import "$roster25"
mkdir "$work/law"
printf '[case]\nregime = private\nlaw = %s\n' "$work/law" >"$home/conf.d/law.conf"
chmod 600 "$home/conf.d/law.conf"
final() { python3 -c 'import json,sys
c = json.loads(open(sys.argv[1], encoding="utf-8").readlines()[-1])
print([k["due"] for k in c["clocks"] if k["kind"] == "final"][0])' "$logs/out" 2>&1; }

expect 0 "an_empty_folder_changes_nothing" "$nk" suspect "誰かが画面を見ていた" --json
case=$(said receipt)
expect 0 "the_case_shows_its_clocks" "$nk" case show "$case" --json
same "the_final_report_is_due_on_the_thirtieth_day_rolled" "2025-05-07" "$(final)"

cat >"$work/law/2025.law" <<'LAW'
[deadline final]
kind = final
regime = private
days = 45
roll = yes
word.ja = 確報（45日以内）
word.en = final report (45 days)
valid_from = 2025-04-01
source = an invented amendment
checked = never
LAW
expect 0 "the_case_with_a_changed_deadline" "$nk" case show "$case" --json
same "is_due_by_the_new_row" "2025-05-21" "$(final)"
expect 2 "the_report_is_made_with_gaps_and_says_so" "$nk" case report "$case" --kind prompt --out "$work/report.txt" --lang ja
has "as_unverified" '未確認' "$work/report.txt"

sed -i 's/^days = 45/dayz = 45/' "$work/law/2025.law"
run "$nk" doctor
has "doctor_names_the_file_and_the_line" '2025.law, line 4' "$logs/out"
expect 78 "a_case_is_not_judged_by_a_law_that_cannot_be_read" "$nk" case show "$case"
has "and_the_place_is_named" '2025.law, line 4' "$logs/err"
expect 0 "a_doubt_is_taken_all_the_same" "$nk" suspect "もう一つの疑い"

rm "$work/law/2025.law"
rmdir "$work/law"
run "$nk" doctor
has "a_folder_that_is_gone_is_no_silence" 'fail' "$logs/out"
done_testing
