#!/usr/bin/env python3
"""residue: after all suites: does a planted person stand in clear in what they left behind?

  residue.py [--least N] FOLDER…   looks at every byte and every name of a file below the folders; status 1 when somebody is found
  residue.py --self-test           plants each kind of value in an installation of its own and wants to find it, and nobody without

tools/check gives it the folder in which the suites kept their installations ($NK_KEEP_HOMES: tests/e2e/lib.sh and
src/flow/flow_test_kit.h put each there as it stood at its end), what programs left in $TMPDIR, and the logs of the suites. There
must be at least N installations: nothing to look at is no pass. Planted are everybody of examples/ and the persons of the C
tests; values, spellings and encodings are those of tests/e2e/residue_search.py. Prints counts and places, never a value.
"""
import os
import re
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
sys.path.insert(0, os.path.join(HERE, "e2e"))
import residue_search as search  # noqa: E402

EXAMPLES = ("2025-04_k12-1.0.zip", "2026-04_k12-1.0.zip")
# What stands in clear because a test put it there, and nothing else may: the end of a path, and why.
EXPLAINED = (
    "/in/list.csv",  # carry_test opens a bundle: a file with persons, on the books as one
    "/planted-numbers.txt",  # sweep_test: what the sweep is to find
    "/planted-export.csv",
    "/planted-export.csv.bak",
    "/planted-sealed.bin",
)
AROUND = 32  # bytes before and behind, for a look whether a short hit stands in ciphertext
SHORT, MIXED = 8, 48
EMPTY = {name: "" for name in ("sourcedId", "userMasterIdentifier", "username", "email", "identifier", "familyName", "givenName")}


def kit_persons():
    """The persons of tests/kit/kit_roster.h and of src/flow/flow_test_kit.h, as their sources say them."""
    with open(os.path.join(HERE, "kit/kit_roster.h"), encoding="utf-8") as f:
        rows = re.findall(r'",,,true,(\w+),,(\w+),(\w+),,\d+,([\w@.]+),', f.read())
    persons = [dict(EMPTY, username=login, givenName=given, familyName=family, email=mail) for login, given, family, mail in rows]
    with open(os.path.join(ROOT, "src/flow/flow_test_kit.h"), encoding="utf-8") as f:
        lists = re.findall(r"const names\[\] = \{ ([^}]*) \}", f.read())
    families, givens = (re.findall(r'"([^"]+)"', names) for names in lists)
    for i in range(2, 40):
        persons.append(dict(EMPTY, username=f"zp{7000 + i}", email=f"zp{7000 + i}@example.jp", familyName=families[i % len(families)],
                            givenName=givens[i // 8 % len(givens)]))
    return persons


def planted():
    patterns = search.Patterns()
    persons = kit_persons()
    for name in EXAMPLES:
        persons += search.rows(os.path.join(ROOT, "examples", name), "users.csv")
    for person in persons:
        patterns.add_person(person)
    patterns.compile()
    return patterns, len(persons)


def in_ciphertext(data, at, want):
    """Less than eight bytes, among bytes that are nearly all different: in gigabytes of ciphertext that happens."""
    around = bytes(data[max(0, at - AROUND):at]) + bytes(data[at + len(want):at + len(want) + AROUND])
    return len(want) < SHORT and len(set(around)) >= MIXED


def explain(path, data, at, want):
    """The verdict on one hit."""
    if path.endswith(EXPLAINED):
        return "meant"
    if in_ciphertext(data, at, want):
        return "chance"
    return "number" if search.in_long_number(data, at, want) else "unexplained"


def look(folders, patterns):
    """(unexplained, files, bytes, installations)"""
    found, files, total = search.search(folders, patterns, explain)
    homes = sum("nokosazu.conf" in names for top in folders for _, _, names in os.walk(top))
    return {key: n for key, n in found.items() if key[0] == "unexplained"}, files, total, homes


def self_test():
    patterns, persons = planted()
    missed = 0
    example = search.rows(os.path.join(ROOT, "examples", EXAMPLES[0]), "users.csv")[100]
    kit = kit_persons()
    texts = [kit[0]["email"], kit[0]["familyName"] + " " + kit[0]["givenName"], kit[20]["email"], kit[20]["familyName"] + kit[20]["givenName"],
             example["email"], example["familyName"] + example["givenName"]]
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(os.path.join(folder, "home"))
        path = os.path.join(folder, "home", "nokosazu.conf")
        for text in [""] + texts:
            for codec in ("utf-8", "utf-16-le"):
                with open(path, "wb") as f:
                    f.write(os.urandom(4096) + text.encode(codec) + os.urandom(4096))
                unexplained, _, _, homes = look([folder], patterns)
                missed += bool(unexplained) != bool(text) or homes != 1
        with open(path, "wb") as f:
            f.write(b"")
        os.rename(path, os.path.join(folder, "home", texts[0]))
        missed += not look([folder], patterns)[0]
    print(f"{persons} persons, {len(kit)} of them of the C tests; {missed} missed")
    return 0 if missed == 0 and persons > 1900 and len(kit) == 41 else 1


def main():
    args = sys.argv[1:]
    if args == ["--self-test"]:
        return self_test()
    least = int(args[1]) if args[:1] == ["--least"] else 0
    folders = args[2:] if args[:1] == ["--least"] else args
    if not folders or folders[0].startswith("-"):
        print(__doc__)
        return 64
    patterns, persons = planted()
    unexplained, files, total, homes = look(folders, patterns)
    print(f"{persons} persons looked for in {homes} installations, {files} files, {total} bytes")
    for (_, place, encoding, item), n in sorted(unexplained.items()):
        print(f"  {n} x {item} ({encoding}) in {place}")
    if homes < least:
        print(f"only {homes} installations were kept, {least} at least are expected: is $NK_KEEP_HOMES heard?")
    return 1 if unexplained or homes < least else 0


if __name__ == "__main__":
    sys.exit(main())
