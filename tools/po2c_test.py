#!/usr/bin/env python3
"""po2c_test.py: tools/po2c.py takes good catalogues and names the place of what is wrong in bad ones."""

import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True

import po2c  # noqa: E402

HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'


def convert(text, header=HEADER):
    """What po2c makes of a catalogue with these entries."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "x.po")
        with open(path, "w", encoding="utf-8") as file:
            file.write(header + text)
        return po2c.convert(path)


def entry(msgid, msgstr):
    """One entry of a catalogue."""
    return f'msgid "{msgid}"\nmsgstr "{msgstr}"\n\n'


class Good(unittest.TestCase):
    """What is taken."""

    def test_rows_are_sorted_by_bytes(self):
        out = convert(entry("b", "2") + entry("a", "1") + entry("B", "3"))
        self.assertLess(out.index('"B"'), out.index('"a"'))
        self.assertLess(out.index('"a"'), out.index('"b"'))

    def test_pieces_and_escapes_are_joined(self):
        out = convert('msgid ""\n"one "\n"\\"two\\"\\n"\nmsgstr "一"\n"\\n"\n')
        self.assertIn('{ "one \\"two\\"\\n",\n\t"一\\n" },', out)

    def test_arguments_may_change_places_when_numbered(self):
        self.assertIn('"%2$zu of %1$s"', convert(entry("%1$s has %2$zu", "%2$zu of %1$s")))

    def test_one_plain_argument_may_be_numbered(self):
        self.assertIn("%1$s", convert(entry("no %s, 5%%", "%1$s は 5%%")))

    def test_fuzzy_empty_and_obsolete_entries_are_left_out(self):
        text = "#, fuzzy\n" + entry("fuzzy", "x") + entry("empty", "") + "#~ msgid \"old\"\n\n" + entry("good", "y")
        out = convert(text)
        self.assertNotIn("fuzzy", out)
        self.assertNotIn("empty", out)
        self.assertIn("good", out)


class Bad(unittest.TestCase):
    """What is refused, with the line of its msgid."""

    def check(self, text, what, line=5):
        with self.assertRaises(po2c.CatalogueError) as caught:
            convert(text)
        self.assertIn(f"x.po:{line}: ", str(caught.exception))
        self.assertIn(what, str(caught.exception))

    def test_a_missing_argument(self):
        self.check(entry("%s is bad", "だめ"), "takes")

    def test_an_argument_too_many(self):
        self.check(entry("bad", "%s だめ"), "takes")

    def test_another_type(self):
        self.check(entry("%zu bytes", "%s バイト"), "takes")

    def test_plain_arguments_in_another_order(self):
        self.check(entry("%s %d", "%d %s"), "takes")

    def test_numbered_and_plain_mixed(self):
        self.check(entry("%1$s %2$s", "%1$s %s"), "mixed")

    def test_a_gap_in_the_numbers(self):
        self.check(entry("%1$s %3$s", "%1$s %3$s"), "gap")

    def test_a_lone_percent_sign(self):
        self.check(entry("5 %", "5 %"), "placeholder")

    def test_a_line_feed_at_one_end_only(self):
        self.check(entry("a\\n", "b"), "\\n")

    def test_a_msgid_twice(self):
        self.check(entry("a", "b") + entry("a", "c"), "twice", 8)

    def test_an_unknown_keyword(self):
        self.check('msgid "a"\nmsgid_plural "b"\nmsgstr[0] "c"\n', "expected msgstr", 6)

    def test_a_msgid_without_msgstr(self):
        self.check('msgid "a"\n', "without msgstr")

    def test_an_open_quote(self):
        self.check('msgid "a\nmsgstr "b"\n', "quotes")

    def test_no_header(self):
        with self.assertRaises(po2c.CatalogueError):
            convert(entry("a", "b"), header="")


if __name__ == "__main__":
    unittest.main()
