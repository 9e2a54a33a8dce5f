#!/bin/bash
# a04: one pupil in each of more than 40 kinds of place: the scan finds him in every one, and nowhere when he is in none.
. "$(dirname "$0")/lib.sh"

# The pupil: of the sample roster, with a kanji that old character sets lack ---------------------------------------------
new_site "$work/site"
need 0 "the_roster_is_taken_in" "$nk" import "$roster25" --json
python3 - "$roster25" "$work/pupil.json" "$work/nobody.json" <<'PY' || bail "there_is_such_a_pupil"
import csv, io, json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as z:
    users = list(csv.DictReader(io.StringIO(z.read("users.csv").decode())))
names = [u["familyName"] + u["givenName"] for u in users]
u = next(u for u in users if u["familyName"] == "髙橋" and u["grades"] and names.count(u["familyName"] + u["givenName"]) == 1)
u["givenName"].encode("iso2022_jp")
pupil = {"family": u["familyName"], "given": u["givenName"], "kana_family": u["metadata.jp.kanaFamilyName"],
         "kana_given": u["metadata.jp.kanaGivenName"], "mail": u["email"], "login": u["username"], "number": u["identifier"]}
nobody = {"family": "髙鷲", "given": "朔之介", "kana_family": "タカワシ", "kana_given": "サクノスケ",
          "mail": "zz9999@nowhere.example.jp", "login": "zz9999zz", "number": "ZZ-000-ZZ"}
assert nobody["family"] + nobody["given"] not in names
for path, person in zip(sys.argv[2:], (pupil, nobody)):
    with open(path, "w") as f:
        json.dump(person, f)
PY
check "files_with_him_are_made" python3 "$here/../kit/plant_places.py" "$work/with" "$work/pupil.json"
check "the_same_files_without_him_are_made" python3 "$here/../kit/plant_places.py" "$work/without" "$work/nobody.json"
while read -r place why; do skip "he_is_found_in_$place" "needs $why"; done <"$work/with.skipped"
for tree in with without; do # what says which number he has in this scan
	mkdir "$work/$tree/0_himself"
	python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))["mail"])' "$work/pupil.json" >"$work/$tree/0_himself/a.txt"
done

# He is found in each -------------------------------------------------------------------------------------------------------
# places_of TREE: the places with a finding of his in the last scan.
places_of() {
	python3 - "$work/$1/" "$logs/out" <<'PY'
import json, sys
found = {}
for line in open(sys.argv[2], encoding="utf-8", errors="replace"):
    row = json.loads(line)
    if row.get("persons") and "field" in row:
        place = row["file"].split(sys.argv[1], 1)[-1].split("/", 1)[0]
        found.setdefault(place, set()).update(row["persons"])
him = found.pop("0_himself", set())
assert len(him) == 1, "he himself was found as %d persons" % len(him)
print("\n".join(sorted(place for place, persons in found.items() if persons & him)))
PY
}
expect 2 "the_scan_has_findings_and_is_complete" "$nk" scan --roster --json --all "$work/with"
places_of with >"$work/found" 2>"$work/why" || bail "he_himself_is_found" "$(tail -n 3 "$work/why")"
planted=0
while read -r place; do
	planted=$((planted + 1))
	check "he_is_found_in_$place" grep -qx "$place" "$work/found"
done <"$work/with.places"
check "there_are_at_least_40_places" test "$planted" -ge 40

# With an index, where the store is not ------------------------------------------------------------------------------------
mkdir -m 700 "$work/apart"
need 0 "the_clock_is_that_of_today" "$nk" clock "$(date +%F)"
need 0 "an_index_is_written" "$nk" scan index build "$work/index" --json
need 0 "its_key_is_written_elsewhere" "$nk" scan index key "$(said holding)" "$work/apart/key"
expect 2 "a_scan_by_the_index_has_findings" env -u NOKOSAZU_KEY_FILE \
	"$nk" scan --index "$work/index" --index-key "$work/apart/key" --json --all "$work/with"
cp "$work/found" "$work/found-before"
places_of with >"$work/found" 2>"$work/why" || bail "he_himself_is_found_by_the_index" "$(tail -n 3 "$work/why")"
same "and_finds_him_in_the_same_places" "$(cat "$work/found-before")" "$(cat "$work/found")"

# And nowhere else ----------------------------------------------------------------------------------------------------------
run "$nk" scan --roster --json --all "$work/without"
places_of without >"$work/found" 2>"$work/why" || bail "he_himself_is_found_again" "$(tail -n 3 "$work/why")"
same "he_is_found_nowhere_in_the_same_files_without_him" "" "$(cat "$work/found")"
done_testing
