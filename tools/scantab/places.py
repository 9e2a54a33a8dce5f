#!/usr/bin/env python3
"""places.py SKK-JISYO.zipcode OUT.c: prefectures, cities and their quarters, as hashes of their names.

A city is what a postal code ending in 00 names up to 市区町村; with its county or without it, with its ward or without it. A quarter is
what stands behind it in any entry. Only hashes are kept: of 32 bits, FNV-1a over UTF-16 units after place_fold(), as det_place.c does it.
"""
import re
import sys

PREFECTURES = (
    "北海道 青森県 岩手県 宮城県 秋田県 山形県 福島県 茨城県 栃木県 群馬県 埼玉県 千葉県 東京都 神奈川県 新潟県 富山県 石川県 福井県 "
    "山梨県 長野県 岐阜県 静岡県 愛知県 三重県 滋賀県 京都府 大阪府 兵庫県 奈良県 和歌山県 鳥取県 島根県 岡山県 広島県 山口県 徳島県 "
    "香川県 愛媛県 高知県 福岡県 佐賀県 長崎県 熊本県 大分県 宮崎県 鹿児島県 沖縄県").split()
FOLD = str.maketrans("ヶがヵのノ之０１２３４５６７８９", "ケケケノノノ0123456789")
SOURCE = "SKK-JISYO.zipcode of 2022-05-04 (Debian skkdic-extra; public domain, from the data of Japan Post)"


def head(name):
    return f"/* Made by tools/scantab/{name} from {SOURCE}: do not edit. */\n#include \"nks_detect_int.h\"\n\n"


def entries(path):
    """(code, prefecture's number from 1, the rest of the address)"""
    with open(path, encoding="euc_jis_2004") as source:
        for line in source:
            match = re.match(r"(\d{7}) /(.*)/$", line)
            for text in match.group(2).split("/") if match else []:
                text = text.split(";")[0]
                for number, name in enumerate(PREFECTURES, 1):
                    if text.startswith(name):
                        yield match.group(1), number, text[len(name):]


def read(path):
    """The cities as (prefecture, name), sorted; the entries as (code, index of the city, quarter)."""
    rows = list(entries(path))
    named = {(pref, text) for code, pref, text in rows if code.endswith("00") and text[-1:] in tuple("市区町村")}
    split = []
    for code, pref, text in rows:
        city = next((text[:n] for n in range(2, len(text) + 1) if (pref, text[:n]) in named), None)
        if city is None:  # a village of one code
            city = text
            named.add((pref, text))
        split.append((code, pref, city, text[len(city):]))
    cities = sorted({(pref, city) for _, pref, city, _ in split})
    index = {city: n for n, city in enumerate(cities)}
    return cities, [(code, index[pref, city], quarter) for code, pref, city, quarter in split]


def hashed(text, seed=0):
    value = 2166136261 ^ seed
    for char in text.translate(FOLD):
        value = ((value ^ ord(char)) * 16777619) & 0xffffffff
    return value


def keys_of(cities):
    """(name, index of the city) for every way to write a city, from the part that begins it."""
    keys = set()
    for n, (_, city) in enumerate(cities):
        keys.add((city, n))
        county = re.match(r"(.+?[郡島])(.+[町村])$", city)
        ward = re.match(r"(.+?市)(.+区)$", city)
        if county:
            keys.add((county.group(2), n))
        if ward:
            keys.add((ward.group(1), n))
    return keys


def pair_bit(before, last):
    return ((ord(before) * 31 + ord(last)) * 0x9e35 & 0xffffffff) >> 4 & 0x3fff


def begins_of(keys):
    """Bits of the first two units of each name."""
    return {pair_bit(*name.translate(FOLD)[:2]) for name, _ in keys}


def ends_of(keys):
    """Bits of the last two units before the sign of each name, or of its part: a cheap question before any other."""
    bits = set()
    for name, _ in keys:
        for match in re.finditer("[市区郡町村]", name.translate(FOLD)):
            at = match.start()
            if at > 0:
                bits.add(pair_bit(name[at - 2].translate(FOLD) if at > 1 else "\0", name[at - 1].translate(FOLD)))
    return bits


def bitmap(bits):
    words = [0] * 256
    for bit in bits:
        words[bit // 64] |= 1 << bit % 64
    return words


def numbers(out, declaration, values, suffix=""):
    out.write(declaration + " = {\n")
    for at in range(0, len(values), 16):
        out.write("\t" + ", ".join(str(value) + suffix for value in values[at:at + 16]) + ",\n")
    out.write("};\n")


def main(source, target):
    cities, rows = read(source)
    keys = sorted({(hashed(name), n) for name, n in keys_of(cities)})
    towns = sorted({hashed(quarter, n + 1) for _, n, quarter in rows if quarter})
    with open(target, "w", encoding="utf-8") as out:
        out.write(head("places.py"))
        numbers(out, "const uint8_t nks_city_prefecture[]", [pref for pref, _ in cities])
        out.write(f"const size_t nks_city_key_count = {len(keys)};\nconst size_t nks_town_count = {len(towns)};\n")
        numbers(out, "const uint32_t nks_city_hashes[]", [h for h, _ in keys], "U")
        numbers(out, "const uint16_t nks_city_of_hash[]", [n for _, n in keys])
        numbers(out, "const uint32_t nks_town_hashes[]", towns, "U")
        numbers(out, "const uint64_t nks_city_ends[256]", bitmap(ends_of(keys_of(cities))), "U")
        numbers(out, "const uint64_t nks_city_begins[256]", bitmap(begins_of(keys_of(cities))), "U")
        numbers(out, "const uint32_t nks_prefecture_hashes[47]", [hashed(name) for name in PREFECTURES], "U")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
