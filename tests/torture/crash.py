#!/usr/bin/env python3
"""crash.py [POINTS]: what stands on the disk when the process or the power goes, at any moment of every verb that writes?

Each row of verbs.rows is run once with the tap in front of it: everything that reached the disk is on record. Then, for moment after
moment, the disk is put as it may have stood: killed there; killed in the middle of the write; power gone, all that was not synced lost;
power gone, any part of it there, down to sectors, names included. The program recovers, and the judge must find:

  the store is what so many leaves of the ledger make it, whichever way it came there · the ledger's files, the store and the doctor agree ·
  as many keys live as the store names, all open · every key of before opens or is proven gone · no leaf calls a key destroyed that opens ·
  what the program had said it had done is done, and what it wrote outside is on the disk · run again, the command comes to the same end (every NK_AGAIN-th point;
  the doctor and a replay of the ledger's files: every NK_DOCTOR-th)

and no planted person's value may be in any byte that was ever written. POINTS: about how many to try in all (default: NK_POINTS, else all
moments once each way). NK_SEED replays; NK_ROWS=name,… only these; NK_KEEP=1 leaves the folder.
"""
import os
import random
import sys
import time

import disk
import stage

# NK_FORGET=TEXT: a disk that does not keep what is synced to files whose name ends so: then somebody must notice.
FORGET = (lambda path: path.endswith(os.environ["NK_FORGET"])) if os.environ.get("NK_FORGET") else None
CLEAN = (0, 1, 2, 3, 4, 5, 64, 65, 73, 77)  # done, or refused in good order: run again, nothing may be damaged or in the way
DOCTOR = int(os.environ.get("NK_DOCTOR", "3"))
AGAIN = int(os.environ.get("NK_AGAIN", "7"))


def skip(path):
    """Not promised to survive: SQLite's shared memory, and who holds which lock."""
    return path.endswith(("-shm", ".lock", "/lock"))


class RowRun:
    def __init__(self, site, row, planted):
        self.site, self.row, self.planted = site, row, planted
        self.bad = []
        self.points = 0
        self.truth = {}  # number of leaves → digest of the store
        self.said = 0  # leaves at the last answer to the user

    def record(self):
        site, row = self.site, self.row
        site.build(row.stage)
        trace = os.path.join(site.dir, "trace")
        if os.path.exists(trace):
            os.unlink(trace)
        # The disk as it stands before: inodes are those of this very run.
        self.disk = disk.Disk(site.work, skip, FORGET)
        done = site.run(site.words(row.args), env={"LD_PRELOAD": stage.TAP, "NK_TAP": trace, "NK_TAP_ROOT": site.work})
        self.status = done.status
        self.trace = disk.read_trace(trace) if os.path.exists(trace) else []
        if done.status not in (0, 2, 3, 4, 5):
            return f"the command ended with {done.status}: {done.err.decode()[-400:]}"
        for r in self.trace:
            if r.kind == "W" and self.planted.search(r.first):
                return "a planted person's value was written to the disk in clear"
        self.made = self.outside()
        self.after = site.judge(row.stage)
        if self.after["why"]:
            return f"undisturbed: {self.after['why']}"
        return ""

    def outside(self):
        """What the command wrote for somebody, outside of the installation: path → bytes."""
        out = {}
        for d, _, names in os.walk(self.site.work):
            if d == self.site.home or d.startswith(self.site.home + "/"):
                continue
            for name in names:
                path = os.path.join(d, name)
                if os.path.isfile(path) and not self.disk.skip(path):
                    with open(path, "rb") as f:
                        data = f.read()
                    if path not in self.disk.names or bytes(self.disk.names[path].now) != data:
                        out[path] = data
        return out

    def promised(self, n, leaves, state):
        """It ended well, or its last leaf says so: what it wrote outside is there whatever comes."""
        claimed = self.row.claims and leaves >= self.after["leaves"]
        if self.status != 0 or (n < len(self.trace) and not claimed):
            return ""
        gone = sorted(os.path.relpath(p, self.site.work) for p, data in self.made.items() if bytes(state[1].get(p, b"")) != data)
        return "it was done, and is not on the disk: " + ", ".join(gone[:4]) if gone else ""

    def moments(self):
        """(number, look) of all states, in the order of the trace."""
        out = []
        for n, r in enumerate(self.trace + [None]):
            if r is not None and r.kind == "O" and r.inode != 1:
                continue
            looks = ["killed", "lost"] + ["some"] * SOME
            if not self.row.makes and (r is None or r.kind == "S"):
                looks.append("mirror")
            if r is not None and r.kind == "W" and len(r.first) > 1:
                looks.append("torn")
            out += [(n, look, i) for i, look in enumerate(looks)]
        return out

    def state(self, n, look, i):
        if look == "killed":
            return self.disk.killed()
        if look == "lost":
            return self.disk.lost()
        if look == "mirror":
            return self.mirror()
        if look == "torn":
            return self.disk.torn(self.trace[n])
        return self.disk.some(random.Random(f"{stage.SEED} {self.row.name} {n} {i}"))

    def mirror(self):
        """The power went, and the first place of the vault with it: what is in the second takes its place."""
        folders, files = self.disk.lost()
        second = os.path.join(self.site.work, "second/vault")
        if second not in files:
            return None
        return folders, {**files, os.path.join(self.site.home, "vault/vault"): files[second]}

    def at(self, n, look, i):
        state = self.state(n, look, i)
        if state is None:
            return
        self.points += 1
        self.medium.put(*state)
        v = self.site.judge(self.row.stage, "judge" if self.points % DOCTOR == 0 or n == len(self.trace) else "look")
        self.seen = v["leaves"]
        why = self.wrong(v, n) or self.promised(n, v["leaves"], state)
        if not why and self.points % AGAIN == 0:
            why = self.again()
        if why:
            self.bad.append(f"{look} before record {n} of {len(self.trace)} ({self.trace[n].kind if n < len(self.trace) else 'end'}): {why}")
            if os.environ.get("NK_SHOW"):
                print(f"# kept for a look: {self.site.work}")
                os._exit(1)

    def wrong(self, v, n):
        if self.row.makes:
            return self.begun(v)
        if v["why"]:
            return v["why"]
        known = self.truth.setdefault(v["leaves"], v["digest"])
        if known != v["digest"]:
            return f"with {v['leaves']} leaves the store is not what it was with as many"
        if v["leaves"] < self.said:
            return f"{self.said} leaves were there when the user was told, {v['leaves']} are"
        if v["leaves"] > self.after["leaves"]:
            return "there is more than was ever done"
        if v["gone"] < v["destroyed"] - self.destroyed_before:
            return f"{v['destroyed']} keys are called destroyed, {v['gone']} are"
        return ""

    def begun(self, v):
        """Of an installation that is being made: it is whole, or nothing was said yet and init says what to do."""
        if not v["why"]:
            return ""
        if self.said:
            return f"said to be ready, but: {v['why']}"
        done = self.site.run(self.site.words(self.row.args))
        if done.status == 0:
            v = self.site.judge(self.row.stage)
            return v["why"] and f"made again: {v['why']}"
        if done.status in (73, 78) and (b"not finished" in done.err or b"too short" in done.err or b"already" in done.err):
            return ""
        return f"init again ends with {done.status}: {done.err.decode()[-300:]}"

    def again(self):
        site, row = self.site, self.row
        if row.again in ("-", "makes"):
            return ""
        done = site.run(site.words(row.args))
        if done.status not in CLEAN:
            return f"run again it ends with {done.status}: {done.err.decode()[-300:]}"
        v = site.judge(row.stage)
        if v["why"]:
            return f"run again: {v['why']}"
        if row.again == "same" and v["shape"][:2] + v["shape"][3:] != self.after["shape"][:2] + self.after["shape"][3:]:
            return f"run again it comes to another end: {v['shape']} instead of {self.after['shape']} ({done.status}: {done.err.decode()[-300:]})"
        return ""

    def run(self, wanted):
        """About so many of all moments (0: all), chosen by the seed; those where the user was told something always."""
        why = self.record()
        if why:
            self.bad.append(why)
            return
        self.site.build(self.row.stage)
        self.destroyed_before = self.site.judge(self.row.stage)["destroyed"] if not self.row.makes else 0
        self.site.build(self.row.stage)
        self.medium = disk.Medium(self.site.work)
        rng = random.Random(f"{stage.SEED} {self.row.name}")
        done = 0
        moments = self.moments()
        share = min(1.0, wanted / len(moments)) if wanted else 1.0
        for n, look, i in moments:
            while done < n:
                self.disk.apply(self.trace[done])
                done += 1
            told = n > 0 and self.trace[n - 1].kind == "O" and self.trace[n - 1].inode == 1 and look == "killed"
            if told or n == len(self.trace) or rng.random() < share:
                self.at(n, look, i)
            if told:
                self.said = max(self.said, self.seen)
            if len(self.bad) > 5:
                return


def main():
    global SOME
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else int(os.environ.get("NK_POINTS", "0") or 0)
    only = set(filter(None, os.environ.get("NK_ROWS", "").split(",")))
    SOME = int(os.environ.get("NK_SOME", "3"))
    site = stage.Site()
    tally = stage.Tally()
    print(f"# seed {stage.SEED} (NK_SEED={stage.SEED} replays)")
    planted = stage.planted_bytes(site.planted)
    rows = [r for r in site.rows if r.again != "reads" and (not only or r.name in only)]
    total = 0
    began = time.monotonic()
    try:
        for number, row in enumerate(rows):
            run = RowRun(site, row, planted)
            left = max(1, (wanted - total) // (len(rows) - number)) if wanted else 0  # what small rows did not use, others do
            try:
                run.run(left)
            except (RuntimeError, KeyError, IndexError) as e:
                run.bad.append(f"{type(e).__name__}: {e}")
            total += run.points
            records = len(getattr(run, "trace", []))
            tally.line(not run.bad, f"{row.name.replace('-', '_')}_cut_off_anywhere_is_whole", "\n".join(run.bad) + f"\nNK_SEED={stage.SEED} NK_ROWS={row.name}")
            print(f"# {row.name}: {records} records, {run.points} points", flush=True)
    finally:
        site.close()
    print(f"# {total} crash points over {len(rows)} operations in {time.monotonic() - began:.0f} s")
    return tally.end()


if __name__ == "__main__":
    sys.exit(main())
