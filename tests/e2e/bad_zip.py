#!/usr/bin/env python3
"""bad_zip: a sound roster broken in one way. bad_zip.py KIND IN.zip OUT: prints what to look for, as FILE:LINE where it has a line."""
import io
import random
import sys
import zipfile


def load(path):
    with zipfile.ZipFile(path) as z:
        return {n: z.read(n) for n in z.namelist()}


def store(files, path, extra=()):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        for name, data in list(files.items()) + list(extra):
            z.writestr(name, data)


def lines_of(data):
    return data.decode("utf-8").split("\n")


def cell(files, name, line, column, change):
    """Changes one field of one line (1 = header). The samples quote nothing."""
    rows = lines_of(files[name])
    at = rows[0].split(",").index(column)
    fields = rows[line - 1].split(",")
    fields[at] = change(fields[at])
    rows[line - 1] = ",".join(fields)
    files[name] = "\n".join(rows).encode("utf-8")
    print(f"{name}:{line}:{column}")


def half_width(s):
    table = {"ァ": "ｧ", "ア": "ｱ", "イ": "ｲ", "カ": "ｶ", "ガ": "ｶﾞ", "キ": "ｷ", "コ": "ｺ", "サ": "ｻ", "タ": "ﾀ", "ト": "ﾄ", "マ": "ﾏ", "メ": "ﾒ", "グ": "ｸﾞ", "ミ": "ﾐ"}
    return "".join(table.get(c, c) for c in s)


def two_rows_one_id(files, out):
    rows = lines_of(files["users.csv"])
    other = rows[40].split(",")
    other[0] = rows[10].split(",")[0]
    rows[40] = ",".join(other)
    files["users.csv"] = "\n".join(rows).encode()
    print("users.csv:11:sourcedId users.csv:41:sourcedId")
    store(files, out)


def class_without_school(files, out):
    cell(files, "classes.csv", 7, "schoolSourcedId", lambda _: "00000000-0000-4000-8000-000000000001")
    store(files, out)


def class_with_blank_school(files, out):
    cell(files, "classes.csv", 7, "schoolSourcedId", lambda _: "")
    store(files, out)


def half_width_katakana(files, out):
    cell(files, "users.csv", 2, "metadata.jp.kanaFamilyName", half_width)
    store(files, out)


def cp932_inside(files, out):
    """All of it in CP932. What CP932 does not have is replaced, so that a handful of names differ."""
    files["users.csv"] = "".join(c if c.encode("cp932", "ignore") else "〓" for c in files["users.csv"].decode()).encode("cp932")
    print("users.csv")
    store(files, out)


def mixed_encodings(files, out):
    rows = files["users.csv"].split(b"\n")
    rows[20] = rows[20].decode().encode("cp932")
    files["users.csv"] = b"\n".join(rows)
    print("users.csv:21")
    store(files, out)


def bom(files, out):
    files = {n: b"\xef\xbb\xbf" + d for n, d in files.items()}
    print("-")
    store(files, out)


def excel_date(files, out):
    cell(files, "demographics.csv", 5, "birthDate", lambda _: "04/05/18")
    store(files, out)


def excel_date_certain(files, out):
    cell(files, "demographics.csv", 5, "birthDate", lambda _: "2018/4/25")
    store(files, out)


def excel_number(files, out):
    cell(files, "users.csv", 30, "sourcedId", lambda _: "4.70E+06")
    store(files, out)


def parent_path(files, out):
    print("-")
    store(files, out, [("../../../../tmp/nokosazu-e2e-evil.csv", b"x")])


def parent_path_users(files, out):
    print("-")
    files["../users.csv"] = files.pop("users.csv")
    store(files, out)


def bomb(files, out):
    print("-")
    files["users.csv"] = files["users.csv"].split(b"\n")[0] + b"\n" + b"0" * (400 << 20)
    store(files, out)


def truncated_tail(files, out):
    room = io.BytesIO()
    store(files, room)
    with open(out, "wb") as f:
        f.write(room.getvalue()[:-300])
    print("-")


def truncated_half(files, out):
    room = io.BytesIO()
    store(files, room)
    with open(out, "wb") as f:
        f.write(room.getvalue()[:len(room.getvalue()) // 2])
    print("-")


def flipped_bit(files, out):
    room = io.BytesIO()
    store(files, room)
    data = bytearray(room.getvalue())
    data[len(data) // 3] ^= 0x10
    with open(out, "wb") as f:
        f.write(data)
    print("-")


def empty(files, out):
    open(out, "wb").close()
    print("-")


def noise(files, out):
    with open(out, "wb") as f:
        f.write(random.Random(7).randbytes(5000))
    print("-")


def headers_only(files, out):
    store({n: d if n == "manifest.csv" else d.split(b"\n")[0] + b"\n" for n, d in files.items()}, out)
    print("users.csv")


def no_manifest(files, out):
    del files["manifest.csv"]
    store(files, out)
    print("-")


def halved(files, out, leave=lambda i: i % 2 == 0):
    """Every other person left out; references stay sound."""
    users = lines_of(files["users.csv"])
    gone = {row.split(",")[0] for i, row in enumerate(users) if i > 0 and leave(i)}
    files["users.csv"] = "\n".join(r for r in users if r.split(",")[0] not in gone).encode()
    for name, column in (("enrollments.csv", "userSourcedId"), ("roles.csv", "userSourcedId"), ("userProfiles.csv", "userSourcedId"), ("demographics.csv", "sourcedId")):
        rows = lines_of(files[name])
        at = rows[0].split(",").index(column)
        files[name] = "\n".join(r for i, r in enumerate(rows) if i == 0 or not r or r.split(",")[at] not in gone).encode()
    store(files, out)
    print("-")


def all_ids_changed(files, out):
    ids = {}
    rng = random.Random(11)
    rows = lines_of(files["users.csv"])
    for row in rows[1:]:
        if row:
            fields = row.split(",")
            for key in (fields[0], fields[16]):
                ids[key] = "%08x-%04x-4%03x-8%03x-%012x" % (rng.getrandbits(32), rng.getrandbits(16), rng.getrandbits(12), rng.getrandbits(12), rng.getrandbits(48))
    for name in files:
        text = files[name].decode()
        files[name] = ",".join(ids.get(f, f) for f in text.replace("\n", ",\n,").split(",")).replace(",\n,", "\n").encode()
    store(files, out)
    print("-")


KINDS = {k.replace("_", "-"): f for k, f in list(globals().items()) if callable(f) and getattr(f, "__code__", None) and f.__code__.co_varnames[:2] == ("files", "out")}

if __name__ == "__main__":
    if len(sys.argv) != 4 or sys.argv[1] not in KINDS:
        sys.exit("usage: bad_zip.py KIND IN.zip OUT\nkinds: " + " ".join(sorted(KINDS)))
    KINDS[sys.argv[1]](load(sys.argv[2]), sys.argv[3])
