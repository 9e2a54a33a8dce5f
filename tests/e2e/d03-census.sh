#!/bin/bash
# d03: day one: a directory that held accounts before us; whose they are, what is decided, and that nothing is touched before.
. "$(dirname "$0")/lib.sh"
python3 "$root/tools/rostergen" --persons 450 --seed d03 --year 2026 --out "$work/2026.zip" || bail "a_roster_is_made"
new_site "$work/site"
new_officer
run "$nk" clock 2026-10-20
need 0 "the_roster_is_taken_in" "$nk" import "$work/2026.zip" --json
new_slapd
new_target

# Accounts of before: one line each: what it is for, then the entry.
cat >"$work/before.py" <<'PY'
import base64, csv, io, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as z:
    users = list(csv.DictReader(io.StringIO(z.read("users.csv").decode())))
base = sys.argv[2]
full = [u["familyName"] + u["givenName"] for u in users]
kana = [u["metadata.jp.kanaFamilyName"] + u["metadata.jp.kanaGivenName"] for u in users]
unique = [u for u, f, k in zip(users, full, kana) if full.count(f) == 1 and kana.count(k) == 1]
variant = next(u for u in unique if "髙" in u["familyName"] or "﨑" in u["familyName"] or "邉" in u["familyName"] or "嶋" in u["familyName"] or "澤" in u["familyName"] or "齋" in u["familyName"] or "濱" in u["familyName"])
rest = [u for u in unique if u is not variant]
a, b, c, d, e, gone = rest[:6]
twin = next(u for u, f in zip(users, full) if full.count(f) > 1)
b64 = lambda s: base64.b64encode(s.encode()).decode()
plain = str.maketrans("髙﨑邉嶋澤齋濱", "高崎辺島沢斎浜")
def name(u): return u["familyName"] + " " + u["givenName"]
rows = [
    ("login", a["username"], name(a), a["email"], a),
    ("mail_other_name", "renraku7", "別人 太郎", b["email"], b),
    ("variant", "acc01", name(variant).translate(plain), "", variant),
    ("name_only", "acc02", name(c), "", c),
    ("kana_only", "acc03", d["metadata.jp.kanaFamilyName"] + " " + d["metadata.jp.kanaGivenName"], "", d),
    ("namesakes", "acc04", name(twin), "", None),
    ("nobody", "zzz99", "誰某 何某", "", None),
    ("service", "svc-scanner", "スキャナ", "", None),
    ("shared", "room2", "第二職員室", "", None),
    ("leaver", gone["username"] + "x", name(gone), gone["email"], gone),
]
out = open(sys.argv[3], "w")
out.write(f"dn: ou=people,{base}\nobjectClass: organizationalUnit\nou: people\n\n")
for what, uid, cn, mail, who in rows:
    out.write(f"dn: uid={uid},ou=people,{base}\nobjectClass: inetOrgPerson\nuid: {uid}\ncn:: {b64(cn)}\nsn:: {b64(cn.split(' ')[0])}\n" + (f"mail: {mail}\n" if mail else "") + "\n")
    print(what, uid, who["username"] if who else "-")
PY
python3 "$work/before.py" "$work/2026.zip" "$base" "$work/before.ldif" >"$work/rows" || bail "accounts_of_before_are_made"
as_admin ldapadd -f "$work/before.ldif" || bail "they_are_in_the_directory" "$(cat "$logs/ldap.err")"
uid_of() { awk -v w="$1" '$1 == w { print $2 }' "$work/rows"; }
whose() { awk -v w="$1" '$1 == w { print $3 }' "$work/rows"; }
gone=$(whose leaver)
python3 "$here/guard_files.py" "$work/2026.zip" one_leaves "$work/left.zip" "$gone"
need 0 "one_person_leaves" "$nk" import "$work/left.zip" --json
before=$(directory_digest)

# The census -------------------------------------------------------------------------------------------------------------
need 2 "the_census_finds_undecided_accounts" "$nk" census main --json
cp "$logs/out" "$work/census" && : >"$logs/out"
tell() { # what → "looks confidence login why,why"
	python3 - "$work/census" "$(uid_of "$1")" <<'PY'
import json, sys
for line in open(sys.argv[1]):
    o = json.loads(line)
    if o["type"] == "census-account" and o["uid"] == sys.argv[2]:
        p = o["persons"][0] if o["persons"] else None
        print(o["looks"], *((p["confidence"], p["login"], ",".join(p["why"])) if p else ()))
PY
}
same "all_of_them_are_counted" "0 10 10" "$(tail -n 1 "$work/census" | python3 -c 'import json,sys; o = json.load(sys.stdin); print(o["ours"], o["accounts"], o["undecided"])')"
same "login_mail_and_name_are_sure" "sure 98 $(whose login) login,mail,name" "$(tell login)"
same "a_mail_with_another_name_is_only_likely" "likely 55 $(whose mail_other_name) mail,other-name" "$(tell mail_other_name)"
same "a_name_in_other_characters_is_likely" "likely 70 $(whose variant) variant" "$(tell variant)"
same "a_name_alone_is_likely" "likely 75 $(whose name_only) name" "$(tell name_only)"
same "a_reading_alone_is_possible" "possible 40 $(whose kana_only) kana" "$(tell kana_only)"
case $(tell namesakes) in "possible 25 "*several*) ok "a_name_of_several_proves_nobody" ;; *) not_ok "a_name_of_several_proves_nobody" "$(tell namesakes)" ;; esac
same "one_is_nobodys" "nobody" "$(tell nobody)"
same "a_service_account_is_told_as_one" "service" "$(tell service)"
same "a_room_is_told_as_shared" "shared" "$(tell shared)"
case $(tell leaver) in "leaver 98 $gone"*left*) ok "the_account_of_a_leaver_is_told" ;; *) not_ok "the_account_of_a_leaver_is_told" "$(tell leaver)" ;; esac
expect 2 "it_is_read_by_people_too" "$nk" census
has "with_what_to_do" 'census decide' <(cat "$logs/out" "$logs/err")
expect 2 "as_a_table_it_is_a_copy_on_the_books" "$nk" census --csv "$work/site/accounts.csv" --json
holding=$(said holding)
check "which_exists" test -s "$work/site/accounts.csv"
has "with_a_line_for_each" 'svc-scanner' "$work/site/accounts.csv"
expect 0 "and_stands_in_the_list" "$nk" holding list --json
has "by_its_id" "$holding" "$logs/out"
same "nothing_was_touched" "$before" "$(directory_digest)"

# Plans ------------------------------------------------------------------------------------------------------------------
run "$nk" plan --json --all
same "a_plan_says_how_many_are_undecided" 10 "$(said undecided)"
same "who_may_have_one_gets_no_second_account" 2 "$(said conflicts)"
hasnt "none_of_them_is_in_the_plan" "svc-scanner|zzz99|renraku7|acc0[1-4]" <(tail -n 1 "$logs/out" | python3 -c 'import json,sys
for l in json.load(sys.stdin)["lines"]:
    if l["kind"] != "conflict": print(l["key"])')

# Decisions -----------------------------------------------------------------------------------------------------------------
expect 1 "an_account_that_is_not_there" "$nk" census decide nosuch ignore
expect 64 "a_word_that_is_no_decision" "$nk" census decide zzz99 delete
expect 64 "adopt_needs_a_person" "$nk" census decide zzz99 adopt
expect 1 "whom_there_is" "$nk" census decide zzz99 adopt nobody-at-all
expect 0 "a_service_is_decided" "$nk" census decide svc-scanner service
expect 0 "a_room_too" "$nk" census decide "uid=room2,ou=people,$base" shared
expect 0 "one_is_ignored" "$nk" census decide acc04 ignore
expect 64 "a_day_goes_with_an_erasure" "$nk" census decide zzz99 ignore --on 2026-12-01
expect 64 "and_is_one" "$nk" census decide zzz99 erase-later --on 2026-12-32
expect 64 "that_one_was_erased_is_not_decided" "$nk" census decide zzz99 erased
expect 0 "one_is_to_go_later" "$nk" census decide zzz99 erase-later --on 2026-12-01
expect 0 "one_is_adopted" "$nk" census decide "$(uid_of login)" adopt "$(whose login)"
expect 0 "another_one_by_its_mail" "$nk" census decide renraku7 adopt "$(whose mail_other_name)"
expect 5 "an_adopted_one_is_not_decided_again" "$nk" census decide renraku7 ignore
expect 73 "nobody_gets_two" "$nk" census decide acc02 adopt "$(whose login)"
expect 0 "a_decision_can_be_changed" "$nk" census decide acc04 shared
same "still_nothing_was_touched" "$before" "$(directory_digest)"
run "$nk" census --json
same "what_is_left" "2 8 4" "$(said ours) $(said accounts) $(said undecided)"
has "decisions_are_shown" '"uid":"acc04".*"decision":"shared"' "$logs/out"
run "$nk" plan --json
same "the_plan_changes_the_adopted_and_adds_the_others" "true 0" "$( [ "$(said change)" -ge 1 ] && echo true) $(said conflicts)"
plan_and_apply
same "the_adopted_account_has_its_login" 1 "$(search -b "ou=people,$base" "(uid=$(whose mail_other_name))" dn 2>/dev/null | grep -c '^dn:')"
same "the_others_are_as_they_were" "8" "$(search -b "ou=people,$base" '(|(uid=acc0*)(uid=zzz99)(uid=svc-scanner)(uid=room2)(cn=別人*)(uid='"$(uid_of leaver)"'))' dn 2>/dev/null | grep -c '^dn:')"
expect 0 "a_plan_after_it_is_empty" "$nk" plan --json
same "and_still_says_who_is_undecided" 4 "$(said undecided)"

# A former name: an account that was made by hand with the name somebody had before -----------------------------------------------
python3 - "$work/left.zip" "$work/married.zip" "$base" "$work/former.ldif" "$here" <<'PY'
import base64, sys
sys.path.insert(0, sys.argv[5])
import guard_files
r = guard_files.Roster(sys.argv[1])
full = [u["familyName"] + u["givenName"] for u in r.rows("users")]
u = next(u for u in reversed(r.rows("users")) if full.count(u["familyName"] + u["givenName"]) == 1)
cn = base64.b64encode((u["familyName"] + " " + u["givenName"]).encode()).decode()
u["familyName"] = u["preferredFamilyName"] = "新姓院"
r.write(sys.argv[2])
open(sys.argv[4], "w").write(f"dn: uid=old17,ou=people,{sys.argv[3]}\nobjectClass: inetOrgPerson\nuid: old17\ncn:: {cn}\nsn: x\n")
PY
need 0 "somebody_changes_the_name" "$nk" import "$work/married.zip" --json
same "one" 1 "$(said renamed)"
as_admin ldapadd -f "$work/former.ldif" || bail "an_account_with_the_former_name" "$(cat "$logs/ldap.err")"
run "$nk" census --undecided --json
cp "$logs/out" "$work/census" && : >"$logs/out"
echo "former old17 -" >>"$work/rows"
case $(tell former) in "likely 60 "*former) ok "a_former_name_is_known" ;; *) not_ok "a_former_name_is_known" "$(tell former)" ;; esac
# What was to go later goes: on its day, with a second person's word, read back -----------------------------------------------------
account=uid=zzz99,ou=people,$base
held() { search -b "ou=people,$base" "(uid=zzz99)" dn 2>/dev/null | grep -c '^dn:'; }
named() { search -b "$base" "(member=$account)" dn 2>/dev/null | grep -c '^dn:'; }
run "$nk" plan --json
[ "$status" = 0 ] || plan_and_apply
run "$nk" census --json
same "the_day_is_shown" "2026-12-01" "$(python3 -c 'import json, sys
for l in open(sys.argv[1]):
    o = json.loads(l)
    if o.get("uid") == "zzz99": print(o["due_on"])' "$logs/out")"
expect 0 "before_its_day_no_plan_proposes_it" "$nk" plan --as-of 2026-11-30 --json
expect 4 "on_its_day_one_does" "$nk" plan --as-of 2026-12-01 --json --all
same "that_account_alone" "1 1" "$(said delete) $(said steps)"
same "for_a_second_person" "needs-approval 1" "$(said verdict) $(said approve_count)"
has "by_a_rule_of_its_own" '"rule":"P11"' "$logs/out"
printf 'dn: cn=of-others,%s\nobjectClass: groupOfNames\ncn: of-others\nmember: %s\n\n' "ou=groups,$base" "$account" >"$work/group.ldif"
as_admin ldapadd -f "$work/group.ldif" || bail "somebody_elses_group" "$(cat "$logs/ldap.err")"
run "$nk" plan --as-of 2026-12-01 --json --all
same "it_does_not_take_somebody_elses_group_with_it" "0 1" "$(said delete) $(said conflicts)"
printf 'dn: cn=of-others,%s\nchangetype: modify\nadd: member\nmember: uid=svc-scanner,ou=people,%s\n' "ou=groups,$base" "$base" >"$work/group.ldif"
as_admin ldapmodify -f "$work/group.ldif" || bail "the_group_gets_another_member" "$(cat "$logs/ldap.err")"
need 0 "its_day_comes" "$nk" clock 2026-12-01
printf '\n[guard]\nprotected = zzz99\n' >"$home/conf.d/zz.conf" && chmod 600 "$home/conf.d/zz.conf"
expect 4 "a_protected_name_stops_it" "$nk" plan --json
same "whoever_would_approve" "stopped" "$(said verdict)"
rm "$home/conf.d/zz.conf"
expect 0 "somebody_thinks_better_of_it" "$nk" census decide zzz99 ignore
run "$nk" plan --json
same "then_nothing_is_proposed" 0 "$(said delete)"
expect 0 "and_again" "$nk" census decide zzz99 erase-later --on 2026-11-01
expect 4 "it_is_planned" "$nk" plan --json
hash=$(said hash)
same "with_its_place_in_the_group" "1 1" "$(said delete) $(said member_remove)"
expect 4 "without_the_second_person_nothing_happens" "$nk" apply "$hash" --yes
same "it_is_still_there" "1 1" "$(held) $(named)"
approve "$hash" 1
expect 0 "with_her_word_it_is_deleted" "$nk" apply "$hash" --yes --json
same "and_named_nowhere" "0 0" "$(held) $(named)"
same "the_group_lives" 1 "$(search -b "ou=groups,$base" '(cn=of-others)' dn 2>/dev/null | grep -c '^dn:')"
same "the_others_live" 2 "$(search -b "ou=people,$base" '(|(uid=svc-scanner)(uid=room2))' dn 2>/dev/null | grep -c '^dn:')"
expect 0 "there_is_a_statement_of_it" "$nk" evidence list --about "plan:$hash" --json
has "that_it_was_read_back" 'census-erasure' "$logs/out"
run "$nk" census --json
hasnt "the_census_does_not_list_it_any_more" '"uid":"zzz99"' "$logs/out"
run "$nk" plan --json
same "the_next_plan_does_not_want_it" 0 "$(said delete)"
expect 0 "one_more_is_to_go" "$nk" census decide acc02 erase-later --on 2026-11-01
as_admin ldapdelete "uid=acc02,ou=people,$base" || bail "somebody_deletes_it_first" "$(cat "$logs/ldap.err")"
python3 "$here/guard_files.py" "$work/married.zip" one_leaves "$work/last.zip" "$(whose name_only)"
run "$nk" import "$work/last.zip" --json
run "$nk" plan --json
[ "$status" = 0 ] || plan_and_apply
expect 0 "what_somebody_else_deleted_is_called_gone" sh -c "cat '$home/ledger/tile/entries/'* '$home/ledger/tile/entries/'*/* 2>/dev/null | grep -aq '\"gone\"'"
expect 0 "the_ledger_verifies" "$nk" ledger verify
done_testing
