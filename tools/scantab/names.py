#!/usr/bin/env python3
"""names.py IPADIC-DIR given.rows FOLD.c OUT.c: words, names and how they follow each other, for scan/names/nks_words.h.

Source: mecab-ipadic 2.7.0 (Debian), BSD-3-Clause with the terms of ICOT free software. Kept are words written in kanji with their class
and cost, the kanji stems of inflected words with the first kana behind them, readings of surnames and given names, and the costs of
two classes beside each other. Which kanji begin and end names is counted here. All are folded as texts are.
"""
import glob
import math
import re
import sys

from labels import read_fold, table

# Class: name | id in left-id.def (the same in right-id.def). The order is that of enum nks_word_class.
CLASSES = [("SAHEN", 1283), ("NAI", 1284), ("NOUN", 1285), ("ADJECTIVAL", 1287), ("PROPER", 1288), ("PERSON", 1289), ("SURNAME", 1290),
           ("GIVEN", 1291), ("ORG", 1292), ("PLACE", 1293), ("COUNTRY", 1294), ("NUMBER", 1295), ("CONJ", 1296), ("S_SAHEN", 1297),
           ("S_NOUN", 1298), ("S_ADJECTIVAL", 1299), ("S_COUNT", 1300), ("S_PERSON", 1302), ("S_PLACE", 1303), ("S_SPECIAL", 1304),
           ("S_ADVERBIAL", 1305), ("PRONOUN", 1306), ("N_NOUN", 1310), ("N_ADVERBIAL", 1313), ("ADVERBIAL", 1314), ("ADVERB", 1281),
           ("ADVERB2", 1282), ("P_NUMBER", 558), ("P_NOUN", 560), ("ADNOMINAL", 1315), ("INFLECTED", None)]
# What stands beside a run of kanji: in the same order in enum nks_beside.
BESIDE = [("EDGE", 0), ("COMMA", 10), ("STOP", 8), ("OPEN", 6), ("CLOSE", 7), ("SIGN", 5), ("NO", 368), ("HA", 261), ("GA", 148),
          ("WO", 156), ("NI", 151), ("TO", 363), ("MO", 262), ("DE", 149), ("HE", 154), ("YA", 366), ("KA", 359), ("TA", None),
          ("NA", None), ("VERB", None), ("ADJECTIVE", None), ("SURU", None)]
NAMED = {"INFLECTED": "動詞,自立,*,*,五段・ラ行,基本形,*", "VERB": "動詞,自立,*,*,五段・ラ行,基本形,*", "TA": "助動詞,*,*,*,特殊・タ,基本形,た",
         "NA": "助動詞,*,*,*,特殊・ダ,体言接続,だ", "ADJECTIVE": "形容詞,自立,*,*,形容詞・アウオ段,基本形,*",
         "SURU": "動詞,自立,*,*,サ変・スル,未然形,する"}
OTHER_IDS = {557: 560, 559: 560, 1308: 1310, 1312: 1310}
PERSON, SURNAME, GIVEN = 5, 6, 7
GIVEN_COST = 8200  # of a name of given.rows: as a name of middling frequency
KANA_SURNAME, KANA_GIVEN, CHAR, KANA_WRITTEN = 40, 41, 42, 43
BITS = 19
LOOK = 8
KANA_ROWS = 192
CHAR_LEAST = 1000  # no kanji is so common in a place of a name that it costs less: NKS_CHAR_LEAST
USUAL = 2  # a kanji that so many names have in a place is usual there
COST_STEP = 16
HAN = "\u3400-\u9fff\uf900-\ufaff々〆〇"
IS_HAN = re.compile(f"[{HAN}]+$")
STEM = re.compile(f"([{HAN}]{{1,3}})([\u3041-\u3096])")
WITH_KANA = re.compile(f"[\u3041-\u3096ー]{{2,5}}[{HAN}]?$")
IS_KANA = re.compile("[\u30a1-\u30fa\u30fc]{2,}$")
WORD_MAX = 8


def hash_of(units):
    """The same as hash_of in words.c: FNV over 16-bit units with a last mix."""
    h = 0x811c9dc5
    for unit in units:
        h = (h ^ unit) * 0x01000193 & 0xffffffff
        h ^= h >> 15
    h = h * 0x2c1b3c6d & 0xffffffff
    return h ^ h >> 13


def ids(folder):
    named = {}
    with open(folder + "/left-id.def", encoding="euc_jp") as lines:
        for line in lines:
            number, name = line.split()
            named[name] = int(number)
    return [number if number is not None else named[NAMED[name]] for name, number in CLASSES + BESIDE]


def read_words(folder, given, fold):
    """{(folded units, class): cost}, and the given names and surnames as they are written."""
    by_id = {number: k for k, (_, number) in enumerate(CLASSES) if number is not None}
    inflected = len(CLASSES) - 1
    words, names = {}, {"surname": set(), "given": set(), "kana": set()}

    def add(text, kind, cost):
        key = (tuple(fold[ord(c)] for c in text), kind)
        words[key] = min(words.get(key, 1 << 20), cost)

    for path in sorted(glob.glob(folder + "/*.csv")):
        with open(path, encoding="euc_jp", errors="replace") as lines:
            for line in lines:
                cells = line.rstrip("\n").split(",")
                text, number, cost = cells[0], int(cells[1]), int(cells[3])
                kind = by_id.get(OTHER_IDS.get(number, number))
                if kind is not None and IS_HAN.match(text) and len(text) <= WORD_MAX:
                    add(text, kind, cost)
                if number == 1290 or number == 1291:
                    who = "surname" if number == 1290 else "given"
                    if IS_HAN.match(text):
                        names[who].add(tuple(fold[ord(c)] for c in text))
                    if number == 1291 and WITH_KANA.match(text):
                        add(text, KANA_WRITTEN, cost)
                        names["kana"].add(tuple(fold[ord(c)] for c in text))
                    if IS_KANA.match(cells[11]):
                        add(cells[11], KANA_SURNAME if number == 1290 else KANA_GIVEN, cost)
                stem = STEM.match(text)
                if stem and number not in (1288, 1289, 1290, 1291, 1292, 1293):
                    add(stem[1] + stem[2], inflected, cost)
    with open(given, encoding="utf-8") as lines:
        for name in " ".join(line for line in lines if not line.startswith("#")).split():
            key = tuple(fold[ord(c)] for c in name)
            kana = WITH_KANA.match(name)
            kind = KANA_WRITTEN if kana else GIVEN
            words[key, kind] = min(words.get((key, kind), GIVEN_COST), GIVEN_COST)
            names["kana" if kana else "given"].add(key)
    return words, names


def add_characters(words, names):
    """How often a kanji begins (key 1, c) and ends (2, c) a surname, begins (3, c), ends (4, c) and is (5, c) a given name."""
    counts = {mark: {} for mark in range(1, 6)}
    for who, first in (("surname", 1), ("given", 3)):
        for name in names[who]:
            if len(name) == 1 and who == "given":
                counts[5][name[0]] = counts[5].get(name[0], 0) + 1
            if len(name) in (2, 3):
                counts[first][name[0]] = counts[first].get(name[0], 0) + 1
                counts[first + 1][name[-1]] = counts[first + 1].get(name[-1], 0) + 1
    usual = []
    for mark, count in sorted(counts.items()):
        total = sum(count.values())
        for unit, n in count.items():
            words[((mark, unit), CHAR)] = cost = int(-700 * math.log(n / total))
            if cost < CHAR_LEAST + COST_STEP:
                sys.exit(f"a kanji costs {cost}")
        bits = [0] * 1024
        for unit, n in count.items():
            if n >= USUAL:
                bits[unit // 64] |= 1 << unit % 64
        usual += bits
    return usual


def read_matrix(folder, wanted):
    rows = {number: k for k, number in reversed(list(enumerate(wanted)))}
    cost = {}
    with open(folder + "/matrix.def", encoding="ascii") as lines:
        next(lines)
        for line in lines:
            left, right, value = line.split()
            left, right = int(left), int(right)
            if left in rows and right in rows:
                cost[left, right] = int(value)
    return [cost[left, right] for left in wanted for right in wanted]


def place_all(words):
    """Open addressing: a slot is tag (16 bits) | class (6) | cost / 16 (10). 0 is empty."""
    slots = [0] * (1 << BITS)
    for (units, kind), cost in sorted(words.items(), key=lambda item: (item[1], item[0])):
        h = hash_of(units)
        at = h >> (32 - BITS)
        while slots[at]:
            at = (at + 1) % len(slots)
        slots[at] = (h & 0xffff) << 16 | kind << 10 | max(1, min(1023, (cost + 2048) // COST_STEP))
    return slots


def bitmap(keys, bits):
    words = [0] * ((1 << bits) // 64)
    for units in keys:
        b = (units[0] * 0x9e3779b1 + units[1] * 0x85ebca6b & 0xffffffff) >> (32 - bits)
        words[b // 64] |= 1 << b % 64
    return [f"UINT64_C({word:#x})" for word in words]


def whole_words(keys, bits):
    """Bits by the first bits of the hashes of whole words."""
    words = [0] * ((1 << bits) // 64)
    for units in keys:
        b = hash_of(units) >> (32 - bits)
        words[b // 64] |= 1 << b % 64
    return [f"UINT64_C({word:#x})" for word in words]


def kana_pairs(words, fold):
    """Bits over two units as they are written, not folded: which begin a given name in kana; unit 0 stands for all kanji."""
    begins = {units[:2] for units, kind in words if kind == KANA_WRITTEN}
    bits = [0] * (KANA_ROWS * 256 // 64)
    kana = range(0x3041, 0x30ff)
    for first in kana:
        seconds = {second for unit, second in begins if unit == fold[first]}
        if any(second >= 0x3100 for second in seconds):
            bits[(first - 0x3040) * 4] |= 1
        for second in kana:
            if fold[second] in seconds:
                bits[(first - 0x3040) * 4 + (second - 0x3040) // 64] |= 1 << (second - 0x3040) % 64
    return [f"UINT64_C({word:#x})" for word in bits]


def main(folder, given, fold_path, target):
    fold = read_fold(fold_path)
    words, names = read_words(folder, given, fold)
    usual = add_characters(words, names)
    if len(words) > (1 << BITS) * 0.85:
        sys.exit(f"{len(words)} words do not fit")
    matrix = read_matrix(folder, ids(folder))
    surnames = {name[:2] for name in names["surname"] if len(name) >= 2}
    persons = {units[:2] for units, kind in words if kind == PERSON and len(units) >= 3}
    given = {name[:2] for name in names["given"] | names["kana"] if len(name) >= 2}
    single = {(name[0], 0) for name in names["surname"] if len(name) == 1}
    begins = {units[:2] for units, kind in words if kind < len(CLASSES) and len(units) >= 2}
    with open(target, "w", encoding="ascii") as out:
        out.write("/* Words and names. Generated by tools/scantab/names.py: do not edit.\n"
                  " * Source: mecab-ipadic 2.7.0-20070801 (Nara Institute of Science and Technology 2000-2003), BSD-3-Clause with\n"
                  " *         the terms of ICOT free software; see copyright of Debian's package mecab-ipadic.\n"
                  " * Source: given.rows (our own).\n"
                  f" * {len(words)} entries. */\n")
        out.write('#include "nks_words.h"\n')
        slots = place_all(words)
        out.write(table("const uint32_t nks_word_slots[(1 << NKS_WORD_BITS) + NKS_WORD_LOOK]", [hex(s) for s in slots + slots[:LOOK]], 16))
        out.write(table("const int16_t nks_word_beside[NKS_WORD_SIDES * NKS_WORD_SIDES]", [str(v) for v in matrix], 16))
        out.write(table("const uint64_t nks_surname_bits[1 << (NKS_PAIR_BITS - 6)]", bitmap(surnames | single, 18), 8))
        out.write(table("const uint64_t nks_given_bits[1 << (NKS_PAIR_BITS - 6)]", bitmap(given, 18), 8))
        out.write(table("const uint64_t nks_person_bits[1 << (NKS_PAIR_BITS - 6)]", bitmap(persons, 18), 8))
        out.write(table("const uint64_t nks_begin_bits[1 << (NKS_BEGIN_BITS - 6)]", bitmap(begins, 20), 8))
        out.write(table("const uint64_t nks_known_bits[1 << (NKS_KNOWN_BITS - 6)]", whole_words((units for units, _ in words), 20), 8))
        for name, wanted in (("surname", SURNAME), ("given", GIVEN)):
            some = whole_words((units for units, kind in words if kind == wanted), 18)
            out.write(table(f"const uint64_t nks_{name}_words[1 << (NKS_PAIR_BITS - 6)]", some, 8))
        out.write(table("const uint64_t nks_kana_bits[NKS_KANA_ROWS * 4]", kana_pairs(words, fold), 8))
        out.write(table("const uint64_t nks_usual_bits[NKS_C_GIVEN_ONLY * 1024]", [f"UINT64_C({w:#x})" for w in usual], 8))


if __name__ == "__main__":
    main(*sys.argv[1:])
