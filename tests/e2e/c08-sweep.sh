#!/bin/bash
# c08: T1: a file, a free page of the database and a frame of its journal with somebody in them are found, told, removed, looked
# for again, and signed for by another party; and nothing of ours is a suspect. The planted persons are synthetic.
. "$(dirname "$0")/lib.sh"
new_site "$work/site"
new_officer
need 0 "a_roster_is_taken_in" "$nk" import "$roster25"

mkdir -p "$work/temp" "$work/crash" "$work/extra" "$work/logs"
cat >"$home/conf.d/sweep.conf" <<CONF
[sweep]
temp = $work/temp
logs = $work/logs
crash = $work/crash
places = $work/extra
CONF
chmod 600 "$home/conf.d/sweep.conf"
line=$(python3 - "$roster25" <<'PY'
import csv, io, sys, zipfile
rows = list(csv.DictReader(io.TextIOWrapper(zipfile.ZipFile(sys.argv[1]).open("users.csv"), "utf-8-sig")))
names = [r["familyName"] + r["givenName"] for r in rows]
seen = [r for r in rows if names.count(r["familyName"] + r["givenName"]) == 1 and len(r["familyName"]) == 2 and len(r["givenName"]) >= 2]
for r in seen[40:44]:
    print(r["familyName"], r["givenName"], r["username"], r["email"])
PY
) || bail "there_are_persons_to_plant"
read -r family given login mail <<<"$(sed -n 1p <<<"$line")"
read -r family2 given2 login2 mail2 <<<"$(sed -n 2p <<<"$line")"
read -r family3 given3 login3 mail3 <<<"$(sed -n 3p <<<"$line")"

lines() { python3 -c 'import json,sys
lines = [json.loads(x) for x in open(sys.argv[1], encoding="utf-8")]
suspects = [x for x in lines if x["type"] == "suspect"]
places = {x["label"]: x for x in lines if x["type"] == "sweep-place"}
whole = [x for x in lines if x["type"] == "sweep"][0]
print(eval(sys.argv[2]))' "$logs/out" "$1" 2>&1; }

# Nothing planted -----------------------------------------------------------------------------------------------------------
expect 0 "a_site_that_nobody_spoiled_is_clean" "$nk" sweep --json
same "every_control_was_found" True "$(lines 'whole["controls"] and all(p["control_found"] for p in places.values())')"
same "in_each_class_of_place" True "$(lines '{"store", "vault", "ledger", "home", "temp", "crash", "configured"} <= set(places)')"
same "the_dictionary_is_everybody" True "$(lines 'whole["persons"] > 900 and whole["texts"] > 3000')"
same "and_nothing_of_the_controls_stays" "" "$(find "$home" "$work/temp" "$work/crash" "$work/extra" -name 'nokosazu-control-*')"

# T1: a file, a free page, a frame ----------------------------------------------------------------------------------------------
printf '%s %s,%s,%s\n' "$family" "$given" "$login" "$mail" | iconv -t CP932 >"$work/temp/old export.csv"
printf '12345678\n' >"$work/extra/digits.txt"
python3 - "$home/store/nokosazu.db" "$family2$given2 $mail2" "$family3$given3 $mail3" <<'PY' || bail "pages_are_planted"
import os, sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("PRAGMA secure_delete = OFF")
db.execute("CREATE TABLE spoiled (x TEXT)")
db.execute("INSERT INTO spoiled VALUES (?)", ((sys.argv[2] + "\n") * 200,))
db.execute("DROP TABLE spoiled")
db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
db.execute("CREATE TABLE frame (x TEXT)")
db.execute("INSERT INTO frame VALUES (?)", ((sys.argv[3] + "\n") * 50,))
db.execute("PRAGMA secure_delete = ON")
db.execute("DROP TABLE frame")
os._exit(0)
PY
check "a_free_page_holds_somebody" grep -aq "$family2$given2" "$home/store/nokosazu.db"
check "a_frame_of_the_journal_holds_somebody" grep -aq "$family3$given3" "$home/store/nokosazu.db-wal"
expect 2 "the_sweep_finds_suspects" "$nk" sweep --json
cp "$logs/out" "$work/found.json"
same "the_file_the_page_and_the_frame" "['nokosazu.db', 'nokosazu.db-wal', 'old export.csv']" "$(lines 'sorted(x["path"].rsplit("/", 1)[1] for x in suspects)')"
same "with_their_persons" True "$(lines 'all(1 <= x["persons"] <= 2 for x in suspects)')"
hasnt "and_no_value" "$family|$family2$given2|$mail|$mail2|$login" "$logs/out"
file=$(lines '[x["holding"] for x in suspects if x["path"].endswith(".csv")][0]')
page=$(lines '[x["holding"] for x in suspects if x["path"].endswith(".db")][0]')
frame=$(lines '[x["holding"] for x in suspects if x["path"].endswith("-wal")][0]')
run "$nk" holding list --json
same "they_are_on_the_books" 3 "$(grep -c '"residue"' "$logs/out")"
run "$nk" duty list --json
has "somebody_has_to_acknowledge_the_doubt" 'suspect-ack|"ack' "$logs/out"
expect 2 "a_second_sweep_tells_the_file_again" "$nk" sweep --json
same "as_known" True "$(lines '[x["known"] for x in suspects if x["path"].endswith(".csv")][0]')"

# Removed, and checked by another party ---------------------------------------------------------------------------------------------
expect 64 "a_word_that_is_no_id_is_a_wrong_use" "$nk" sweep clear everything
expect 0 "the_file_is_removed" "$nk" sweep clear "$file" --json
check "it_is_gone" test ! -e "$work/temp/old export.csv"
expect 0 "the_page_is_rewritten" "$nk" sweep clear "$page"
check "nobody_is_in_the_database" bash -c "! grep -aq '$family2$given2' '$home/store/nokosazu.db'"
expect 0 "the_frame_is_gone" "$nk" sweep clear "$frame"
run "$nk" holding list --json
same "but_the_books_stay_open" 3 "$(grep '"residue"' "$logs/out" | grep -c '"gone":"open"')"
expect 77 "the_operator_cannot_say_alone_that_it_is_gone" "$nk" holding close --verified "$file"
"$nk" party key "$work/stranger.key" >/dev/null 2>&1
expect 77 "nor_can_a_stranger" "$nk" sweep check "$file" --key "$work/stranger.key"
run "$nk" party key "$work/clerk.key" --json
need 0 "somebody_who_judges_nothing_is_enrolled" "$nk" party add --name "事務" --role clerk --public-key "$(said public_key)"
expect 77 "nor_who_judges_nothing" "$nk" sweep check "$file" --key "$work/clerk.key"
printf '%s %s,%s,%s\n' "$family" "$given" "$login" "$mail" >"$work/crash/moved"
expect 3 "nor_anybody_while_it_lies_elsewhere" "$nk" sweep check "$file" --key "$site/officer.key"
has "which_is_told" 'persons of this residue are found in' "$logs/err"
expect 2 "and_is_a_suspect_itself" "$nk" sweep --json
moved=$(lines '[x["holding"] for x in suspects if x["path"].endswith("moved")][0]')
expect 0 "that_one_is_removed_too" "$nk" sweep clear "$moved"
sed "s|^logs = .*|logs = none|" "$home/conf.d/sweep.conf" >"$work/off" && cp "$work/off" "$home/conf.d/off.conf"
mv "$home/conf.d/sweep.conf" "$work/on" && chmod 600 "$home/conf.d/off.conf"
expect 3 "nor_while_a_class_of_places_is_off" "$nk" sweep check "$file" --key "$site/officer.key"
expect 3 "and_such_a_sweep_is_not_complete" "$nk" sweep --json
same "and_tells_what_is_off" "logs True" "$(lines '" ".join(str(y) for x in lines if x["type"] == "left-out" and x["off"] for y in (x["place"], x["off"]))')"
rm "$home/conf.d/off.conf" && mv "$work/on" "$home/conf.d/sweep.conf"
expect 0 "another_party_can" "$nk" sweep check "$file" --key "$site/officer.key" --out "$work/file.dsse.json"
expect 0 "for_the_page_too" "$nk" sweep check "$page" --key "$site/officer.key"
expect 0 "and_the_frame" "$nk" sweep check "$frame" --key "$site/officer.key"
expect 0 "and_what_was_found_on_the_way" "$nk" sweep check "$moved" --key "$site/officer.key"
run "$nk" holding list --all --json
same "now_they_are_closed_and_verified" 4 "$(grep '"residue"' "$logs/out" | grep -c '"gone":"verified"')"
check "the_statement_is_a_svr_without_residue" python3 - "$work/file.dsse.json" <<'PY'
import base64, json, sys
e = json.load(open(sys.argv[1]))
p = json.loads(base64.b64decode(e["payload"]))
assert p["predicateType"] == "https://in-toto.io/attestation/svr/v0.2", p["predicateType"]
assert p["predicate"]["properties"] == ["NOKOSAZU_NO_RESIDUE"], p["predicate"]
assert p["subject"][0]["name"].startswith("holding:")
assert all(x["control_found"] for x in p["predicate"]["places"])
PY
if command -v openssl >/dev/null; then
	check "its_signature_is_the_other_partys_by_openssl" python3 - "$work/file.dsse.json" "$site/officer.key" "$work" <<'PY'
import base64, json, subprocess, sys
e = json.load(open(sys.argv[1]))
seed = bytes.fromhex(open(sys.argv[2]).read().strip())
body, kind = base64.b64decode(e["payload"]), e["payloadType"].encode()
w = sys.argv[3]
open(w + "/pae", "wb").write(b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(body), body))
open(w + "/sig", "wb").write(base64.b64decode(e["signatures"][0]["sig"]))
open(w + "/key.der", "wb").write(bytes.fromhex("302e020100300506032b657004220420") + seed)
subprocess.run(["openssl", "pkey", "-inform", "DER", "-in", w + "/key.der", "-pubout", "-out", w + "/pub.pem"], check=True)
subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", w + "/pub.pem", "-rawin", "-in", w + "/pae", "-sigfile", w + "/sig"], check=True)
PY
else skip "its_signature_is_the_other_partys_by_openssl" "needs openssl"; fi
expect 0 "the_next_sweep_is_clean" "$nk" sweep --json

# T2 as a user sees it: a copy of a run that was cut off, in whose place something else lies now ----------------------------------------
expect 0 "a_copy_is_kept" "$nk" scan index build "$work/temp/cut.nks"
python3 - "$home/store/nokosazu.db" "$work/temp/cut.nks" <<'PY' || bail "a_run_is_cut_off"
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("INSERT INTO copy_open(holding_id, medium) SELECT id, 'file' FROM holding WHERE kind = 'scan_index' ORDER BY rowid DESC LIMIT 1")
db.commit()
PY
mv "$work/temp/cut.nks" "$work/cut.away" && ln -s "$work/cut.away" "$work/temp/cut.nks"
expect 3 "a_verb_that_writes_finishes_with_errors" "$nk" scan index build "$work/extra/other.nks"
has "and_says_so" 'finished with errors' "$logs/err"
check "what_lay_there_is_not_touched" test -s "$work/cut.away"
rm "$work/temp/cut.nks" && mv "$work/cut.away" "$work/temp/cut.nks"
expect 0 "the_next_start_removes_it" "$nk" sweep --json "$work/extra"
check "the_copy_is_gone" test ! -e "$work/temp/cut.nks"
rm -f "$work/extra/other.nks"

# What may lie where it lies --------------------------------------------------------------------------------------------------------
expect 0 "an_index_of_persons_is_a_holding" "$nk" scan index build "$work/temp/site.nks"
expect 0 "and_no_suspect" "$nk" sweep --json
printf '%s\n' "$mail" >"$work/temp/$family$given.txt"
expect 2 "a_name_in_a_files_name_is_a_suspect" "$nk" sweep --json "$work/temp"
hasnt "and_masked" "$family$given" "$logs/out"
masked=$(lines 'suspects[0]["holding"]')
expect 0 "it_can_be_removed_all_the_same" "$nk" sweep clear "$masked"
check "and_is_gone" test ! -e "$work/temp/$family$given.txt"
printf '%s %s\n' "$family" "$given" >"$work/temp/a.txt"
printf '%s %s\n' "$family" "$given" >"$work/temp/b.txt"
ln "$work/temp/a.txt" "$work/temp/c.txt"
expect 2 "two_names_of_one_file_are_told" "$nk" sweep --json
same "all_of_them" "['a.txt', 'b.txt', 'c.txt']" "$(lines 'sorted(x["path"].rsplit("/", 1)[1] for x in suspects)')"
expect 64 "a_place_that_is_not_there_is_told" bash -c "'$nk' sweep --json '$work/nowhere'; [ \$? = 1 ] && exit 64"
rm -f "$work/temp"/[abc].txt
expect 0 "canary_persons_are_made" "$nk" canary make 2
expect 0 "in_the_store_they_are_no_residue" "$nk" sweep --json
expect 0 "their_list_is_written" "$nk" canary export "$work/canary"
python3 -c 'import json, sys; print(*(json.loads(x)["value"] for x in open(sys.argv[1])), sep="\n")' "$work/canary" >"$work/temp/d.txt"
expect 2 "anywhere_else_they_are" "$nk" sweep --json
same "in_that_file" "['d.txt']" "$(lines '[x["path"].rsplit("/", 1)[1] for x in suspects]')"
run "$nk" ledger verify
same "the_ledger_holds_every_sweep" 0 "$status"
done_testing
