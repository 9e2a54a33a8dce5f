#!/usr/bin/env python3
"""rows2inc.py IN.rows OUT.inc: the rows of a list as ROW(…) lines for C.

A row is fields separated by "|"; "#" begins a comment line. ROW gets the first field as a string, the same in upper case with
underscores as a name, and every further field as a string.
"""
import sys


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def main(source, target):
    out = [f"/* Made from {source.split('/')[-1]} by rows2inc.py: do not edit. */"]
    with open(source, encoding="utf-8") as rows:
        for number, row in enumerate(rows, 1):
            row = row.strip()
            if not row or row.startswith("#"):
                continue
            fields = [field.strip() for field in row.split("|")]
            if not all(fields):
                sys.exit(f"{source}:{number}: an empty field")
            upper = fields[0].upper().replace("-", "_")
            out.append("ROW(" + ", ".join([quoted(fields[0]), upper] + [quoted(f) for f in fields[1:]]) + ")")
    with open(target, "w", encoding="utf-8") as inc:
        inc.write("\n".join(out) + "\n")


main(sys.argv[1], sys.argv[2])
