#!/bin/bash
# a03: everything that says "gone" can also say "not gone": read-back, scan, vault and the byte search of a02 each see what is
# put in their way. (tests/torture/mutants.sh switches parts of the product off, which needs a compiler.)
. "$(dirname "$0")/lib.sh"
nm -D "$nk" 2>/dev/null | grep -q __asan_init && skip_all "it is the search that is tried here, and that is the same in both halves"

new_site "$work/site"
new_officer
run "$nk" import "$roster25"
[ "$status" = 0 ] || bail "the_first_year_is_taken_in"
new_slapd
new_target --files "$slapd/db"
plan_and_apply
import_2026
plan_and_apply
plan_erase
python3 - "$roster25" "$roster26" >"$work/who" <<'PY'
import csv, io, sys, zipfile
def users(p):
    with zipfile.ZipFile(p) as z:
        return {u["sourcedId"]: u for u in csv.DictReader(io.StringIO(z.read("users.csv").decode()))}
old, new = users(sys.argv[1]), users(sys.argv[2])
stay = {u["familyName"] + u["givenName"] for u in new.values()}
u = next(u for k, u in sorted(old.items()) if k not in new and u["grades"] == "J3" and len(u["familyName"] + u["givenName"]) > 3 and u["familyName"] + u["givenName"] not in stay)
print(u["username"], u["familyName"], u["givenName"], u["metadata.jp.kanaFamilyName"], u["metadata.jp.kanaGivenName"], u["email"], sep="\n")
PY
{ read -r login; read -r family; read -r given; read -r kfamily; read -r kgiven; read -r mail; } <"$work/who"
dn="uid=$login,ou=people,$base"
cp -a "$home/vault" "$work/old-vault"
cp -a "$site/second" "$work/old-second"
cp -a "$home/store" "$work/old-store"

# What read-back sees ---------------------------------------------------------------------------------------------------------
stops() { # name, what stderr says
	expect 3 "$1" "$nk" apply "$ehash" --yes
	has "$1_and_says_why" "$2" "$logs/err"
	check "$1_without_a_certificate" bash -c "! ls '$home'/certificates/*.dsse.json 2>/dev/null"
}
printf 'dn: cn=by-hand,%s\nobjectClass: groupOfNames\ncn: by-hand\nmember: %s\n' "$base" "$dn" | as_admin ldapadd || bail "a_group_is_made_by_hand" "$(cat "$logs/ldap.err")"
stops "a_group_made_by_hand_that_names_a_leaver_stops_the_erasure" 'still shows|other entries'
as_admin ldapdelete "cn=by-hand,$base"
printf 'dn: cn=second account,ou=people,%s\nobjectClass: inetOrgPerson\ncn: second account\nsn: x\nmail: %s\n' "$base" "$mail" | as_admin ldapadd || bail "a_second_account_is_made_by_hand" "$(cat "$logs/ldap.err")"
stops "a_second_account_with_her_address_stops_the_erasure" 'still shows|accounts'
as_admin ldapdelete "cn=second account,ou=people,$base"
printf 'dn: %s\nobjectClass: inetOrgPerson\ncn: again\nsn: again\nuid: %s\n' "$dn" "$login" >"$work/again.ldif"
as_admin ldapadd -f "$work/again.ldif" || bail "the_deleted_entry_is_put_back_by_hand" "$(cat "$logs/ldap.err")"
stops "the_deleted_entry_put_back_by_hand_stops_the_erasure" 'still shows|accounts'
as_admin ldapdelete "$dn"

# What the scan sees ----------------------------------------------------------------------------------------------------------
plant() { printf 'x%sx' "$2" | iconv -f UTF-8 -t "$3" >"$1"; }
planted() { # name, file, text, encoding
	mkdir -p "$(dirname "$2")" && plant "$2" "$3" "$4" || { skip "$1" "$4 does not have these characters"; return; }
	stops "$1" "$(basename "$2")"
	hasnt "$1_without_the_value" "$login|$family|$kfamily" "$logs/err"
	rm -f "$2"
}
planted "her_name_in_a_file_of_the_store_stops_it" "$home/store/dump.txt" "$family$given" UTF-8
planted "her_kana_in_cp932_in_the_configuration_stops_it" "$home/conf.d/notes.txt" "$kfamily $kgiven" CP932
planted "her_login_in_utf16_beside_the_ledger_stops_it" "$home/ledger/old.bak" "$login" UTF-16LE
planted "her_mail_in_the_second_place_stops_it" "$site/second/list.csv" "$mail" UTF-16BE
planted "her_name_in_a_file_of_the_home_itself_stops_it" "$home/list.txt" "$family　$given" UTF-8
run "$nk" person show "$login"
same "until_then_no_key_was_destroyed" 0 "$status"
mkdir "$work/share"
plant "$work/share/export.csv" "$family $given" UTF-8
expect 3 "a_further_folder_is_scanned_when_named" "$nk" apply "$ehash" --yes --scan "$work/share"
rm -r "$work/share"

# What the certificate lists ---------------------------------------------------------------------------------------------------
need 0 "when_all_that_is_gone_the_same_command_goes_on" "$nk" apply "$ehash" --yes --json
cert=$(said certificate)
look() { python3 "$here/residue_search.py" --quiet --erased "$roster25" "$roster26" "$@" >"$logs/residue" 2>&1; }
files_of() { python3 -c 'import base64,json,sys
print(json.loads(base64.b64decode(json.load(open(sys.argv[1]))["payload"]))["predicate"]["targets"][0]["files"])' "$1"; }
same "slapds_files_were_not_rewritten_and_the_certificate_says_not_erased" "not-erased" "$(files_of "$cert")"
check "what_the_byte_search_finds_there_is_what_the_certificate_lists" look --certificate "$cert" --files "main=$slapd/db" "$site"
not() { ! "$@"; }
check "without_the_certificates_word_the_search_fails" not look "$site"
python3 - "$cert" "$work/lie.dsse.json" <<'PY'
import base64, json, sys
e = json.load(open(sys.argv[1]))
e["payload"] = base64.b64encode(base64.b64decode(e["payload"]).replace(b'"not-erased"', b'"clean"')).decode()
json.dump(e, open(sys.argv[2], "w"))
PY
check "a_certificate_that_lies_about_it_is_found_out_by_the_search" not look --certificate "$work/lie.dsse.json" --files "main=$slapd/db" "$site"
expect 1 "and_by_verify" "$nk" verify "$work/lie.dsse.json" --proof "${cert%.dsse.json}.tlog-proof"

# What the byte search sees in our own files -----------------------------------------------------------------------------------
for e in UTF-8 CP932 UTF-16LE UTF-16BE; do
	plant "$home/ledger/x" "$kfamily$kgiven" "$e"
	check "the_byte_search_sees_a_reading_in_$e" not look --certificate "$cert" "$home" "$site/second"
done
rm "$home/ledger/x"
: >"$home/$login.txt"
check "the_byte_search_sees_a_login_in_a_files_name" not look --certificate "$cert" "$home" "$site/second"
rm "$home/$login.txt"
check "and_is_content_again_without_them" look --certificate "$cert" "$home" "$site/second"

# What the vault sees -----------------------------------------------------------------------------------------------------------
cp -a "$home" "$work/new-home"
cp -a "$site/second" "$work/new-second"
rm -rf "$home/vault" "$site/second"
cp -a "$work/old-vault" "$home/vault"
cp -a "$work/old-second" "$site/second"
run "$nk" person find hm
check "an_old_vault_put_back_opens_nothing" test "$status" != 0
same "and_shows_nobody" "" "$(cat "$logs/out")"
check "and_it_says_why" test -s "$logs/err"
rm -rf "$home" "$site/second"
cp -a "$work/new-home" "$home"
cp -a "$work/new-second" "$site/second"
rm -rf "$home/store"
cp -a "$work/old-store" "$home/store"
run "$nk" person show "$login" --json
hasnt "an_old_store_under_the_new_vault_brings_nobody_back" "$family|$given|$kfamily|$mail" "$logs/out"
check "not_even_as_an_empty_person" test "$status" != 0
rm -rf "$home"
cp -a "$work/new-home" "$home"
expect 0 "the_true_one_still_opens" "$nk" vault status
done_testing
