#!/usr/bin/env python3
"""Compile the migrations of sql/ into C. Usage: sql2c.py OUTPUT sql/0001_init.sql sql/0002_….sql …

Writes `static const struct migration migrations[]` for src/store/migrate.c.
Refuses gaps in the numbers and what the portable subset forbids.
"""
import hashlib
import pathlib
import re
import sys

FORBIDDEN = ["TRIGGER", "WITHOUT ROWID", "AUTOINCREMENT", "VIRTUAL TABLE", "PRAGMA", "BEGIN", "COMMIT"]


def without_comments(text):
    return re.sub(r"--[^\n]*", "", text)


def main():
    output, files = sys.argv[1], [pathlib.Path(p) for p in sys.argv[2:]]
    lines = ["/* Made by tools/sql2c.py from sql/: do not edit. */"]
    rows = []
    for at, path in enumerate(sorted(files, key=lambda p: p.name), start=1):
        if not re.fullmatch(r"%04d_[a-z0-9_]+\.sql" % at, path.name):
            sys.exit(f"{path}: expected a file named {at:04d}_words.sql")
        data = path.read_bytes()
        plain = " ".join(without_comments(data.decode("utf-8")).upper().split())
        for word in FORBIDDEN:
            if re.search(r"\b" + word + r"\b", plain):
                sys.exit(f"{path}: {word} is not in the portable subset (see reference/libraries.md §7)")
        lines.append(f"static const char sql_{at:04d}[] = {{")
        for i in range(0, len(data), 20):
            lines.append("\t" + " ".join(f"{'(char)' if b > 127 else ''}{b}," for b in data[i:i + 20]))
        lines.append("\t0\n};")
        digest = ", ".join(f"0x{b:02x}" for b in hashlib.sha256(data).digest())
        rows.append(f'\t{{ {at}, "{path.name}", {{ {digest} }}, sql_{at:04d} }},')
    lines.append("static const struct migration migrations[] = {")
    lines += rows + ["};"]
    pathlib.Path(output).write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
