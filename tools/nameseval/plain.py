#!/usr/bin/env python3
"""plain.py KIND FILE… > FILE: text without labels for nameseval, to count false findings in: UTF-8 or CP932; ruby and notes of Aozora Bunko
are taken out. What it reports there has to be judged by reading, as such texts hold names too."""
import re
import sys

PIECE = 20000


def main(kind, paths):
    for path in paths:
        with open(path, "rb") as source:
            data = source.read()
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            text = data.decode("cp932", errors="replace")
        text = re.sub("《[^》]*》|｜|［＃[^］]*］|[\\\\\t\r«»]", "", text)
        for at in range(0, len(text), PIECE):
            print(kind + "\t" + text[at:at + PIECE].replace("\n", "\\n"))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
