#!/usr/bin/env python3
"""residue_search: looks for people's values in every byte of a folder. Code of its own: nothing of the product is used here.

  residue_search.py --erased OLD.zip NEW.zip --certificate FILE.dsse.json [--files TARGET=DIR] FOLDER
      Everybody who is in OLD and not in NEW. Each hit must be somebody else's who stayed (the same value, or a longer one
      around it), or lie in a target's files that the certificate lists as not erased. Exit 0: all explained; 1: not.
  residue_search.py --erased OLD.zip NEW.zip FOLDER
      The same without a certificate: nothing is listed as not erased.
  residue_search.py --all ROSTER.zip PATH…
      Everybody in ROSTER: a single hit is one too many (exit 1). Before an erasure this is invariant I1.
  residue_search.py --self-test
      Plants one value in each encoding and spelling and wants to find each of them.

Encodings: UTF-8, CP932, UTF-16LE, UTF-16BE; base64 of UTF-8 (LDIF writes names so) and the 16 raw bytes of ids as well.
Names of files are searched like their bytes. Prints counts and places, never a value. Values of fewer than six bytes in
an encoding are not looked for: they would be found by chance.
"""
import argparse
import base64
import collections
import csv
import io
import json
import mmap
import os
import sys
import tempfile
import unicodedata
import uuid
import zipfile

LEAST = 6
HEX = 32  # signs: a digest or an id
LONG_NUMBER = 13
BLOCK = 1 << 16
ENCODINGS = {"utf-8": "utf-8", "cp932": "cp932", "utf-16le": "utf-16-le", "utf-16be": "utf-16-be"}
VARIANTS = str.maketrans("髙﨑齋齊邉邊澤櫻德𠮷濵濱廣國惠眞嶋", "高崎斎斉辺辺沢桜徳吉浜浜広国恵真島")
HALF = {unicodedata.normalize("NFKC", chr(c)): chr(c) for c in range(0xFF66, 0xFF9E)}


def rows(zip_path, name):
    with zipfile.ZipFile(zip_path) as z:
        return list(csv.DictReader(io.StringIO(z.read(name).decode("utf-8-sig"))))


def half_width(kana):
    out = []
    for c in unicodedata.normalize("NFD", kana):
        out.append({"\u3099": "ﾞ", "\u309a": "ﾟ", "ー": "ｰ"}.get(c) or HALF.get(c, c))
    return "".join(out)


def hiragana(kana):
    return "".join(chr(ord(c) - 0x60) if "ァ" <= c <= "ヶ" else c for c in kana)


def spellings(family, given):
    if not family or not given:
        return set()
    out = set()
    for f in {family, family.translate(VARIANTS), unicodedata.normalize("NFC", family), unicodedata.normalize("NFD", family)}:
        for g in {given, given.translate(VARIANTS), unicodedata.normalize("NFD", given)}:
            out |= {f + sep + g for sep in ("", " ", "\u3000", "\t", ",")} | {g + " " + f, g + "," + f}
    return out


def values_of(user):
    """(item, text) of one row of users.csv."""
    out = set()
    pairs = {(user["familyName"], user["givenName"]), (user.get("preferredFamilyName") or user["familyName"], user.get("preferredGivenName") or user["givenName"])}
    for family, given in pairs:
        out |= {("name", s) for s in spellings(family, given)}
    kana = {(user.get("metadata.jp.kanaFamilyName", ""), user.get("metadata.jp.kanaGivenName", "")),
            (user.get("metadata.jp.kanaPreferredFamilyName", ""), user.get("metadata.jp.kanaPreferredGivenName", ""))}
    for family, given in kana:
        for form in (str, hiragana, half_width):
            out |= {("kana", s) for s in spellings(form(family), form(given))}
    out |= {("login", user["username"]), ("mail", user["email"]), ("mail", user["email"].upper()), ("number", user["identifier"])}
    for key in (user["sourcedId"], user["userMasterIdentifier"]):
        out |= {("id", key), ("id", key.upper()), ("id", key.replace("-", ""))}
    return {(item, text) for item, text in out if text}


def encoded(item, text):
    """(name of the encoding, bytes) of one value."""
    for label, codec in ENCODINGS.items():
        try:
            yield label, text.encode(codec)
        except UnicodeEncodeError:
            continue
    raw = text.encode("utf-8")
    for shift in range(3):
        inner = base64.b64encode(b"\0" * shift + raw)[(0, 2, 3)[shift]:]
        whole = len(inner) - {0: 0, 1: 3, 2: 2}[(shift + len(raw)) % 3]
        if whole >= 12:
            yield "base64", inner[:whole]
    if item == "id" and len(text) == 36:
        yield "raw", uuid.UUID(text).bytes


class Patterns:
    """Byte strings to look for, found by their first four bytes."""

    def __init__(self):
        self.by_head = collections.defaultdict(dict)
        self.texts = set()
        self.count = 0

    def add(self, label, item, data):
        if len(data) < LEAST or data in self.by_head[data[:4]]:
            return
        self.by_head[data[:4]][data] = (label, item)
        self.count += 1

    def add_person(self, user):
        for item, text in values_of(user):
            self.texts.add(text)
            for label, data in encoded(item, text):
                self.add(label, item, data)

    def compile(self):
        self.heads = {int.from_bytes(head, sys.byteorder) for head in self.by_head}

    def places(self, data):
        """Where four bytes are the beginning of a pattern: the data as numbers, four times, each time one byte further.
        Blocks of zeros, which a database file is full of, are passed over."""
        heads = self.heads
        for start in range(0, len(data), BLOCK):
            block = data[start:start + BLOCK + 3]
            if not block.strip(b"\0"):
                continue
            view = memoryview(block)
            for shift in range(min(4, len(block))):
                whole = (len(block) - shift) // 4 * 4
                with view[shift:shift + whole].cast("I") as words:
                    yield from [start + shift + 4 * i for i, word in enumerate(words) if word in heads and shift + 4 * i < BLOCK]

    def each(self, data):
        """(offset, bytes, encoding, item) of every hit, overlapping ones too."""
        for at in self.places(data):
            for want, (label, item) in self.by_head.get(bytes(data[at:at + 4]), {}).items():
                if data[at:at + len(want)] == want:
                    yield at, want, label, item


def files_below(path):
    if os.path.isfile(path):
        yield path
    for folder, _, names in os.walk(path):
        for name in names:
            full = os.path.join(folder, name)
            if os.path.isfile(full) and not os.path.islink(full):
                yield full


def bytes_of(path):
    with open(path, "rb") as f:
        if os.fstat(f.fileno()).st_size == 0:
            return b""
        return mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ)


class Staying:
    """Whole values of those who stay: what is found inside one of them is theirs."""

    def __init__(self, users, patterns):
        gone = collections.defaultdict(set)
        for text in patterns.texts:
            gone[text[:2]].add(text)
        self.around = collections.defaultdict(list)
        for item, text in {value for user in users for value in values_of(user)}:
            inside = any(text.startswith(t, k) for k in range(len(text) - 1) for t in gone.get(text[k:k + 2], ()))
            for _, data in encoded(item, text) if inside else ():
                self.add(data, patterns)

    def add(self, value, patterns):
        for k in range(len(value) - 3):
            for want in patterns.by_head.get(value[k:k + 4], ()):
                if value.startswith(want, k):
                    self.around[want].append((value, k))

    def holds(self, data, at, want):
        return any(at >= k and data[at - k:at - k + len(value)] == value for value, k in self.around[want])


def run_around(data, at, want, signs):
    """How long the run of these bytes is in which the hit stands."""
    start, end = at, at + len(want)
    while start > 0 and data[start - 1] in signs:
        start -= 1
    while end < len(data) and data[end] in signs:
        end += 1
    return end - start


def in_long_number(data, at, want):
    """Digits in a long number, or in a digest or an id in hexadecimal: seven of them stand there by chance."""
    return want.isdigit() and (run_around(data, at, want, b"0123456789") >= LONG_NUMBER
                               or run_around(data, at, want, b"0123456789abcdefABCDEF-") >= HEX)


def statement_of(path):
    with open(path, encoding="utf-8") as f:
        return json.loads(base64.b64decode(json.load(f)["payload"]))


def search(paths, patterns, explain):
    """Counter of (verdict, place, encoding, item)."""
    found = collections.Counter()
    total = files = 0
    for top in paths:
        for path in sorted(files_below(top)):
            shown = os.path.relpath(path, top) if os.path.isdir(top) else os.path.basename(path)
            name = os.fsencode(os.path.basename(path))
            if any(True for _ in patterns.each(name)):
                found[("unexplained", "(name withheld)", "file name", "any")] += 1
                shown = "(name withheld)"
            data = bytes_of(path)
            files += 1
            total += len(data)
            for at, want, label, item in patterns.each(data):
                found[(explain(path, data, at, want), shown, label, item)] += 1
    return found, files, total


def report(found, files, total, patterns, quiet):
    bad = sum(n for (verdict, *_), n in found.items() if verdict == "unexplained")
    if not quiet or bad:
        print(f"{files} files, {total} bytes, {patterns.count} byte strings looked for")
        by = collections.Counter()
        for (verdict, *_), n in found.items():
            by[verdict] += n
        for verdict, n in sorted(by.items()):
            print(f"  {verdict}: {n}")
        for (verdict, shown, label, item), n in sorted(found.items()):
            if verdict == "unexplained":
                print(f"  UNEXPLAINED {n} x {item} ({label}) in {shown}")
    return 1 if bad else 0


def erased_search(args):
    old = {u["sourcedId"]: u for u in rows(args.erased[0], "users.csv")}
    new = {u["sourcedId"]: u for u in rows(args.erased[1], "users.csv")}
    gone = [u for key, u in old.items() if key not in new]
    not_erased = []
    if args.certificate:
        statement = statement_of(args.certificate)["predicate"]
        if statement["persons"] != len(gone):
            print(f"the certificate speaks of {statement['persons']} persons, the rosters of {len(gone)}")
            return 1
        where = dict(f.split("=", 1) for f in args.files)
        not_erased = [os.path.realpath(where[t["name"]]) for t in statement["targets"] if t["files"] == "not-erased" and t["name"] in where]
    patterns = Patterns()
    for user in gone:
        patterns.add_person(user)
    patterns.compile()
    staying = Staying(list(new.values()) + [u for key, u in old.items() if key in new], patterns)

    def explain(path, data, at, want):
        if any(os.path.realpath(path).startswith(d + os.sep) for d in not_erased):
            return "listed as not erased"
        if staying.holds(data, at, want):
            return "of somebody who stayed"
        return "inside a long number" if in_long_number(data, at, want) else "unexplained"

    found, files, total = search(args.paths, patterns, explain)
    if not args.quiet:
        print(f"{len(gone)} persons who left, {len(new)} who are there")
    return report(found, files, total, patterns, args.quiet)


def all_search(args):
    patterns = Patterns()
    for user in rows(args.all, "users.csv"):
        patterns.add_person(user)
    patterns.compile()
    found, files, total = search(args.paths, patterns, lambda path, data, at, want: "inside a long number" if in_long_number(data, at, want) else "unexplained")
    return report(found, files, total, patterns, args.quiet)


def self_test():
    user = {"sourcedId": "6f1c2f0e-5a7e-4a44-9a59-0f6f1f2d3c4b", "userMasterIdentifier": "0b0e2c59-8d0b-4d0f-8a35-6f30f5b1a0c2", "username": "zz990001",
            "email": "zz990001@school.example.jp", "identifier": "209900001", "familyName": "髙見澤", "givenName": "美桜子", "preferredFamilyName": "",
            "preferredGivenName": "", "metadata.jp.kanaFamilyName": "タカミザワ", "metadata.jp.kanaGivenName": "ミオコ"}
    patterns = Patterns()
    patterns.add_person(user)
    patterns.compile()
    planted = missed = 0
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "file")
        for item, text in sorted(values_of(user)):
            for label, data in encoded(item, text):
                if len(data) < LEAST:
                    continue
                with open(path, "wb") as f:
                    f.write(os.urandom(1000) + data + os.urandom(777))
                found, _, _ = search([folder], patterns, lambda *a: "unexplained")
                planted += 1
                missed += not any(i == item or label == "base64" for (_, _, _, i) in found)
        with open(path, "wb") as f:
            f.write(os.urandom(4 << 20))
        found, _, _ = search([folder], patterns, lambda *a: "unexplained")
        stay = Staying([dict(user, username="zz9900012")], patterns)
        longer = b"....zz9900012...."
        good = stay.holds(longer, 4, b"zz990001") and not stay.holds(b"....zz990001....", 4, b"zz990001")
    print(f"{planted} planted, {missed} missed, {sum(found.values())} found in random bytes")
    return 0 if missed == 0 and not found and good and planted > 100 else 1


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--erased", nargs=2, metavar=("OLD", "NEW"))
    p.add_argument("--all", metavar="ROSTER")
    p.add_argument("--certificate")
    p.add_argument("--files", action="append", default=[], metavar="TARGET=DIR")
    p.add_argument("--self-test", action="store_true")
    p.add_argument("--quiet", action="store_true")
    p.add_argument("paths", nargs="*")
    args = p.parse_args()
    if args.self_test:
        return self_test()
    if not args.paths or not (args.erased or args.all):
        p.error("see --help")
    return erased_search(args) if args.erased else all_search(args)


if __name__ == "__main__":
    sys.exit(main())
