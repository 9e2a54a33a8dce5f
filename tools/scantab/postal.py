#!/usr/bin/env python3
"""postal.py SKK-JISYO.zipcode OUT.c: the postal codes in use, by their first three digits, each with its city of places.py."""
import sys

from places import head, numbers, read


def main(source, target):
    cities, rows = read(source)
    codes = sorted({(code, city) for code, city, _ in rows})
    first = [0] * 1001
    for code, _ in codes:
        first[int(code[:3]) + 1] += 1
    for n in range(1000):
        first[n + 1] += first[n]
    with open(target, "w", encoding="utf-8") as out:
        out.write(head("postal.py"))
        numbers(out, "const uint32_t nks_postal_first[1001]", first)
        numbers(out, "const uint16_t nks_postal_rest[]", [int(code[3:]) for code, _ in codes])
        numbers(out, "const uint16_t nks_postal_city[]", [city for _, city in codes])


main(sys.argv[1], sys.argv[2])
