#!/usr/bin/env python3
"""hostile.py DIR: the files of b04: cut, lying, nested, expanding, looping. Nobody's data is in them."""
import gzip
import io
import os
import struct
import subprocess
import sys
import tarfile
import zipfile
import zlib

out = sys.argv[1]


def put(name, data):
    with open(os.path.join(out, name), "wb") as f:
        f.write(data)


def zipped(entries, method=zipfile.ZIP_DEFLATED):
    b = io.BytesIO()
    with zipfile.ZipFile(b, "w", method) as z:
        for name, data in entries:
            z.writestr(name, data)
    return b.getvalue()


text = ("line of plain text that says nothing of anybody, number %d\n" % 7).encode() * 2000
plain = zipped([("a.txt", text), ("b.txt", text)])
put("cut.zip", plain[:len(plain) // 2])
b = io.BytesIO()
with tarfile.open(fileobj=b, mode="w:gz") as t:
    for i in range(5):
        info = tarfile.TarInfo(f"f{i}.txt")
        data = os.urandom(30000)
        info.size = len(data)
        t.addfile(info, io.BytesIO(data))
put("cut.tar.gz", b.getvalue()[:60000])
docx = zipped([("[Content_Types].xml", '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'), ("_rels/.rels", "<Relationships/>"),
               ("word/document.xml", "<w:document xmlns:w='x'><w:body><w:p><w:r><w:t>" + "text " * 5000 + "</w:t></w:r></w:p></w:body></w:document>")])
put("cut.docx", docx[:len(docx) * 2 // 3])
bomb = b"<?xml version='1.0'?><!DOCTYPE w [<!ENTITY a 'aaaaaaaaaa'>" + b"".join(b"<!ENTITY %c '%s'>" % (98 + i, (b"&%c;" % (97 + i)) * 10) for i in range(8)) + b"]>"
put("entities.docx", zipped([("[Content_Types].xml", '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'), ("_rels/.rels", "<Relationships/>"),
                             ("word/document.xml", bomb + b"<w:document xmlns:w='x'><w:p><w:r><w:t>&i;</w:t></w:r></w:p></w:document>")]))
lying = bytearray(plain)
at = lying.find(b"PK\x01\x02")
lying[at + 24:at + 28] = struct.pack("<I", 77)  # the size of the first entry, in the directory
put("lying.zip", bytes(lying))
# Two entries of the directory whose data are one run of bytes, shifted (after Fifield).
kernel = zlib.compressobj(9, zlib.DEFLATED, -15)
packed = kernel.compress(b"0" * 100000) + kernel.flush()


def local(name, size, crc, raw):
    return b"PK\x03\x04" + struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 0, crc, len(raw), size, len(name), 0) + name + raw


def central(name, size, crc, length, offset):
    return b"PK\x01\x02" + struct.pack("<HHHHHHIIIHHHHHII", 20, 20, 0, 8, 0, 0, crc, length, size, len(name), 0, 0, 0, 0, 0, offset) + name


crc = zlib.crc32(b"0" * 100000)
inner = local(b"b", 100000, crc, packed)
quoted = b"\x00" + struct.pack("<HH", len(inner) - len(packed), 0xffff ^ (len(inner) - len(packed))) + inner
outer = b"PK\x03\x04" + struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 0, 0, len(quoted), 100000 + len(inner) - len(packed), 1, 0) + b"a" + quoted
directory = central(b"a", 100000 + len(inner) - len(packed), 0, len(quoted), 0) + central(b"b", 100000, crc, len(packed), outer.find(b"PK\x03\x04", 4))
put("overlap.zip", outer + directory + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 2, 2, len(directory), len(outer), 0))
zeros = io.BytesIO()
with gzip.GzipFile(fileobj=zeros, mode="wb", compresslevel=9) as z:
    for _ in range(256):
        z.write(bytes(1 << 20))
put("bomb.gz", gzip.compress(zeros.getvalue(), 9))
data = zipped([(f"{i}.bin", bytes(1 << 20)) for i in range(4)])
for level in range(5):
    data = zipped([(f"{level}-{i}.zip", data) for i in range(10)])
put("nested-bomb.zip", data)
data = b"the end"
for i in range(40):
    data = zipped([("in.zip" if i else "in.txt", data)], zipfile.ZIP_STORED)
put("deep.zip", data)
# More entries than the test's limit, each an empty file, counted in the zip64 records.
n = 1100
one = b"PK\x03\x04" + struct.pack("<HHHHHIIIHH", 20, 0, 0, 0, 0, 0, 0, 0, 8, 0)
body, directory = bytearray(), bytearray()
for i in range(n):
    name = b"%08d" % i
    directory += b"PK\x01\x02" + struct.pack("<HHHHHHIIIHHHHHII", 45, 20, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, len(body)) + name
    body += one + name
end64 = len(body) + len(directory)
put("many.zip", bytes(body) + bytes(directory) + b"PK\x06\x06" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, n, n, len(directory), len(body)) +
    b"PK\x06\x07" + struct.pack("<IQI", 0, end64, 1) + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 0xffff, 0xffff, 0xffffffff, 0xffffffff, 0))
put("encrypted.zip", b"")
os.remove(os.path.join(out, "encrypted.zip"))
put("plain.txt", text)
subprocess.run(["zip", "-q", "-j", "-P", "secret", os.path.join(out, "encrypted.zip"), os.path.join(out, "plain.txt")], check=True)
# A compound file whose chain of directory sectors comes back to itself.
head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3e, 3, 0xfffe, 9, 6) + bytes(6) + struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xfffffffe, 0, 0xfffffffe, 0)
head += struct.pack("<I", 0) + b"\xff" * 4 * 108
fat = struct.pack("<III", 0xfffffffd, 2, 1) + b"\xff" * (512 - 12)
entry = "Root Entry".encode("utf-16-le").ljust(64, b"\0") + struct.pack("<HBBIII", 22, 5, 1, 0xffffffff, 0xffffffff, 1) + bytes(36) + struct.pack("<IQ", 1, 0)
child = "WordDocument".encode("utf-16-le").ljust(64, b"\0") + struct.pack("<HBBIII", 26, 2, 1, 1, 1, 1) + bytes(36) + struct.pack("<IQ", 1, 100000)
put("cycle.doc", head.ljust(512, b"\0") + fat + (entry + child).ljust(512, b"\0") + (child * 4))
put("loop.pdf", b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>endobj\n"
    b"3 0 obj<</Length 3 0 R>>stream\nendstream endobj\nxref\n0 1\n0000000000 65535 f \ntrailer<</Root 1 0 R/Prev 150/Size 4>>\nstartxref\n150\n%%EOF\n")


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


put("picture.png", b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 200, 200, 8, 0, 0, 0, 0)) + chunk(b"IDAT", zlib.compress((b"\0" + b"\x80" * 200) * 200)) + chunk(b"IEND", b""))
