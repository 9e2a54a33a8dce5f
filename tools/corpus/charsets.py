"""The six encodings as old Japanese programs write them: CP932 with Windows' codes for IBM kanji, EUC and ISO-2022-JP with NEC's."""

NAMES = ["utf-8", "cp932", "euc-jp", "iso-2022-jp", "utf-16le", "utf-16be"]


def _windows():
    """NEC's codes for IBM kanji -> IBM's, which Windows writes."""
    codes = {}
    for lead in range(0xfa, 0xfd):
        for trail in list(range(0x40, 0x7f)) + list(range(0x80, 0xfd)):
            try:
                text = bytes([lead, trail]).decode("cp932")
                codes[text.encode("cp932")] = bytes([lead, trail])
            except UnicodeDecodeError:
                continue
    return {nec: ibm for nec, ibm in codes.items() if 0xed <= nec[0] <= 0xee}


WINDOWS = _windows()


def _row_cell(pair):
    lead, trail = pair
    row = (lead - (0x81 if lead < 0xa0 else 0xc1)) * 2 + 1
    trail -= trail > 0x7f
    return (row, trail - 0x3f) if trail < 0x9e else (row + 1, trail - 0x9d)


def _cp932(text):
    out = b""
    for sign in text:
        code = sign.encode("cp932")
        out += WINDOWS.get(code, code)
    return out


def _euc(text):
    out = b""
    for sign in text:
        code = sign.encode("cp932")
        if len(code) == 1:
            out += code if code[0] < 0x80 else b"\x8e" + code
        else:
            if code[0] >= 0xf0:
                raise UnicodeEncodeError("euc", text, 0, 1, "no row")
            out += bytes(n + 0xa0 for n in _row_cell(code))
    return out


def _jis(text):
    out, mode = b"", b"\x1b(B"
    for sign in text:
        code = sign.encode("cp932")
        if len(code) == 2 and code[0] >= 0xf0:
            raise UnicodeEncodeError("jis", text, 0, 1, "no row")
        wanted = b"\x1b$B" if len(code) == 2 else b"\x1b(I" if code[0] > 0x80 else b"\x1b(B"
        if wanted != mode:
            out, mode = out + wanted, wanted
        out += bytes(n + 0x20 for n in _row_cell(code)) if len(code) == 2 else bytes([code[0] & 0x7f])
    return out + (b"" if mode == b"\x1b(B" else b"\x1b(B")


def encode(text, name):
    """The bytes; UnicodeEncodeError when the encoding cannot write it."""
    special = {"cp932": _cp932, "euc-jp": _euc, "iso-2022-jp": _jis}.get(name)
    return special(text) if special else text.encode(name)


def writable(name):
    def check(text):
        try:
            encode(text, name)
            return True
        except UnicodeEncodeError:
            return False
    return check


def mark(name):
    """What a file of that encoding begins with here: UTF-16LE with, UTF-16BE without a byte order mark."""
    return b"\xff\xfe" if name == "utf-16le" else b""
