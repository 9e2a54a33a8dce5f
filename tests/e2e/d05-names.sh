#!/bin/bash
# d05: logins and addresses by rule, notices on paper, protected persons, duplicates. The list is made here.
. "$(dirname "$0")/lib.sh"

new_site "$work/site"
printf '[sweep]\ntemp = none\n' >"$home/conf.d/sweep.conf"
row() { printf '%s,%s %s,%s %s,%s,%s\n' "$@"; }
rows() {
	row 0012001 佐渡山 源蔵 サドヤマ ゲンゾウ 工学部 1年
	row 0012002 佐渡山 花 サドヤマ ハナ 工学部 1年
	row 0012003 大野 太郎 オオノ タロウ 文学部 1年
	row 0012004 小野 次郎 オノ ジロウ 文学部 1年
	row 0012005 無読 一 '' '' 文学部 1年
}
list() { # order
	echo '学籍番号,氏名,フリガナ,学部,学年'
	rows | ${1:-cat}
}
list >"$work/list.csv"
list tac >"$work/turned.csv"
run "$nk" import map --source uni --answer split=yes --answer state=yes "$work/list.csv"
echo 'login = -' >>"$home/mappings/uni.map"
expect 0 "a_list_without_logins_is_taken_in" "$nk" import --json --source uni "$work/list.csv"
same "and_nobody_is_named_without_a_rule" 0 "$(said named)"
expect 78 "names_without_a_rule_are_refused" "$nk" person names --dry-run
has "with_what_to_write" '\[names\]' "$logs/err"

# Rules -------------------------------------------------------------------------------------------------------------------------
rule() { printf '[names]\n%s\n' "$1" >"$home/conf.d/names.conf"; }
rule 'login = {year2}{romaji.familie}{seq}'
expect 78 "an_unknown_word_is_refused" "$nk" config check
has "with_its_column" 'column 9' "$logs/err"
rule 'login.pupil = {seq}'
expect 78 "a_rule_for_an_unknown_role_is_refused" "$nk" config check
rule 'mail = {login}'
expect 78 "an_address_needs_an_at" "$nk" config check
rule 'login = {seq}{seq2}'
expect 78 "one_number_is_enough" "$nk" config check
rule 'login = {romaji.family}{seq}
mail = {login}@{domain}'
expect 0 "a_rule_is_taken" "$nk" config check

# Beforehand, and then ----------------------------------------------------------------------------------------------------------
expect 2 "what_would_be_given_is_said" "$nk" person names --dry-run --json
same "in_the_order_of_keys" 'sadoyama sadoyama2 ono ono2' "$(python3 -c 'import json, sys
print(*[l["value"] for l in map(json.loads, sys.stdin) if l["item"] == "login" and l["given"]])' <"$logs/out")"
has "and_why_somebody_gets_none" '"given":false.*(blank|空)' "$logs/out"
run "$nk" person show --json sadoyama
same "nothing_was_given" 1 "$status"
expect 2 "names_are_given" "$nk" person names --json
expect 0 "somebody_is_found_by_his" "$nk" person show --json sadoyama2
same "with_the_address" sadoyama2@hoshimi.example.jp "$(said mail)"
same "the_second_by_key" 0012002 "$(said source_key)"
expect 0 "the_same_file_in_another_order_changes_nothing" "$nk" import --json --source uni "$work/turned.csv"
same "it_is_the_same" same "$(said outcome)"
expect 0 "everybody_keeps_his" "$nk" person show --json sadoyama
same "also_the_first" 0012001 "$(said source_key)"

# Surname -----------------------------------------------------------------------------------------------------------------------
sed 's/^0012001,佐渡山 源蔵,サドヤマ/0012001,茅場 源蔵,カヤバ/' "$work/list.csv" >"$work/married.csv"
expect 0 "a_surname_changes" "$nk" import --json --source uni "$work/married.csv"
same "one_changed" 1 "$(said changed)"
expect 0 "the_login_does_not" "$nk" person show --json sadoyama
same "the_name_of_before_stays" '佐渡山 源蔵 サドヤマ ゲンゾウ' "$(python3 -c 'import json, sys
print(*[n["name"] + " " + n["kana"] for n in json.load(sys.stdin)["former_names"]])' <"$logs/out")"
run "$nk" person show --lang ja sadoyama
has "and_is_shown" '以前の氏名' "$logs/out"
mkdir "$work/share" && echo '保護者会 佐渡山　虎蔵 様' >"$work/share/letter.txt"
run "$nk" scan --roster --only none "$work/share"
same "a_scan_does_not_find_who_was_never_called_so" 0 "$status"
echo '保護者会 佐渡山　源蔵 様' >"$work/share/letter.txt"
run "$nk" scan --roster --only none "$work/share"
same "a_scan_knows_it_too" 2 "$status"
expect 64 "another_login_is_made_for_one_person_only" "$nk" person names --renew
expect 0 "unless_it_is_asked_for" "$nk" person names --json --renew --person sadoyama
expect 0 "then_it_follows_the_name" "$nk" person show --json kayaba
same "with_the_address_too" kayaba@hoshimi.example.jp "$(said mail)"
sed 's/^0012005.*/0012005,佐渡山 三,サドヤマ ミツ,文学部,1年/' "$work/married.csv" >"$work/new.csv"
expect 0 "somebody_new_of_the_old_name" "$nk" import --json --source uni "$work/new.csv"
same "gets_login_and_address_at_import" 2 "$(said named)"
expect 1 "but_never_the_one_given_up" "$nk" person show sadoyama
expect 0 "but_the_next" "$nk" person show --json sadoyama3

# A source that has logins after all ----------------------------------------------------------------------------------------------
sed -e '1s/$/,ログイン/' -e '2,$s/$/,/' -e 's/^0012002.*/&onamae/' "$work/new.csv" >"$work/own.csv"
sed -i 's/^フリガナ = .*/&\nログイン = login/' "$home/mappings/uni.map"
expect 0 "a_source_gives_one_person_a_login" "$nk" import --json --source uni "$work/own.csv"
same "and_touches_nobody_else" 1 "$(said changed)"
expect 0 "its_word_counts" "$nk" person show --json onamae
expect 2 "and_what_we_had_given_is_blocked" "$nk" person names --dry-run --json --renew --person sadoyama3
same "like_all_that_was_given_up" sadoyama4 "$(head -n 1 "$logs/out" | said value /dev/stdin)"

# 24 months ---------------------------------------------------------------------------------------------------------------------
expect 0 "just_before_the_end" "$nk" clock 2027-04-06
run "$nk" duty run
expect 2 "a_name_is_still_blocked" "$nk" person names --dry-run --json --renew --person sadoyama3
same "and_another_is_offered" sadoyama4 "$(head -n 1 "$logs/out" | said value /dev/stdin)"
expect 0 "behind_it" "$nk" clock 2027-04-09
run "$nk" duty run
expect 2 "it_is_free" "$nk" person names --dry-run --json --renew --person sadoyama3
same "for_whoever_comes_next" sadoyama "$(head -n 1 "$logs/out" | said value /dev/stdin)"

# Notices as a PDF --------------------------------------------------------------------------------------------------------------
new_site "$work/school"
printf '[sweep]\ntemp = none\n\n[notice]\nsign_in = https://login.hoshimi.example.jp/\nhelp_desk = 情報係 042-000-0000\n' >"$home/conf.d/paper.conf"
new_slapd
new_target --allow-plain
need 0 "a_roster_is_taken_in" "$nk" import --json "$roster25"
plan_and_apply
expect 64 "a_paper_is_pdf_or_json" "$nk" notice issue --pdf --json
status=0
"$nk" notice issue --pdf --lang ja >"$work/notices.pdf" 2>"$logs/err" || status=$?
same "notices_are_made_as_a_pdf" 0 "$status"
pages=$(pdfinfo "$work/notices.pdf" | sed -n 's/^Pages: *//p')
pdftotext -layout "$work/notices.pdf" "$work/notices.txt"
same "one_page_a_person" "$pages" "$(grep -c '^ *ユーザー名' "$work/notices.txt")"
has "with_the_address" 'https://login.hoshimi.example.jp/' "$work/notices.txt"
has "and_the_desk" '042-000-0000' "$work/notices.txt"
has "in_english_too" 'First password' "$work/notices.txt"
same "in_the_order_of_the_class" "$(grep -oE '[0-9]+番$' "$work/notices.txt" | sort -n | tr '\n' ' ')" "$(grep -oE '[0-9]+番$' "$work/notices.txt" | tr '\n' ' ')"
same "in_a_typeface_for_everybody" 0 "$(pdffonts "$work/notices.pdf" | tail -n +3 | grep -vc 'BIZ-\?UD')"
notice=$(grep -oE 'notice done [0-9a-f-]+' "$logs/err" | cut -d' ' -f3)
login=$(sed -nE 's/^ *User name +([a-z0-9._-]+)$/\1/p' "$work/notices.txt" | head -n 1)
password=$(grep -oE -m 1 '([a-z2-9]{4} ){2}[a-z2-9]{4}' "$work/notices.txt" | tr -d ' ')
check "the_password_on_paper_opens_the_account" ldapwhoami -x -H "ldap://127.0.0.1:$port/" -D "uid=$login,ou=people,$base" -w "$password"
expect 0 "the_papers_are_on_the_books" "$nk" holding list --json
has "with_an_end" "\"id\":\"$notice\".*expires" "$logs/out"
expect 0 "until_they_are_handed_out" "$nk" notice done "$notice"
run "$nk" notice issue --pdf --person "$login" --lang en
same "one_person_alone" 0 "$status"
cp "$logs/out" "$work/one.pdf"
same "gets_one_page" 1 "$(pdfinfo "$work/one.pdf" | sed -n 's/^Pages: *//p')"
printf '\n[notice]\nsign_in = %s\n' "https://$(printf 'x%.0s' $(seq 300)).jp/" >>"$home/conf.d/paper.conf"
expect 65 "an_address_too_long_for_a_code_stops_before_any_password" "$nk" notice issue --pdf --person "$login"
password=$(pdftotext -layout "$work/one.pdf" - | grep -oE -m 1 '([a-z2-9]{4} ){2}[a-z2-9]{4}' | tr -d ' ')
check "and_the_password_of_before_stays" ldapwhoami -x -H "ldap://127.0.0.1:$port/" -D "uid=$login,ou=people,$base" -w "$password"
# Protected persons -------------------------------------------------------------------------------------------------------------
sed -i '/^sign_in = https:..x/d' "$home/conf.d/paper.conf"
new_officer
run "$nk" person show --json "$login"
id=$(said id); name=$(said name); kana=$(said kana); class=$(said group); school=$(said unit)
entry() { search -b "ou=people,$base" "(uid=$login)" '*' 2>/dev/null; }
member() { search -b "ou=groups,$base" "(member=uid=$login,ou=people,$base)" dn 2>/dev/null | grep -c '^dn:'; }
has "before_a_name_stands_in_the_directory" '^displayName' <(entry)
check "and_a_class" test "$(member)" -gt 0
expect 0 "a_person_is_protected" "$nk" person protect "$login"
run "$nk" plan --json
hasnt "a_plan_does_not_show_what_goes" "$name|$kana" "$logs/out"
plan_and_apply
entry | python3 -c 'import base64, sys
for l in sys.stdin:
    k, _, v = l.rstrip("\n").partition(":")
    print(k, base64.b64decode(v[1:]).decode() if v.startswith(":") else v)' >"$work/entry"
hasnt "then_neither_name_nor_reading_nor_class_nor_school_is_in_the_directory" "$name|$kana|$class|$school|${name%% *}|${name##* }|ou;lang|o;lang|kana" "$work/entry"
has "the_login_stands_for_the_name" "^cn *$login" "$work/entry"
same "no_class_has_the_person" 0 "$(member)"
has "the_account_works" "$login" "$work/entry"
printf '\n[target main]\nmap.protected.person.displayName = 非公開\n' >"$home/conf.d/zz.conf"
plan_and_apply
has "a_row_gives_a_value_of_its_own" '^displayName:: *6Z2e5YWs6ZaL' <(entry)
expect 0 "searching_finds_the_person" "$nk" person find --json "$name"
hasnt "not_the_name" "$name|$kana|$class|$school" "$logs/out"
expect 0 "who_asks_by_key_is_shown" "$nk" person show --lang ja "$login"
has "that_it_is_a_protected_person" '保護対象' "$logs/out"
expect 77 "a_notice_alone_takes_a_second_person" "$nk" notice issue --pdf --person "$login"
has "and_says_how" "scope person:$id" "$logs/err"
hasnt "without_a_name" "$name|$kana" "$logs/err"
expect 77 "as_text_or_json_too" "$nk" notice issue --json --person "$login"
need 0 "a_warrant_is_asked_for" "$nk" warrant request --json --kind access --verbs NOTICE --scope "person:$id" --purpose 再発行 --until 2025-04-20 --needs officer
w=$(said id)
expect 77 "unsigned_it_is_worth_nothing" "$nk" notice issue --pdf --person "$login" --warrant "$w"
need 0 "the_officer_signs" "$nk" warrant sign --role officer --key "$site/officer.key" "$w"
expect 0 "then_there_is_a_notice" "$nk" notice issue --pdf --person "$login" --warrant "$w"
expect 77 "once" "$nk" notice issue --pdf --person "$login" --warrant "$w"
expect 0 "the_next_import_does_not_lift_it" "$nk" import --json "$roster25"
run "$nk" person show --json "$login"
same "it_still_stands" true "$(said hidden)"
expect 77 "lifting_takes_a_second_person" "$nk" person unprotect "$login"
need 0 "who_is_asked" "$nk" warrant request --json --kind order --verbs UNPROTECT --scope "person:$id" --purpose 解除 --until 2025-04-20 --needs officer
w=$(said id)
need 0 "and_signs" "$nk" warrant sign --role officer --key "$site/officer.key" "$w"
expect 0 "then_it_is_lifted" "$nk" person unprotect --warrant "$w" "$login"
plan_and_apply
has "and_the_name_is_back" 'lang-ja-kana' <(entry)

# Duplicates --------------------------------------------------------------------------------------------------------------------
run "$nk" person duplicates --json
check "duplicates_are_shown_or_there_are_none" test "$status" = 0 -o "$status" = 2
[ -z "${NK_PAPERS:-}" ] || cp "$work/notices.pdf" "$work/one.pdf" "$NK_PAPERS"
done_testing
