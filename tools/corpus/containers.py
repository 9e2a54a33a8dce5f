"""Containers of one file: each takes (name, bytes) and gives (extension, bytes, path inside). What a tool of Debian makes is left out
when the tool is not there; all times are 2026-04-01, so that the same seed gives the same bytes wherever the format allows it."""
import base64
import bz2
import gzip
import io
import json
import lzma
import os
import shutil
import subprocess
import tarfile
import tempfile
import zipfile

TIME = 1775001600
STAMP = (2026, 4, 1, 0, 0, 0)


def _zip(entries, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in entries:
            info = zipfile.ZipInfo(name, STAMP)
            info.compress_type = method
            archive.writestr(info, data)
    return out.getvalue()


def _tar(entries):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for name, data in entries:
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(data), TIME
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def _gzip(data):
    return gzip.compress(data, 6, mtime=0)


def _cpio(entries):
    out = b""
    for at, (name, data) in enumerate(entries + [("TRAILER!!!", b"")], 1):
        raw = name.encode() + b"\0"
        fields = [at, 0o100644, 0, 0, 1, TIME, len(data), 0, 0, 0, 0, len(raw), 0]
        head = b"070701" + b"".join(b"%08X" % n for n in fields) + raw
        out += head + b"\0" * (-len(head) % 4) + data + b"\0" * (-len(data) % 4)
    return out


def _tool(entries, output, command):
    """What `command` makes of a folder with the entries, or None when it cannot. {out} and {names} are put in."""
    if shutil.which(command[0]) is None:
        return None
    with tempfile.TemporaryDirectory(prefix="scancorpus-") as folder:
        inside = os.path.join(folder, "in")
        os.mkdir(inside)
        for name, data in entries:
            path = os.path.join(inside, name)
            with open(path, "wb") as file:
                file.write(data)
            os.utime(path, (TIME, TIME))
        os.utime(inside, (TIME, TIME))
        target = os.path.join(folder, output)
        words = []
        for word in command:
            words += [name for name, _ in entries] if word == "{names}" else [word.replace("{out}", target)]
        environment = dict(os.environ, SOURCE_DATE_EPOCH=str(TIME), E2FSPROGS_FAKE_TIME=str(TIME), TZ="UTC")
        done = subprocess.run(words, cwd=inside, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        if done.returncode != 0 or not os.path.exists(target):
            return None
        with open(target, "rb") as file:
            return file.read()


def _seven(entries):
    return _tool(entries, "a.7z", ["7z", "a", "-mtc=off", "-mta=off", "-mmt=1", "{out}", "{names}"])


def _cab(entries):
    return _tool(entries, "a.cab", ["gcab", "-c", "-z", "{out}", "{names}"])


def _iso(entries):
    return _tool(entries, "a.iso", ["genisoimage", "-quiet", "-r", "-J", "-o", "{out}", "."])


def _zstd(data):
    return _tool([("a", data)], "a.zst", ["zstd", "-q", "-o", "{out}", "a"])


def ext_image(entries):
    return _tool(entries, "a.img", ["mke2fs", "-q", "-t", "ext4", "-O", "^has_journal,^metadata_csum", "-b", "1024", "-U",
                                    "6b6b6b6b-0000-4000-8000-000000000001", "-E", "hash_seed=6b6b6b6b-0000-4000-8000-000000000002", "-d",
                                    ".", "{out}", "1024"])


def fat_image(entries):
    if shutil.which("mkfs.vfat") is None or shutil.which("mcopy") is None:
        return None
    return _tool(entries, "a.img", ["sh", "-c", "truncate -s 1440K {out} && mkfs.vfat --invariant -i 12345678 {out} >/dev/null && "
                                    "for f in *; do mcopy -m -i {out} \"$f\" ::; done"])


CHARSETS = {"utf-8": "utf-8", "cp932": "windows-31j", "euc-jp": "euc-jp", "iso-2022-jp": "iso-2022-jp", "utf-16le": "utf-16",
            "utf-16be": "utf-16be"}


def _quoted(data):
    """Quoted-printable as mail programs write it: soft breaks, line ends kept."""
    lines = []
    for line in data.replace(b"\r\n", b"\n").split(b"\n"):
        now = ""
        for byte in line:
            sign = chr(byte) if 33 <= byte <= 126 and byte != 61 or byte == 32 else f"={byte:02X}"
            if len(now) + len(sign) > 75:
                lines.append(now + "=")
                now = ""
            now += sign
        lines.append(now)
    return "\r\n".join(lines).encode()


def _mail(data, encoding, transfer, subject="名簿の件"):
    word = base64.b64encode(subject.encode()).decode()
    head = (f"From: office@example.jp\r\nTo: teacher@example.jp\r\nDate: Wed, 1 Apr 2026 00:00:00 +0900\r\n"
            f"Message-ID: <1@example.jp>\r\nSubject: =?UTF-8?B?{word}?=\r\nMIME-Version: 1.0\r\n"
            f"Content-Type: text/plain; charset={CHARSETS[encoding]}\r\nContent-Transfer-Encoding: {transfer}\r\n\r\n").encode()
    if transfer == "base64":
        return head + base64.encodebytes(data).replace(b"\n", b"\r\n")
    return head + (_quoted(data) if transfer == "quoted-printable" else data) + b"\r\n"


def _attached(name, data):
    return (b"From: a@example.jp\r\nTo: b@example.jp\r\nSubject: data\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"x\"\r\n\r\n"
            b"--x\r\nContent-Type: text/plain\r\n\r\nhello\r\n--x\r\nContent-Type: application/zip; name=\"a.zip\"\r\n"
            b"Content-Disposition: attachment; filename=\"a.zip\"\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
            base64.encodebytes(_zip([(name, data)])).replace(b"\n", b"\r\n") + b"--x--\r\n")


def _percent(data):
    return b"".join(b"%%%02X" % b if not (48 <= b <= 57 or 65 <= b <= 90 or 97 <= b <= 122) else bytes([b]) for b in data)


def _in_json(name, data):
    return json.dumps({"name": name, "kind": "upload", "body": base64.b64encode(data).decode()}, indent=1).encode()


def _in_log(data):
    lines = [line for line in data.splitlines() if line.strip()]
    return b"".join(b"192.0.2.5 - - [01/Apr/2026] \"GET /entry?form=" + _percent(line) + b"&go=1 HTTP/1.1\" 200 51\n" for line in lines)


# name -> (function of (name, data, encoding), keeps offsets)
ALL = {
    "plain": lambda n, d, e: (os.path.splitext(n)[1][1:], d, ""),
    "zip": lambda n, d, e: ("zip", _zip([(n, d)]), n),
    "zip-stored": lambda n, d, e: ("zip", _zip([("readme.txt", b"x\n"), (n, d)], zipfile.ZIP_STORED), n),
    "zip-zip": lambda n, d, e: ("zip", _zip([("inner.zip", _zip([(n, d)]))]), "inner.zip!/" + n),
    "tar": lambda n, d, e: ("tar", _tar([("a/" + n, d)]), "a/" + n),
    "tar-gz": lambda n, d, e: ("tar.gz", _gzip(_tar([(n, d)])), n),
    "tar-bz2": lambda n, d, e: ("tar.bz2", bz2.compress(_tar([(n, d)])), n),
    "tar-xz": lambda n, d, e: ("tar.xz", lzma.compress(_tar([(n, d)])), n),
    "tar-zst": lambda n, d, e: ("tar.zst", _zstd(_tar([(n, d)])), n),
    "tar-zip": lambda n, d, e: ("tar", _tar([("b.zip", _zip([(n, d)]))]), "b.zip!/" + n),
    "gz": lambda n, d, e: ("gz", _gzip(d), ""),
    "bz2": lambda n, d, e: ("bz2", bz2.compress(d), ""),
    "xz": lambda n, d, e: ("xz", lzma.compress(d), ""),
    "zst": lambda n, d, e: ("zst", _zstd(d), ""),
    "cpio": lambda n, d, e: ("cpio", _cpio([(n, d)]), n),
    "7z": lambda n, d, e: ("7z", _seven([(n, d)]), n),
    "cab": lambda n, d, e: ("cab", _cab([(n, d)]), n),
    "iso": lambda n, d, e: ("iso", _iso([(n, d)]), n),
    "eml-base64": lambda n, d, e: ("eml", _mail(d, e, "base64"), ""),
    "eml-quoted": lambda n, d, e: ("eml", _mail(d, e, "quoted-printable"), ""),
    "eml-bare": lambda n, d, e: ("eml", _mail(d, e, "7bit" if e == "iso-2022-jp" else "8bit"), "") if not e.startswith("utf-16") else None,
    "eml-attached": lambda n, d, e: ("eml", _attached(n, d), "a.zip!/" + n),
    "mbox": lambda n, d, e: ("mbox", b"".join(b"From a@example.jp Wed Apr  1 00:00:00 2026\n" + _mail(d, e, "base64").replace(
        b"\r\n", b"\n") + b"\n" for _ in range(1)), ""),
    "base64-in-json": lambda n, d, e: ("json", _in_json(n, d), ""),
    "percent-in-log": lambda n, d, e: ("log", _in_log(d), "") if not e.startswith("utf-16") else None,
}
KEEPS_OFFSETS = {"plain", "zip", "zip-stored", "zip-zip", "tar", "tar-gz", "tar-bz2", "tar-xz", "tar-zst", "tar-zip", "gz", "bz2", "xz", "zst", "cpio",
                 "7z", "cab", "iso"}
# The ISO image alone is 360 KB: not in each encoding.
SELDOM = {"iso"}
IMAGES = {"fat-image": fat_image, "ext4-image": ext_image}
