#!/usr/bin/env python3
"""phone.py METADATA.py OUT.c: Japan's telephone numbers as ranges of their first six digits behind the 0.

METADATA.py is region_JP.py of python3-phonenumbers. Each range has the number of digits of the area code (without its 0), or 0 where
no number begins so. Only fixed lines: the others are few and stand in det_phone.c.
"""
import re
import sys


class Any:
    """What the metadata file builds: its arguments."""

    def __init__(self, *_, **named):
        self.__dict__.update(named)


def metadata(path):
    with open(path, encoding="utf-8") as source:
        text = "".join(line for line in source if not line.startswith("from "))
    space = {"NumberFormat": Any, "PhoneNumberDesc": Any, "PhoneMetadata": Any}
    exec(compile(text, path, "exec"), space)  # pylint: disable=exec-used
    return space["PHONE_METADATA_JP"]


def main(source, target):
    meta = metadata(source)
    valid = re.compile(meta.fixed_line.national_number_pattern)
    formats = []
    for form in meta.number_format:
        groups = [int(g) for g in re.findall(r"\(\\d\{?(\d?)", form.pattern.replace("(\\d)", "(\\d{1})"))]
        if sum(groups) == 9:
            formats.append((re.compile(form.leading_digits_pattern[-1]), groups[0]))
    ranges = []
    for prefix in range(1000000):
        number = f"{prefix:06d}000"
        area = 0
        if valid.fullmatch(number):
            area = next(n for leading, n in formats if leading.match(number))
        if not ranges or ranges[-1][1] != area:
            ranges.append((prefix, area))
    with open(target, "w", encoding="utf-8") as out:
        out.write("/* Made by tools/scantab/phone.py from region_JP.py of python3-phonenumbers 8.12.57 (libphonenumber's metadata,\n"
                  " * Apache-2.0): do not edit. */\n#include \"nks_detect_int.h\"\n\n"
                  f"const size_t nks_area_count = {len(ranges)};\nconst uint32_t nks_areas[] = {{\n")
        for first, area in ranges:
            out.write(f"\t{first * 8 + area},\n")
        out.write("};\n")


main(sys.argv[1], sys.argv[2])
