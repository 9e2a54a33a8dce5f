#!/bin/bash
# a05: the verb scan as a person uses it: findings, whose they are, coverage, the four forms of the report, an index for another
# site, and no value anywhere in what it says. Places of all kinds are in a04, hostile input in b04.
. "$(dirname "$0")/lib.sh"

new_site "$work/site"
need 0 "a_roster_is_taken_in" "$nk" import "$roster25" --json
python3 - "$roster25" >"$work/who" <<'PY'
import collections, csv, io, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as z:
    users = list(csv.DictReader(io.StringIO(z.read("users.csv").decode())))
names = collections.Counter(u["familyName"] + u["givenName"] for u in users)
one = next(u for u in users if names[u["familyName"] + u["givenName"]] == 1 and len(u["familyName"]) == 2 and len(u["givenName"]) == 2 and u["email"])
two = next(u for u in users if names[u["familyName"] + u["givenName"]] == 2)
for u in (one, two):
    print(u["username"], u["familyName"], u["givenName"], u["metadata.jp.kanaFamilyName"], u["metadata.jp.kanaGivenName"], u["email"], sep="\n")
PY
{ read -r login; read -r family; read -r given; read -r kfamily; read -r kgiven; read -r mail; read -r _; read -r family2; read -r given2; } <"$work/who"
share=$work/share
mkdir "$share"
json() { python3 -c 'import json, sys
lines = [json.loads(x) for x in open(sys.argv[1], encoding="utf-8")]
summary = [x for x in lines if x["type"] == "summary"][0]
findings = [x for x in lines if x["type"] == "finding"]
streams = [x for x in lines if x["type"] == "stream"]
print(eval(sys.argv[2]))' "$logs/out" "$1" 2>&1; }

printf 'The quick brown fox.\n残さず消えたことを確かめる。\n' >"$share/clean.txt"
expect 0 "a_clean_folder_is_clean_and_complete" "$nk" scan "$share"
has "and_is_called_clean" 'Clean: everything' "$logs/out"
printf '学籍番号,氏名,フリガナ,メール,電話番号\n1,%s %s,%s %s,%s,090-1234-5678\n2,佐渡山 源蔵,サドヤマ ゲンゾウ,nobody@example.org,03-3214-5678\n' \
	"$family" "$given" "$kfamily" "$kgiven" "$mail" | iconv -f UTF-8 -t CP932 >"$share/list.csv"
expect 2 "a_list_is_found" "$nk" scan --json "$share"
same "by_classes" True "$(json '{"mail", "phone", "person-name"} <= set(summary["by_class"])')"
same "with_row_and_column" True "$(json 'any(f.get("row") == 2 and f.get("column") == 5 for f in findings if f.get("class") == "phone")')"
same "and_reasons" True "$(json 'all(f["why"] and 0 < f["confidence"] <= 100 for f in findings)')"
same "in_cp932" True "$(json 'all(f["encoding"] == "cp932" for f in findings if f.get("class") == "person-name")')"
hasnt "never_with_the_value" "$family|$mail|090-1234|3214-5678|佐渡山|nobody@" "$logs/out"
expect 2 "a_person_is_told_as_text_too" "$nk" scan "$share"
hasnt "without_the_value_as_well" "$family|$mail|090-1234|佐渡山" "$logs/out"
has "with_the_coverage" 'Coverage|looked through' "$logs/out"

# Whose -----------------------------------------------------------------------------------------------------------------------
expect 2 "the_roster_says_whose" "$nk" scan --roster --json --only none "$share"
same "one_persons" 1 "$(json 'summary["persons"]')"
same "for_certain" 1 "$(json 'summary["persons_sure"]')"
same "by_name_kana_and_mail" True "$(json '{"kanji", "kana", "mail"} <= {f["field"] for f in findings} and len({tuple(f["persons"]) for f in findings}) == 1')"
same "corroborated_by_each_other" True "$(json 'all(f["corroborated"] for f in findings)')"
person=$(json 'findings[0]["persons"][0]')
expect 0 "the_number_leads_to_the_person" "$nk" person show "#$person"
has "who_is_the_one_in_the_list" "$login" "$logs/out"
printf '%s　%s\n' "$family2" "$given2" >"$work/namesake.txt"
expect 2 "a_name_that_two_have_is_found" "$nk" scan --roster --json --only none "$work/namesake.txt"
same "as_one_of_two_namesakes" 2 "$(json 'findings[0]["persons_in_all"]')"
same "and_nobody_for_certain" 0 "$(json 'summary["persons_sure"]')"
same "with_the_chance_of_a_coincidence" True "$(json '0 < float(findings[0]["chance"]) < 1')"
hasnt "and_no_name" "$family2" "$logs/out"

# Spellings -------------------------------------------------------------------------------------------------------------------
python3 "$here/../kit/plant_spellings.py" "$roster25" "$work/spellings" >"$work/spellings.all" || bail "the_spellings_are_made"
expect 2 "unusual_spellings_are_looked_through" "$nk" scan --roster --json --only none "$work/spellings"
while read -r spelling; do
	check "a_person_is_found_in_the_spelling_$spelling" grep -q "\"type\":\"finding\",\"file\":\"[^\"]*/$spelling.txt\"" "$logs/out"
done <"$work/spellings.all"

# Places that only one opener reads ------------------------------------------------------------------------------------------
python3 "$here/../kit/plant_deep.py" "$roster25" "$work/deep" >"$work/deep.all" || bail "the_deep_places_are_made"
expect 2 "torn_and_packed_names_are_looked_through" "$nk" scan --roster --json --only none "$work/deep"
while read -r place; do
	check "a_person_is_found_deep_in_$place" grep -q "\"type\":\"finding\",\"file\":\"[^\"]*/$place\.[a-z]*\"" "$logs/out"
done <"$work/deep.all"

# The other forms -------------------------------------------------------------------------------------------------------------
expect 2 "sarif_can_be_had" "$nk" scan --sarif --roster "$share"
check "and_is_json_of_version_2_1_0" python3 -c 'import json, sys
d = json.load(open(sys.argv[1]))
r = d["runs"][0]
assert d["version"] == "2.1.0" and r["results"] and r["tool"]["driver"]["rules"] and r["invocations"][0]["executionSuccessful"] is True
assert all(x["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for x in r["results"])' "$logs/out"
hasnt "without_the_value_in_sarif" "$family|$mail|佐渡山" "$logs/out"
expect 2 "html_can_be_had" "$nk" scan --html --roster "$share"
check "as_one_page_that_fetches_nothing" python3 -c 'import html.parser, sys
text = open(sys.argv[1], encoding="utf-8").read()
class P(html.parser.HTMLParser):
    def handle_starttag(self, tag, attrs):
        assert tag not in ("script", "link", "img", "iframe"), tag
        assert not any(k == "src" or (k == "href" and v != "#result") for k, v in attrs)
P().feed(text)
assert "<svg" in text and "role=\"img\"" in text and "</html>" in text' "$logs/out"
hasnt "without_the_value_in_html" "$family|$mail|佐渡山" "$logs/out"
expect 64 "two_forms_at_once_are_refused" "$nk" scan --html --sarif "$share"
expect 77 "reveal_is_refused" "$nk" scan --reveal "$share"
has "because_it_needs_a_signed_warrant" warrant "$logs/err"

# Own rules and forms ---------------------------------------------------------------------------------------------------------
printf '番号 S2301234、合言葉 himitsu-77\n' >"$work/own.txt"
expect 2 "own_forms_and_rules_are_looked_for" "$nk" scan --json --number-form S9999999 --rule 'word=himitsu-[0-9]+' "$work/own.txt"
same "both_of_them" "True" "$(json '{f.get("class") for f in findings} >= {"person-number", "rule"}')"
expect 2 "a_rule_can_be_a_text_as_it_stands" "$nk" scan --json --only rule --rule 'word==himitsu-77' "$work/own.txt"
expect 0 "which_is_no_pattern" "$nk" scan --json --only rule --rule 'word==himitsu-[0-9]+' "$work/own.txt"
expect 65 "a_rule_that_does_not_compile_is_refused" "$nk" scan --rule 'bad=(((' "$work/own.txt"
has "with_its_name" 'bad' "$logs/err"
expect 64 "a_class_that_is_none_is_refused" "$nk" scan --only shoe-size "$work/own.txt"
run sh -c "printf 'mail: a.person@example.ac.jp\n' | '$nk' scan --json -"
same "standard_input_is_scanned" 2 "$status"

# A name in a name ------------------------------------------------------------------------------------------------------------
printf 'nothing\n' >"$work/$family$given.txt"
expect 2 "a_persons_name_in_a_files_name_is_a_finding" "$nk" scan --roster --json "$work/$family$given.txt"
same "in_the_name" True "$(json 'any(f["in_name"] for f in findings)')"
hasnt "and_masked" "$family$given" "$logs/out"
rm "$work/$family$given.txt"

# An index for another site ---------------------------------------------------------------------------------------------------
mkdir "$work/disk" "$work/key"
expect 0 "an_index_can_be_made" "$nk" scan index build --days 14 --json "$work/disk/site.nks"
holding=$(said holding)
run "$nk" holding list --json
has "it_is_a_holding" 'scan_index' "$logs/out"
check "the_file_holds_no_name_in_clear" python3 -c 'import sys
data = open(sys.argv[1], "rb").read()
assert not any(w.encode(e) in data for w in sys.argv[2:] for e in ("utf-8", "cp932", "utf-16-le", "euc-jp"))' "$work/disk/site.nks" "$family$given" "$mail" "$login"
expect 0 "its_key_can_be_had" "$nk" scan index key "$holding" "$work/key/site.key"
has "with_the_day_of_its_end" '^until 2025-04-21$' "$work/key/site.key"
sed -i 's/^until .*/until 2999-01-01/' "$work/key/site.key" # this site lives on a simulated clock
(
	unset NOKOSAZU_HOME NOKOSAZU_KEY_FILE
	"$nk" scan --json --index "$work/disk/site.nks" --index-key "$work/key/site.key" --only none "$share"
) >"$logs/out" 2>"$logs/err"
same "without_the_store_the_same_person_is_found" "$person" "$(json 'findings[0]["persons"][0]')"
cp "$work/key/site.key" "$work/disk/"
expect 77 "index_and_key_in_one_folder_are_refused" "$nk" scan --index "$work/disk/site.nks" --index-key "$work/disk/site.key" "$share"
sed 's/^key ../key 00/' "$work/key/site.key" >"$work/key/other.key"
expect 65 "another_key_opens_nothing" "$nk" scan --index "$work/disk/site.nks" --index-key "$work/key/other.key" "$share"
sed 's/^until .*/until 2020-01-01/' "$work/key/site.key" >"$work/key/old.key"
expect 77 "a_key_whose_day_is_over_is_refused" "$nk" scan --index "$work/disk/site.nks" --index-key "$work/key/old.key" "$share"
head -c 100000 "$work/disk/site.nks" >"$work/disk/cut.nks"
expect 65 "a_cut_index_is_refused" "$nk" scan --index "$work/disk/cut.nks" --index-key "$work/key/site.key" "$share"
cp "$work/disk/site.nks" "$work/disk/holed.nks"
dd if=/dev/zero of="$work/disk/holed.nks" bs=1 count=64 seek=$(($(stat -c %s "$work/disk/holed.nks") - 64)) conv=notrunc 2>/dev/null
expect 65 "an_index_with_a_hole_in_its_body_is_refused" "$nk" scan --index "$work/disk/holed.nks" --index-key "$work/key/site.key" "$share"
expect 73 "an_index_never_replaces_a_file" "$nk" scan index build "$work/disk/site.nks"

done_testing
