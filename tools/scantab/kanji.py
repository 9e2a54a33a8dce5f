"""Which kanji are one for the scanner: unions of variants, from sources in order of trust. Used by fold.py.

A table of variants is followed only as long as it does not join two kanji that are both in use as names of their own ("anchors":
common-use kanji and kanji for names that are not said to be an old form), and never through a pair that kanji.rows keeps apart.
"""
import bz2
import re
import sys

KANJI = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af]")


def unihan(path, fields):
    """{field: {character: value}} of one of the Unihan files."""
    found = {field: {} for field in fields}
    with bz2.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            parts = line.rstrip("\n").split("\t")
            if len(parts) == 3 and parts[1] in found:
                found[parts[1]][chr(int(parts[0][2:], 16))] = parts[2]
    return found


def code_points(value):
    return [chr(int(hexadecimal, 16)) for hexadecimal in re.findall(r"U\+([0-9A-F]{4,6})", value)]


def rows(path):
    joins, aparts = [], []
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if line.startswith("#") or not line.strip():
                continue
            kind, _, groups = (part.strip() for part in line.partition("|"))
            if kind not in ("join", "apart"):
                sys.exit(f"{path}:{number}: neither join nor apart")
            (joins if kind == "join" else aparts).extend(groups.split())
    return joins, aparts


def itaiji(path):
    """Pairs of the public domain list of variants."""
    with open(path, encoding="euc_jp", errors="ignore") as lines:
        for line in lines:
            if line.startswith(";") or "/" not in line:
                continue
            word, _, rest = line.rstrip("\n").partition(" ")
            for entry in rest.strip("/").split("/"):
                name, _, note = entry.partition(";")
                if len(word) == 1 and len(name) == 1 and "?" not in note and KANJI.match(word) and KANJI.match(name):
                    yield word, name


class Unions:
    def __init__(self, anchors, aparts):
        self.group = {}
        self.anchors = anchors
        self.aparts = {}
        for row in aparts:
            for sign in row:
                self.aparts.setdefault(sign, set()).update(set(row) - {sign})

    def of(self, sign):
        return self.group.get(sign, {sign})

    def join(self, one, other, trusted):
        """Makes them one; False when they have to stay apart."""
        left, right = self.of(one), self.of(other)
        if left is right or one == other:
            return True
        if any(self.aparts.get(sign, set()) & right for sign in left):
            return False
        if not trusted and (len(left | right) > 12 or left & self.anchors and right & self.anchors):
            return False
        both = left | right
        for sign in both:
            self.group[sign] = both
        return True


def variants(sources, simple):
    """{character: representative}. `simple` is the compatibility mapping that goes before all."""
    joins, aparts = rows(sources["rows"])
    other = unihan(sources["other"], ["kJinmeiyoKanji", "kJoyoKanji", "kJis0", "kJis1", "kJIS0213", "kIBMJapan"])
    links = {sign: code_points(value) for field in ("kJinmeiyoKanji", "kJoyoKanji")
             for sign, value in other[field].items() if "U+" in value}
    common = (set(other["kJoyoKanji"]) | set(other["kJinmeiyoKanji"])) - set(links)
    japanese = set(other["kJis0"]) | set(other["kJis1"]) | set(other["kJIS0213"]) | set(other["kIBMJapan"])
    first_level = {sign for sign, value in other["kJis0"].items() if int(value.split()[0][:2]) < 48}
    unions = Unions(common, aparts)

    def plain(sign):
        return simple.get(sign, sign)

    for group in joins:
        for sign in group[1:]:
            if not unions.join(plain(group[0]), plain(sign), True):
                sys.exit(f"kanji.rows: {group} is joined and kept apart")
    for sign, olds in sorted(links.items()):
        for old in olds:
            unions.join(plain(sign), plain(old), True)
    for one, two in itaiji(sources["itaiji"]):
        unions.join(plain(one), plain(two), False)
    tables = unihan(sources["variants"], ["kZVariant", "kSemanticVariant"])
    for field in ("kZVariant", "kSemanticVariant"):
        for sign, value in sorted(tables[field].items()):
            for two in code_points(value):
                strange = {plain(sign), plain(two)} - common
                if not strange & first_level and {sign, two} & japanese:
                    unions.join(plain(sign), plain(two), False)

    def rank(sign):
        return (sign not in other["kJoyoKanji"] or sign in links, sign not in common, sign not in first_level,
                sign not in other["kJis0"], ord(sign) > 0xffff, ord(sign))

    chosen = {}
    for sign, group in unions.group.items():
        best = min(group, key=rank)
        if ord(best) <= 0xffff and sign != best:
            chosen[sign] = best
    for sign, to in simple.items():
        if KANJI.match(to):
            chosen[sign] = chosen.get(to, to)
    return chosen
