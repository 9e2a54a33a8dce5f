#!/usr/bin/env python3
"""peer_mecab.py FILE: what mecab with ipadic finds in the same labelled text: surname and given name beside each other, or a full name
of three and more characters. A figure to compare with; not part of the product."""
import subprocess
import sys


def unmark(text):
    text = text.replace("\\n", "　").replace("\\t", "　").replace("\\c", "　").replace("\\r", "　")
    gold, plain, start = set(), "", 0
    for sign in text:
        if sign == "«":
            start = len(plain)
        elif sign == "»":
            gold.add((start, len(plain)))
        else:
            plain += sign
    return plain, gold


def names_of(words):
    found, k = set(), 0
    while k < len(words):
        begin, end, features = words[k]
        if "人名,姓" in features and k + 1 < len(words) and "人名,名" in words[k + 1][2]:
            found.add((begin, words[k + 1][1]))
            k += 1
        elif "人名,一般" in features and end - begin >= 3:
            found.add((begin, end))
        k += 1
    return found


def main(path):
    kinds = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            kind, text = line.rstrip("\n").split("\t", 1)
            kinds.setdefault(kind, []).append(unmark(text))
    for kind, texts in kinds.items():
        out = subprocess.run(["mecab", "-d", "/var/lib/mecab/dic/ipadic-utf8"], input="".join(plain + "\n" for plain, _ in texts),
                             capture_output=True, text=True, check=True).stdout
        right = wrong = missed = 0
        for (plain, gold), answer in zip(texts, out.split("EOS\n")):
            words, at = [], 0
            for line in answer.splitlines():
                word, features = line.split("\t", 1)
                at = plain.find(word, at)
                words.append((at, at + len(word), features))
                at += len(word)
            found = names_of(words)
            right, wrong, missed = right + len(found & gold), wrong + len(found - gold), missed + len(gold - found)
        print(f"{kind:24} gold {right + missed:6}  P {right / max(1, right + wrong):.3f}  R {right / max(1, right + missed):.3f}")


if __name__ == "__main__":
    main(sys.argv[1])
