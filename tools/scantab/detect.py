#!/usr/bin/env python3
"""detect.py detectors IN.rows OUT.inc | weights CLASSES.rows WHYS.rows WEIGHTS.rows OUT.inc

detectors: ROW(name) for each row, as a name for C. weights: one initialiser a class and reason, [class][reason] = points.
"""
import sys


def rows(path):
    with open(path, encoding="utf-8") as lines:
        for number, row in enumerate(lines, 1):
            row = row.strip()
            if row and not row.startswith("#"):
                yield number, [field.strip() for field in row.split("|")]


def write(path, out):
    with open(path, "w", encoding="utf-8") as inc:
        inc.write("\n".join(out) + "\n")


def detectors(source, target):
    out = [f"/* Made from {source.split('/')[-1]} by detect.py: do not edit. */"]
    write(target, out + [f"ROW({fields[0].replace('-', '_')})" for _, fields in rows(source)])


def weights(classes, whys, source, target):
    classes = [fields[0] for _, fields in rows(classes)]
    whys = [fields[0] for _, fields in rows(whys)]
    points = {}
    for number, fields in rows(source):
        if len(fields) != 3 or fields[0] not in classes + ["*"] or fields[1] not in whys:
            sys.exit(f"{source}:{number}: no such class or reason")
        if (fields[0], fields[1]) in points or not -100 <= int(fields[2]) <= 100:
            sys.exit(f"{source}:{number}: twice, or more than 100")
        points[fields[0], fields[1]] = int(fields[2])
    out = [f"/* Made from {source.split('/')[-1]} by detect.py: do not edit. */"]
    for one in classes:
        for why in whys:
            value = points.get((one, why), points.get(("*", why), 0) if one not in ("person-name", "rule") else 0)
            if value:
                upper = [name.upper().replace("-", "_") for name in (one, why)]
                out.append(f"[NKS_CLASS_{upper[0]}][NKS_WHY_BIT_{upper[1]}] = {value},")
    write(target, out)


{"detectors": detectors, "weights": weights}[sys.argv[1]](*sys.argv[2:])
