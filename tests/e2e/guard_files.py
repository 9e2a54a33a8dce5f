#!/usr/bin/env python3
"""guard_files: a roster zip of tools/rostergen, spoiled in one way. Usage: guard_files.py BASE.zip HOW OUT.zip [ARG]

HOW is a function below; its first line says what happened. Persons are synthetic.
"""
import csv
import io
import sys
import uuid
import zipfile


class Roster:
    def __init__(self, path):
        with zipfile.ZipFile(path) as z:
            self.raw = {n: z.read(n) for n in z.namelist()}
        self.t = {}
        for n, b in self.raw.items():
            rows = list(csv.reader(io.StringIO(b.decode("utf-8"))))
            self.t[n[:-4]] = (rows[0], [dict(zip(rows[0], r)) for r in rows[1:]])

    def rows(self, name):
        return self.t[name][1]

    def keep(self, stays):
        """Only users for whom stays(user) holds, and what hangs on them."""
        ids = {u["sourcedId"] for u in self.rows("users") if stays(u)}
        for name, key in (("users", "sourcedId"), ("roles", "userSourcedId"), ("enrollments", "userSourcedId")):
            self.t[name] = (self.t[name][0], [r for r in self.rows(name) if r[key] in ids])

    def write(self, path, encode=lambda name, text: text.encode("utf-8")):
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
            for name, (header, rows) in sorted(self.t.items()):
                out = io.StringIO()
                w = csv.writer(out, lineterminator="\n")
                w.writerow(header)
                w.writerows([r[h] for h in header] for r in rows)
                info = zipfile.ZipInfo(name + ".csv", (2026, 4, 7, 9, 0, 0))
                info.compress_type = zipfile.ZIP_DEFLATED
                z.writestr(info, encode(name, out.getvalue()))

    def pupils(self):
        return [u for u in self.rows("users") if u["grades"]]

    def schools(self):
        return [o for o in self.rows("orgs") if o["type"] == "school"]


def each(r, stays_nth):
    order = {u["sourcedId"]: i for i, u in enumerate(r.rows("users"))}
    r.keep(lambda u: stays_nth(order[u["sourcedId"]]))


def headers_only(r, _):
    """every file has its header and no row"""
    for name in r.t:
        if name != "manifest":
            r.t[name] = (r.t[name][0], [])


def one_row(r, _):
    """one person is left"""
    each(r, lambda i: i == 0)


def half(r, _):
    """every second person is missing"""
    each(r, lambda i: i % 2 == 0)


def school_missing(r, _):
    """a school and all that hangs on it is missing"""
    gone = r.schools()[0]["sourcedId"]
    r.keep(lambda u: u["primaryOrgSourcedId"] != gone)
    r.t["orgs"] = (r.t["orgs"][0], [o for o in r.rows("orgs") if o["sourcedId"] != gone])
    r.t["courses"] = (r.t["courses"][0], [c for c in r.rows("courses") if c["orgSourcedId"] != gone])
    r.t["classes"] = (r.t["classes"][0], [c for c in r.rows("classes") if c["schoolSourcedId"] != gone])
    r.t["enrollments"] = (r.t["enrollments"][0], [e for e in r.rows("enrollments") if e["schoolSourcedId"] != gone])


def same_code(r, _):
    """two schools have one code"""
    r.schools()[1]["identifier"] = r.schools()[0]["identifier"]


def grade_missing(r, grade):
    """a grade of a school is missing"""
    s = r.schools()[0]["sourcedId"]
    r.keep(lambda u: not (u["grades"] == (grade or "P3") and u["primaryOrgSourcedId"] == s))


def half_grade(r, grade):
    """half of a grade of a school is missing"""
    s = r.schools()[0]["sourcedId"]
    seen = [0]

    def stays(u):
        if u["grades"] != (grade or "P3") or u["primaryOrgSourcedId"] != s:
            return True
        seen[0] += 1
        return seen[0] % 2 == 0
    r.keep(stays)


def ninth_of_a_grade(r, _):
    """one in eight of one grade is missing, few in all"""
    s = r.schools()[0]["sourcedId"]
    seen = [0]

    def stays(u):
        if u["grades"] != "P3" or u["primaryOrgSourcedId"] != s:
            return True
        seen[0] += 1
        return seen[0] % 8 != 0
    r.keep(stays)


def teachers_gone(r, _):
    """nobody but pupils is left"""
    r.keep(lambda u: u["grades"] != "")


def new_ids(r, _):
    """every id is another one, the master identifier too"""
    change_ids(r)
    for u in r.rows("users"):
        u["userMasterIdentifier"] = str(uuid.uuid5(uuid.NAMESPACE_OID, u["userMasterIdentifier"]))


def new_ids_old_masters(r, _):
    """every id is another one, the master identifiers stay"""
    change_ids(r)


def change_ids(r):
    def other(i):
        return str(uuid.uuid5(uuid.NAMESPACE_URL, i))
    for u in r.rows("users"):
        u["sourcedId"] = other(u["sourcedId"])
    for name in ("roles", "enrollments"):
        for x in r.rows(name):
            x["userSourcedId"] = other(x["userSourcedId"])


def new_logins(r, _):
    """every login is another one"""
    for u in r.rows("users"):
        u["username"] = "x" + u["username"]


def new_numbers(r, _):
    """student numbers have lost their first characters, as spreadsheets do"""
    for u in r.rows("users"):
        u["identifier"] = u["identifier"][3:]


def new_domain(r, _):
    """every mail address has another domain"""
    for u in r.rows("users"):
        u["email"] = u["email"].replace("@kaku.", "@other.")


def garbled(r, _):
    """names were read in the wrong encoding"""
    for u in r.rows("users"):
        for k in ("familyName", "givenName"):
            u[k] = u[k].encode("utf-8").decode("cp932", "replace").replace("\ufffd", "・")


def no_readings(r, _):
    """the columns of readings are blank"""
    for u in r.rows("users"):
        for k in u:
            if k.startswith("metadata.jp.kana"):
                u[k] = ""


def swapped(r, _):
    """given name and family name are exchanged"""
    for u in r.rows("users"):
        u["familyName"], u["givenName"] = u["givenName"], u["familyName"]


def switched_off(r, _):
    """everybody is switched off"""
    for u in r.rows("users"):
        u["enabledUser"] = "false"


def some_leave(r, n):
    """N persons leave, spread over everybody"""
    users = r.rows("users")
    step = len(users) // int(n)
    each(r, lambda i: i % step != 0 or i // step >= int(n))


def one_leaves(r, login):
    """this one leaves"""
    r.keep(lambda u: u["username"] != login)


def first_grade_times_four(r, _):
    """a grade of a school holds four times as many"""
    s = r.schools()[0]["sourcedId"]
    like = [u for u in r.pupils() if u["grades"] == "P1" and u["primaryOrgSourcedId"] == s]
    roles = {x["userSourcedId"]: x for x in r.rows("roles")}
    for k in range(3):
        for u in like:
            v = dict(u)
            v["sourcedId"] = str(uuid.uuid5(uuid.NAMESPACE_DNS, u["sourcedId"] + str(k)))
            v["userMasterIdentifier"] = str(uuid.uuid5(uuid.NAMESPACE_X500, v["sourcedId"]))
            v["username"] = f"y{k}{u['username']}"
            v["identifier"] = f"7{k}{u['identifier']}"
            v["email"] = f"{v['username']}@kaku.example.jp"
            v["metadata.jp.homeClass"] = ""
            r.rows("users").append(v)
            role = dict(roles[u["sourcedId"]])
            role["sourcedId"] = str(uuid.uuid5(uuid.NAMESPACE_OID, v["sourcedId"]))
            role["userSourcedId"] = v["sourcedId"]
            r.rows("roles").append(role)


def transfers(r, _):
    """a month of school life: a few move school and class, one changes the name"""
    a, b = (s["sourcedId"] for s in r.schools()[:2])
    moved = [u for u in r.pupils() if u["primaryOrgSourcedId"] == a][5:400:97]
    ids = {u["sourcedId"] for u in moved}
    for u in moved:
        u["primaryOrgSourcedId"] = b
        u["metadata.jp.homeClass"] = ""
    for x in r.rows("roles"):
        if x["userSourcedId"] in ids:
            x["orgSourcedId"] = b
    r.t["enrollments"] = (r.t["enrollments"][0], [e for e in r.rows("enrollments") if e["userSourcedId"] not in ids])
    one = r.pupils()[-1]
    one["familyName"] = one["preferredFamilyName"] = "佐野"


def junior_high_only(r, _):
    """a board with one junior high school: a third leaves each March"""
    one = r.schools()[-1]["sourcedId"]
    r.keep(lambda u: u["primaryOrgSourcedId"] == one)
    for name, key in (("courses", "orgSourcedId"), ("classes", "schoolSourcedId"), ("enrollments", "schoolSourcedId")):
        r.t[name] = (r.t[name][0], [x for x in r.rows(name) if x[key] == one])
    r.t["orgs"] = (r.t["orgs"][0], [o for o in r.rows("orgs") if o["type"] != "school" or o["sourcedId"] == one])


def delta_of(r, status, users):
    """only these users, as a delta"""
    header = r.t["users"][0]
    for u in users:
        u["status"], u["dateLastModified"] = status, "2026-10-20T00:00:00.000Z"
    manifest = [dict(x) for x in r.rows("manifest")]
    for x in manifest:
        if x["propertyName"].startswith("file."):
            x["value"] = "delta" if x["propertyName"] == "file.users" else "absent"
    r.t = {"manifest": (r.t["manifest"][0], manifest), "users": (header, users)}


def delta_leave(r, n):
    """a delta that deletes N persons"""
    users = r.rows("users")
    delta_of(r, "tobedeleted", users[:: len(users) // int(n)][: int(n)])


def delta_logins(r, _):
    """a delta that gives everybody another login"""
    for u in r.rows("users"):
        u["username"] = "x" + u["username"]
    delta_of(r, "active", r.rows("users"))


def nothing(r, _):
    """the same rows, written anew"""


def main():
    base, how, out = sys.argv[1:4]
    arg = sys.argv[4] if len(sys.argv) > 4 else ""
    if how == "truncated":
        open(out, "wb").write(open(base, "rb").read()[:-300 if arg == "tail" else 40000])
        return
    r = Roster(base)
    if how == "half_cp932":
        def mixed(name, text):
            lines = text.split("\n")
            n = len(lines) // 2
            return "\n".join(lines[:n]).encode("utf-8") + b"\n" + "\n".join(lines[n:]).encode("cp932", "replace") if name == "users" else text.encode()
        r.write(out, mixed)
    elif how == "bom":
        r.write(out, lambda name, text: b"\xef\xbb\xbf" + text.encode("utf-8"))
    elif how == "cp932":
        for u in r.rows("users"):
            for k in ("familyName", "givenName", "preferredFamilyName", "preferredGivenName"):
                u[k] = "".join(c for c in u[k].replace("\U00020bb7", "吉") if c.encode("cp932", "ignore"))
        r.write(out, lambda name, text: text.encode("cp932"))
    else:
        globals()[how](r, arg)
        r.write(out)


if __name__ == "__main__":
    main()
