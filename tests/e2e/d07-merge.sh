#!/bin/bash
# d07: one person who is there twice: duplicates, merge, accounts at a real directory, split, merge again, erased whole, nothing left.
. "$(dirname "$0")/lib.sh"

new_site "$work/site"
printf '[sweep]\ntemp = none\n\n[names]\nlogin = {romaji.family}{seq}\nmail = {login}@{domain}\n' >"$home/conf.d/e2e2.conf"
new_officer
new_slapd
new_target --allow-plain
head='学籍番号,氏名,フリガナ,生年月日,学部,学年'
cat >"$work/uni.csv" <<-ROWS
	$head
	0012001,佐渡山 源蔵,サドヤマ ゲンゾウ,2004-05-06,工学部,1年
	0012002,大野 太郎,オオノ タロウ,2004-07-08,工学部,1年
	0012003,小野 次郎,オノ ジロウ,2004-09-10,工学部,1年
	0012004,架空 三郎,カクウ サブロウ,2004-09-11,工学部,1年
	0012005,仮設 四郎,カセツ シロウ,2004-09-12,工学部,1年
ROWS
cat >"$work/lab.csv" <<-ROWS
	$head
	9900001,佐渡山 源蔵,サドヤマ ゲンゾウ,2004-05-06,研究所,1年
	9900002,茅場 花,カヤバ ハナ,2001-02-03,研究所,1年
	9900003,想井 月,オモイ ツキ,2001-02-04,研究所,1年
	9900004,試山 星,タメヤマ ホシ,2001-02-05,研究所,1年
	9900005,虚原 空,ウロハラ ソラ,2001-02-06,研究所,1年
ROWS
for s in uni lab; do
	run "$nk" import map --source $s --answer birth=yes --yes "$work/$s.csv"
	echo 'login = -' >>"$home/mappings/$s.map"
	need 0 "the_list_of_${s}_is_taken_in" "$nk" import --json --source $s "$work/$s.csv"
done
person() { # key, field
	run "$nk" person show --json "$1"
	said "$2"
}
number() { "$nk" person show --json "$1" 2>/dev/null | python3 -c 'import json, sys
print(next(("%s" % r["record"] for r in json.load(sys.stdin)["records"]), "-"))'; }
entry() { search -b "ou=people,$base" "(uid=$1)" '*' 2>/dev/null; }
active() { entry "$1" | grep -q '^dn:' && ! entry "$1" | grep -q '^employeeType: suspended'; }
order() { # VERB, A's id, B's id: $w is signed
	need 0 "an_order_to_${1,,}_is_asked_for" "$nk" warrant request --json --kind order --verbs "$1" --scope "persons:$2,$3" --purpose 名寄せ --until 2025-05-20 --needs officer
	w=$(said id)
	need 0 "and_signed_by_the_officer" "$nk" warrant sign --role officer --key "$site/officer.key" "$w"
}
plan_and_apply
a=$(person 0012001 id); b=$(person 9900001 id)
login_a=$(person 0012001 login); login_b=$(person 9900001 login)
same "ten_accounts" 10 "$(people_count)"
expect 2 "somebody_is_there_twice" "$nk" person duplicates --json
same "the_pair" "$a $b" "$(python3 -c 'import json, sys
p = json.loads(sys.stdin.readline()); print(p["a_id"], p["b_id"])' <"$logs/out")"

# Beforehand, and refusals ------------------------------------------------------------------------------------------------------
expect 2 "what_would_become_of_the_accounts_is_said" "$nk" person merge --dry-run --json 0012001 9900001
same "two_accounts_are_never_joined" "stays retired" "$(python3 -c 'import json, sys
print(*[a["becomes"] for a in json.loads(sys.stdin.readline())["accounts"]])' <"$logs/out")"
same "and_the_scope_that_an_order_needs" "persons:$a,$b" "$(said scope)"
has "and_the_next_command" 'warrant request --kind order --verbs MERGE' "$logs/err"
expect 2 "nothing_was_changed" "$nk" person duplicates
expect 77 "it_takes_an_order" "$nk" person merge 0012001 9900001
has "which_says_how" "scope persons:$a,$b" "$logs/err"
expect 73 "nobody_is_joined_to_himself" "$nk" person merge 0012001 "$login_a"
expect 1 "nobody_is_joined_to_nobody" "$nk" person merge 0012001 nobody
expect 5 "what_is_one_record_cannot_be_split" "$nk" person split 0012001
order MERGE "$b" "$a"
expect 77 "an_order_the_other_way_round_is_another" "$nk" person merge --warrant "$w" 0012001 9900001

# Joined ------------------------------------------------------------------------------------------------------------------------
order MERGE "$a" "$b"
need 0 "they_are_joined" "$nk" person merge --warrant "$w" --json 0012001 9900001
expect 0 "nobody_is_twice_any_more" "$nk" person duplicates
expect 77 "the_order_was_for_once" "$nk" person merge --warrant "$w" 0012002 9900002
same "by_either_key_the_first_one_answers" "$a $a" "$(person 0012001 id) $(person 9900001 id)"
same "also_by_the_login" "$a" "$(person "$login_b" id)"
run "$nk" person show --lang ja 9900001
has "both_records_are_shown" '9900001' "$logs/out"
run "$nk" person find --json 佐渡山
same "a_search_finds_one" 1 "$(wc -l <"$logs/out")"
run "$nk" person where --json "$login_b"
same "copies_of_both_are_told" 2 "$(grep -o '"kind":"import_file"' "$logs/out" | wc -l)"
same "and_both_accounts" 2 "$(grep -o '"state":"present"' "$logs/out" | wc -l)"
plan_and_apply
check "the_first_account_lives" active "$login_a"
check "the_second_one_is_suspended" test -n "$(entry "$login_b" | grep '^employeeType: suspended')"
expect 0 "a_plan_after_it_is_empty" "$nk" plan --json
sed 's/佐渡山 源蔵,サドヤマ/萱原 源蔵,カヤハラ/' "$work/lab.csv" >"$work/lab2.csv"
expect 0 "the_second_source_goes_on" "$nk" import --json --source lab "$work/lab2.csv"
same "nobody_is_made_anew" "0 1" "$(said joined) $(said changed)"
same "and_speaks_for_its_record_alone" "佐渡山 源蔵" "$(person 9900001 name)"
cp "$work/lab.csv" "$work/lab3.csv" && sed -i /^9900001/d "$work/lab3.csv"
expect 0 "the_second_source_lets_go" "$nk" import --json --source lab "$work/lab3.csv"
same "no_leaver_for_the_guard" 0 "$(said left)"
plan_and_apply # what the second source said of its record goes to the retired account alone
check "and_the_account_lives_on" active "$login_a"
check "nobody_is_due" test "$("$nk" plan --erase --json 2>/dev/null | said steps /dev/stdin)" = 0

# Split, and what comes back ----------------------------------------------------------------------------------------------------
sed s/2001-02-06/2001-02-07/ "$work/lab2.csv" >"$work/lab4.csv"
expect 0 "the_second_source_has_it_again" "$nk" import --json --source lab "$work/lab4.csv"
expect 5 "the_first_one_cannot_be_split_off" "$nk" person split 0012001
order SPLIT "$a" "$b"
need 0 "they_are_split" "$nk" person split --warrant "$w" 9900001
same "two_again" "$a $b" "$(person 0012001 id) $(person 9900001 id)"
plan_and_apply
check "both_accounts_live" active "$login_b"
check "the_first_one_too" active "$login_a"

# An account that only the second one has goes on as the first one's -------------------------------------------------------------
cat >>"$work/lab4.csv" <<-ROWS
	9900009,大野 太郎,オオノ タロウ,2004-07-08,研究所,1年
ROWS
sed -i 's/^\t//' "$work/lab4.csv"
need 0 "somebody_else_comes_from_the_second_source" "$nk" import --json --source lab "$work/lab4.csv"
c=$(person 9900009 id); d=$(person 0012002 id)
login_c=$(person 9900009 login); login_d=$(person 0012002 login)
anchor=$(search -b "ou=people,$base" "(uid=$login_d)" entryUUID 2>/dev/null | grep '^entryUUID')
expect 2 "it_is_said_beforehand" "$nk" person merge --dry-run --json 9900009 0012002
has "that_it_is_handed_over" '"becomes":"handed-over"' "$logs/out"
order MERGE "$c" "$d"
need 0 "they_are_joined_too" "$nk" person merge --warrant "$w" 9900009 0012002
plan_and_apply
same "the_same_account_has_the_first_ones_name" "$anchor" "$(search -b "ou=people,$base" "(uid=$login_c)" entryUUID 2>/dev/null | grep '^entryUUID')"
same "and_the_old_name_is_nobodys" "" "$(entry "$login_d")"
same "so_there_are_as_many_accounts_as_before" 10 "$(people_count)"
run "$nk" notice issue --json --person "$login_d"
same "a_notice_for_either_login_is_the_first_ones" "0 1" "$status $(grep -c "\"login\":\"$login_c\"" "$logs/out")"
expect 0 "after_it_a_plan_is_empty" "$nk" plan --json

# A protection of one is everybody's, and stays with both -----------------------------------------------------------------------
order MERGE "$a" "$b"
need 0 "joined_again" "$nk" person merge --warrant "$w" 0012001 9900001
need 0 "one_of_them_is_held" "$nk" person hold "$login_b"
same "so_are_both" True "$(person 0012001 hold | sed 's/true/True/')"
plan_and_apply

# Erased whole ------------------------------------------------------------------------------------------------------------------
sed -i /^0012001/d "$work/uni.csv"
need 0 "the_first_source_lets_go" "$nk" import --json --source uni "$work/uni.csv"
run "$nk" clock 2025-04-09
run "$nk" plan --erase --json
same "while_the_second_is_there_nobody_is_due" 0 "$(said steps)"
sed /^9900001/d "$work/lab4.csv" >"$work/lab3.csv"
need 0 "the_second_source_lets_go_too" "$nk" import --json --source lab "$work/lab3.csv"
same "now_somebody_leaves" 1 "$(said left)"
run "$nk" clock 2025-04-11
run "$nk" plan --erase --json
same "a_hold_of_one_keeps_all" 0 "$(said steps)"
need 0 "the_hold_is_lifted" "$nk" person release 0012001
rm -f "$work"/lab*.csv "$work"/uni.csv
plan_erase
same "both_numbers_are_in_the_list" 2 "$(said steps)"
expect 5 "what_is_in_an_erase_plan_is_not_split" "$nk" person split --dry-run 9900001
need 0 "they_are_erased" "$nk" apply "$ehash" --yes --json
cert=$(said certificate)
same "both_in_one_certificate" "2 E2" "$(said erased) $(said level)"
same "neither_account_is_left" 8 "$(people_count)"
expect 1 "nobody_has_the_first_key" "$nk" person show 0012001
expect 1 "nor_the_second" "$nk" person show 9900001
cp "$home/public/"* "$cert" "${cert%.dsse.json}.tlog-proof" "$work/logs/"
expect 0 "the_certificate_verifies" "$nk" verify "$cert" --keys "$home/public" --json
left=$(search -b "$base" '(objectClass=*)' '*' 2>/dev/null | python3 -c 'import base64, sys
for l in sys.stdin:
    k, _, v = l.rstrip("\n").partition(":")
    print(k, base64.b64decode(v[1:]).decode("utf-8", "replace") if v.startswith(":") else v)' | grep -cE "佐渡山|萱原|サドヤマ|カヤハラ|0012001|9900001|$login_a@|$login_b@")
same "the_directory_knows_nothing_of_either" 0 "$left"
same "nor_do_the_bytes_of_the_installation" "" "$(grep -rlaE '佐渡山|萱原|サドヤマ|カヤハラ|0012001|9900001' "$home" "$site/second")"
run "$nk" doctor --json
hasnt "the_store_is_healthy" '"level":"(fail|error|bad)"' "$logs/out"

# Handed over, split, and the second one erased alone: nobody's link and no foreign group keeps a name of it ----------------------
order SPLIT "$c" "$d"
need 0 "they_are_split_too" "$nk" person split --warrant "$w" 0012002
plan_and_apply
check "the_second_one_has_an_account_again" active "$login_d"
run "$nk" person show --json 9900009
hasnt "the_first_one_is_not_shown_with_its_names" "uid=$login_d," "$logs/out"
printf 'dn: cn=club,ou=groups,%s\nobjectClass: groupOfNames\ncn: club\nmember: uid=%s,ou=people,%s\nmember: uid=%s,ou=people,%s\n\n' \
	"$base" "$login_d" "$base" "$(person 0012003 login)" "$base" >"$work/club.ldif"
as_admin ldapadd -f "$work/club.ldif"
printf '%s\n' "$head" '0012003,小野 次郎,オノ ジロウ,2004-09-10,工学部,1年' '0012004,架空 三郎,カクウ サブロウ,2004-09-11,工学部,1年' \
	'0012005,仮設 四郎,カセツ シロウ,2004-09-12,工学部,1年' >"$work/uni.csv"
need 0 "the_first_source_lets_it_go" "$nk" import --json --source uni "$work/uni.csv"
same "it_alone_leaves" 1 "$(said left)"
rm -f "$work/uni.csv" "$work/club.ldif"
run "$nk" clock 2025-04-20
plan_and_apply
plan_erase
same "it_alone_is_in_the_list" 1 "$(said steps)"
need 0 "it_is_erased_alone" "$nk" apply "$ehash" --yes --json
same "the_group_of_others_has_the_others" "1 0" "$(search -b "cn=club,ou=groups,$base" member 2>/dev/null | grep -c '^member:') $(search -b "cn=club,ou=groups,$base" member 2>/dev/null | grep -c "uid=$login_d,")"
run "$nk" person show --json 9900009
same "the_first_one_is_still_there" "$c" "$(said id)"
hasnt "without_a_name_of_the_second" "uid=$login_d[,\"\\]|$login_d@|0012002" "$logs/out"
check "and_its_account_lives" active "$login_c"
expect 0 "and_there_is_nothing_to_do" "$nk" plan --json
done_testing
