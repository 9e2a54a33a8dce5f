"""Text in which nobody is meant: numbers of all kinds, prose of random words, this repository's own source."""
import glob
import os

IPADIC = "/usr/share/mecab/dic/ipadic/"


def numbers(random):
    lines = [f"{random.randrange(10**9)},{random.random():.6f},{random.randrange(10**12)},{random.randrange(10**4)}" for _ in range(4000)]
    return "\n".join(lines) + "\n"


def orders(random):
    lines = ["注文番号,伝票番号,商品コード,数量,単価,金額,出荷日"]
    for _ in range(3000):
        count, price = random.randrange(1, 40), random.randrange(100, 90000)
        lines.append(f"{random.randrange(10**10):010d},{random.randrange(10**11):011d},{random.randrange(10**13):013d},{count},{price},"
                     f"{count * price},2026/{random.randrange(1, 13)}/{random.randrange(1, 29)}")
    return "\r\n".join(lines) + "\r\n"


def corporate(random):
    lines = ["法人番号,種別,更新年月日"]
    for _ in range(3000):
        body = f"{random.randrange(10**12):012d}"
        total = sum(int(d) * (1 if i % 2 == 0 else 2) for i, d in enumerate(reversed(body)))
        lines.append(f"{9 - total % 9}{body},301,2026-04-{random.randrange(1, 31):02d}")
    return "\n".join(lines) + "\n"


def _words(name):
    with open(IPADIC + name, encoding="euc_jp") as lines:
        return sorted({line.split(",", 1)[0] for line in lines})


def prose(random):
    """Sentences of common nouns, verbs and particles: no proper noun in them."""
    nouns = [w for w in _words("Noun.csv") if 1 < len(w) < 5]
    verbs = [w for w in _words("Verb.csv") if w.endswith("る") and len(w) < 5]
    out = []
    for _ in range(5000):
        a, b, c = random.sample(nouns, 3)
        out.append(random.choice([f"{a}の{b}は{c}を{random.choice(verbs)}。", f"{a}と{b}が{c}に{random.choice(verbs)}。",
                                  f"「{a}{b}について」{c}から{random.choice(verbs)}。"]))
        if random.random() < 0.2:
            out.append("\n")
    return "".join(out) + "\n"


def source(random):
    """Sources of this repository that are plain ASCII."""
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    out = []
    for path in sorted(glob.glob(root + "/src/**/*.[ch]", recursive=True)):
        with open(path, "rb") as file:
            data = file.read()
        if data.isascii() and "test" not in path and len(out) < 150:
            out.append(data.decode())
    return "".join(out)


ALL = {"numbers.csv": numbers, "orders.csv": orders, "corporate.csv": corporate, "prose.txt": prose, "source.c": source}
