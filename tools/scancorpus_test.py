#!/usr/bin/env python3
"""scancorpus_test: the corpus is the same each time, its labels lie on what they say, and scanscore counts as it promises."""
import contextlib
import csv
import io
import json
import os
import runpy
import sys
import tempfile
import unittest

TOOLS = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(TOOLS, "corpus"))
import charsets
import persons

CODECS = {"cp932": "cp932", "utf-8": "utf-8", "utf-16le": "utf-16-le", "utf-16be": "utf-16-be"}


def run(tool, *words):
    out, before = io.StringIO(), sys.argv
    sys.argv = [tool, *words]
    try:
        with contextlib.redirect_stdout(out):
            runpy.run_path(os.path.join(TOOLS, tool), run_name="__main__")
    finally:
        sys.argv = before
    return out.getvalue()


def labels_of(folder):
    with open(os.path.join(folder, "labels.csv"), encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class Corpus(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.room = tempfile.TemporaryDirectory(prefix="scancorpus-test-")
        cls.one, cls.two = (os.path.join(cls.room.name, name) for name in ("one", "two"))
        for folder in (cls.one, cls.two):
            run("scancorpus", folder, "--persons", "40", "--rounds", "1", "--containers", "plain,zip-stored,tar-gz,docx,pdf,sqlite")

    @classmethod
    def tearDownClass(cls):
        cls.room.cleanup()

    def test_the_same_seed_gives_the_same_bytes(self):
        for place, _, names in os.walk(self.one):
            for name in names:
                if name == "source.c":
                    continue  # this repository's own, which may be edited meanwhile
                path = os.path.join(place, name)
                with open(path, "rb") as a, open(path.replace(self.one, self.two), "rb") as b:
                    self.assertEqual(a.read(), b.read(), name)

    def test_a_label_lies_on_a_spelling_of_its_person(self):
        checked = 0
        for label in labels_of(self.one):
            if label["container"] != "plain" or label["encoding"] not in CODECS:
                continue
            with open(os.path.join(self.one, "files", label["file"]), "rb") as file:
                data = file.read()
            at, length = int(label["offset"]), int(label["length"])
            text = data[at:at + length].decode(CODECS[label["encoding"]])
            self.assertTrue(text and "\n" not in text, label)
            if label["field"] == "mail":
                self.assertTrue("@" in text or "＠" in text, label)
            checked += 1
        self.assertGreater(checked, 50)

    def test_nobody_is_in_the_roster_twice_and_strangers_are_not(self):
        with open(os.path.join(self.one, "persons.csv"), encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))[1:]
        self.assertEqual(len(rows), 40)
        for column in (0, 1, 3, 5, 6, 7):
            self.assertEqual(len({row[column] for row in rows}), 40)
        ids = {row[0] for row in rows}
        self.assertTrue(any(label["person"] not in ids for label in labels_of(self.one)))

    def score(self, findings):
        path = os.path.join(self.room.name, "findings.jsonl")
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(json.dumps(finding) + "\n" for finding in findings)
        table = {}
        for line in run("scanscore", os.path.join(self.one, "labels.csv"), path, "--by", "").splitlines():
            words = line.split()
            if len(words) >= 7 and words[0] in ("roster", "form"):
                table[words[0] + " " + words[1]] = [int(words[i]) for i in (2, 3, 5, 6)]
        return table

    def findings(self):
        for label in labels_of(self.one):
            if label["person"].startswith("S") and label["field"] != "birthday":
                entry = {"type": "finding", "file": "x/" + label["file"], "path": label["path"], "field": label["field"],
                         "persons": [label["person"]]}
                if label["offset"]:
                    entry.update(offset=int(label["offset"]), length=int(label["length"]))
                yield entry

    def test_findings_on_all_labels_are_all_right(self):
        for name, (count, found, findings, right) in self.score(self.findings()).items():
            if name.startswith("roster"):
                self.assertTrue(count == found == findings == right, name)

    def test_what_is_not_found_and_what_is_found_elsewhere_is_counted(self):
        findings = [f for f in self.findings() if f["field"] == "kanji" and "offset" in f]
        full = self.score(findings)["roster kanji"]
        less = self.score(findings[1:])["roster kanji"]
        wrong = self.score(findings + [dict(findings[0], offset=10**6), {"type": "finding", "file": "negatives/prose.txt",
                                                                        "field": "kanji", "persons": ["S00001"], "offset": 1}])["roster kanji"]
        self.assertEqual(less[1], full[1] - 1)
        self.assertEqual((wrong[1], wrong[2], wrong[3]), (full[1], full[2] + 2, full[3]))


class Spellings(unittest.TestCase):
    def test_romaji_are_those_of_passports(self):
        for kana, romaji in (("サトウ", "sato"), ("ホンマ", "homma"), ("シュンスケ", "shunsuke"), ("ハットリ", "hattori"), ("マッチ", "matchi"),
                             ("リョウヘイ", "ryohei"), ("ジュンイチ", "junichi")):
            self.assertEqual(persons.hepburn(kana), romaji)

    def test_encodings_write_what_windows_and_mail_write(self):
        self.assertEqual(charsets.encode("髙", "cp932"), b"\xfb\xfc")
        self.assertEqual(charsets.encode("山ｱ", "euc-jp"), "山".encode("euc_jp") + b"\x8e\xb1")
        self.assertEqual(charsets.encode("a山", "iso-2022-jp"), b"a\x1b$B;3\x1b(B")
        self.assertFalse(charsets.writable("cp932")("𠮷"))


if __name__ == "__main__":
    unittest.main()
