#!/bin/bash
# c06: a doubt and its case as people use them: T6 (an outsider's word on paper, entered by a clerk), the headquarters, the
# clocks of the law, letters, report, timeline, the end; and what is refused on the way.
. "$(dirname "$0")/lib.sh"

new_site "$work/site"
printf '[case]\naddress = 試験県星見ヶ原市1-1\nhead = 教育長\nclerk = 総務課 000-000-0000\ndesk = 相談窓口 000-000-0001\n' >"$home/conf.d/case.conf"
chmod 600 "$home/conf.d/case.conf"
need 0 "a_roster_is_taken_in" "$nk" import "$roster25"

# Before anybody is enrolled: the least that there can be ------------------------------------------------------------------
expect 0 "a_doubt_is_taken_with_nothing_configured" "$nk" suspect "誰かが名簿を見ていた気がする" --json
same "and_says_that_nobody_is_on_duty" true "$(said nobody_on_duty)"
dismissed=$(said receipt)
check "the_receipt_is_short_and_readable" bash -c "[[ '$dismissed' =~ ^[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}$ ]]"
expect 64 "an_empty_one_says_nothing" "$nk" suspect "  "
expect 65 "a_time_that_has_not_come_is_refused" "$nk" suspect x --known-at 2025-04-09T10:00 --because y
expect 64 "an_earlier_time_needs_its_reason" "$nk" suspect x --known-at 2025-04-06T10:00
expect 64 "a_name_is_no_answer_to_by" "$nk" suspect x --by "山田"
run bash -c "printf 'from standard input\n' | '$nk' suspect - --json"
same "a_text_comes_from_standard_input" 0 "$status"

# T6 -----------------------------------------------------------------------------------------------------------------------
for who in director privacy officer; do
	if [ "$who" = director ] && command -v ssh-keygen >/dev/null; then # who has an SSH key alone does all that others do
		ssh-keygen -q -t ed25519 -N '' -C '' -f "$site/$who.key"
		run "$nk" party add --name "仮の人 $who" --role "$who" --ssh-key "$site/$who.key.pub"
	else
		run "$nk" party key "$site/$who.key" --json
		run "$nk" party add --name "仮の人 $who" --role "$who" --public-key "$(said public_key)"
	fi
	[ "$status" = 0 ] || bail "people_are_enrolled" "$(cat "$logs/err")"
done
printf '\377\330photo' >"$work/photo.jpg"
need 0 "t6_an_outsiders_word_is_entered_by_a_clerk" "$nk" suspect "帰り道で紙を拾ったとの電話" --by outsider --file "$work/photo.jpg" \
	--known-at 2025-04-05T15:30 --because "受付票第3号による" --json
case=$(said receipt)
id=$(said id)
same "t6_known_at_is_when_the_clerk_knew" "2025-04-05T06:30:00.000Z" "$(said known_at)"
field() { python3 -c 'import json,sys
c = json.loads(open(sys.argv[1], encoding="utf-8").readlines()[-1])
print(eval(sys.argv[2]))' "$logs/out" "$1" 2>&1; }
need 0 "the_case_is_shown" "$nk" case show "$case" --json
same "t6_the_clock_of_the_prompt_report_is_visible" "2025-04-09 open" "$(field '" ".join([k["due"] + " " + k["state"] for k in c["clocks"] if k["kind"] == "preliminary"])')"
check "t6_and_what_is_not_known_yet" test "$(field '[k["unknown"] for k in c["clocks"] if k["kind"] == "preliminary"][0]')" -gt 5
same "the_duties_of_the_first_hour_are_there" "True" "$(field '{"case-ack", "case-convene", "case-report-prompt"} <= {d["kind"] for d in c["duties"]}')"
run bash -c "'$nk' case show '$case' --note-file 0 | cmp - '$work/photo.jpg'"
same "the_photo_comes_back" 0 "$status"
expect 77 "t6_without_a_headquarters_nothing_is_decided" "$nk" case decide "$case" --text "止める" --key "$site/director.key"
expect 77 "nobody_sits_in_a_role_that_is_not_his" "$nk" case attend "$case" --role director --key "$site/privacy.key"
expect 0 "the_officer_acknowledges" "$nk" case ack "$case" --key "$site/officer.key"
expect 0 "the_privacy_department_checks_in" "$nk" case attend "$case" --role privacy --key "$site/privacy.key" --json
same "which_is_no_quorum" false "$(said quorate)"
expect 77 "t6_a_headquarters_without_a_director_cannot_decide" "$nk" case decide "$case" --text "止める" --key "$site/privacy.key"
has "and_it_says_who_is_missing" 'director' "$logs/err"
expect 0 "the_director_checks_in" "$nk" case attend "$case" --role director --key "$site/director.key" --json
same "now_it_is_quorate" true "$(said quorate)"
expect 77 "who_is_not_checked_in_does_not_decide" "$nk" case decide "$case" --text "止める" --key "$site/officer.key"
printf '星見ヶ原市教育委員会からのお知らせ\n' >"$work/text.txt"
expect 77 "undecided_nothing_is_published" "$nk" case publish "$case" --final "$work/text.txt"
expect 0 "it_decides" "$nk" case decide "$case" --text "端末を切り離し、全校に確かめる" --key "$site/director.key" --json
warrant=$(said warrant)
run "$nk" warrant show "$warrant" --json
has "as_an_order_warrant" '"order"' "$logs/out"
expect 73 "one_person_sits_once" "$nk" case attend "$case" --role director --key "$site/director.key"
expect 0 "the_director_leaves" "$nk" case leave "$case" --key "$site/director.key"
expect 77 "and_nothing_is_decided_any_more" "$nk" case decide "$case" --text "x" --key "$site/privacy.key"
expect 0 "the_director_comes_back" "$nk" case attend "$case" --role director --key "$site/director.key"

# Scope and the law ----------------------------------------------------------------------------------------------------------
run "$nk" holding list --json
holding=$(python3 -c 'import json,sys
print([json.loads(l)["id"] for l in open(sys.argv[1]) if json.loads(l)["kind"] == "store"][0])' "$logs/out")
expect 64 "a_harm_that_is_none_is_refused" "$nk" case hold "$case" "$holding" --harm bad
expect 0 "a_copy_is_linked" "$nk" case hold "$case" "$holding" --harm may-be-leaked --from 2025-04-01T10:00 --until 2025-04-03T10:00
expect 77 "which_nobody_makes_smaller_unsigned" "$nk" case hold "$case" "$holding" --harm damaged --from 2025-04-01T10:00 --until 2025-04-01T10:01
run "$nk" case show "$case" --json
same "its_persons_are_counted_from_the_books" "0 971" "$(field 'str(c["persons"]) + " " + str(c["persons_max"])')"
same "what_was_disclosed_has_to_be_checked" "1" "$(field 'sum(d["kind"] == "case-disclosure-check" and d["closed_at"] is None for d in c["duties"])')"
final() { field '[d["due_at"][:10] for d in c["duties"] if d["kind"] == "case-report-final" and d["closed_at"] is None][0]'; }
expect 0 "it_is_classified" "$nk" case classify "$case" --class 1
run "$nk" case show "$case" --json
same "thirty_days" "2025-05-07" "$(final)"
expect 0 "and_reclassified" "$nk" case classify "$case" --class 1,3
run "$nk" case show "$case" --json
same "sixty_days" "2025-06-03" "$(final)"
same "and_the_time_of_knowing_stays" "2025-04-05T06:30:00.000Z" "$(field 'c["known_at"]')"
expect 77 "a_class_is_not_taken_away_unsigned" "$nk" case classify "$case" --class 1
expect 77 "nor_by_anybodys_signature" "$nk" case classify "$case" --class 1 --because x --key "$site/privacy.key"
expect 77 "the_officer_alone_does_not_dismiss_a_leak" "$nk" case dismiss "$case" --reason "見間違い" --key "$site/officer.key"
expect 77 "and_persons_are_not_told_by_a_word" "$nk" case submit "$case" --kind persons --receipt x
has "but_by_letters" 'nokosazu case letters' "$logs/err"
expect 77 "what_is_computed_is_never_typed" "$nk" case fill "$case" persons --text 3

# Words ----------------------------------------------------------------------------------------------------------------------
name=$(python3 - "$roster25" <<'PY'
import csv, io, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as z:
    u = next(csv.DictReader(io.StringIO(z.read("users.csv").decode())))
print(u["familyName"] + u["givenName"])
PY
)
expect 4 "a_note_that_names_a_pupil_is_held_back" "$nk" case note "$case" --text "拾った紙に$name とあった"
hasnt "and_the_name_is_not_repeated" "$name" "$logs/err"
expect 0 "it_is_kept_when_wanted" "$nk" case note "$case" --text "拾った紙に$name とあった" --anyway
expect 0 "a_note_in_the_course_of_events" "$nk" case note "$case" --text "持ち出し記録を照合した"
expect 0 "an_inquiry_comes_in" "$nk" case inquiry "$case" --text "保護者からの電話" --json
inquiry=$(said seq)
run "$nk" case show "$case" --json
same "unanswered_it_is_a_duty" "1" "$(field 'sum(d["kind"] == "case-inquiry" and d["closed_at"] is None for d in c["duties"])')"
expect 1 "an_answer_to_nothing_is_refused" "$nk" case inquiry "$case" --answer 9999 --text x
expect 0 "it_is_answered" "$nk" case inquiry "$case" --answer "$inquiry" --text "状況を説明した"
expect 64 "an_assertion_without_sources_is_none" "$nk" case assert "$case" --text-kind no-misuse --sources " " --expires 2025-05-01
expect 0 "with_sources_it_stands" "$nk" case assert "$case" --text-kind no-misuse --sources "受信箱と転送記録" --expires 2025-04-20
expect 0 "the_draft_says_so" "$nk" case publish "$case" --draft --lang ja
has "with_its_sources" '受信箱と転送記録' "$logs/out"
hasnt "and_names_nobody" "$name" "$logs/out"
has "what_no_record_has_a_place_for_is_said" '様式 sha256:[0-9a-f]{64}' "$logs/out"

# Papers ---------------------------------------------------------------------------------------------------------------------
expect 2 "a_final_report_with_gaps_says_what_is_missing" "$nk" case report "$case" --kind final
has "by_field" 'cause' "$logs/err"
for f in summary=紙の紛失 cause=鍵のない袋で運んだ cause_kind=loss harm=unknown harm_text=確認中 my_number=no measures_done=袋を替えた \
	measures_planned=持ち出しを申請にする measures_until=2025-05-30 persons_text=通知文を送付 published_text=公表予定 discoverer=outsider \
	investigation=not medium=紙 data_kind=児童生徒 cards=0 other=なし others_told=n/a entrusted=n/a joint=n/a reporter_trade=教育 \
	cause_who=self published=planned persons_returned=0 known_why=受付票による; do
	run "$nk" case fill "$case" "${f%%=*}" --text "${f#*=}"
	[ "$status" = 0 ] || not_ok "field_${f%%=*}_is_filled" "$(cat "$logs/err")"
done
expect 0 "the_prompt_report_is_ready" "$nk" case report "$case" --kind prompt --out "$work/report.pdf" --lang ja
check "and_is_a_pdf" bash -c "head -c 5 '$work/report.pdf' | grep -q '%PDF-'"
expect 73 "it_is_never_overwritten" "$nk" case report "$case" --kind prompt --out "$work/report.pdf"
run "$nk" holding list --json
has "the_paper_is_on_the_books" '"case_file"' "$logs/out"
expect 0 "as_json_it_is_read_by_programs" "$nk" case report "$case" --kind prompt --out "$work/report.json"
check "which_is_json" python3 -c "import json; json.load(open('$work/report.json'))"
mkdir "$work/letters"
expect 77 "letters_in_clear_do_not_leave_unsigned" "$nk" case letters "$case" --into "$work/letters" --lang ja
check "not_one_of_them" test -z "$(ls -A "$work/letters")"
expect 0 "letters_to_everybody" "$nk" case letters "$case" --into "$work/letters" --key "$site/officer.key" --lang ja --json
letters=$(said holding)
same "to_everybody_but_who_is_protected" "970 1" "$(said letters) $(said held_back)"
same "a_page_each" 970 "$(grep -c $'\f' "$work/letters/letters.txt")"
id=$(said case)
expect 77 "so_not_all_are_told_yet" "$nk" case submit "$case" --kind persons --receipt "R7-persons"
need 0 "a_second_person_is_asked_for_the_protected_one" "$nk" warrant request --json --kind access --verbs LETTERS --scope "case:$id" --purpose 通知 \
	--until 2025-04-30 --needs officer
guarded=$(said id)
need 0 "and_signs" "$nk" warrant sign --role officer --key "$site/officer.key" "$guarded"
mkdir "$work/letters2"
expect 0 "then_he_gets_his" "$nk" case letters "$case" --into "$work/letters2" --key "$site/officer.key" --lang ja --warrant "$guarded" --json
same "nobody_is_left_out" "971 0" "$(said letters) $(said held_back)"
run "$nk" holding list --json
has "the_letters_are_on_the_books" '"letter"' "$logs/out"
expect 77 "one_alone_does_not_end_them" "$nk" holding close "$letters" --verified
expect 5 "nobody_says_that_they_are_gone_while_they_lie_there" "$nk" holding close "$letters" --verified --key "$site/officer.key"
expect 0 "a_picture_of_the_course" "$nk" case timeline "$case" --svg "$work/course.svg" --lang ja
check "which_is_xml" python3 -c "import xml.dom.minidom; xml.dom.minidom.parse('$work/course.svg')"
expect 0 "a_veris_record" "$nk" case export "$case" --veris
check "which_is_json_too" python3 -c "import json; json.load(open('$logs/out'))"
hasnt "without_any_text_of_the_case" '拾った|切り離し' "$logs/out"

expect 0 "the_week_lists_what_was_refused" "$nk" case week --json
has "with_its_reason" '"what":"case-decide","why":"the headquarters is not quorate"' "$logs/out"
expect 0 "in_words_too" "$nk" case week --lang ja
has "each_number_with_its_query" '\[attempts-refused\]' "$logs/out"

# The end ----------------------------------------------------------------------------------------------------------------------
expect 5 "the_final_report_does_not_come_before_the_prompt_one" "$nk" case submit "$case" --kind final --receipt "R7-final"
expect 64 "a_submission_has_a_receipt" "$nk" case submit "$case" --kind prompt
expect 0 "the_prompt_report_was_submitted" "$nk" case submit "$case" --kind prompt --receipt "R7-000123" --how "Web"
expect 2 "over_open_duties_it_does_not_close" "$nk" case close "$case" --cause "袋" --lesson "封"
expect 64 "what_was_disclosed_is_not_checked_by_an_empty_word" "$nk" case submit "$case" --kind disclosure
for k in final persons disclosure; do
	expect 0 "submitted_$k" "$nk" case submit "$case" --kind $k --receipt "R7-$k"
done
expect 0 "the_text_is_archived" "$nk" case publish "$case" --final "$work/text.txt" --json
expect 64 "without_a_lesson_it_does_not_close" "$nk" case close "$case" --cause "鍵のない袋"
expect 2 "without_the_peers_it_does_not_close" "$nk" case close "$case" --cause "鍵のない袋" --lesson "封をして運ぶ"
run "$nk" case show "$case" --json
same "the_roll_out_is_a_duty_now" "1" "$(field 'sum(d["kind"] == "case-rollout" and d["closed_at"] is None for d in c["duties"])')"
run "$nk" warrant request --kind exception --verbs WAIVE --scope "case:$id/rollout" --purpose "他校は紙を使わない" --until 2025-04-30 --json
waiver=$(said id)
expect 77 "an_unsigned_waiver_waives_nothing" "$nk" case close "$case" --cause "鍵のない袋" --lesson "封をして運ぶ" --waiver "$waiver"
run "$nk" warrant sign "$waiver" --role officer --key "$site/officer.key"
expect 0 "with_a_signed_one_it_closes" "$nk" case close "$case" --cause "鍵のない袋" --lesson "封をして運ぶ" --waiver "$waiver"
expect 5 "nothing_is_added_to_a_closed_case" "$nk" case note "$case" --text x
expect 0 "the_lesson_is_found_again" "$nk" case search "封をして運ぶ"
has "in_this_case" "$case" "$logs/out"
expect 77 "a_doubt_is_not_dismissed_by_just_anybody" "$nk" case dismiss "$dismissed" --reason "見間違い" --key "$site/director.key"
expect 0 "the_officer_dismisses_it" "$nk" case dismiss "$dismissed" --reason "見間違い" --key "$site/officer.key"
expect 0 "it_stays_on_record" "$nk" case show "$dismissed" --json
same "as_dismissed_with_its_text" "dismissed suspect" "$(field 'c["state"] + " " + c["notes"][0]["kind"]')"
expect 64 "a_mistyped_receipt_is_told" "$nk" case show "AAAA-AAAA"
expect 0 "the_ledger_is_whole" "$nk" ledger verify
run bash -c "LC_ALL=C grep -rlE '帰り道|拾った紙|切り離し' '$home' '$site/second'"
same "no_text_of_a_case_lies_open_in_the_installation" "" "$(cat "$logs/out")"
# Names stand only where they were asked for: in letters and in what was kept with --anyway.
sed -i "s/$name//g" "$logs/all.out"
done_testing
