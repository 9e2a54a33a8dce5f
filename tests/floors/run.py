#!/usr/bin/env python3
"""floors: every include that the table of src/meson.build forbids is refused by the compiler, every one it allows is found.

For each floor one of its own source files is taken from compile_commands.json with its exact flags; instead of the file a
line `#include "header"` of each other floor is compiled. Prints TAP.
"""
import json
import os
import re
import shlex
import subprocess
import sys

source, build = sys.argv[1], sys.argv[2]
text = open(os.path.join(source, "src/meson.build"), encoding="utf-8").read()
table = re.search(r"^floors = \[\n(.*?)^\]", text, re.S | re.M).group(1)
floors = {m.group(1): re.findall(r"'([^']+)'", m.group(2)) for m in re.finditer(r"\['([\w/]+)', \[(.*?)\]\]", table)}
# one public header that stands for each room
door = {"base": "base.h", "os": "os.h", "crypto": "crypto.h", "wire": "csv.h", "store": "store.h", "store/tx": "store_tx.h", "vault": "vault.h", "ledger": "ledger.h",
        "people": "people.h", "custody": "custody.h", "intake": "intake.h", "targets": "target.h", "plan": "plan.h", "erase": "cert.h", "flow": "flow.h"}
# The libraries beside: what they may see is in their own meson.build.
beside = {"scan": "libnkscan", "extract": "libnkextract"}
floors["scan"] = []
floors["extract"] = ["base", "os", "scan"]
for floor in ("erase", "flow"):
    floors[floor] += ["scan", "extract"]
door["scan"] = "nkscan.h"
door["extract"] = "nkx.h"
commands = json.load(open(os.path.join(build, "compile_commands.json"), encoding="utf-8"))


def flags_of(floor):
    """Flags of the library of that floor (not of a test, which may see more)."""
    target = beside.get(floor, "libnk_" + re.sub(r"\W", "_", floor)) + ".a.p"
    for c in commands:
        if target in c["output"]:
            words = shlex.split(c["command"])
            keep, skip = [], False
            for w in words:
                if skip:
                    skip = False
                elif w in ("-o", "-MF", "-MQ", "-c"):
                    skip = True
                elif w not in ("-MD",):
                    keep.append(w)
            return [w for w in keep if not w.endswith(".c")], c["directory"]
    return None, None


def compiles(flags, directory, header, first):
    probe = f'{first}#include "{header}"\n'
    done = subprocess.run(flags + ["-Wno-unused", "-fsyntax-only", "-x", "c", "-"], input=probe, text=True, cwd=directory, capture_output=True, check=False)
    missing = "No such file" in done.stderr or "file not found" in done.stderr
    return done.returncode == 0, missing, done.stderr


n, failed = 0, 0
lines = []
for floor, sees in floors.items():
    flags, directory = flags_of(floor)
    if flags is None:
        n += 1
        failed += 1
        lines.append(f"not ok {n} - {floor}: no source of it in compile_commands.json")
        continue
    for room, header in door.items():
        if room == floor or (floor == "store" and room == "store/tx"):
            continue
        ok, missing, err = compiles(flags, directory, header, "" if floor == "scan" else '#include "base.h"\n')
        allowed = room in sees
        good = ok if allowed else missing
        n += 1
        failed += 0 if good else 1
        lines.append(f"{'ok' if good else 'not ok'} {n} - {floor} {'sees' if allowed else 'cannot see'} {room}")
        if not good:
            lines += ["# " + x for x in err.split("\n")[:6]]
print(f"1..{n}")
print("\n".join(lines))
sys.exit(1 if failed else 0)
