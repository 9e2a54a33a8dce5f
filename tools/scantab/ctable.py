"""How generated tables look in C: one array of 16-bit numbers, one bit map, one head. Shared by the generators of this folder."""


def head(what, sources):
    lines = [f"/* {what} Generated: do not edit.", " *"]
    lines += [f" * Source: {source}" for source in sources]
    return "\n".join(lines + [" */", '#include "nks_tables.h"', ""])


def units(declaration, values):
    lines = [declaration + " = {"]
    for start in range(0, len(values), 16):
        lines.append("\t" + ", ".join(hex(value) for value in values[start:start + 16]) + ",")
    return "\n".join(lines + ["};", ""])


def bitmap(declaration, members):
    words = [0] * 1024
    for member in members:
        words[member // 64] |= 1 << (member % 64)
    lines = [declaration + " = {"]
    for start in range(0, 1024, 4):
        lines.append("\t" + ", ".join(f"UINT64_C({word:#x})" for word in words[start:start + 4]) + ",")
    return "\n".join(lines + ["};", ""])
