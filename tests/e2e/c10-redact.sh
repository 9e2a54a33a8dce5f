#!/bin/bash
# c10: redaction: persons of the roster in text of every encoding, CSV, a log, a workbook and a database become pseudonyms, the
# same ones in all files; nobody is left; what cannot be shown to be empty is not given out. The persons are synthetic.
. "$(dirname "$0")/lib.sh"
new_site "$work/site"
need 0 "a_roster_is_taken_in" "$nk" import "$roster25"
mkdir "$work/in" "$work/other"
python3 - "$roster25" "$work/in" <<'PY' || bail "files_are_planted"
import csv, io, os, sqlite3, sys, zipfile
rows = list(csv.DictReader(io.TextIOWrapper(zipfile.ZipFile(sys.argv[1]).open("users.csv"), "utf-8-sig")))
names = [r["familyName"] + r["givenName"] for r in rows]
def plain(r):
    s = r["familyName"] + r["givenName"]
    try:
        return names.count(s) == 1 and bool(s.encode("euc_jp")) and bool(s.encode("cp932")) and bool(s.encode("iso2022_jp"))
    except UnicodeError:
        return False
p = [r for r in rows if plain(r)][10:50]
out = sys.argv[2]
head = "氏名,フリガナ,ログイン,メール,電話番号,備考\r\n"
def line(r, i):
    return f'{r["familyName"]} {r["givenName"]},{r["metadata.jp.kanaFamilyName"]} {r["metadata.jp.kanaGivenName"]},{r["username"]},{r["email"]},090-1234-{5600 + i},転入 {i} 年\r\n'
text = head + "".join(line(r, i) for i, r in enumerate(p))
for name, enc in (("utf8.csv", "utf-8"), ("bom.csv", "utf-8-sig"), ("sjis.csv", "cp932"), ("euc.csv", "euc_jp"), ("jis.txt", "iso2022_jp"), ("utf16.txt", "utf-16")):
    open(f"{out}/{name}", "wb").write(text.encode(enc))
with open(out + "/app.log", "w", encoding="utf-8") as f:
    for i, r in enumerate(p):
        f.write(f'2025-04-08T09:{i:02d}:00+09:00 INFO login user={r["username"]} name="{r["familyName"]}{r["givenName"]}" mail=<{r["email"]}> ms={i * 7}\n')
db = sqlite3.connect(out + "/app.db")
db.execute("PRAGMA secure_delete = OFF")
db.execute("CREATE TABLE 生徒 (id INTEGER PRIMARY KEY, name TEXT UNIQUE, mail TEXT, seat INTEGER)")
db.executemany("INSERT INTO 生徒 VALUES (?, ?, ?, ?)", [(i, r["familyName"] + " " + r["givenName"], r["email"], i) for i, r in enumerate(p)])
db.execute("CREATE TABLE gone (x TEXT)")
db.executemany("INSERT INTO gone VALUES (?)", [((r["familyName"] + r["givenName"]) * 50,) for r in p])
db.commit()
db.execute("DROP TABLE gone")
db.commit()
db.close()
from xml.sax.saxutils import escape
si = []
for r in p:
    f, g = r["familyName"], r["givenName"]
    si.append(f"<si><r><t>{escape(f)}</t></r><r><rPr><b/></rPr><t xml:space=\"preserve\"> {escape(g)}</t></r><rPh sb=\"0\" eb=\"2\"><t>{escape(r['metadata.jp.kanaFamilyName'])}</t></rPh></si>")
    si.append(f"<si><t>{escape(r['email'])}</t></si>")
cells = "".join(f'<row r="{i + 1}"><c r="A{i + 1}" t="s"><v>{2 * i}</v></c><c r="B{i + 1}" t="s"><v>{2 * i + 1}</v></c><c r="C{i + 1}" t="inlineStr"><is><t>{escape(r["username"])} &amp; co</t></is></c></row>' for i, r in enumerate(p))
ns = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
parts = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>',
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{ns}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="名簿" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
    "xl/sharedStrings.xml": f'<sst xmlns="{ns}" count="{len(si)}" uniqueCount="{len(si)}">{"".join(si)}</sst>',
    "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{ns}"><sheetData>{cells}</sheetData></worksheet>',
}
for name, more in (("list.xlsx", {}), ("picture.xlsx", {"xl/media/image1.png": b"\x89PNG\r\n\x1a\n"})):
    with zipfile.ZipFile(f"{out}/{name}", "w", zipfile.ZIP_DEFLATED) as z:
        for k, v in parts.items():
            z.writestr(k, head + v)
        for k, v in more.items():
            z.writestr(k, v)
open(out + f'/{p[0]["familyName"]}{p[0]["givenName"]}.txt', "w").write("nothing\n")
open(out + "/../other/mixed.bin", "wb").write(bytes(range(256)) * 40)
open(out + "/../persons", "w").write("\n".join(r["familyName"] + "|" + r["givenName"] + "|" + r["username"] + "|" + r["email"] for r in p))
PY

mv "$work/in/picture.xlsx" "$work/other/"
expect 2 "the_files_hold_persons" "$nk" scan --roster --json --only none "$work/in"
expect 0 "they_can_be_redacted" "$nk" redact --json --into "$work/out" "$work"/in/*
cp "$logs/out" "$work/told.json"
same "all_forty_persons_were_met" True "$(python3 -c 'import json,sys; print(json.loads(open(sys.argv[1]).readlines()[-1])["persons"] >= 40)' "$work/told.json")"
same "in_every_format" "sqlite text xlsx" "$(python3 -c 'import json,sys; print(*sorted({json.loads(x)["format"] for x in open(sys.argv[1]) if "\"redacted\"" in x}))' "$work/told.json")"
run "$nk" scan --roster --json --only none "$work/out"
same "nobody_is_found_in_what_came_out" 0 "$(said persons)"
same "and_all_of_it_could_be_read" true "$(said complete)"
python3 - "$work" >"$logs/out" 2>&1 <<'PY'
import glob, os, re, sqlite3, sys, zipfile
work = sys.argv[1]
people = [x.split("|") for x in open(work + "/persons").read().split("\n")]
fail = []
def check(name, ok):
    print(("yes " if ok else "no ") + name)
enc = {"utf8.csv": "utf-8", "bom.csv": "utf-8-sig", "sjis.csv": "cp932", "euc.csv": "euc_jp", "jis.txt": "iso2022_jp", "utf16.txt": "utf-16"}
texts = {}
for n, e in enc.items():
    raw = open(f"{work}/out/{n}", "rb").read()
    texts[n] = raw.decode(e)
check("every_encoding_is_kept", True)
check("bom_is_kept", open(work + "/out/bom.csv", "rb").read(3) == b"\xef\xbb\xbf" and open(work + "/out/utf16.txt", "rb").read(2) == b"\xff\xfe")
check("the_same_pseudonyms_in_all_encodings", len(set(texts.values())) == 1)
rows = [x.split(",") for x in texts["utf8.csv"].strip().split("\r\n")]
check("as_many_rows_and_columns", len(rows) == 41 and all(len(r) == 6 for r in rows))
check("headings_stay", rows[0] == "氏名,フリガナ,ログイン,メール,電話番号,備考".split(","))
check("other_words_stay", all(r[5] == f"転入 {i} 年" for i, r in enumerate(rows[1:])))
check("forty_different_names", len({r[0] for r in rows[1:]}) == 40)
check("names_keep_their_script", all(re.fullmatch(r"[\u3400-\u9fff]+ [\u3400-\u9fff]+", r[0]) and re.fullmatch(r"[\u30a1-\u30ff]+ [\u30a1-\u30ff]+", r[1]) for r in rows[1:]))
check("mails_keep_their_shape", all(re.fullmatch(r"[\w.+-]+@[\w.-]+", r[3]) for r in rows[1:]))
check("telephones_keep_their_shape", all(re.fullmatch(r"0\d\d-\d{4}-\d{4}", r[4]) for r in rows[1:]))
check("logins_keep_their_shape", all(re.sub(r"\d", "9", re.sub("[a-z]", "a", r[2])) == re.sub(r"\d", "9", re.sub("[a-z]", "a", p[2])) and r[2] != p[2] for r, p in zip(rows[1:], people)))
name = {p[0] + p[1]: r[0].replace(" ", "") for p, r in zip(people, rows[1:])}
mail = {p[3]: r[3] for p, r in zip(people, rows[1:])}
log = open(work + "/out/app.log", encoding="utf-8").read()
check("the_log_has_the_same_ones", all(v in log for v in name.values()) and all(v in log for v in mail.values()))
check("its_times_stay", log.count("2025-04-08T09:") == 40)
db = sqlite3.connect(work + "/out/app.db")
got = db.execute("SELECT id, name, mail, seat FROM 生徒 ORDER BY id").fetchall()
check("the_database_too", [g[1].replace(" ", "") for g in got] == list(name.values()) and [g[2] for g in got] == list(mail.values()))
check("its_numbers_stay_numbers", [g[3] for g in got] == list(range(40)))
check("it_is_sound", db.execute("PRAGMA integrity_check").fetchone()[0] == "ok")
raw = open(work + "/out/app.db", "rb").read()
check("no_free_page_remembers", not any((p[0] + p[1]).encode() in raw for p in people) and db.execute("PRAGMA freelist_count").fetchone()[0] == 0)
z = zipfile.ZipFile(work + "/out/list.xlsx")
check("the_workbook_is_a_sound_zip", z.testzip() is None)
import xml.etree.ElementTree as E
ns = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
sst = ["".join(t.text or "" for t in si.iter(ns + "t") if t not in [x for r in si.iter(ns + "rPh") for x in r.iter(ns + "t")]) for si in E.fromstring(z.read("xl/sharedStrings.xml")).iter(ns + "si")]
check("with_the_same_ones_though_cut_into_runs", [s.replace(" ", "") for s in sst[::2]] == list(name.values()) and sst[1::2] == list(mail.values()))
sheet = z.read("xl/worksheets/sheet1.xml").decode()
check("its_other_text_stays", sheet.count("&amp; co") == 40)
check("a_name_in_a_files_name_is_replaced", len(glob.glob(work + "/out/*.txt")) == 3 and not os.path.exists(work + "/out/" + people[0][0] + people[0][1] + ".txt"))
PY
while read -r verdict name; do same "$name" yes "$verdict"; done <"$logs/out"
check "python_came_to_its_end" grep -q a_name_in_a_files_name "$logs/out"

expect 3 "a_workbook_with_a_picture_is_not_given_out" "$nk" redact --into "$work/out2" "$work/other/picture.xlsx"
check "no_file_was_made" test ! -e "$work/out2/picture.xlsx"
expect 3 "bytes_that_are_no_text_are_not_given_out" "$nk" redact --into "$work/out2" "$work/other/mixed.bin"
expect 73 "no_file_is_replaced" "$nk" redact --into "$work/out" "$work/in/utf8.csv"
expect 64 "without_a_folder_it_is_a_wrong_use" "$nk" redact "$work/in/utf8.csv"
expect 0 "another_run" "$nk" redact --into "$work/out3" "$work/in/utf8.csv"
check "has_other_pseudonyms" bash -c "! cmp -s '$work/out/utf8.csv' '$work/out3/utf8.csv'"
id=01234567-89ab-4cde-8f01-23456789abcd
expect 0 "two_runs_of_one_warrant" "$nk" redact --warrant $id --into "$work/out4" "$work/in/utf8.csv"
expect 0 "have_the_same" "$nk" redact --warrant $id --into "$work/out5" "$work/in/utf8.csv"
check "byte_for_byte" cmp "$work/out4/utf8.csv" "$work/out5/utf8.csv"
done_testing
