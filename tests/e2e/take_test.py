#!/usr/bin/env python3
"""take_test.py FOLDER WRONG COMMAND…: sits the test of "COMMAND --json" over pipes: answers by the question files of
FOLDER, the first WRONG questions of each set falsely. Prints the results, one JSON line a set; exit status as the command's."""
import json
import os
import subprocess
import sys


def right_answers(folder):
    out = {}
    for name in os.listdir(folder):
        if not name.endswith(".q"):
            continue
        with open(os.path.join(folder, name), encoding="utf-8") as f:
            for line in f:
                if line.startswith("? "):
                    question = line.split(" ", 2)[1]
                elif line.startswith("+ "):
                    out[question] = line[2:].strip()
    return out


def main():
    known = right_answers(sys.argv[1])
    wrong = int(sys.argv[2])
    child = subprocess.Popen(sys.argv[3:] + ["--json"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")
    reasons = 0
    for line in child.stdout:
        said = json.loads(line)
        if said["type"] == "question":
            at = said["choices"].index(known[said["id"]])
            child.stdin.write(f"{(at + (1 if said['number'] <= wrong else 0)) % 4 + 1}\n")
            child.stdin.flush()
        elif said["type"] == "answer":
            reasons += 1 if said["reason"] and said["section"] else 0
        elif said["type"] == "training-result":
            said["reasons"] = reasons
            reasons = 0
            print(json.dumps(said, ensure_ascii=False), flush=True)
    child.stdin.close()
    sys.exit(child.wait())


if __name__ == "__main__":
    main()
