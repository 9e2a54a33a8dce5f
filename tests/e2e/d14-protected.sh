#!/bin/bash
# d14: which name each system is told, and what of a protected person leaves, way by way (docs/protected.md). The list is made here.
. "$(dirname "$0")/lib.sh"

new_site "$work/site"
printf '[sweep]\ntemp = none\n' >"$home/conf.d/sweep.conf"
new_slapd
new_target --allow-plain
new_officer
cat >"$work/list.csv" <<'LIST'
学籍番号,氏名,フリガナ,通称名,通称名フリガナ,学部,学年,メール,旧姓
0012001,佐渡山 源蔵,サドヤマ ゲンゾウ,,,工学部,1年,g.sadoyama@hoshimi.example.jp,
0012002,鴻巣 千早,コウノス チハヤ,金城 千早,キンジョウ チハヤ,工学部,1年,chihaya@hoshimi.example.jp,
0012003,無量塔 小町,ムラタ コマチ,,,文学部,1年,komachi@hoshimi.example.jp,
0012004,椎葉 与一,シイバ ヨイチ,,,文学部,1年,yoichi@hoshimi.example.jp,奈良原
LIST
run "$nk" import map --source uni --answer split=yes --answer state=yes "$work/list.csv"
need 0 "a_list_with_a_name_in_use_is_taken_in" "$nk" import --json --source uni "$work/list.csv"
entry() { search -b "ou=people,$base" "(uid=$1)" '*' 2>/dev/null | python3 -c 'import base64, sys
for l in sys.stdin:
    k, _, v = l.rstrip("\n").partition(":")
    print(k, base64.b64decode(v[1:]).decode("utf-8", "replace") if v.startswith(":") else v)'; }

# Which name --------------------------------------------------------------------------------------------------------------------
plan_and_apply
entry 0012002 >"$work/entry"
has "without_a_word_a_system_is_told_the_name_in_use" '^cn  ?金城 千早' "$work/entry"
hasnt "and_never_the_legal_one" '鴻巣|コウノス' "$work/entry"
expect 0 "who_looks_at_a_person_sees_what_a_system_is_told" "$nk" person show --json 0012002
same "in_use" 'in-use 金城 千早' "$(python3 -c 'import json, sys
print(*[t["name_taken"] + " " + t["name"] for t in json.load(sys.stdin)["targets"]])' <"$logs/out")"
setting() { printf '[target main]\n%s\n' "$1" >"$home/conf.d/zz.conf"; }
setting 'name = 通称'
expect 78 "another_word_is_refused" "$nk" config check
has "with_what_is_known" 'in-use, legal, both' "$logs/err"
setting 'name = legal'
plan_and_apply
entry 0012002 >"$work/entry"
has "a_system_of_the_legal_name_is_told_that" '^cn  ?鴻巣 千早' "$work/entry"
hasnt "and_never_the_one_in_use" '金城|キンジョウ' "$work/entry"
run "$nk" person show --lang ja 0012002
has "which_is_shown" '戸籍名 +鴻巣 千早' "$logs/out"
rm "$home/conf.d/zz.conf"
plan_and_apply

# What somebody was called before, from a column of the list ---------------------------------------------------------------------
former() { run "$nk" person show --json "$1"; python3 -c 'import json, sys
print(*[n["until"] + " " + n["name"] for n in json.load(sys.stdin)["former_names"]])' <"$logs/out"; }
same "a_former_surname_stands_with_the_given_name_of_today" '- 奈良原 与一' "$(former 0012004)"
expect 0 "the_same_list_again_changes_nothing" "$nk" import --json --source uni "$work/list.csv"
same "it_is_the_same" same "$(said outcome)"
sed 's/^0012001,佐渡山 源蔵,サドヤマ\(.*\),$/0012001,茅場 源蔵,カヤバ\1,佐渡山/' "$work/list.csv" >"$work/married.csv"
expect 0 "who_marries_has_both_in_one_list" "$nk" import --json --source uni "$work/married.csv"
check "and_one_name_of_before" test "$(former 0012001 | grep -o 佐渡山 | wc -l)" = 1
sed 's/,奈良原$/,/' "$work/list.csv" >"$work/forgotten.csv"
expect 0 "a_list_that_forgets_it" "$nk" import --json --source uni "$work/forgotten.csv"
same "takes_none_away" '- 奈良原 与一' "$(former 0012004)"
mkdir "$work/share" && echo '保護者会 奈良原　与一 様' >"$work/share/letter.txt"
run "$nk" scan --roster --only none "$work/share"
same "a_scan_knows_it" 2 "$status"
plan_if_any() { run "$nk" plan --json; [ "$status" = 0 ] || plan_and_apply; }
plan_if_any

# Photos, which are somebody else's -----------------------------------------------------------------------------------------------
jpeg=/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA=
for n in 1 3 4; do
	printf 'dn: uid=001200%s,ou=people,%s\nchangetype: modify\nadd: jpegPhoto\njpegPhoto:: %s\n\n' "$n" "$base" "$jpeg"
done >"$work/photos.ldif"
check "photos_are_put_there" as_admin ldapmodify -f "$work/photos.ldif"
run "$nk" plan --json
same "which_is_nobodys_business" 0 "$status"
entry 0012001 >"$work/one"
has "a_photo_of_somebody_else_stays" '^jpegPhoto' "$work/one"
expect 0 "a_person_is_protected" "$nk" person protect 0012003
setting 'hide_photo = none'
plan_and_apply
entry 0012003 >"$work/three"
has "a_site_may_leave_photos_alone" '^jpegPhoto' "$work/three"
setting 'hide_photo = a b c d e f'
expect 78 "six_attributes_are_too_many" "$nk" config check
rm "$home/conf.d/zz.conf"
run "$nk" plan --json
same "else_a_plan_takes_the_photo_away" 1 "$(said change)"
plan_and_apply
entry 0012001 >"$work/one"
entry 0012003 >"$work/three"
hasnt "and_it_is_gone" '^jpegPhoto' "$work/three"
has "of_the_protected_alone" '^jpegPhoto' "$work/one"
run "$nk" plan --json
same "then_nothing_is_left_to_do" 0 "$status"

# Every way out -------------------------------------------------------------------------------------------------------------------
# 0012003 is protected. What is hers: name, reading, faculty; the number and the login are not.
hers='無量塔|小町|ムラタ|コマチ|murata|komachi@'
cat >"$work/twice.csv" <<'LIST'
学籍番号,氏名,フリガナ,生年月日,学部
9900001,無量塔 小町,ムラタ コマチ,2004-05-06,夜間部
9900002,波多江 仁,ハタエ ジン,2003-01-02,夜間部
LIST
sed -e '1s/$/,生年月日/' -e '2,$s/$/,2003-04-05/' -e 's/^\(0012003,.*\),2003-04-05$/\1,2004-05-06/' "$work/list.csv" >"$work/born.csv"
expect 0 "with_birthdays" "$nk" import map --source uni --renew --answer birth=yes "$work/born.csv"
need 0 "birthdays_are_taken_in" "$nk" import --json --source uni "$work/born.csv"
expect 0 "its_columns_are_known" "$nk" import map --source night --answer birth=yes "$work/twice.csv"
need 0 "a_second_list_has_somebody_twice" "$nk" import --json --source night "$work/twice.csv"
run "$nk" person duplicates --json
has "a_pair_is_shown" '"a_name":"#3","b_name":"#5"' "$logs/out"
hasnt "the_other_of_the_pair_does_not_tell_the_name" "$hers" "$logs/out"
run "$nk" person find --json 0012
has "a_list_has_her_number" '"name":"#' "$logs/out"
hasnt "not_her_name" "$hers|文学部.*0012003" <(grep 0012003 "$logs/out")
for c in "plan --json" "plan" "person names --dry-run --json" "calendar --json" "plan --erase --json" "holding list --json" "census --json"; do
	# shellcheck disable=SC2086
	run "$nk" $c
	hasnt "not_in_${c// /_}" "$hers" <(grep -v 9900001 "$logs/out")
done
expect 0 "what_copies_there_are_of_her_is_asked_by_key" "$nk" ask --person 0012003 --json
hasnt "and_answered_without_a_name" "$hers" "$logs/out"

# A census: an account that was there before, of her name
printf 'dn: uid=old,ou=people,%s\nobjectClass: inetOrgPerson\nuid: old\ncn: 無量塔 小町\nsn: 無量塔\nmail: komachi.m@old.example.jp\n\n' "$base" >"$work/old.ldif"
printf 'dn: uid=other,ou=people,%s\nobjectClass: inetOrgPerson\nuid: other\ncn: 門間 仁\nsn: 門間\n\n' "$base" >>"$work/old.ldif"
check "accounts_were_there_before" as_admin ldapadd -f "$work/old.ldif"
run "$nk" census --json
has "hers_is_counted" 'uid=old' "$logs/out"
hasnt "without_what_it_is_called" "$hers" "$logs/out"
run "$nk" census --json --csv "$work/census.csv"
same "a_file_does_not_have_it" 1 "$(said held_back)"
hasnt "in_any_word" "uid=old|$hers" "$work/census.csv"
has "but_the_others" 'uid=other' "$work/census.csv"

# Rows with errors, back to whoever mends them
sed -e 's/^\(0012004.*\)yoichi@/\1komachi@/' "$work/born.csv" >"$work/bad.csv"
run "$nk" import check --json --source uni --rejects "$work/rejects.csv" "$work/bad.csv"
same "a_row_of_hers_is_told" 1 "$(said held_back)"
hasnt "without_its_cells" "無量塔|小町|ムラタ|コマチ" "$work/rejects.csv"
has "with_line_and_reason" ',4' "$work/rejects.csv"
has "while_others_are_there" '椎葉' "$work/rejects.csv"

# Letters of a case
run "$nk" holding list --json
copy=$(python3 -c 'import json, sys
print([h["id"] for h in map(json.loads, sys.stdin) if h.get("kind") == "target"][0])' <"$logs/out")
need 0 "there_is_a_doubt" "$nk" suspect "a list lay open" --json
case=$(said receipt)
need 0 "about_a_copy" "$nk" case hold "$case" "$copy" --harm leaked --from 2025-04-01T10:00 --until 2025-04-03T10:00
mkdir "$work/letters" "$work/letters2"
expect 0 "letters_are_written" "$nk" case letters --json --into "$work/letters" --key "$site/officer.key" --lang ja "$case"
same "to_everybody_but_her" "3 1" "$(said letters) $(said held_back)"
hasnt "whom_they_do_not_name" "$hers" <(grep -v 9900001 "$work/letters/letters.txt")
id=$(said case)
expect 1 "a_warrant_that_is_none_gives_nothing" "$nk" case letters --into "$work/letters2" --key "$site/officer.key" --warrant "$copy" "$case"
same "not_even_a_file" 0 "$(find "$work/letters2" -type f | wc -l)"
need 0 "a_second_person_is_asked" "$nk" warrant request --json --kind access --verbs LETTERS --scope "case:$id" --purpose 通知 --until 2025-04-20 --needs officer
w=$(said id)
expect 77 "unsigned_it_is_worth_nothing" "$nk" case letters --into "$work/letters2" --key "$site/officer.key" --warrant "$w" "$case"
need 0 "and_signs" "$nk" warrant sign --role officer --key "$site/officer.key" "$w"
expect 0 "then_she_gets_hers" "$nk" case letters --json --into "$work/letters2" --key "$site/officer.key" --lang ja --warrant "$w" "$case"
same "nobody_is_left_out" "4 0" "$(said letters) $(said held_back)"
has "by_name" '無量塔 小町' "$work/letters2/letters.txt"
done_testing
