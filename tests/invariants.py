#!/usr/bin/env python3
"""invariants.py SOURCE: each invariant of the design has a test, and each test that tests/invariants.rows names is in the tree."""
import os
import re
import sys

root = sys.argv[1]
names = set()
for top in ("src", "tests", "extract", "scan"):
    for folder, _, files in os.walk(os.path.join(root, top)):
        for name in files:
            if name.endswith(("_test.c", ".sh")):
                with open(os.path.join(folder, name), encoding="utf-8") as f:
                    names |= set(re.findall(r"[a-z][a-z0-9_]{8,}", f.read()))
with open(os.path.join(root, "tests/invariants.rows"), encoding="utf-8") as f:
    rows = [line.split() for line in f if line.strip() and not line.startswith("#")]
failed = 0
for n in range(1, 13):
    tests = [t for i, t in rows if i == f"I{n}"]
    missing = [t for t in tests if t not in names]
    good = bool(tests) and not missing
    failed += not good
    print(f"{'ok' if good else 'not ok'} {n} - i{n}_has_a_test")
    for t in missing:
        print(f"# not in the tree: {t}")
print("1..12")
sys.exit(1 if failed else 0)
