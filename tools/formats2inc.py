#!/usr/bin/env python3
"""formats2inc.py IN.rows OUT.inc: the rows of extract/formats.rows as ROW("sqlite-wal", sqlite_wal, "sqlite")."""
import sys

out = ["/* Made from formats.rows by formats2inc.py: do not edit. */"]
for line in open(sys.argv[1], encoding="utf-8"):
    line = line.strip()
    if not line or line.startswith("#"):
        continue
    name, file = [field.strip() for field in line.split("|")]
    out.append(f'ROW("{name}", {name.replace("-", "_")}, "{file}")')
with open(sys.argv[2], "w", encoding="utf-8") as inc:
    inc.write("\n".join(out) + "\n")
