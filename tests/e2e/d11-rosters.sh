#!/bin/bash
# d11: rosters as they come: looked at without an installation, mapped, their bad rows written out, workbooks, School Data
# Sync, and a delta that is laid over the bulk before it. Made here from the sample roster; no value of anybody in a report.
. "$(dirname "$0")/lib.sh"

# Without an installation -------------------------------------------------------------------------------------------------------
export NOKOSAZU_HOME=$work/none
expect 0 "a_sound_roster_is_looked_at_without_an_installation" "$nk" import check --json "$roster25"
same "and_called_sound" true "$(said sound)"
same "with_its_format" oneroster "$(said format)"
mkdir "$work/folder"
(cd "$work/folder" && python3 -m zipfile -e "$roster25" .)
expect 0 "a_folder_is_read_like_its_zip" "$nk" import check --json "$work/folder"
same "with_the_same_persons" 971 "$(said persons)"
sed -i '5s/true/maybe/' "$work/folder/users.csv"
expect 2 "an_error_in_it_is_found" "$nk" import check --lang en "$work/folder"
has "with_file_line_column_and_rule" 'users.csv:5:enabledUser  OR-VAL-5' "$logs/out"
has "and_what_to_do" '-> OR-VAL-5: correct this row at the source' "$logs/out"
expect 2 "in_japanese_too" "$nk" import check --lang ja "$work/folder"
has "what_to_do_is_japanese" '提供元でこの行を直し' "$logs/out"
expect 2 "and_as_json" "$nk" import check --json "$work/folder"
has "with_the_rule" '"rule":"OR-VAL-5".*"todo":' "$logs/out"

# A list of one's own -----------------------------------------------------------------------------------------------------------
new_site "$work/site"
list() { printf '学籍番号,氏名,フリガナ,学部,学年,備考\n0012001,佐渡山 源蔵,サドヤマ ゲンゾウ,工学部,1年,\n0012002,佐渡山花,サドヤマ ハナ,工学部,2年,休学\n%s' "$1"; }
list '0012003,=cmd|calc 太郎,アクヤク タロウ,文学部,3年,\n' | sed 's/\\n/\n/g' | iconv -t CP932 >"$work/list.csv"
expect 78 "a_list_without_a_mapping_is_not_guessed" "$nk" import check --source uni "$work/list.csv"
expect 2 "a_mapping_is_proposed_and_doubts_are_named" "$nk" import map --source uni "$work/list.csv"
has "the_key" '学籍番号 +student_number, the key' "$logs/out"
has "the_doubt" '\[split\] 氏名: 1 names have no blank' "$logs/out"
hasnt "no_value_in_it" '佐渡山|サドヤマ|0012' "$logs/out"
expect 77 "values_are_for_terminals" "$nk" import map --show --source uni "$work/list.csv"
same "nothing_is_kept_before_the_doubts_are_decided" no "$([ -e "$home/mappings/uni.map" ] && echo yes || echo no)"
expect 0 "answers_decide" "$nk" import map --source uni --answer split=yes --answer state=yes "$work/list.csv"
has "a_plain_file_with_the_key" '^key = 学籍番号$' "$home/mappings/uni.map"
expect 2 "the_list_is_read_by_it" "$nk" import check --json --source uni "$work/list.csv"
same "in_its_encoding" CP932 "$(said encoding)"
same "three_persons" 3 "$(said persons)"
hasnt "no_value_in_the_report" '佐渡山|サドヤマ|0012' "$logs/out"
expect 0 "and_taken_in_by_it" "$nk" import --json --source uni "$work/list.csv"
same "three_joined" 3 "$(said joined)"

# A second place that is not mounted --------------------------------------------------------------------------------------------
expect 1 "no_installation_is_begun_for_a_second_place_that_cannot_be" "$nk" --home "$work/early" init --organisation x \
	--domain x.example.jp --operator x --key-file "$work/early.key" --sealer file --copy "$work/not/mounted/vault"
same "nothing_is_begun" no "$([ -e "$work/early" ] && echo yes || echo no)"

# Classes of no named school, and a mapping that was edited -----------------------------------------------------------------------
printf '学籍番号,氏名,フリガナ,学年,クラス,出席番号\n31,森 一,モリ ハジメ,1年,A,1\n32,森 二,モリ ツギ,2年,A,1\n' >"$work/classes.csv"
expect 2 "the_school_of_classes_is_asked_for" "$nk" import map --source classes "$work/classes.csv"
has "with_what_is_presumed" '\? \[unit_name\]' "$logs/out"
expect 0 "its_name_is_an_answer" "$nk" import map --source classes --answer unit_name=星見高等学校 "$work/classes.csv"
echo 'name_split = blank' >>"$home/mappings/classes.map"
expect 2 "what_was_edited_is_not_overwritten" "$nk" import map --yes --source classes --answer unit_name=第二高校 "$work/classes.csv"
has "what_would_change_is_shown" '- name_split = blank' "$logs/out"
has "it_is_still_there" '^name_split = blank$' "$home/mappings/classes.map"
grep -v '^unit_' "$home/mappings/classes.map" >"$work/no-unit.map"
expect 2 "classes_of_no_school_are_found" "$nk" import check --map "$work/no-unit.map" "$work/classes.csv"
has "by_their_own_rule" 'CSV-UNIT-1' "$logs/out"
expect 65 "and_never_reach_the_store" "$nk" import --source classes --map "$work/no-unit.map" "$work/classes.csv"
expect 0 "with_a_school_they_are_taken_in" "$nk" import --json --source classes "$work/classes.csv"
same "one_class_a_grade" 2 "$(said groups)"
expect 0 "renewed_when_it_is_said" "$nk" import map --renew --source classes --answer unit_name=第二高校 "$work/classes.csv"
hasnt "without_what_was_edited" 'name_split' "$home/mappings/classes.map"

# Bad rows ----------------------------------------------------------------------------------------------------------------------
list '0012003,=cmd|calc 太郎,アクヤク タロウ,文学部,3年,消滅\n1.2E+05,佐渡山 三,,文学部,3年,\n0012009,多い,x,y,z,,余り\n' | sed 's/\\n/\n/g' >"$work/bad.csv"
expect 2 "bad_rows_are_written_out" "$nk" import check --json --source uni --rejects "$work/rejects.csv" "$work/bad.csv"
same "three_of_them" 3 "$(said rejected)"
holding=$(said holding)
has "a_cell_that_a_spreadsheet_would_run_is_text" ",'=cmd|calc" "$work/rejects.csv"
has "with_the_reason" 'CSV-VAL-2 備考' "$work/rejects.csv"
hasnt "sound_rows_stay_out" '0012001|0012002' "$work/rejects.csv"
same "only_the_owner_reads_it" 600 "$(stat -c %a "$work/rejects.csv")"
same "with_whose_it_is" 1 "$("$nk" holding list --json | python3 -c 'import json, sys
print([h for h in map(json.loads, sys.stdin) if h["id"] == sys.argv[1]][0].get("persons"))' "$holding")"
expect 0 "it_is_on_the_books" "$nk" holding list --json
has "as_rejects" "$holding.*rejects|rejects.*$holding" "$logs/out"
expect 73 "an_old_file_is_not_overwritten" "$nk" import check --source uni --rejects "$work/rejects.csv" "$work/bad.csv"
expect 0 "no_bad_row_no_file" "$nk" import check --rejects "$work/rejects2.csv" "$roster25"
same "not_even_an_empty_one" no "$([ -e "$work/rejects2.csv" ] && echo yes || echo no)"

# A delta -----------------------------------------------------------------------------------------------------------------------
python3 - "$roster25" "$work/delta.zip" "$work/mixed.zip" "$work/many.zip" <<'PY'
import csv, io, sys, zipfile
src = zipfile.ZipFile(sys.argv[1])
def rows(name):
    r = list(csv.reader(io.StringIO(src.read(name).decode())))
    return r[0], r[1:]
def text(head, body):
    out = io.StringIO()
    w = csv.writer(out, lineterminator="\n")
    w.writerow(head)
    w.writerows(body)
    return out.getvalue()
head, users = rows("users.csv")
at = {c: i for i, c in enumerate(head)}
pupils = [u for u in users if u[at["grades"]] == "P3"][:2]
def stamp(row, status):
    return [row[0], status, "2025-06-01T00:00:00.000Z"] + row[3:]
moved = list(pupils[0]); moved[at["familyName"]] = "多々良"; moved[at["preferredFamilyName"]] = "多々良"
new = list(pupils[0])
new[0] = "5f000000-0000-4000-8000-00000000abcd"; new[at["userMasterIdentifier"]] = "6f000000-0000-4000-8000-00000000abcd"
new[at["username"]] = "zz9999"; new[at["email"]] = "zz9999@hoshimi.example.jp"; new[at["identifier"]] = "999999"
body = [stamp(moved, "active"), stamp(pupils[1], "tobedeleted"), stamp(new, "active")]
rhead, roles = rows("roles.csv")
role = [r for r in roles if r[3] == pupils[0][0]][0]
r2 = list(role); r2[0] = "7f000000-0000-4000-8000-00000000abcd"; r2[3] = new[0]
manifest = src.read("manifest.csv").decode()
for name in ("academicSessions", "classes", "courses", "demographics", "enrollments", "orgs", "roles", "userProfiles", "users"):
    manifest = manifest.replace("file.%s,bulk" % name, "file.%s,%s" % (name, "delta" if name in ("users", "roles") else "absent"))
many = [stamp(u, "tobedeleted") for u in users if u[at["grades"]] == "P2"]
with zipfile.ZipFile(sys.argv[4], "w") as z:
    z.writestr("manifest.csv", manifest.replace("file.roles,delta", "file.roles,absent"))
    z.writestr("users.csv", text(head, many))
def save(path, manifest):
    with zipfile.ZipFile(path, "w") as z:
        z.writestr("manifest.csv", manifest)
        z.writestr("users.csv", text(head, body))
        z.writestr("roles.csv", text(rhead, [stamp(r2, "active")]))
save(sys.argv[2], manifest)
save(sys.argv[3], manifest.replace("file.roles,delta", "file.roles,bulk"))
PY
expect 65 "a_delta_of_an_unknown_source_is_refused" "$nk" import --json "$work/delta.zip"
has "by_its_rule" 'OR-MAN-7' "$logs/out"
expect 0 "looking_at_a_delta_is_fine" "$nk" import check "$work/delta.zip"
need 0 "the_bulk_comes_first" "$nk" import --json "$roster25"
expect 65 "bulk_and_delta_do_not_mix" "$nk" import --json "$work/mixed.zip"
has "by_their_rule" 'OR-DEL-4' "$logs/out"
expect 0 "then_the_delta_is_taken_in" "$nk" import --json "$work/delta.zip"
same "one_joins" 1 "$(said joined)"
same "one_is_renamed" 1 "$(said renamed)"
same "one_leaves" 1 "$(said left)"
same "all_others_stay" 969 "$(said unchanged)"
expect 0 "twice_it_changes_nothing" "$nk" import --json "$work/delta.zip"
same "and_says_so" same "$(said outcome)"
has "who_is_gone_already_is_told" 'OR-DEL-2' "$logs/out"
expect 4 "a_grade_that_a_delta_empties_stops_like_one_that_a_bulk_lacks" "$nk" import --json "$work/many.zip"
expect 0 "nobody_of_it_has_left" "$nk" import --json "$work/delta.zip"
same "all_are_there" same "$(said outcome)"
done_testing
