#!/usr/bin/env python3
"""fold.py UNICODE-DIR SKK-JISYO.itaiji kanji.rows OUT.c: nks_fold and the characters above the BMP, for scan/nks_text.h.

The fold table is one unit to one and idempotent. Characters above the BMP get the unit of their BMP variant, the unit of what they
are a letter form of (mathematical letters, hentaigana), ■ when they are no letters at all (emoji), or a slot in
U+D800–DFFF by a hash, the same in each build.
"""
import re
import sys

sys.dont_write_bytecode = True
import ctable
import kanji

PRIVATE = 0xe000
SYMBOL = 0x25a0
TILDES = "\u301c\uff5e\u223c\u02dc\u223e\u2053\u3030\u223f\u02f7"
DASHES = "\u2212\u02d7\u2043\u2500\u2501\u30a0\u207b\u208b\u2796\ufe63\uff0d\u23af\u05be"
SAME = {"\u30f6": "\u30b1", "\u30f5": "\u30ab", "\u30f0": "\u30a4", "\u30f1": "\u30a8", "\u30c2": "\u30b8", "\u30c5": "\u30ba",
        "\u30f4": "\u30d6", "\u00b7": "\u30fb", "\u2027": "\u30fb", "\u2219": "\u30fb", "\u22c5": "\u30fb",
        "\u2018": "'", "\u2019": "'", "\u02bc": "'", "\u2032": "'", "\uff07": "'", "\u201c": '"', "\u201d": '"', "\u00a5": "\\",
        "\uffe5": "\\", "\t": " ", "\u3099": "\u309b", "\u309a": "\u309c", "\u00f0": "d", "\u00f8": "o", "\u0142": "l",
        "\u0131": "i", "\u0111": "d"}
SMALL = dict(zip("ァィゥェォッャュョヮㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿ", "アイウエオツヤユヨワクシスト" "ヌハヒフヘホムラリルレロ"))
KANA_NAMES = re.compile(r"(HENTAIGANA|HIRAGANA|KATAKANA) LETTER (?:SMALL |ARCHAIC )?([A-Z]+)")


def unicode_data(folder):
    """{code point: (name, category, decomposition, lower)}."""
    found = {}
    with open(folder + "/UnicodeData.txt", encoding="ascii") as lines:
        for line in lines:
            cells = line.split(";")
            found[int(cells[0], 16)] = (cells[1], cells[2], cells[5], cells[13])
    return found


def decomposed(data, point, letters=False):
    """The one character that this one is a form of, or itself. `letters`: also of a Latin letter with accents."""
    for _ in range(4):
        parts = data.get(point, ("", "", "", ""))[2].split()
        form = parts.pop(0) if parts and parts[0].startswith("<") else ""
        if form in ("<circle>", "<super>", "<sub>", "<square>", "<fraction>") or not parts:
            return point
        target = int(parts[0], 16)
        latin = letters and not form and len(parts) == 2 and chr(target) < "\u0250" and 0x300 <= int(parts[1], 16) < 0x370
        if len(parts) != 1 and not latin:
            return point
        point = target
    return point


def radicals(folder):
    found = {}
    with open(folder + "/EquivalentUnifiedIdeograph.txt", encoding="utf-8") as lines:
        for line in lines:
            match = re.match(r"([0-9A-F]{4})(?:\.\.([0-9A-F]{4}))?\s*;\s*([0-9A-F]{4,5})\s", line)
            if match:
                for point in range(int(match[1], 16), int(match[2] or match[1], 16) + 1):
                    found[chr(point)] = chr(int(match[3], 16))
    return found


def before_kanji(data, point):
    """The fold of a character before variants of kanji."""
    if PRIVATE <= point <= 0xf8ff:
        return PRIVATE
    if 0xd800 <= point <= 0xdfff or point == 0xffff:
        return point
    point = decomposed(data, point, letters=True)
    lower = data.get(point, ("", "", "", ""))[3]
    point = int(lower, 16) if lower else point
    point = decomposed(data, point, letters=True)
    sign = chr(point)
    category = data.get(point, ("", "", "", ""))[1]
    if sign in TILDES:
        return ord("~")
    if sign in DASHES or category == "Pd":
        return ord("-")
    if category == "Zs":
        return ord(" ")
    if "\u3041" <= sign <= "\u3096" or sign in "\u309d\u309e":
        sign = chr(point + 0x60)
    sign = SMALL.get(sign, sign)
    return ord(SAME.get(sign, sign))


def slot(point):
    return 0xd800 + ((point * 0x9e3779b1 & 0xffffffff) >> 21)


def kana_of(data):
    """{romanised name: kana} of the ordinary hiragana."""
    return {match[2]: point for point in range(0x3041, 0x3097)
            if (match := KANA_NAMES.match(data[point][0])) and "SMALL" not in data[point][0]}


def supplementary(data, chosen):
    """{code point above the BMP: unit} where it is more than a slot."""
    found, kana = {}, kana_of(data)
    for point, (name, _, decomposition, _) in data.items():
        if point <= 0xffff or 0x20000 <= point <= 0x323af:
            continue
        match = KANA_NAMES.match(name)
        to = kana.get(match[2]) if match else None
        if to is None and decomposition:
            to = decomposed(data, point)
        if to is not None and to <= 0xffff:
            found[point] = to
    found[0x1b000] = ord("\u30a8")
    for sign, to in chosen.items():
        if ord(sign) > 0xffff:
            found[ord(sign)] = ord(to) if ord(to) <= 0xffff else slot(ord(to))
    return found


def main(folder, itaiji, rows, target):
    data = unicode_data(folder)
    simple = {chr(point): chr(decomposed(data, point)) for point in list(range(0xf900, 0xfb00)) + list(range(0x2f800, 0x2fa1e))
              if point in data and decomposed(data, point) != point}
    chosen = kanji.variants({"rows": rows, "itaiji": itaiji, "other": folder + "/Unihan_OtherMappings.txt.bz2",
                             "variants": folder + "/Unihan_Variants.txt.bz2"}, simple)
    for radical, sign in radicals(folder).items():
        chosen[radical] = chosen.get(sign, sign)
    fold = []
    for point in range(0x10000):
        to = before_kanji(data, point)
        sign = chosen.get(chr(to), chr(to))
        fold.append(ord(sign) if ord(sign) <= 0xffff else slot(ord(sign)))
    loops = [point for point in range(0x10000) if fold[fold[point]] != fold[point]]
    if loops:
        sys.exit("not idempotent: " + " ".join(f"{point:04X}" for point in loops[:20]))
    above = sorted(supplementary(data, chosen).items())
    with open(target, "w", encoding="ascii") as out:
        out.write(ctable.head("Folding.", [
            "UnicodeData, EquivalentUnifiedIdeograph, Unihan of Unicode 15.0 (Debian unicode-data; Unicode licence, copyright",
            "         1991-2022 Unicode, Inc.); SKK-JISYO.itaiji (Debian skkdic-extra; public domain); tools/scantab/kanji.rows."]))
        out.write('#include "nks_fold_int.h"\n#include "nks_text.h"\n')
        out.write(ctable.units("const nks_unit nks_fold[65536]", fold))
        out.write(f"const size_t nks_above_n = {len(above)};\n")
        out.write("const struct nks_above nks_above[] = {\n")
        for start in range(0, len(above), 6):
            out.write("\t" + " ".join(f"{{{point:#x}, {unit:#x}}}," for point, unit in above[start:start + 6]) + "\n")
        out.write("};\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
