#!/usr/bin/env python3
"""charsets.py WINDOWS-31J.gz EUC-JP-MS.gz OUT.c: tables of the Japanese character sets for nks_tables.h.

Only the facts (which code is which character) are taken from the charmaps of Debian's package locales; the tables have
a layout of their own. Rows 89 to 92 of EUC hold the NEC selection of IBM kanji (as CP51932 and CP50221 write them); eucJP-ms
has private characters there, which say nothing about anybody.
"""
import gzip
import re
import sys

sys.dont_write_bytecode = True
import ctable

UNDEFINED = 0xffff
LINE = re.compile(r"^(?:%IRREVERSIBLE%)?<U([0-9A-F]{4})>\s+((?:/x[0-9a-f]{2})+)\s")
# What other tables than Microsoft's make of the same codes of JIS X 0208.
OTHER_READINGS = {0x301c, 0x2016, 0x2212, 0x00a2, 0x00a3, 0x00ac, 0x2014}


def charmap(path):
    """{bytes: code point} of a glibc charmap."""
    codes = {}
    with gzip.open(path, "rt", encoding="ascii") as lines:
        for line in lines:
            found = LINE.match(line)
            if found:
                codes[bytes.fromhex(found[2].replace("/x", ""))] = int(found[1], 16)
    if len(codes) < 7000:
        sys.exit(f"{path}: not the charmap that was expected")
    return codes


def sjis_of(row, cell):
    """Shift JIS bytes of row and cell, both from 1 to 94."""
    lead = (row - 1) // 2 + (0x81 if row <= 62 else 0xc1)
    if row % 2 == 0:
        return bytes([lead, cell + 0x9e])
    return bytes([lead, cell + 0x3f + (cell > 63)])


def grid(lookup):
    return [lookup(row, cell) for row in range(1, 95) for cell in range(1, 95)]


def main(cp932_path, euc_path, target):
    cp932 = charmap(cp932_path)
    euc = charmap(euc_path)
    dense = [cp932.get(bytes([lead, trail]), UNDEFINED) for lead in range(0x80, 0x100) for trail in range(0x40, 0x100)]

    def euc_unit(row, cell):
        unit = cp932.get(sjis_of(row, cell), UNDEFINED)
        return unit if unit != UNDEFINED else euc.get(bytes([row + 0xa0, cell + 0xa0]), UNDEFINED)

    def is_public(unit):
        return not 0xe000 <= unit <= 0xf8ff

    jis0208 = {cp932[sjis_of(row, cell)] for row in list(range(1, 9)) + list(range(16, 85)) for cell in range(1, 95)
               if sjis_of(row, cell) in cp932} | OTHER_READINGS
    known = {unit for code, unit in cp932.items() if is_public(unit) and (len(code) == 2 or unit > 0xff or unit < 0x80)}
    with open(target, "w", encoding="ascii") as out:
        out.write(ctable.head("Japanese character sets.", [
            "WINDOWS-31J and EUC-JP-MS of Debian's locales (glibc 2.36, MORIYAMA Masayuki 2003, LGPL-2.1+);",
            "         which code is which character is fact: the layout is our own."]))
        out.write(ctable.units("const uint16_t nks_cp932_units[128 * 192]", dense))
        out.write(ctable.units("const uint16_t nks_jisx0208_units[94 * 94]", grid(euc_unit)))
        out.write(ctable.units("const uint16_t nks_jisx0212_units[94 * 94]", grid(
            lambda row, cell: euc.get(bytes([0x8f, row + 0xa0, cell + 0xa0]), UNDEFINED))))
        out.write(ctable.bitmap("const uint64_t nks_cp932_bits[1024]", known | OTHER_READINGS))
        out.write(ctable.bitmap("const uint64_t nks_jisx0208_bits[1024]", jis0208))


if __name__ == "__main__":
    main(*sys.argv[1:])
