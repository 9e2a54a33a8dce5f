#!/usr/bin/env python3
"""Compile the law data into C. Usage: law2c.py OUTPUT law/appi.law law/calendar.law …

Writes `static const struct nk_law_text law_shipped[]` for src/cases/law.c. What the texts say is checked by the parser of
the product itself (law_test), not here; here only: UTF-8, no carriage returns.
"""
import pathlib
import sys


def main():
    output, files = sys.argv[1], sorted((pathlib.Path(p) for p in sys.argv[2:]), key=lambda p: p.name)
    lines = ["/* Made by tools/law2c.py from law/: do not edit. */"]
    rows = []
    for at, path in enumerate(files):
        data = path.read_bytes()
        data.decode("utf-8")
        if b"\r" in data:
            sys.exit(f"{path}: carriage returns")
        lines.append(f"static const unsigned char law_text_{at}[] = {{")
        for i in range(0, len(data), 24):
            lines.append("\t" + " ".join(f"{b}," for b in data[i:i + 24]))
        lines.append("};")
        rows.append(f'\t{{ "{path.name}", law_text_{at}, sizeof(law_text_{at}) }},')
    lines.append("static const struct law_shipped law_shipped[] = {")
    lines += rows + ["};"]
    pathlib.Path(output).write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
