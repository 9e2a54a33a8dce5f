#!/usr/bin/env python3
"""plant_spellings.py ROSTER.zip OUT: persons of a sample roster, each written in one unusual spelling, one file each.

Prints the names of the files: a sound scanner says of every one whose it is. Which fold each needs is its name.
"""
import csv
import io
import os
import sys
import unicodedata
import zipfile

with zipfile.ZipFile(sys.argv[1]) as z:
    users = list(csv.DictReader(io.StringIO(z.read("users.csv").decode())))
out = sys.argv[2]
os.makedirs(out, exist_ok=True)
names = [u["familyName"] + u["givenName"] for u in users]
FAMILY, GIVEN, KF, KG = "familyName", "givenName", "metadata.jp.kanaFamilyName", "metadata.jp.kanaGivenName"


def one(test):
    return next(u for u in users if names.count(u[FAMILY] + u[GIVEN]) == 1 and len(u[FAMILY] + u[GIVEN]) >= 3 and test(u))


def wide(text):
    return "".join(chr(ord(c) + 0xfee0) if "!" <= c <= "~" else c for c in text)


def hira(text):
    return "".join(chr(ord(c) - 0x60) if "ァ" <= c <= "ヶ" else c for c in text)


def half(text):
    table = {unicodedata.normalize("NFKC", chr(c)): chr(c) for c in range(0xff66, 0xff9e)}
    return "".join("".join(table.get(p, {"\u3099": "ﾞ", "\u309a": "ﾟ"}.get(p, p)) for p in unicodedata.normalize("NFD", c)) for c in text)


SMALL = str.maketrans("ァィゥェォッャュョ", "アイウエオツヤユヨ")


def put(name, text):
    with open(os.path.join(out, name + ".txt"), "w", encoding="utf-8") as f:
        f.write("本日の連絡です。\n" + text + "\n以上です。\n")
    print(name)


plain = one(lambda u: all("\u4e00" <= c <= "\u9fff" for c in u[FAMILY] + u[GIVEN]))
put("wide", wide(plain["email"]))
put("case", plain["email"].upper())
put("hiragana", hira(plain[KF]) + " " + hira(plain[KG]))
voiced = one(lambda u: any(c in "ガギグゲゴザジズゼゾダデドバビブベボ" for c in u[KF]))
put("half-width", half(voiced[KF]) + " " + half(voiced[KG]))
small = one(lambda u: any(c in "ッャュョ" for c in u[KF] + u[KG]))
put("large-kana", small[KF].translate(SMALL) + " " + small[KG].translate(SMALL))
combined = unicodedata.normalize("NFD", voiced[KF] + " " + voiced[KG])
put("combining-marks", combined)
taka = one(lambda u: u[FAMILY].startswith("髙橋"))
put("variant", "高橋" + taka[GIVEN])
put("gaiji", "\ue123橋" + taka[GIVEN])
put("selector", plain[FAMILY][0] + "\U000e0101" + plain[FAMILY][1:] + plain[GIVEN])
yoshi = one(lambda u: u[FAMILY].startswith("𠮷"))
put("above-the-bmp", yoshi[FAMILY].replace("𠮷", "吉") + yoshi[GIVEN])
put("wide-blank", plain[FAMILY] + "　" + plain[GIVEN])
put("middle-dot", plain[FAMILY] + "・" + plain[GIVEN])
