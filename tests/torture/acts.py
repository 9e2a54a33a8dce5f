#!/usr/bin/env python3
"""acts.py: every act of every verb is broken by a row of verbs.rows, or a line there says why not. TAP; nothing is run.

An act is what stands in a synopsis before the first operand: "package build", "training drill plant", "plan --erase". One that writes needs a row
with crash points (AGAIN is not "reads"). Lines of verbs.rows for the others:
  reads ACT, ACT …      writes nothing into an installation, or only what a row of another act writes by the same lines
  owed ACT : why        writes, and has no row yet
"""
import glob
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
MODES = ("--erase", "--list", "--check", "--drill", "--try", "--statement", "--envelope")  # options that make another act of it


def act_of(words):
    out = []
    for word in words:
        if re.fullmatch(r"[a-z][a-z-]*", word) or (word in MODES and len(out) > 0):
            out.append(word)
        else:
            break
    return " ".join(out)


def acts():
    out = set()
    for path in glob.glob(os.path.join(ROOT, "src/front/cli/cmd_*.c")):
        with open(path, encoding="utf-8") as f:
            text = f.read()
        for table in re.findall(r"const usage\[\] = \{(.*?)NULL", text, re.S):
            for parts in re.findall(r'"(?:[^"\\]|\\.)*"(?:\s*"(?:[^"\\]|\\.)*")*', table):
                line = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', parts))
                out.add(act_of(line.split()))
    return out


def said(text):
    """(acts with a row that is broken, acts that are called reading, acts that are owed) as verbs.rows has them."""
    rows, reads, owed = [], set(), {}
    for line in text.splitlines():
        if line.startswith("row "):
            head, _, args = line.partition(" : ")
            if head.split()[4] != "reads":
                rows.append(args.split())
        elif line.startswith("reads "):
            reads |= {a.strip() for a in line[6:].split(",")}
        elif line.startswith("owed "):
            act, _, why = line[5:].partition(" : ")
            owed[act.strip()] = why.strip()
    return rows, reads, owed


def wrong(every, text):
    rows, reads, owed = said(text)
    broken = set()
    for words in rows:
        fits = [a for a in every if words[:len(a.split())] == a.split()]
        broken |= {max(fits, key=len)} if fits else set()
    out = [f"no row and no word about it: {a}" for a in sorted(every - broken - reads - set(owed))]
    out += [f"no such act: {a}" for a in sorted((reads | set(owed)) - every)]
    out += [f"has a row, and is said to have none: {a}" for a in sorted(broken & (reads | set(owed)))]
    return out + [f"owed, and nobody says why: {a}" for a, why in owed.items() if not why]


def main():
    with open(os.path.join(HERE, "verbs.rows"), encoding="utf-8") as f:
        text = f.read()
    every = acts()
    bad = wrong(every, text)
    print("1..2")
    print(f"{'not ok' if bad or len(every) < 100 else 'ok'} 1 - every_act_of_a_verb_is_broken_or_is_said_to_be_harmless_or_owed")
    for line in bad:
        print("# " + line)
    without = "\n".join(line for line in text.splitlines() if not line.startswith("row package package-install"))
    noticed = "no row and no word about it: package install" in wrong(every, without) and "no row and no word about it: frob" in wrong(every | {"frob"}, text)
    print(f"{'ok' if noticed else 'not ok'} 2 - an_act_without_a_row_is_noticed")
    return 1 if bad or not noticed else 0


if __name__ == "__main__":
    sys.exit(main())
