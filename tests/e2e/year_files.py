#!/usr/bin/env python3
"""year_files: a small school out of a roster zip, and the year that goes over it. Usage: year_files.py BASE.zip OUT.zip STEP…

STEPs, in order: moved (a teacher goes to the other school), away (a teacher is on leave), gone (the highest grade of the first
school is not in the file any more). One pupil begins on 2025-04-01, that grade ends on 2026-03-31. Prints the logins: the joiner's, the mover's, the absent one's, the graduates'.
"""
import sys

sys.path.insert(0, __file__.rsplit("/", 1)[0])
from guard_files import Roster  # noqa: E402


def main():
    r = Roster(sys.argv[1])
    first, second = [o["sourcedId"] for o in r.schools()][:2]
    role = {x["userSourcedId"]: x for x in r.rows("roles") if x["roleType"] == "primary"}
    classes = {c["sourcedId"]: c for c in r.rows("classes") if c["classType"] == "homeroom"}
    inside = lambda school, kind: [u for u in r.rows("users") if role[u["sourcedId"]]["orgSourcedId"] == school and role[u["sourcedId"]]["role"] == kind]
    heads = {e["userSourcedId"] for e in r.rows("enrollments") if e["role"] == "teacher" and e["primary"] == "true" and e["classSourcedId"] in classes}
    teachers = [u for u in inside(first, "teacher") if u["sourcedId"] in heads][:3]
    others = [u for u in inside(second, "teacher") if u["sourcedId"] in heads][:2]
    pupils = inside(first, "student")
    leavers = [u for u in pupils if u["grades"] == "P6"][:3]
    young = [u for u in pupils if u["grades"] == "P1"][:9] + [u for u in inside(second, "student") if u["grades"] == "P1"][:6]
    mover, absent = teachers[0], teachers[1]
    keep = {u["sourcedId"] for u in teachers + others + leavers + young}
    if "gone" in sys.argv:
        keep -= {u["sourcedId"] for u in leavers}
    r.keep(lambda u: u["sourcedId"] in keep)
    for name in ("userProfiles", "demographics"):
        if name in r.t:
            key = "userSourcedId" if name == "userProfiles" else "sourcedId"
            r.t[name] = (r.t[name][0], [x for x in r.rows(name) if x[key] in keep])
    ours = {u["sourcedId"]: u for u in r.rows("users")}
    for x in r.rows("roles"):
        if x["userSourcedId"] == young[0]["sourcedId"]:
            x["beginDate"] = "2025-04-01"
        if x["userSourcedId"] in {u["sourcedId"] for u in leavers}:
            x["endDate"] = "2026-03-31"
    if "moved" in sys.argv:
        ours[mover["sourcedId"]]["primaryOrgSourcedId"] = second
        for x in r.rows("roles"):
            if x["userSourcedId"] == mover["sourcedId"]:
                x["orgSourcedId"] = second
        theirs = next(e for e in r.rows("enrollments") if e["userSourcedId"] == others[0]["sourcedId"] and e["classSourcedId"] in classes)
        mine = [e for e in r.rows("enrollments") if e["userSourcedId"] == mover["sourcedId"]]
        one = next(e for e in mine if e["classSourcedId"] in classes)
        r.t["enrollments"] = (r.t["enrollments"][0], [e for e in r.rows("enrollments") if e not in mine or e is one])
        one["classSourcedId"] = theirs["classSourcedId"]
        one["schoolSourcedId"] = second
        one["primary"] = "false"
        ours[mover["sourcedId"]]["metadata.jp.homeClass"] = theirs["classSourcedId"]
    if "away" in sys.argv:
        ours[absent["sourcedId"]]["enabledUser"] = "false"
    r.write(sys.argv[2])
    print(young[0]["username"], mover["username"], absent["username"], *[u["username"] for u in leavers], sep="\n")


main()
