#!/bin/bash
# c04: T3: files asked out, of which one holds everybody: what is inside is computed and shown, the superior alone is not enough,
# the requester signs nothing, only the named key opens the bundle (ours and Debian's age alike), every way round is refused and
# listed, an overdue bundle calls somebody, and nothing is off the books before a second party has looked. Synthetic persons only.
. "$(dirname "$0")/lib.sh"
command -v age >/dev/null && command -v age-keygen >/dev/null || skip_all "needs age"
new_site "$work/site"
mkdir -p "$work/temp" "$work/files" "$work/keys" "$work/maker" "$work/out"
printf '[sweep]\ntemp = %s\nlogs = %s\ncrash = %s\n' "$work/temp" "$work/temp" "$work/temp" >"$home/conf.d/sweep.conf"
chmod 600 "$home/conf.d/sweep.conf"
need 0 "a_roster_is_taken_in" "$nk" import "$roster25"

# Who ---------------------------------------------------------------------------------------------------------------------------
for who in superior officer; do
	need 0 "the_${who}_makes_a_key" "$nk" party key "$work/keys/$who.key" --json
	need 0 "the_${who}_is_enrolled" "$nk" party add --name "$who" --role "$who" --public-key "$(said public_key)"
done
age-keygen -o "$work/keys/maker.txt" 2>/dev/null
age-keygen -o "$work/keys/other.txt" 2>/dev/null
to=$(age-keygen -y "$work/keys/maker.txt")
elsewhere=$(age-keygen -y "$work/keys/other.txt")
need 0 "the_maintenance_is_enrolled_with_its_key" "$nk" party add --name "保守" --kind organisation --role maintenance --organisation maker --recipient "$to"
vouched "$work/keys/officer.key" "another_party_too" "$nk" party add --name "別" --kind organisation --role contractor --recipient "$elsewhere"

# What ---------------------------------------------------------------------------------------------------------------------------
printf 'level=info started\nlevel=info stopped\n' >"$work/files/app.log"
printf '[db]\nport = 5432\n' >"$work/files/app.conf"
persons=$(python3 - "$roster25" "$work/files/export.csv" <<'PY'
import csv, io, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as z:
    users = list(csv.DictReader(io.StringIO(z.read("users.csv").decode("utf-8-sig"))))
with open(sys.argv[2], "w", encoding="utf-8", newline="") as f:
    w = csv.writer(f)
    w.writerow(["氏名", "ログイン", "メール"])
    for u in users:
        w.writerow([u["familyName"] + " " + u["givenName"], u["username"], u["email"]])
print(len(users))
PY
)
until=2025-04-21
expect 64 "a_folder_does_not_leave" "$nk" carry request "$work/files" --purpose test --to "$to" --until $until
expect 64 "nor_what_a_wildcard_means" "$nk" carry request "$work/files/*.csv" --purpose test --to "$to" --until $until
expect 1 "nor_to_a_key_that_nobody_has" "$nk" carry request "$work/files/app.log" --purpose test --until $until --to "$(age-keygen 2>/dev/null | age-keygen -y)"
expect 64 "nor_until_yesterday" "$nk" carry request "$work/files/app.log" --purpose test --to "$to" --until 2025-04-01
if command -v openssl >/dev/null; then
	openssl enc -aes-256-ctr -nosalt -pass pass:x -pbkdf2 -in "$work/files/export.csv" -out "$work/hidden.bin" 2>/dev/null
	expect 0 "what_is_encrypted_may_be_asked_for" "$nk" carry request "$work/hidden.bin" --purpose test --to "$to" --until $until --json
	has "but_never_counts_as_looked_through" '"unscanned":1' "$logs/out"
	has "and_needs_the_officer" 'officer' "$logs/out"
	python3 -c 'import sys, zlib; sys.stdout.buffer.write(zlib.compress(open(sys.argv[1], "rb").read()))' "$work/files/export.csv" >"$work/packed.z"
	expect 0 "what_is_packed_may_be_asked_for" "$nk" carry request "$work/packed.z" --purpose test --to "$to" --until $until --json
	has "and_is_opened" "\"persons\":$persons" "$logs/out"
fi
expect 64 "nor_without_a_purpose" "$nk" carry request "$work/files/app.log" --to "$to" --until $until

printf '[carry]\nmemory = 1\n' >"$home/conf.d/carry.conf" && chmod 600 "$home/conf.d/carry.conf"
truncate -s 1100000 "$work/large"
expect 65 "nor_what_does_not_fit_into_memory" "$nk" carry request "$work/large" --purpose test --to "$to" --until $until
has "and_it_says_what_to_do" 'raise it.*--redact' "$logs/err"
rm "$work/large" "$home/conf.d/carry.conf"
expect 64 "nor_for_longer_than_is_set" "$nk" carry request "$work/files/app.log" --purpose test --to "$to" --until 2027-01-01

need 0 "files_with_nobody_in_them_are_asked_for" "$nk" carry request "$work/files/app.log" "$work/files/app.conf" --purpose "障害調査" --to "$to" --until $until --json
same "nobody_is_in_them" 0 "$(said persons)"
same "and_the_superior_is_enough" superior "$(said needs)"
need 0 "three_files_are_asked_for" "$nk" carry request "$work/files/app.log" "$work/files/app.conf" "$work/files/export.csv" --purpose "障害調査" --ticket 4711 --to "$to" --until $until --json
w=$(said warrant)
check "everybody_is_in_them_by_their_bytes" test "$(said persons)" -ge "$((persons * 98 / 100))"
shown=$(said persons)
check "and_hardly_anybody_else" test "$(said others)" -le 20
same "so_the_officer_signs_too" superior,officer "$(said needs)"
expect 0 "who_signs_sees_it" "$nk" warrant show "$w" --json
has "how_many_persons" "persons[^0-9]{1,6}$shown" "$logs/out"
has "which_files" 'export.csv' "$logs/out"
has "and_for_which_key" "$to" "$logs/out"

need 0 "with_pseudonyms_it_goes_too" "$nk" carry request --redact "$work/redacted" "$work/files/app.log" "$work/files/export.csv" --purpose "障害調査" --to "$to" --until $until --json
same "and_then_nobody_is_in_it" 0 "$(said persons)" # the officer looks all the same: pseudonyms have the form of mails and names

# Signatures -----------------------------------------------------------------------------------------------------------------------
bundle=$work/out/bundle.age
expect 77 "unsigned_nothing_is_sealed" "$nk" carry seal "$w" --out "$bundle"
expect 0 "the_superior_signs" "$nk" warrant sign "$w" --role superior --key "$work/keys/superior.key"
expect 77 "the_superior_alone_is_not_enough" "$nk" carry seal "$w" --out "$bundle"
expect 77 "he_cannot_be_the_officer_as_well" "$nk" warrant sign "$w" --role officer --key "$work/keys/superior.key"
expect 0 "the_officer_signs" "$nk" warrant sign "$w" --role officer --key "$work/keys/officer.key"
check "and_still_nothing_has_left" test ! -e "$bundle"

# By hand: the paper of a request that was made, asked for again with fewer roles and more uses
"$nk" warrant show "$w" --json >"$work/shown.json"
run "$nk" warrant show "$w" --lang ja
has "who_signs_reads_whose_data_go_in_words" 'この持ち出しには [0-9]+ 人のデータ' "$logs/out"
hasnt "and_no_json" '"extent"' "$logs/out"
scope=$(python3 -c 'import json, sys; r = json.load(open(sys.argv[1], encoding="utf-8")); d = r["details"]
open(sys.argv[2], "w", encoding="utf-8").write(d if isinstance(d, str) else json.dumps(d, ensure_ascii=False)); print(r["scope"])' "$work/shown.json" "$work/details.json")
check "its_scope_is_known" test "${scope%%:*}" = carry
byhand() { "$nk" warrant request --kind "$1" --verbs "$2" --scope "$3" --purpose test --until $until --uses 3 "${@:4}"; }
expect 77 "its_scope_is_not_asked_for_by_hand" byhand egress SEAL "$scope" --details "$work/details.json"
has "but_by_its_own_verb" 'nokosazu carry request' "$logs/err"
for own in package procedure import plan erase; do
	expect 77 "nor_is_that_of_$own" byhand exception apply "$own:00ff"
done
expect 0 "another_scope_is" byhand egress SEAL bundle:00ff
printf '[warrant]\negress = superior,director\n' >"$home/conf.d/warrant.conf"
chmod 600 "$home/conf.d/warrant.conf"
expect 77 "signed_by_fewer_roles_than_it_needs_it_is_not_sealed" "$nk" carry seal "$w" --out "$bundle"
has "and_that_is_the_reason" 'the roles, the one use or the end' "$logs/err"
rm "$home/conf.d/warrant.conf"

# Sealing --------------------------------------------------------------------------------------------------------------------------
cp "$work/files/app.conf" "$work/app.conf"
echo 'x = 1' >>"$work/files/app.conf"
expect 77 "a_changed_file_is_refused" "$nk" carry seal "$w" --out "$bundle"
cp "$work/app.conf" "$work/files/app.conf"
expect 77 "another_recipient_is_refused" "$nk" carry seal "$w" --out "$bundle" --to "$elsewhere"
: >"$work/out/there"
expect 73 "what_is_there_is_not_overwritten" "$nk" carry seal "$w" --out "$work/out/there"
run "$nk" carry seal "$w" --out "$work/nowhere/bundle.age"
check "nothing_is_sealed_into_a_folder_that_is_not_there" test "$status" != 0
need 0 "what_was_signed_is_sealed" "$nk" carry seal "$w" --out "$bundle" --to "$to" --json
holding=$(said holding)
same "its_digest_is_told" "$(sha256sum "$bundle" | cut -d' ' -f1)" "$(said sha256)"
expect 77 "a_second_use_is_refused" "$nk" carry seal "$w" --out "$work/out/second.age"
check "and_makes_no_file" test ! -e "$work/out/second.age"
expect 0 "it_is_on_the_books" "$nk" carry list --json
same "with_everybody_in_it" "$shown" "$(said persons)"
same "not_received_yet" false "$(said received)"
expect 0 "the_duty_to_destroy_it_is_there" "$nk" duty list --json
has "with_its_day" "2025-04-21" "$logs/out"

# Opening --------------------------------------------------------------------------------------------------------------------------
check "another_key_does_not_open_it_by_age" bash -c "! age -d -i '$work/keys/other.txt' -o '$work/x.tar' '$bundle' 2>/dev/null"
check "debians_age_and_tar_open_it" bash -c "age -d -i '$work/keys/maker.txt' '$bundle' | tar -x -O -f - export.csv | cmp - '$work/files/export.csv'"
expect 77 "another_key_does_not_open_it" "$nk" carry open "$bundle" --identity "$work/keys/other.txt" --into "$work/maker"
same "nothing_was_written" "" "$(ls "$work/maker")"
head -c $(($(stat -c %s "$bundle") - 40)) "$bundle" >"$work/out/cut.age"
expect 1 "a_bundle_that_was_cut_off_gives_nothing" env -u NOKOSAZU_HOME "$nk" carry open "$work/out/cut.age" --identity "$work/keys/maker.txt" --into "$work/maker"
same "not_even_its_beginning" "" "$(ls "$work/maker")"
need 0 "the_named_key_opens_it_without_a_store" env -u NOKOSAZU_HOME -u NOKOSAZU_KEY_FILE "$nk" carry open "$bundle" --identity "$work/keys/maker.txt" --into "$work/maker" --json
same "three_files" 3 "$(said files)"
check "as_they_were" bash -c "cd '$work/files' && for f in *; do cmp \$f '$work/maker/'\$f || exit 1; done"
check "a_receipt_is_there" test -s "$bundle.receipt.json"
expect 73 "what_was_opened_is_not_overwritten" "$nk" carry open "$bundle" --identity "$work/keys/maker.txt" --into "$work/maker"
check "and_stays" cmp "$work/files/app.log" "$work/maker/app.log"
sed 's/"files":3/"files":2/' "$bundle.receipt.json" >"$work/changed.json"
expect 77 "a_receipt_that_was_changed_is_refused" "$nk" carry receipt "$work/changed.json"
expect 0 "the_receipt_is_taken_in" "$nk" carry receipt "$bundle.receipt.json"
expect 73 "once" "$nk" carry receipt "$bundle.receipt.json"
expect 0 "it_is_received" "$nk" carry list --json
same "by_the_list_too" true "$(said received)"

mkdir "$work/in"
cp "$bundle" "$work/out/again.age"
need 0 "opened_where_there_are_books_it_is_looked_at" "$nk" carry open "$work/out/again.age" --identity "$work/keys/maker.txt" --into "$work/in" --register --json
again=$(said holding)
expect 0 "whose_data_came_in_is_asked" "$nk" ask "$again" --json
check "and_answered_by_the_bytes" grep -qE "\"persons[a-z_]*\":$shown\\b" "$logs/out"
rm -r "$work/in" "$work/out/again.age"
expect 0 "and_it_goes_again" "$nk" holding close --verified "$again"

# Overdue ---------------------------------------------------------------------------------------------------------------------------
expect 0 "nothing_is_overdue" "$nk" carry list --overdue --json
need 0 "two_weeks_go_by" "$nk" clock 2025-04-23
expect 2 "it_is_overdue" "$nk" carry list --overdue --json
same "and_called_so" true "$(said overdue)"
run "$nk" duty run --json
expect 2 "the_overdue_duty_is_told" "$nk" duty list --overdue --json
check "and_somebody_was_called" python3 -c 'import json, sys
rows = [json.loads(x) for x in open(sys.argv[1], encoding="utf-8")]
assert any(r["about"] == "holding:" + sys.argv[2] and r["overdue"] and r["level"] >= 1 for r in rows), rows' "$logs/out" "$holding"
expect 77 "too_late_to_open_it_where_there_are_books" "$nk" carry open "$bundle" --identity "$work/keys/maker.txt" --into "$work/out" --register

# The end ---------------------------------------------------------------------------------------------------------------------------
expect 77 "a_key_that_is_nobodys_closes_nothing" bash -c "'$nk' party key '$work/keys/nobody.key' >/dev/null && '$nk' carry destroy '$w' --place '$work/maker' --key '$work/keys/nobody.key'"
expect 2 "while_it_lies_there_nothing_is_closed" "$nk" carry destroy "$w" --place "$work/maker" --key "$work/keys/officer.key"
hasnt "no_name_is_told" "$(sed -n 2p "$work/files/export.csv" | cut -d, -f3)" "$logs/err"
rm -f "$work/maker"/*
need 0 "when_it_is_gone_the_second_party_closes_it" "$nk" carry destroy "$w" --place "$work/maker" --key "$work/keys/officer.key" --json
same "the_control_was_found" true "$(said control_found)"
same "and_it_is_verified" false "$(said unverified)"
expect 0 "what_the_second_party_signed" "$nk" evidence list --json
check "has_no_path_in_it" python3 -c 'import json, subprocess, sys
rows = [json.loads(x) for x in open(sys.argv[1], encoding="utf-8")]
ids = [r["id"] for r in rows if r["kind"].endswith("closure/v1") and r["about"].startswith("holding:")]
assert ids
for i in ids:
    shown = subprocess.run([sys.argv[2], "evidence", "show", i, "--json"], capture_output=True, check=True).stdout.decode()
    text = json.loads(shown)["statement"]
    assert "place_digest" in text and sys.argv[3] not in text, text' "$logs/out" "$nk" "$work/maker"
check "the_bundle_itself_is_gone" test ! -e "$bundle"
same "and_no_control_stays" "" "$(ls "$work/maker")"
expect 73 "once_only" "$nk" carry destroy "$w" --place "$work/maker" --key "$work/keys/officer.key"
expect 0 "nothing_is_outside" "$nk" carry list --json
same "nothing" "" "$(cat "$logs/out")"
expect 0 "it_is_in_the_list_of_all" "$nk" carry list --all --json
same "gone_and_verified" verified "$(said gone)"

# Nobody in it: the same way, without the officer --------------------------------------------------------------------------------------
need 0 "a_file_with_nobody_in_it_is_asked_for" "$nk" carry request "$work/files/app.log" --purpose test --to "$to" --until 2025-04-24 --json
plain=$(said warrant)
expect 0 "the_superior_signs_that" "$nk" warrant sign "$plain" --role superior --key "$work/keys/superior.key"
expect 0 "and_it_is_sealed" "$nk" carry seal "$plain" --out "$work/out/plain.age"
expect 0 "opened_where_there_are_books" "$nk" carry open "$work/out/plain.age" --identity "$work/keys/maker.txt" --into "$work/maker" --register --json
check "on_which_it_is" test "$(said holding)" != None
inside=$(said holding)
sed "s/$plain/$w/" "$work/out/plain.age.receipt.json" >"$work/changed.json"
expect 77 "a_receipt_of_another_bundle_is_refused" "$nk" carry receipt "$work/changed.json"
rm -f "$work/maker"/*
expect 0 "what_was_carried_in_is_closed_like_any_copy" "$nk" holding close --verified "$inside"
expect 0 "its_receipt_is_taken_in" "$nk" carry receipt "$work/out/plain.age.receipt.json"
expect 0 "and_it_ends_too" "$nk" carry return "$plain" --place "$work/maker" --key "$work/keys/officer.key"

# Where did it go? -------------------------------------------------------------------------------------------------------------------
for name in moved erased; do
	need 0 "one_that_is_${name}_is_asked_for" "$nk" carry request "$work/files/app.log" --purpose "$name" --to "$to" --until 2025-04-24 --json
	declare "$name=$(said warrant)"
	expect 0 "signed_to_be_$name" "$nk" warrant sign "${!name}" --role superior --key "$work/keys/superior.key"
	expect 0 "sealed_to_be_$name" "$nk" carry seal "${!name}" --out "$work/out/$name.age"
done
mv "$work/out/moved.age" "$work/moved-away.age"
expect 0 "a_bundle_that_is_not_there_and_was_never_received_leaves_the_books" "$nk" carry destroy "$moved" --place "$work/maker" --key "$work/keys/officer.key" --json
same "but_not_as_verified" true "$(said unverified)"
cp "$logs/out" "$work/ended"
expect 0 "which_the_list_tells" "$nk" carry list --all --json
check "with_the_reason" grep -q 'no receipt' "$work/ended"
check "of_that_bundle_alone" python3 -c 'import json, sys
rows = {r["warrant"]: r["gone"] for r in map(json.loads, open(sys.argv[1], encoding="utf-8"))}
assert rows[sys.argv[2]] == "unverified" and list(rows.values()).count("unverified") == 1, rows' "$logs/out" "$moved"
run "$nk" carry destroy "$erased" --place "$work/nowhere" --key "$work/keys/officer.key"
check "a_bundle_is_destroyed_before_the_place_is_looked_at" test ! -e "$work/out/erased.age"
expect 0 "and_when_that_failed_the_second_attempt_knows_it" "$nk" carry destroy "$erased" --place "$work/maker" --key "$work/keys/officer.key" --json
same "without_a_receipt_nobody_knows_where_it_was_opened" true "$(said unverified)"

# Opened there, looked for elsewhere: not verified; a bundle of a stranger is not put on the books -------------------------------------
mkdir "$work/elsewhere"
need 0 "one_more_is_asked_to_leave" "$nk" carry request "$work/files/app.log" --purpose elsewhere --to "$to" --until 2025-04-24 --json
away=$(said warrant)
expect 0 "it_is_signed" "$nk" warrant sign "$away" --role superior --key "$work/keys/superior.key"
expect 0 "it_is_sealed" "$nk" carry seal "$away" --out "$work/out/away.age"
expect 0 "it_is_opened" env -u NOKOSAZU_HOME -u NOKOSAZU_KEY_FILE "$nk" carry open "$work/out/away.age" --identity "$work/keys/maker.txt" --into "$work/maker"
expect 0 "it_is_received" "$nk" carry receipt "$work/out/away.age.receipt.json"
expect 0 "looked_for_in_another_folder_it_leaves_the_books" "$nk" carry destroy "$away" --place "$work/elsewhere" --key "$work/keys/officer.key" --json
has "as_not_verified_because_of_the_place" 'another place' "$logs/out"
rm -f "$work/maker"/*
mkdir "$work/forged"
python3 - "$work/forged" <<'PY'
import hashlib, json, sys, tarfile, io
data = b"level=info\n"
m = {"files": [{"name": "a.log", "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}], "format": "nokosazu-carry/1",
     "holding": "0195f000-0000-7000-8000-000000000001", "receipt_key": "00" * 32, "signature": "00" * 64, "signer": "00" * 32,
     "until": "2025-04-24T00:00:00.000Z", "warrant": "0195f000-0000-7000-8000-000000000002"}
with tarfile.open(sys.argv[1] + "/t.tar", "w", format=tarfile.USTAR_FORMAT) as t:
    for name, body in (("manifest.json", json.dumps(m, sort_keys=True, separators=(",", ":")).encode()), ("a.log", data)):
        i = tarfile.TarInfo(name)
        i.size, i.mode = len(body), 0o600
        t.addfile(i, io.BytesIO(body))
PY
age -r "$to" -o "$work/forged/b.age" "$work/forged/t.tar"
expect 77 "what_somebody_made_up_is_not_put_on_the_books" "$nk" carry open "$work/forged/b.age" --identity "$work/keys/maker.txt" --into "$work/forged" --register
has "because_no_site_signed_it" 'nokosazu site enrol' "$logs/err"
check "and_nothing_of_it_is_written" test ! -e "$work/forged/a.log"

# A late use, and the week -----------------------------------------------------------------------------------------------------------
need 0 "one_more_is_asked_for" "$nk" carry request "$work/files/app.log" --purpose late --to "$to" --until 2025-04-24 --json
late=$(said warrant)
expect 0 "signed" "$nk" warrant sign "$late" --role superior --key "$work/keys/superior.key"
need 0 "too_late" "$nk" clock 2025-04-26
expect 77 "a_late_use_is_refused" "$nk" carry seal "$late" --out "$work/out/late.age"
expect 0 "every_refusal_is_listed" "$nk" carry list --refused --json
check "with_what_and_why" python3 -c 'import json, sys
rows = [json.loads(x) for x in open(sys.argv[1], encoding="utf-8")]
seal = [r for r in rows if r["what"] == "carry seal"]
assert len(seal) >= 6, rows
whys = " ".join(r["why"] for r in seal)
assert "another than signed" in whys and "overwrite" in whys and "not-signed" in whys, whys
assert all(r["why"] for r in rows)
assert any(r["what"] == "carry destroy" for r in rows) and any(r["what"] == "carry receipt" for r in rows)' "$logs/out"
expect 0 "the_week_is_told" "$nk" carry report --weeks 4 --json
check "by_queries" python3 -c 'import json, sys
f = json.loads(open(sys.argv[1], encoding="utf-8").read())["figures"]
assert f["left-without-warrant"] == 0 and f["bundles-sealed"] == 5 and f["copies-with-persons"] == 1, f
assert f["persons-that-left"] == int(sys.argv[2]) and f["attempts-refused"] >= 8 and f["bundles-overdue"] == 0, f' "$logs/out" "$shown"
expect 0 "and_as_text" "$nk" carry report
expect 0 "the_ledger_agrees" "$nk" ledger verify
expect 0 "each_statement_is_good" "$nk" evidence list --json
done_testing
