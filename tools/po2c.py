#!/usr/bin/env python3
"""po2c.py: a gettext catalogue becomes the sorted table that src/base/text.c searches.

Usage: po2c.py i18n/ja.po catalogue.inc

Each row is { "msgid", "msgstr" }, sorted by the bytes of the msgid. Fails with
file:line when a translation does not take exactly the printf arguments of its
msgid, a msgid comes twice, or the file is not well-formed. Entries that are
fuzzy, obsolete or empty are left out (the program then shows English).
"""

import re
import sys

DIRECTIVE = re.compile(
    r"%(?:(?P<index>\d+)\$)?(?P<flags>[-+ #0']*)(?P<width>\*(?:\d+\$)?|\d+)?"
    r"(?:\.(?P<precision>\*(?:\d+\$)?|\d*))?(?P<length>hh|h|ll|l|j|z|t|L)?(?P<conversion>[diouxXeEfFgGaAcsp%])"
)
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\"}
SAME_TYPE = {"i": "d"}


class CatalogueError(Exception):
    """What is wrong, with its place."""


def unquote(text, place):
    """The value of one quoted piece of a po file."""
    if len(text) < 2 or text[0] != '"' or text[-1] != '"':
        raise CatalogueError(f"{place}: expected a text in double quotes")
    out = []
    chars = iter(text[1:-1])
    for char in chars:
        if char == '"':
            raise CatalogueError(f'{place}: a double quote inside a text is written \\"')
        if char != "\\":
            out.append(char)
            continue
        escape = next(chars, "")
        if escape not in ESCAPES:
            raise CatalogueError(f"{place}: unknown escape \\{escape}")
        out.append(ESCAPES[escape])
    return "".join(out)


def arguments(text, place):
    """The arguments that a printf format takes: {number: type}."""
    found = {}
    numbered = None
    count = 0
    at = 0

    def note(number, kind):
        if found.setdefault(number, kind) != kind:
            raise CatalogueError(f"{place}: argument {number} is used with two types")

    while (at := text.find("%", at)) >= 0:
        match = DIRECTIVE.match(text, at)
        if match is None:
            raise CatalogueError(f"{place}: not a printf placeholder: {text[at:at + 8]!r} (a percent sign is written %%)")
        at = match.end()
        if match["conversion"] == "%":
            continue
        is_numbered = match["index"] is not None
        if numbered is not None and numbered != is_numbered:
            raise CatalogueError(f"{place}: numbered and plain placeholders are mixed")
        numbered = is_numbered
        for star in (match["width"] or "", match["precision"] or ""):
            if not star.startswith("*"):
                continue
            count += 1
            if is_numbered != star.endswith("$"):
                raise CatalogueError(f"{place}: numbered and plain placeholders are mixed")
            note(int(star[1:-1]) if is_numbered else count, "*")
        count += 1
        kind = (match["length"] or "") + SAME_TYPE.get(match["conversion"], match["conversion"])
        note(int(match["index"]) if is_numbered else count, kind)
    if found and sorted(found) != list(range(1, len(found) + 1)):
        raise CatalogueError(f"{place}: the numbers of the placeholders have a gap")
    return found


def parse(path):
    """Yields (line number, msgid, msgstr, fuzzy) of each entry."""
    texts = {}
    lines = {}
    field = None
    fuzzy = False
    with open(path, encoding="utf-8") as file:
        rows = file.read().split("\n")
    for number, row in enumerate(rows + [""], 1):
        place = f"{path}:{number}"
        row = row.strip()
        starts_entry = row.startswith(("msgid ", "#")) or row == ""
        if starts_entry and "msgstr" in texts:
            yield lines["msgid"], texts["msgid"], texts["msgstr"], fuzzy
            texts, lines, field, fuzzy = {}, {}, None, False
        if row == "":
            continue
        if row.startswith("#"):
            fuzzy = fuzzy or (row.startswith("#,") and "fuzzy" in row)
            continue
        if row.startswith('"'):
            if field is None:
                raise CatalogueError(f"{place}: a text that belongs to nothing")
            texts[field] += unquote(row, place)
            continue
        keyword, _, rest = row.partition(" ")
        expected = "msgstr" if "msgid" in texts else "msgid"
        if keyword != expected:
            raise CatalogueError(f"{place}: expected {expected}, found {keyword}")
        field = keyword
        texts[field] = unquote(rest.strip(), place)
        lines[field] = number
    if texts:
        raise CatalogueError(f"{path}:{lines['msgid']}: a msgid without msgstr")


def check(path, line, msgid, msgstr):
    """Raises when the translation cannot stand in for the msgid."""
    place = f"{path}:{line}"
    if "\0" in msgid + msgstr:
        raise CatalogueError(f"{place}: a NUL in a text")
    if msgid.endswith("\n") != msgstr.endswith("\n"):
        raise CatalogueError(f"{place}: both texts end with \\n, or neither does")
    wanted = arguments(msgid, place)
    given = arguments(msgstr, place)
    if wanted != given:
        raise CatalogueError(f"{place}: msgid takes {show(wanted)}, msgstr takes {show(given)}")


def show(found):
    """Arguments for people."""
    return ", ".join(f"%{n}${kind}" for n, kind in sorted(found.items())) or "no arguments"


def quote(text):
    """A C literal; '?' is escaped so that no trigraph can arise."""
    out = text.replace("\\", "\\\\").replace('"', '\\"').replace("?", "\\?")
    return '"' + out.replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r") + '"'


def convert(path):
    """The table of a catalogue as C text."""
    table = {}
    header = False
    for line, msgid, msgstr, fuzzy in parse(path):
        if msgid == "":
            header = "charset=UTF-8" in msgstr
            continue
        if msgid in table:
            raise CatalogueError(f"{path}:{line}: this msgid stands in the file twice")
        if msgstr == "" or fuzzy:
            continue
        check(path, line, msgid, msgstr)
        table[msgid] = msgstr
    if not header:
        raise CatalogueError(f"{path}:1: the header with charset=UTF-8 is missing")
    if not table:
        raise CatalogueError(f"{path}:1: no translated text")
    rows = [f"{{ {quote(key)},\n\t{quote(table[key])} }},\n" for key in sorted(table, key=lambda k: k.encode())]
    return "/* Made by tools/po2c.py: do not edit. */\n" + "".join(rows)


def main():
    """Reads argv, writes the table, gives the exit status."""
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 64
    try:
        text = convert(sys.argv[1])
    except (CatalogueError, OSError, UnicodeDecodeError) as error:
        print(f"po2c.py: {error}", file=sys.stderr)
        return 1
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        file.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
