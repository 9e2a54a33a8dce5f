#!/usr/bin/env python3
"""plant_places.py FOLDER PERSON.json: one person in every kind of place that a scanner has to look into.

PERSON.json has family, given, kana_family, kana_given, mail, login, number. FOLDER gets one folder for each place; what needs a program that
is not installed is named in FOLDER/skipped instead. The same program makes the control files, with a person that is in no roster.
"""
import base64
import bz2
import gzip
import html
import io
import json
import lzma
import os
import shutil
import sqlite3
import struct
import subprocess
import sys
import tarfile
import urllib.parse
import zipfile
import zlib

from plant_office import Office, cfb, doc, msg, ppt, xls

KANA = "アa イi ウu エe オo カka キki クku ケke コko サsa シshi スsu セse ソso タta チchi ツtsu テte トto ナna ニni ヌnu ネne ノno ハha ヒhi フfu ヘhe ホho マma ミmi ムmu メme モmo ヤya ユyu ヨyo ラra リri ルru レre ロro ワwa ヲo ンn ガga ギgi グgu ゲge ゴgo ザza ジji ズzu ゼze ゾzo ダda ヂji ヅzu デde ドdo バba ビbi ブbu ベbe ボbo パpa ピpi プpu ペpe ポpo"
ROMAJI = {pair[0]: pair[1:] for pair in KANA.split()}
HALF = dict(zip("アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲンァィゥェォャュョッー",
                "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜｦﾝｧｨｩｪｫｬｭｮｯｰ"))
HALF.update({chr(ord(k) + 1): v + "ﾞ" for k, v in list(HALF.items()) if k in "カキクケコサシスセソタチテトハヒフヘホ"})
HALF.update({"ヅ": "ﾂﾞ", **{chr(ord(k) + 2): HALF[k] + "ﾟ" for k in "ハヒフヘホ"}})


def romaji(kana):
    out = ""
    for c in kana:
        if c in "ャュョ" and out:
            out = out[:-1] + ("" if out[-3:] in ("shi", "chi") or out[-2:] == "ji" else "y") + {"ャ": "a", "ュ": "u", "ョ": "o"}[c]
        elif c == "ッ":
            out += "*"
        elif c != "ー":
            r = ROMAJI.get(c, "")
            out = out[:-1] + ("t" if r.startswith("ch") else r[:1]) + r if out.endswith("*") else out + r
    return out.capitalize()


class Person:
    def __init__(self, facts):
        self.__dict__.update(facts)
        self.name = self.family + self.given
        self.spaced = self.family + " " + self.given
        self.plain = self.name.replace("髙", "高").replace("﨑", "崎")  # for character sets that lack them
        self.kana = self.kana_family + " " + self.kana_given
        self.half = "".join(HALF.get(c, c) for c in self.kana)
        self.romaji = romaji(self.kana_family).upper() + " " + romaji(self.kana_given)


PLACES = []
SKIPPED = []


def place(fn):
    PLACES.append(fn)
    return fn


def put(folder, name, data):
    with open(os.path.join(folder, name), "wb") as f:
        f.write(data if isinstance(data, bytes) else data.encode())


def tool(*words, cwd=None):
    if shutil.which(words[0]) is None:
        raise FileNotFoundError(words[0])
    subprocess.run(words, cwd=cwd, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)


def zipped(files, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as z:
        for name, data in files.items():
            z.writestr(name, data, zipfile.ZIP_STORED if name == "mimetype" else method)
    return out.getvalue()


def table(name, number):
    return f"番号,氏名,備考\r\n1,{name},{number}\r\n"


TEXT = "図書の返却について\r\n{}さんは、今週の金曜日までに返してください。\r\n"


# Encodings, plain ---------------------------------------------------------------------------------------------------------
@place
def utf8(d, p):
    put(d, "a.txt", TEXT.format(p.name))


@place
def cp932(d, p):
    put(d, "a.txt", TEXT.format(p.name).encode("cp932"))


@place
def eucjp(d, p):
    put(d, "a.txt", TEXT.format(p.plain).encode("euc_jp"))


@place
def iso2022jp(d, p):
    put(d, "a.txt", TEXT.format(p.plain).encode("iso2022_jp"))


@place
def utf16_with_mark(d, p):
    put(d, "a.txt", TEXT.format(p.name).encode("utf-16"))


@place
def utf16le_without_mark(d, p):
    put(d, "a.txt", TEXT.format(p.name).encode("utf-16-le"))


@place
def utf16be_without_mark(d, p):
    put(d, "a.txt", TEXT.format(p.name).encode("utf-16-be"))


@place
def csv_in_cp932(d, p):
    put(d, "a.csv", table(p.spaced, "x").encode("cp932"))


@place
def one_name_in_cp932(d, p):
    put(d, "a.txt", p.name.encode("cp932"))


# Spellings ----------------------------------------------------------------------------------------------------------------
@place
def other_kanji_and_wide_blank(d, p):
    put(d, "a.txt", TEXT.format(p.plain[: len(p.family)] + "　" + p.given))


@place
def kana(d, p):
    put(d, "a.txt", TEXT.format(p.kana))


@place
def half_width_kana_in_cp932(d, p):
    put(d, "a.txt", TEXT.format(p.half).encode("cp932"))


@place
def romaji_with_mail(d, p):
    put(d, "a.txt", f"Library card\nName: {p.romaji}\nMail: {p.mail}\n")


@place
def mail_address(d, p):
    put(d, "access.log", f'10.0.0.1 - {p.mail} [06/Apr/2026:09:00:00 +0900] "GET /home HTTP/1.1" 200 512\n')


@place
def login_name(d, p):
    put(d, "auth.log", f"Apr  6 09:00:00 host sshd[9]: Accepted password for {p.login} from 10.0.0.1 port 22\n")


@place
def number(d, p):
    put(d, "a.csv", f"学籍番号,点数\r\n{p.number},80\r\n")


@place
def gaiji(d, p):
    put(d, "a.csv", table("\ue000" + p.name[1:], "x").encode("cp932"))


# Escapes ------------------------------------------------------------------------------------------------------------------
@place
def base64_in_json(d, p):
    put(d, "a.json", json.dumps({"id": 7, "payload": base64.b64encode(TEXT.format(p.name).encode()).decode()}))


@place
def backslash_u_in_json(d, p):
    put(d, "a.json", json.dumps({"id": 7, "student": p.name}))


@place
def percent_in_a_log(d, p):
    put(d, "access.log", f"GET /search?q={urllib.parse.quote(p.name)}&page=1 200\n")


@place
def html_entities(d, p):
    put(d, "a.html", "<html><body><p>" + "".join(f"&#x{ord(c):x};" for c in p.name) + "</p></body></html>")


@place
def split_by_tags(d, p):
    put(d, "a.html", f"<html><body><td><b>{html.escape(p.family)}</b><i>{html.escape(p.given)}</i></td></body></html>")


# OOXML, ODF, RTF ------------------------------------------------------------------------------------------------------------
def ooxml(d, p, kind, part):
    files = {k: v for k, v in Office.base(kind).items()}
    files.update(Office.part(kind, part, p))
    put(d, "a." + kind, zipped(files))


for kind, parts in {"docx": ["body", "comment", "deleted", "header", "property"], "xlsx": ["shared", "hidden", "phonetic", "comment"],
                    "pptx": ["notes"], "odt": ["body"], "ods": ["cell"]}.items():
    for part in parts:
        def one(d, p, kind=kind, part=part):
            ooxml(d, p, kind, part)
        one.__name__ = f"{kind}_{part}"
        place(one)


@place
def rtf(d, p):
    put(d, "a.rtf", "{\\rtf1\\ansi\\ansicpg932 " + "".join(f"\\'{b:02x}" for b in p.name.encode("cp932")) + "\\par}")


@place
def rtf_unicode(d, p):
    put(d, "a.rtf", "{\\rtf1\\ansi\\uc1 " + "".join(f"\\u{ord(c) - 65536 if ord(c) > 32767 else ord(c)}?" for c in p.name) + "\\par}")


# Compound files -------------------------------------------------------------------------------------------------------------
@place
def word_97(d, p):
    put(d, "a.doc", doc(TEXT.format(p.name)))


@place
def excel_97(d, p):
    put(d, "a.xls", xls(p.name, None))


@place
def excel_97_reading(d, p):
    put(d, "a.xls", xls("名簿", p.kana))


@place
def powerpoint_97(d, p):
    put(d, "a.ppt", ppt(p.name))


@place
def outlook_message(d, p):
    put(d, "a.msg", msg(p.name))


@place
def slack_of_a_compound_file(d, p):
    put(d, "a.doc", doc("hello") + b"\0" * 40 + p.name.encode("utf-16-le") + b"\0" * (472 - 2 * len(p.name)))


# PDF ------------------------------------------------------------------------------------------------------------------------
def pdf(text, extra="", root="", before=b""):
    hexed = text.encode("utf-16-be").hex()
    stream = f"BT /F1 24 Tf 50 700 Td <{hexed}> Tj ET"
    objects = [f"<</Type/Catalog/Pages 2 0 R{root}>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
               "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
               f"<</Length {len(stream)}>>stream\n{stream}\nendstream",
               "<</Type/Font/Subtype/Type0/BaseFont/Ryumin-Light/Encoding/UniJIS-UTF16-H/DescendantFonts[6 0 R]>>",
               "<</Type/Font/Subtype/CIDFontType0/BaseFont/Ryumin-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(Japan1)/Supplement 4>>"
               "/FontDescriptor 7 0 R>>",
               "<</Type/FontDescriptor/FontName/Ryumin-Light/Flags 4/FontBBox[0 -200 1000 900]/ItalicAngle 0/Ascent 800/Descent -200"
               "/CapHeight 700/StemV 80>>"]
    objects += [extra] if isinstance(extra, (str, bytes)) and extra else []
    out = bytearray(b"%PDF-1.6\n%\xe2\xe3\xcf\xd3\n" + before)
    places = []
    for i, o in enumerate(objects, 1):
        places.append(len(out))
        out += f"{i} 0 obj\n".encode() + (o if isinstance(o, bytes) else o.encode()) + b"\nendobj\n"
    xref = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{at:010d} 00000 n \n".encode() for at in places)
    out += f"trailer\n<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{xref}\n%%EOF\n".encode()
    return bytes(out)


@place
def pdf_text(d, p):
    put(d, "a.pdf", pdf(p.plain))


@place
def pdf_form_value(d, p):
    value = "feff" + p.name.encode("utf-16-be").hex()
    put(d, "a.pdf", pdf("form", f"<</FT/Tx/T(name)/V<{value}>/Type/Annot/Subtype/Widget/Rect[0 0 100 20]>>", "/AcroForm<</Fields[8 0 R]>>"))


@place
def pdf_attachment(d, p):
    data = zlib.compress(TEXT.format(p.name).encode())
    extra = f"<</Type/EmbeddedFile/Filter/FlateDecode/Length {len(data)}>>stream\n".encode() + data + b"\nendstream"
    put(d, "a.pdf", pdf("attached", extra, "/Names<</EmbeddedFiles<</Names[(a.txt)<</Type/Filespec/F(a.txt)/EF<</F 8 0 R>>>>]>>>>"))


@place
def pdf_earlier_revision(d, p):
    old = pdf(p.plain)
    stream = "BT /F1 24 Tf 50 700 Td <0041> Tj ET"
    at = len(old)
    new = f"4 0 obj\n<</Length {len(stream)}>>stream\n{stream}\nendstream\nendobj\n"
    xref = at + len(new)
    before = old.rindex(b"startxref\n") + 10
    put(d, "a.pdf", old + (new + f"xref\n4 1\n{at:010d} 00000 n \ntrailer\n<</Size 8/Root 1 0 R/Prev "
                           f"{int(old[before:].split()[0])}>>\nstartxref\n{xref}\n%%EOF\n").encode())


# Mail -----------------------------------------------------------------------------------------------------------------------
HEAD = "From: office@school.example.jp\r\nTo: list@school.example.jp\r\nMIME-Version: 1.0\r\n"


@place
def eml_base64(d, p):
    body = base64.encodebytes(TEXT.format(p.name).encode()).decode()
    put(d, "a.eml", HEAD + "Subject: x\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n" + body)


@place
def eml_quoted_printable(d, p):
    body = "".join(f"={b:02X}" + ("=\r\n" if i % 20 == 19 else "") for i, b in enumerate(TEXT.format(p.name).encode("cp932")))
    put(d, "a.eml", HEAD + "Subject: x\r\nContent-Type: text/plain; charset=shift_jis\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n" + body)


@place
def eml_header_iso2022jp(d, p):
    b = p.plain.encode("iso2022_jp")
    words = [b[:5], b"\x1b$B" + b[5:]]
    put(d, "a.eml", HEAD + "Subject: " + "\r\n ".join("=?ISO-2022-JP?B?" + base64.b64encode(w).decode() + "?=" for w in words) + "\r\n\r\nhello\r\n")


@place
def eml_attachment_in_a_zip(d, p):
    z = base64.encodebytes(zipped({"list.csv": table(p.name, "x").encode("cp932")})).decode()
    put(d, "a.eml", HEAD + "Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhello\r\n--b\r\n"
        "Content-Type: application/zip; name=a.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n" + z + "--b--\r\n")


@place
def name_of_an_attachment(d, p):
    name = urllib.parse.quote(p.name)
    put(d, "a.eml", HEAD + "Subject: x\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment;\r\n"
        f" filename*=utf-8''{name}.txt\r\n\r\nhello\r\n")


@place
def mbox(d, p):
    one = "From a@school.example.jp Mon Apr  6 09:00:00 2026\nFrom: a@school.example.jp\nSubject: {}\n\n{}\n\n"
    put(d, "mail.mbox", (one.format("x", "hello") + one.format("y", TEXT.format(p.plain))).encode("iso2022_jp"))


# Archives -------------------------------------------------------------------------------------------------------------------
@place
def zip_member(d, p):
    put(d, "a.zip", zipped({"list.csv": table(p.name, "x").encode("cp932")}))


@place
def zip_in_a_zip(d, p):
    put(d, "a.zip", zipped({"inner.zip": zipped({"b.zip": zipped({"list.txt": TEXT.format(p.name)})})}))


@place
def zip_comment(d, p):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        z.writestr("a.txt", "hello")
        z.comment = p.name.encode()
    put(d, "a.zip", out.getvalue())


@place
def name_of_a_member(d, p):
    put(d, "a.zip", zipped({p.name + ".txt": "hello"}))


@place
def name_of_a_file(d, p):
    put(d, p.name + ".txt", "hello")


@place
def tar_gz(d, p):
    data = TEXT.format(p.name).encode("cp932")
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as t:
        info = tarfile.TarInfo("list.txt")
        info.size = len(data)
        t.addfile(info, io.BytesIO(data))
    put(d, "a.tar.gz", out.getvalue())


@place
def gzip_alone(d, p):
    put(d, "a.log.gz", gzip.compress(TEXT.format(p.name).encode()))


@place
def bzip2(d, p):
    put(d, "a.log.bz2", bz2.compress(TEXT.format(p.name).encode()))


@place
def xz(d, p):
    put(d, "a.log.xz", lzma.compress(TEXT.format(p.name).encode()))


@place
def seven_zip(d, p):
    put(d, "list.txt", TEXT.format(p.name))
    tool("7z", "a", "a.7z", "list.txt", cwd=d)
    os.unlink(os.path.join(d, "list.txt"))


@place
def iso_image(d, p):
    os.mkdir(os.path.join(d, "in"))
    put(os.path.join(d, "in"), "list.txt", TEXT.format(p.name))
    tool("genisoimage", "-quiet", "-J", "-R", "-o", "a.iso", "in", cwd=d)
    shutil.rmtree(os.path.join(d, "in"))


@place
def cab(d, p):
    data = TEXT.format(p.name).encode("cp932")
    name = b"list.txt\0"
    files, at = 44, 44 + 16 + len(name)
    folder = struct.pack("<IHH", at, 1, 0)
    entry = struct.pack("<IIHHHH", len(data), 0, 0, 0x5c86, 0x4800, 0x20) + name
    block = struct.pack("<IHH", 0, len(data), len(data)) + data
    head = struct.pack("<4sIIIIIBBHHHHH", b"MSCF", 0, at + len(block), 0, files, 0, 3, 1, 1, 1, 0, 0, 0)
    put(d, "a.cab", head + folder + entry + block)


@place
def lha(d, p):
    data = TEXT.format(p.name).encode("cp932")
    name = b"list.txt"
    crc = 0
    for b in data:
        crc ^= b
        for _ in range(8):
            crc = crc >> 1 ^ (0xa001 if crc & 1 else 0)
    body = b"-lh0-" + struct.pack("<IIIBBB", len(data), len(data), 0x5c864800, 0x20, 0, len(name)) + name + struct.pack("<H", crc)
    put(d, "a.lzh", bytes([len(body), sum(body) & 255]) + body + data + b"\0")


# Databases ------------------------------------------------------------------------------------------------------------------
def database(path, p, *more):
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA secure_delete=OFF")
    for line in more:
        db.execute(line)
    db.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT, note TEXT)")
    for i in range(20):
        db.execute("INSERT INTO t VALUES(?,?,?)", (i, p.name if i == 7 else "名簿", "x" * 100))
    return db


@place
def sqlite_row(d, p):
    database(os.path.join(d, "a.db"), p).close()


@place
def sqlite_deleted_row(d, p):
    db = database(os.path.join(d, "a.db"), p)
    db.execute("DELETE FROM t WHERE id=7")
    db.close()


@place
def sqlite_utf16(d, p):
    database(os.path.join(d, "a.db"), p, "PRAGMA encoding='UTF-16le'").close()


@place
def sqlite_wal(d, p):
    path = os.path.join(d, "w", "a.db")
    os.mkdir(os.path.dirname(path))
    db = database(path, p, "PRAGMA journal_mode=WAL", "PRAGMA wal_autocheckpoint=0")
    shutil.copyfile(path + "-wal", os.path.join(d, "a.db-wal"))
    db.close()
    shutil.rmtree(os.path.dirname(path))


@place
def sqlite_journal(d, p):
    path = os.path.join(d, "w", "a.db")
    os.mkdir(os.path.dirname(path))
    db = database(path, p)
    db.execute("PRAGMA journal_mode=PERSIST")
    db.execute("UPDATE t SET name='x' WHERE id=7")
    db.close()
    shutil.copyfile(path + "-journal", os.path.join(d, "a.db-journal"))
    shutil.rmtree(os.path.dirname(path))


# Images and bytes ------------------------------------------------------------------------------------------------------------
@place
def ext4_image(d, p):
    os.mkdir(os.path.join(d, "in"))
    put(os.path.join(d, "in"), "list.txt", TEXT.format(p.name).encode("cp932"))
    tool("mkfs.ext4", "-q", "-F", "-d", "in", "a.img", "2m", cwd=d)
    shutil.rmtree(os.path.join(d, "in"))


@place
def fat_image(d, p):
    put(d, "list.txt", TEXT.format(p.name).encode("cp932"))
    tool("mkfs.vfat", "-C", "a.img", "1440", cwd=d)
    tool("mcopy", "-i", "a.img", "list.txt", "::", cwd=d)
    os.unlink(os.path.join(d, "list.txt"))


@place
def jpeg_exif(d, p):
    author = p.name.encode("utf-16-le") + b"\0\0"
    tiff = b"II*\0\x08\0\0\0" + struct.pack("<H", 1) + struct.pack("<HHII", 0x9c9d, 1, len(author), 26) + b"\0\0\0\0" + author
    exif = b"Exif\0\0" + tiff
    put(d, "a.jpg", b"\xff\xd8\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + b"\xff\xda\0\x08\x01\x01\0\0\x3f\0" + b"\x55" * 200 + b"\xff\xd9")


def memory(size, step, first):
    """Bytes of every kind, and zeros, as in a running program: all chance would be called encrypted."""
    return bytes((i * step + first) & 255 if i % 3 else 0 for i in range(size))


@place
def memory_with_a_length_byte(d, p):
    noise = memory(4000, 197, 91)
    name = p.name.encode()
    put(d, "core", b"\x7fELF" + noise + bytes([len(name)]) + name + noise)


@place
def memory_in_cp932(d, p):
    noise = memory(3000, 163, 7)
    put(d, "a.dmp", noise + b"\0" + p.name.encode("cp932") + b"\0" + noise)


@place
def memory_in_utf16_at_an_odd_place(d, p):
    noise = memory(3001, 89, 3)
    put(d, "a.dmp", noise + b"\0\0" + p.name.encode("utf-16-le") + b"\0\0" + noise)


@place
def everything_inside_everything(d, p):
    inner = zipped({**Office.base("docx"), **Office.part("docx", "body", p)})
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as t:
        info = tarfile.TarInfo("b.zip")
        data = zipped({"c.docx": inner})
        info.size = len(data)
        t.addfile(info, io.BytesIO(data))
    put(d, "a.eml", HEAD + "Subject: x\r\nContent-Type: application/gzip; name=a.tar.gz\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + base64.encodebytes(out.getvalue()).decode())


def main():
    folder, facts = sys.argv[1], sys.argv[2]
    with open(facts, encoding="utf-8") as f:
        person = Person(json.load(f))
    os.makedirs(folder)
    skipped = []
    for fn in PLACES:
        d = os.path.join(folder, fn.__name__)
        os.mkdir(d)
        try:
            fn(d, person)
        except FileNotFoundError as e:
            skipped.append(f"{fn.__name__} {e}")
            shutil.rmtree(d)
    with open(folder + ".skipped", "w", encoding="utf-8") as f:
        f.write("".join(s + "\n" for s in skipped))
    with open(folder + ".places", "w", encoding="utf-8") as f:
        f.write("".join(n + "\n" for n in sorted(os.listdir(folder))))


main()
