"""Synthetic persons of the corpus, and how each of their values is written. Nobody in it exists.

Frequent surnames with their weights come from tools/rostergen, the long tail and given names from mecab-ipadic (Noun.name.csv).
"""
import csv
import importlib.machinery
import importlib.util
import os

IPADIC = "/usr/share/mecab/dic/ipadic/Noun.name.csv"
OLD = {"沢": "澤", "辺": "邊", "斎": "齋", "斉": "齊", "浜": "濱", "高": "髙", "崎": "﨑", "桜": "櫻", "広": "廣", "国": "國", "島": "嶋",
       "富": "冨", "恵": "惠", "真": "眞", "滝": "瀧", "竜": "龍", "徳": "德", "瀬": "瀨", "条": "條", "栄": "榮", "館": "舘", "関": "關",
       "塩": "鹽", "宝": "寶", "静": "靜", "礼": "禮", "穂": "穗", "弥": "彌", "万": "萬", "寿": "壽", "実": "實", "会": "會", "学": "學",
       "円": "圓", "黒": "黑", "横": "橫", "峰": "峯", "渕": "淵", "児": "兒", "薗": "園", "鉄": "鐵", "来": "來", "亀": "龜"}
KUNREI = [("shi", "si"), ("chi", "ti"), ("tsu", "tu"), ("sha", "sya"), ("shu", "syu"), ("sho", "syo"), ("cha", "tya"), ("chu", "tyu"),
          ("cho", "tyo"), ("ja", "zya"), ("ju", "zyu"), ("jo", "zyo"), ("ji", "zi"), ("fu", "hu")]
ROWS = {"ア": "a i u e o", "カ": "ka ki ku ke ko", "サ": "sa shi su se so", "タ": "ta chi tsu te to", "ナ": "na ni nu ne no",
        "ハ": "ha hi fu he ho", "マ": "ma mi mu me mo", "ラ": "ra ri ru re ro", "ガ": "ga gi gu ge go", "ザ": "za ji zu ze zo",
        "ダ": "da ji zu de do", "バ": "ba bi bu be bo", "パ": "pa pi pu pe po"}
KANA = {"ア": "アイウエオ", "カ": "カキクケコ", "サ": "サシスセソ", "タ": "タチツテト", "ナ": "ナニヌネノ", "ハ": "ハヒフヘホ", "マ": "マミムメモ",
        "ラ": "ラリルレロ", "ガ": "ガギグゲゴ", "ザ": "ザジズゼゾ", "ダ": "ダヂヅデド", "バ": "バビブベボ", "パ": "パピプペポ"}
MORA = {kana: roman for row, kanas in KANA.items() for kana, roman in zip(kanas, ROWS[row].split())}
MORA.update({"ヤ": "ya", "ユ": "yu", "ヨ": "yo", "ワ": "wa", "ヲ": "o", "ン": "n", "ヴ": "vu", "ー": ""})
HALF = {}


def _half_kana():
    for code in range(0xff66, 0xff9e):
        import unicodedata
        plain = unicodedata.normalize("NFKC", chr(code))
        HALF[plain] = chr(code)
        for mark, sign in (("\u3099", "\uff9e"), ("\u309a", "\uff9f")):
            voiced = unicodedata.normalize("NFC", plain + mark)
            if len(voiced) == 1:
                HALF[voiced] = chr(code) + sign


_half_kana()


def hepburn(kana):
    """Passport spelling: long vowels are not written."""
    out = ""
    for at, sign in enumerate(kana):
        small = {"ャ": "a", "ュ": "u", "ョ": "o"}.get(sign)
        if small and out.endswith("i"):
            stem = out[:-1]
            out = stem + ("" if stem.endswith(("sh", "ch", "j")) else "y") + small
        elif sign == "ッ":
            following = MORA.get(kana[at + 1:at + 2], "")
            out += "t" if following.startswith("ch") else following[:1]
        elif sign in MORA:
            out += MORA[sign]
        else:
            return ""
    for double, single in (("oo", "o"), ("ou", "o"), ("uu", "u")):
        out = out.replace(double, single)
    for lip in "bpm":
        out = out.replace("n" + lip, "m" + lip)
    return out


def _rostergen():
    path = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "rostergen")
    loader = importlib.machinery.SourceFileLoader("rostergen", path)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("rostergen", loader))
    loader.exec_module(module)
    return module


def _ipadic(kind):
    with open(IPADIC, encoding="euc_jp") as lines:
        for row in csv.reader(lines):
            if row[7] == kind and 2 <= len(row[0]) <= 3 and all("\u4e00" <= c <= "\u9fff" for c in row[0]) and hepburn(row[11]):
                yield row[0], row[11]


def make(random, count, prefix, used):
    """`count` persons whose full names, numbers and mails are not in `used` (and then are)."""
    frequent = [(f[0], f[1]) for f in _rostergen().FAMILY if hepburn(f[1])]
    weights = [f[3] for f in _rostergen().FAMILY if hepburn(f[1])]
    tail = sorted(set(_ipadic("姓")))
    given = sorted(set(_ipadic("名")))
    people = []
    while len(people) < count:
        family = random.choices(frequent, weights)[0] if random.random() < 0.7 else random.choice(tail)
        first = random.choice(given)
        latin = hepburn(family[1]), hepburn(first[1])
        name = family[0] + first[0]
        number = f"{random.randrange(10**7):07d}" if random.random() < 0.7 else f"0{random.randrange(10**6):06d}"
        login = f"{latin[1][0]}{latin[0]}{random.randrange(1000)}"
        phone = "0" + random.choice("789") + "0" + f"{random.randrange(1, 10)}{random.randrange(10**7):07d}"
        if {name, number, login, phone, latin} & used:
            continue
        used |= {name, number, login, phone, latin, (latin[1], latin[0])}
        people.append({
            "id": f"{prefix}{len(people):05d}", "family": family, "given": first, "latin": latin, "login": login, "number": number,
            "mail": f"{latin[1]}.{latin[0]}{random.randrange(100)}@example.{random.choice(['jp', 'ac.jp', 'com', 'ed.jp'])}", "phone": phone,
            "birthday": (random.randrange(1955, 2016), random.randrange(1, 13), random.randrange(1, 29))})
    return people


def row_of(p):
    """A row of persons.csv: what goes into the index."""
    return [p["id"], " ".join((p["family"][0], p["given"][0])), " ".join((p["family"][1], p["given"][1])),
            " ".join(p["latin"]), p["login"], p["number"], p["mail"], p["phone"], "%04d-%02d-%02d" % p["birthday"]]


def _old(text):
    return "".join(OLD.get(c, c) for c in text)


def _hiragana(text):
    return "".join(chr(ord(c) - 0x60) if "ァ" <= c <= "ヶ" else c for c in text)


def _wide(text):
    return "".join(chr(ord(c) + 0xfee0) if "!" <= c <= "~" else c for c in text)


def _kunrei(text):
    for one, other in KUNREI:
        text = text.replace(one, other)
    return text


def _hyphened(phone):
    return f"{phone[:3]}-{phone[3:7]}-{phone[7:]}"


def _era(date, template):
    year, month, day = date
    name, letter, first = ("令和", "R", 2019) if year > 2019 else ("平成", "H", 1989) if year > 1989 else ("昭和", "S", 1926)
    return template.format(name=name, letter=letter, year=year - first + 1, month=month, day=day)


# field -> [(spelling, person -> text)]
SPELLINGS = {
    "kanji": [
        ("joined", lambda p: p["family"][0] + p["given"][0]), ("blank", lambda p: p["family"][0] + " " + p["given"][0]),
        ("wide-blank", lambda p: p["family"][0] + "\u3000" + p["given"][0]), ("dot", lambda p: p["family"][0] + "・" + p["given"][0]),
        ("variant", lambda p: _old(p["family"][0]) + " " + _old(p["given"][0])), ("variant-joined", lambda p: _old(p["family"][0] + p["given"][0])),
        ("selector", lambda p: p["family"][0] + "\U000e0100" + p["given"][0]), ("two-blanks", lambda p: p["family"][0] + "  " + p["given"][0]),
    ],
    "kana": [
        ("katakana", lambda p: p["family"][1] + " " + p["given"][1]), ("joined", lambda p: p["family"][1] + p["given"][1]),
        ("half", lambda p: "".join(HALF.get(c, c) for c in p["family"][1] + " " + p["given"][1])),
        ("hiragana", lambda p: _hiragana(p["family"][1] + "\u3000" + p["given"][1])),
        ("large", lambda p: (p["family"][1] + " " + p["given"][1]).translate(str.maketrans("ャュョッ", "ヤユヨツ"))),
    ],
    "romaji": [
        ("given-first", lambda p: p["latin"][1].title() + " " + p["latin"][0].title()),
        ("family-first", lambda p: p["latin"][0].upper() + " " + p["latin"][1].title()),
        ("comma", lambda p: p["latin"][0].upper() + ", " + p["latin"][1].title()),
        ("kunrei", lambda p: _kunrei(p["latin"][0]).title() + " " + _kunrei(p["latin"][1]).title()),
        ("wide", lambda p: _wide(p["latin"][0].upper()) + "\u3000" + _wide(p["latin"][1].upper())),
    ],
    "login": [("plain", lambda p: p["login"]), ("upper", lambda p: p["login"].upper())],
    "id": [("plain", lambda p: p["number"]), ("wide", lambda p: _wide(p["number"])), ("lost-zero", lambda p: p["number"].lstrip("0"))],
    "mail": [("plain", lambda p: p["mail"]), ("upper", lambda p: p["mail"].upper()), ("wide", lambda p: _wide(p["mail"]))],
    "phone": [
        ("hyphens", lambda p: _hyphened(p["phone"])), ("joined", lambda p: p["phone"]), ("wide", lambda p: _wide(_hyphened(p["phone"]))),
        ("lost-zero", lambda p: p["phone"][1:]), ("blanks", lambda p: _hyphened(p["phone"]).replace("-", " ")),
        ("abroad", lambda p: "+81-" + _hyphened(p["phone"])[1:]), ("long-dashes", lambda p: _hyphened(p["phone"]).replace("-", "ー")),
    ],
    "birthday": [
        ("iso", lambda p: "%04d-%02d-%02d" % p["birthday"]), ("slashes", lambda p: "%d/%d/%d" % p["birthday"]),
        ("kanji", lambda p: "%d年%d月%d日" % p["birthday"]), ("era", lambda p: _era(p["birthday"], "{name}{year}年{month}月{day}日")),
        ("era-letter", lambda p: _era(p["birthday"], "{letter}{year}.{month}.{day}")),
    ],
}


class Speller:
    """Goes through all spellings of a field in turn, so that each occurs equally often."""

    def __init__(self):
        self.turn = dict.fromkeys(SPELLINGS, 0)

    def spell(self, person, field, writable):
        """(spelling, text) that `writable` accepts; the first spelling of a field can always be written."""
        options = SPELLINGS[field]
        for _ in options:
            name, write = options[self.turn[field] % len(options)]
            self.turn[field] += 1
            text = write(person)
            same = name != options[0][0] and text == options[0][1](person)
            if writable(text) and not same:
                return name, text
        name, write = options[0]
        return name, write(person)
