#!/bin/bash
# a01: the main job on the sample rosters: in, out, a year later, leavers suspended, erased and proven; and after it a02, the
# byte search through the whole folder, because it needs exactly this state.
. "$(dirname "$0")/lib.sh"

# A roster comes in -------------------------------------------------------------------------------------------------------
new_site "$work/site"
new_officer
need 0 "the_first_roster_is_taken_in" "$nk" import "$roster25" --json
same "all_971_persons_joined" 971 "$(said joined)"
holding=$(said holding)
expect 0 "the_same_file_again_is_no_error" "$nk" import "$roster25" --json
same "and_changes_nothing" "same 0 0 0" "$(said outcome) $(said joined) $(said changed) $(said left)"
expect 0 "a_person_is_found_by_her_reading" "$nk" person find たかはし --json
has "with_name_and_login" '"name":"[^"]+".*"login":"hm[^"]+"|"login":"hm[^"]+".*"name":"[^"]+"' "$logs/out"

# Accounts go out ---------------------------------------------------------------------------------------------------------
new_slapd
new_target --files "$slapd/db" --rewrite "$root/tools/slapd-rewrite"
expect 0 "the_target_answers" "$nk" target test main --json
need 2 "the_first_plan_is_pending" "$nk" plan --json
hash=$(said hash)
has "no_personal_line_in_json_unless_asked" '"v":1' "$logs/out"
hasnt "no_personal_line_in_json" '"lines"' "$logs/out"
need 0 "the_plan_is_applied" "$nk" apply "$hash" --json
same "nothing_was_refused" "0 0" "$(said refused) $(said left)"
same "everybody_is_in_the_directory" 971 "$(people_count)"
search -b "$base" '(objectClass=groupOfNames)' dn >"$logs/groups"
check "classes_are_there" grep -q '^dn: cn=' "$logs/groups"
python3 - "$roster25" >"$work/pupil" <<'PY'
import csv, io, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as z:
    users = list(csv.DictReader(io.StringIO(z.read("users.csv").decode())))
u = next(u for u in users if u["familyName"] == "髙橋")
print("\n".join([u["username"], u["familyName"], u["givenName"], u["metadata.jp.kanaFamilyName"], u["metadata.jp.kanaGivenName"], u["email"]]))
PY
{ read -r login; read -r family; read -r given; read -r kfamily; read -r kgiven; read -r mail; } <"$work/pupil"
search -b "ou=people,$base" "(uid=$login)" '*' | python3 -c 'import base64,sys
for line in sys.stdin:
    k, sep, v = line.rstrip("\n").partition(":: ")
    print(k + ": " + base64.b64decode(v).decode() if sep else line.rstrip("\n"))' >"$work/entry"
has "a_pupil_has_her_name_in_kanji" "^sn;lang-ja: $family$" "$work/entry"
has "her_given_name" "^givenName;lang-ja: $given$" "$work/entry"
has "her_reading_in_kana" "^sn;lang-ja-kana: $kfamily$" "$work/entry"
has "and_of_the_given_name" "^givenName;lang-ja-kana: $kgiven$" "$work/entry"
has "her_mail" "^mail: $mail$" "$work/entry"
expect 0 "a_plan_after_the_apply_is_empty" "$nk" plan --json
same "with_no_step" "0 false" "$(said steps) $(said has_changes)"
expect 73 "the_same_plan_does_not_go_out_twice" "$nk" apply "$hash"

# Notices -----------------------------------------------------------------------------------------------------------------
expect 1 "a_notice_for_a_login_of_nobody" "$nk" notice issue --person nobody-is-called-so --json
has "says_that_it_is_nobodys" 'nobody has the login or id' "$logs/out"
need 0 "notices_are_made_for_one_class" "$nk" notice issue --json
cp "$logs/out" "$work/sheets" && chmod 600 "$work/sheets"
: >"$logs/out"
python3 - "$work/sheets" >"$work/one" <<'PY'
import json, sys
rows = [json.loads(l) for l in open(sys.argv[1])]
s = [r for r in rows if r.get("password")]
print("\n".join([s[0]["login"], s[0]["password"], str(len(s)), next(r["holding"] for r in rows if r.get("holding"))]))
PY
{ read -r joiner; read -r password; read -r sheets; read -r notice; } <"$work/one"
check "there_is_more_than_one_sheet" test "$sheets" -gt 10
bind_as() { printf %s "$2" >"$work/pw"; ldapwhoami -x -H "ldap://127.0.0.1:$port/" -D "uid=$1,ou=people,$base" -y "$work/pw"; }
check "a_joiner_signs_in_with_the_password_of_the_sheet" bind_as "$joiner" "$password"
expect 0 "the_notice_is_an_open_holding" "$nk" holding list --json
has "by_its_kind" "\"id\":\"$notice\"" "$logs/out"
expect 0 "handing_out_closes_it" "$nk" notice done "$notice"
# The second sheet's pupil stays, a leaver gets a password too: she must not be able to sign in later.
leaver=$(python3 - "$roster25" "$roster26" <<'PY'
import csv, io, sys, zipfile
def users(p):
    with zipfile.ZipFile(p) as z:
        return {u["sourcedId"]: u for u in csv.DictReader(io.StringIO(z.read("users.csv").decode()))}
old, new = users(sys.argv[1]), users(sys.argv[2])
print(next(u["username"] for k, u in sorted(old.items()) if k not in new and u["grades"] == "J3"))
PY
)
need 0 "a_later_leaver_gets_a_password_too" "$nk" notice issue --person "$leaver" --json
leaver_password=$(python3 -c 'import json,sys; print(next(r["password"] for r in map(json.loads, open(sys.argv[1])) if r.get("password")))' "$logs/out")
notice=$(python3 -c 'import json,sys; print(next(r["holding"] for r in map(json.loads, open(sys.argv[1])) if r.get("holding")))' "$logs/out")
: >"$logs/out"
check "and_signs_in_while_she_is_enrolled" bind_as "$leaver" "$leaver_password"
expect 0 "her_notice_is_handed_out" "$nk" notice done "$notice"

# Before any erasure: nothing of anybody in clear on a disk of ours (I1), while slapd of course has it all --------------------
check "the_byte_search_finds_what_is_planted" python3 "$here/residue_search.py" --self-test
check "I1_no_value_of_anybody_in_any_file_of_ours" python3 "$here/residue_search.py" --all "$roster25" "$home" "$site/second" "$site/operator.key"
if python3 "$here/residue_search.py" --quiet --erased "$roster25" "$roster26" "$slapd/db" >/dev/null; then
	not_ok "the_search_sees_the_leavers_in_slapds_files_before_the_erasure"
else ok "the_search_sees_the_leavers_in_slapds_files_before_the_erasure"; fi

expect 0 "the_roster_file_is_destroyed_and_its_holding_closed" "$nk" holding close "$holding" --verified --yes

# A year later ------------------------------------------------------------------------------------------------------------
expect 0 "the_simulated_clock_moves" "$nk" clock 2026-04-07
need 4 "the_second_year_is_held_back_by_the_guard" "$nk" import "$roster26" --json
ihash=$(said hash)
icount=$(said approve_count)
same "because_119_leave" "needs-approval 119 119" "$(said outcome) $icount $(said left)"
expect 4 "and_again_as_long_as_nobody_approved" "$nk" import "$roster26" --json
(umask 077; printf '%064d\n' 1 >"$work/nobody.key")
expect 77 "a_key_of_nobody_approves_nothing" "$nk" approve "$ihash" --count "$icount" --key "$work/nobody.key"
run "$nk" approve "$ihash" --count 118 --key "$site/officer.key"
same "another_number_is_not_signed" 65 "$status"
need 0 "the_second_person_approves" "$nk" approve "$ihash" --count "$icount" --key "$site/officer.key"
need 0 "then_it_is_taken_in" "$nk" import "$roster26" --json
same "joined_left" "done 116 119" "$(said outcome) $(said joined) $(said left)"
plan_and_apply
ok "the_second_years_plan_is_applied"
same "the_leavers_are_still_in_the_directory" $((971 + 116)) "$(people_count)"
if bind_as "$leaver" "$leaver_password" >/dev/null 2>&1; then not_ok "a_suspended_leaver_cannot_sign_in"; else ok "a_suspended_leaver_cannot_sign_in"; fi
check "who_stayed_can" bind_as "$joiner" "$password"

# Erasure -----------------------------------------------------------------------------------------------------------------
run "$nk" plan --erase --json
same "119_are_due_for_erasure" 119 "$(said steps)"
ehash=$(said hash)
if [ "$(said verdict)" != free ]; then
	ecount=$(said approve_count)
	expect 4 "the_erasure_waits_for_the_second_person" "$nk" apply "$ehash" --yes
	approve "$ehash" "$ecount"
fi
need 0 "the_erasure_is_done" "$nk" apply "$ehash" --yes --json
cert=$(said certificate)
same "119_persons_level_E2_with_the_sealer_in_a_file" "119 E2" "$(said erased) $(said level)"
same "they_are_out_of_the_directory" 968 "$(people_count)"
same "no_class_names_them" "" "$(search -b "$base" "(member=uid=$leaver,ou=people,$base)" dn)"
run "$nk" person show "$leaver"
check "nobody_finds_them_any_more" test "$status" = 1
expect 0 "a_plan_after_it_is_empty" "$nk" plan --json
for f in .tlog-proof .ja.txt .en.txt; do check "beside_the_certificate_lies_its_$f" test -s "${cert%.dsse.json}$f"; done
has "the_text_says_the_clock_is_simulated" 'simulated' "${cert%.dsse.json}.en.txt"

# Checked by others, elsewhere ----------------------------------------------------------------------------------------------
mkdir "$work/third-party"
cp "$home/public/"* "$cert" "${cert%.dsse.json}.tlog-proof" "$work/third-party/"
cp "$nk" "$work/third-party/nokosazu"
elsewhere() (cd "$work/third-party" && env -u NOKOSAZU_HOME -u NOKOSAZU_KEY_FILE ./nokosazu verify "$@")
envelope=$(basename "$cert")
expect 0 "verify_in_another_folder_with_public_keys_only" elsewhere "./$envelope" --keys . --json
same "is_good_and_says_the_level" "true E2" "$(said good) $(said level)"
python3 - "$work/third-party/$envelope" "$work/third-party/forged.dsse.json" <<'PY'
import base64, json, sys
e = json.load(open(sys.argv[1]))
e["payload"] = base64.b64encode(base64.b64decode(e["payload"]).replace(b'"persons":119', b'"persons":118')).decode()
json.dump(e, open(sys.argv[2], "w"))
PY
expect 1 "a_changed_certificate_is_refused" elsewhere ./forged.dsse.json --keys . --proof "./${envelope%.dsse.json}.tlog-proof"
sed '4s/^\(.\)./\1A/;5s/^\(.\)./\1B/' "$work/third-party/${envelope%.dsse.json}.tlog-proof" >"$work/third-party/bad.tlog-proof"
expect 1 "a_changed_proof_is_refused" elsewhere "./$envelope" --keys . --proof ./bad.tlog-proof
if [ -x "$root/tests/verify/dsse_openssl.sh" ]; then
	expect 0 "openssl_confirms_the_signature" "$root/tests/verify/dsse_openssl.sh" "$cert" "$home/public/certificate.pem"
	expect 1 "and_refuses_the_forged_one" "$root/tests/verify/dsse_openssl.sh" "$work/third-party/forged.dsse.json" "$home/public/certificate.pem"
else not_ok "openssl_confirms_the_signature" "no tests/verify/dsse_openssl.sh"; fi
# The leaf stands in the proof's extra line: that, and that it holds the digest of the payload, with Python; the tree with Go.
cat >"$work/leaf.py" <<'PY'
import base64, hashlib, json, sys
lines = open(sys.argv[1]).read().split("\n")
leaf = base64.b64decode(next(l[6:] for l in lines if l.startswith("extra ")))
payload = base64.b64decode(json.load(open(sys.argv[2]))["payload"])
assert hashlib.sha256(payload).hexdigest().encode() in leaf
open(sys.argv[3], "wb").write(leaf)
PY
expect 0 "the_leaf_in_the_proof_is_of_this_certificate" python3 "$work/leaf.py" "${cert%.dsse.json}.tlog-proof" "$cert" "$work/leaf"
"$root/tests/verify/run.sh" "$home/public/ledger.vkey" "${cert%.dsse.json}.tlog-proof" "$work/leaf" >"$logs/go" 2>&1
case $? in
0) ok "go_confirms_that_it_is_in_the_ledger" ;;
77) skip "go_confirms_that_it_is_in_the_ledger" "needs golang-golang-x-mod-dev" ;;
*) not_ok "go_confirms_that_it_is_in_the_ledger" "$(cat "$logs/go")" ;;
esac
expect 0 "the_ledger_verifies" "$nk" ledger verify
expect 2 "the_doctor_warns_of_a_single_file_sealer_and_of_nothing_worse" "$nk" doctor --json
hasnt "no_line_of_the_doctor_fails" '"level":"fail"' "$logs/out"

# a02: the whole folder, slapd's files included ------------------------------------------------------------------------------
if python3 "$here/residue_search.py" --erased "$roster25" "$roster26" --certificate "$cert" --files "main=$slapd/db" "$site" >"$logs/residue" 2>&1; then
	ok "a02_what_the_byte_search_finds_is_what_the_certificate_says"
	sed 's/^/# /' "$logs/residue"
else not_ok "a02_what_the_byte_search_finds_is_what_the_certificate_says" "$(cat "$logs/residue")"; fi
check "a02_nothing_of_the_leavers_even_in_slapds_files" grep -q '"files":"rewritten-and-clean"' <(python3 -c 'import base64,json,sys
print(base64.b64decode(json.load(open(sys.argv[1]))["payload"]).decode())' "$cert")
check "a02_nothing_of_those_who_stayed_in_our_files" python3 "$here/residue_search.py" --all "$roster26" "$home" "$site/second"
done_testing
