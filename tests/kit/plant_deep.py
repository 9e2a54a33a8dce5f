#!/usr/bin/env python3
"""plant_deep.py ROSTER.zip OUT: persons in places that only the right opener reads: names torn by markup, or packed inside what is not.

One file each, named by the opener it needs; prints the names. With the opener switched off, carving must not find them
(tests/torture/scan-mutants.sh).
"""
import csv
import gzip
import io
import os
import shutil
import sqlite3
import struct
import subprocess
import sys
import tarfile
import tempfile
import zipfile
import zlib

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from plant_office import cfb

roster, out = sys.argv[1:3]
os.makedirs(out, exist_ok=True)
with zipfile.ZipFile(roster) as z:
    users = list(csv.DictReader(io.StringIO(z.read("users.csv").decode())))
names = [u["familyName"] + u["givenName"] for u in users]
u = next(u for u in users if names.count(u["familyName"] + u["givenName"]) == 1 and len(u["familyName"]) == 2 and len(u["givenName"]) == 2
         and all("\u4e00" <= c <= "\u9fff" for c in u["familyName"] + u["givenName"]))
name = u["familyName"] + u["givenName"]
torn = list(name)
packed = gzip.compress(("名簿 " + name + "\n").encode() * 3)


def put(file, data):
    with open(os.path.join(out, file), "wb") as f:
        f.write(data if isinstance(data, bytes) else data.encode())
    print(os.path.splitext(file)[0])


def zipped(files):
    b = io.BytesIO()
    with zipfile.ZipFile(b, "w", zipfile.ZIP_DEFLATED) as z:
        for path, data in files.items():
            z.writestr(path, data)
    return b.getvalue()


def ooxml(part, body):
    kind = {"word": "wordprocessingml.document.main", "xl": "spreadsheetml.sheet.main", "ppt": "presentationml.presentation.main"}[part.split("/")[0]]
    return zipped({"[Content_Types].xml": '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/>'
                   f'<Override PartName="/{part}" ContentType="application/vnd.openxmlformats-officedocument.{kind}+xml"/></Types>',
                   "_rels/.rels": '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"/>', part: '<?xml version="1.0" encoding="UTF-8"?>' + body})


# What markup alone reads as words apart: a reading over each character; the parts of a name in cells that lie together only in the sheet.
put("docx.docx", ooxml("word/document.xml", '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p>' +
    "".join(f"<w:r><w:ruby><w:rt><w:r><w:t>よみ</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>{c}</w:t></w:r></w:rubyBase></w:ruby></w:r>" for c in torn) + "</w:p></w:body></w:document>"))
main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
put("xlsx.xlsx", zipped({"[Content_Types].xml": '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/>'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
    '<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>',
    "_rels/.rels": '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<?xml version="1.0"?><workbook xmlns="{main}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
    "xl/sharedStrings.xml": f'<?xml version="1.0" encoding="UTF-8"?><sst xmlns="{main}"><si><t>{u["familyName"]}</t></si><si><t>別の行の長い文字列</t></si><si><t>{u["givenName"]}</t></si></sst>',
    "xl/worksheets/sheet1.xml": f'<?xml version="1.0"?><worksheet xmlns="{main}"><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>2</v></c></row></sheetData></worksheet>'}))
put("pptx.pptx", ooxml("ppt/slides/slide1.xml", '<p:sld xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
    "<p:cSld><p:spTree><p:sp><p:txBody><a:p>" + "".join(f"<a:r><a:rPr lang=\"ja-JP\"/><a:t>{c}</a:t></a:r>" for c in torn) + "</a:p></p:txBody></p:sp></p:spTree></p:cSld></p:sld>"))
put("odf.odt", zipped({"mimetype": "application/vnd.oasis.opendocument.text",
    "content.xml": '<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:text><text:p>' +
    "".join(f"<text:ruby><text:ruby-base>{c}</text:ruby-base><text:ruby-text>よみ</text:ruby-text></text:ruby>" for c in torn) + "</text:p></office:text></office:body></office:document-content>"}))
put("cfb.bin", cfb({"Contents": packed + bytes(5000 - len(packed))}))
put("entity.txt", "note: " + "".join(f"&#x{ord(c):x};" for c in name) + "\n")
put("quoted.txt", "in a log: " + "".join(f"={b:02X}" for b in name.encode()) + " and so on\n")
b64 = __import__("base64").b64encode
cut = name.encode()[:5], name.encode()[5:]  # in the middle of a character: only both words together are one
put("words.txt", "Subject in a log: " + " ".join(f"=?UTF-8?B?{b64(c).decode()}?=" for c in cut) + " and so on\n")
put("mbox.mbox", "From a@example.org Mon Apr  7 09:00:00 2025\nFrom: a@example.org\nSubject: x\n\nfirst\n\nFrom b@example.org Mon Apr  7 09:00:01 2025\nFrom: b@example.org\nSubject: y\n"
    "MIME-Version: 1.0\nContent-Type: application/gzip\nContent-Transfer-Encoding: base64\n\n" + __import__("base64").encodebytes(packed).decode() + "\n")


def tnef(data):
    def attribute(level, tag, body):
        return struct.pack("<BII", level, tag, len(body)) + body + struct.pack("<H", sum(body) & 0xffff)
    return struct.pack("<IH", 0x223e9f78, 1) + attribute(1, 0x00089006, struct.pack("<I", 0x10000)) + attribute(2, 0x00069002, bytes(14)) + attribute(2, 0x00018010, b"a.gz\0") + attribute(2, 0x0006800f, data)


put("tnef.dat", tnef(packed))
folder = tempfile.mkdtemp()
try:
    database = os.path.join(folder, "a.db")
    db = sqlite3.connect(database)
    db.execute("CREATE TABLE t(b BLOB)")
    db.execute("INSERT INTO t VALUES (?)", (packed,))
    db.commit()
    db.close()
    put("sqlite.db", open(database, "rb").read())
    inner = os.path.join(folder, "a.gz")
    with open(inner, "wb") as f:
        f.write(packed)
    b = io.BytesIO()
    with tarfile.open(fileobj=b, mode="w") as t:
        t.add(inner, "a.gz")
    put("tar.tar", b.getvalue())
    if shutil.which("genisoimage"):
        subprocess.run(["genisoimage", "-quiet", "-o", folder + "/a.iso", inner], check=True, stderr=subprocess.DEVNULL)
        put("iso.iso", open(folder + "/a.iso", "rb").read())
    if shutil.which("gcab"):
        subprocess.run(["gcab", "-c", "-n", folder + "/a.cab", inner], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        put("cab.cab", open(folder + "/a.cab", "rb").read())
    if shutil.which("bsdtar"):
        subprocess.run(["bsdtar", "-C", folder, "--format", "cpio", "-cf", folder + "/a.cpio", "a.gz"], check=True)
        put("cpio.cpio", open(folder + "/a.cpio", "rb").read())
        subprocess.run(["bsdtar", "-C", folder, "--format", "ar", "-cf", folder + "/a.a", "a.gz"], check=True)
        put("ar.a", open(folder + "/a.a", "rb").read())
    if shutil.which("zstd"):
        with open(folder + "/z", "wb") as f:
            f.write(b"".join(b"%06d " % i + name.encode() + b"\n" if i == 700 else b"line %d of a text that packs well\n" % i for i in range(1400)))
        subprocess.run(["zstd", "-q", "-19", folder + "/z", "-o", folder + "/z.zst"], check=True)
        put("zstd.zst", open(folder + "/z.zst", "rb").read())
finally:
    shutil.rmtree(folder)


def lha(data):
    crc = 0
    for b in data:
        crc ^= b
        for _ in range(8):
            crc = crc >> 1 ^ (0xa001 if crc & 1 else 0)
    body = b"-lh0-" + struct.pack("<IIIBBB", len(data), len(data), 0x5c864800, 0x20, 0, 4) + b"a.gz" + struct.pack("<H", crc)
    return bytes([len(body), sum(body) & 255]) + body + data + b"\0"


put("lha.lzh", lha(packed))


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


put("image.png", b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0)) + chunk(b"iTXt", b"Author\0\1\0\0\0" + zlib.compress(name.encode() * 3)) +
    chunk(b"IDAT", zlib.compress((b"\0" + b"\x80" * 8) * 8)) + chunk(b"IEND", b""))
