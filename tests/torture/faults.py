#!/usr/bin/env python3
"""faults.py [RUNS]: no memory, no room, a bad disk, an interrupted or short call, at any moment of every verb, once and for ever.

Each row of verbs.rows is run undisturbed with the tap counting: calls that touch a disk (EIO), need room (ENOSPC), may wait (EINTR), read
or write (only half goes through), ask for memory (none). Then it is run with the n-th call of a class failing, once or from there on.
Afterwards:

  it ended by itself, in time, and not by a signal · when it failed it said so in words · when it did not, all is as if nothing had been
  wrong (same numbers of everything, same answer) · the judge finds the installation whole · without the fault the command still works

Every verb of cmds.rows must have a row. RUNS: about how many (default: NK_RUNS, else every call). NK_SEED replays; NK_ROWS=name,… only
these; NK_CLASSES=disk,room,wait,part,memory.
"""
import os
import random
import sys
import time

import stage

CLASSES = ("disk", "room", "wait", "part", "memory")
# Libraries of others that end the process when there is no memory: as good as a kill, and the judge still looks.
FOREIGN = (b"libraries/libldap/", b"libraries/liblber/")
# What a fault may end in, beside the answers that a verb has anyway; 134 and other signals never.
FAILED = range(1, 79)


class Fault:
    def __init__(self, kind, number, ever):
        self.kind, self.number, self.ever = kind, number, ever

    def __str__(self):
        return f"{self.kind} {self.number} {'ever' if self.ever else 'once'}"


class RowFaults:
    def __init__(self, site, row):
        self.site, self.row = site, row
        self.bad, self.runs, self.noticed = [], 0, 0

    def undisturbed(self):
        site, row = self.site, self.row
        site.build(row.stage)
        self.before = None if row.makes else site.judge(row.stage)
        site.build(row.stage)
        counts = os.path.join(site.dir, "counts")
        done = site.run(site.words(row.args), env={"LD_PRELOAD": stage.TAP, "NK_FAULT_COUNT": counts})
        if done.status not in (0, 1, 2, 3, 4, 5, 65):
            return f"undisturbed it ends with {done.status}: {done.err.decode()[-300:]}"
        with open(counts, encoding="ascii") as f:
            self.counts = dict(zip(CLASSES, map(int, f.read().split())))
        self.done = done
        self.after = site.judge(row.stage)
        if row.again == "reads" and self.before != self.after:
            return "it is said to write nothing, and wrote something"
        return self.after["why"] and "undisturbed: " + self.after["why"]

    def faults(self):
        out = []
        for kind in CLASSES:
            if kind not in os.environ.get("NK_CLASSES", ",".join(CLASSES)).split(","):
                continue
            for n in range(1, self.counts[kind] + 1):
                out += [Fault(kind, n, ever) for ever in ((False,) if kind == "wait" else (False, True))]
        return out

    def answer(self, done):
        """The form of an answer: how much was said, without what differs from run to run."""
        return len(done.out.splitlines())

    def one(self, fault):
        site, row = self.site, self.row
        self.runs += 1
        site.build(row.stage)
        done = site.run(site.words(row.args), env={"LD_PRELOAD": stage.TAP, "NK_FAULT": str(fault)}, timeout=120)
        why = self.wrong(done)
        if not why:
            why = self.afterwards(done)
        if why:
            self.bad.append(f"{fault}: {why}")

    def wrong(self, done):
        if done.status == -6 and any(f in done.err for f in FOREIGN):
            return ""
        if done.status < 0:
            return f"ended by signal {-done.status}: {done.err.decode(errors='replace')[-300:]}" if done.status > -1000 else "never ends"
        if self.site.pattern.search(done.err):
            return f"ended with {done.status}, and a planted person stands in what it said on 2"
        if done.status not in FAILED and done.status != 0:
            return f"ended with {done.status}: {done.err.decode(errors='replace')[-300:]}"
        if done.status == self.done.status:
            return "" if self.answer(done) == self.answer(self.done) or b"cannot write" in done.err else f"ended with {done.status} as ever, but said something else: {done.out[-200:]!r} {done.err[-200:]!r}"
        self.noticed += 1
        # What could not be looked through, or is not in order, is part of the answer.
        if not done.err.strip() and not (done.status in (1, 2, 3, 4) and done.out.strip()):
            return f"ended with {done.status} and said nothing: {done.out[-200:]!r}"
        return ""

    def afterwards(self, done):
        site, row = self.site, self.row
        same = done.status == self.done.status
        if row.makes and not same:
            return ""
        v = site.judge(row.stage, "judge" if self.runs % 5 == 0 else "look")
        if v["why"]:
            return f"ended with {done.status}; then: {v['why']}"
        if same and v["shape"] != self.after["shape"]:
            return f"ended as ever, but {v['shape']} instead of {self.after['shape']}"
        if not same and self.runs % 4 == 0 and row.again in ("same", "reads"):
            again = site.run(site.words(row.args))
            if again.status not in (self.done.status, 73, 77):
                return f"then, without the fault: {again.status}: {again.err.decode()[-300:]}"
        return ""

    def run(self, wanted):
        why = self.undisturbed()
        if why:
            self.bad.append(why)
            return
        faults = self.faults()
        rng = random.Random(f"{stage.SEED} {self.row.name}")
        if wanted and wanted < len(faults):
            # of every class alike: there are many more allocations than writes
            by = {k: [f for f in faults if f.kind == k] for k in CLASSES}
            share = max(1, wanted // len(CLASSES))
            faults = [f for k in CLASSES for f in rng.sample(by[k], min(share, len(by[k])))]
        for fault in faults:
            self.one(fault)
            if len(self.bad) > 7:
                return


def main():
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else int(os.environ.get("NK_RUNS", "0") or 0)
    only = set(filter(None, os.environ.get("NK_ROWS", "").split(",")))
    site = stage.Site(6)
    site.pattern = stage.planted_bytes(site.planted)
    tally = stage.Tally()
    print(f"# seed {stage.SEED} (NK_SEED={stage.SEED} replays)")
    missing = sorted(set(stage.verbs()) - {r.verb for r in stage.read_rows()[1]})
    tally.line(not missing, "every_verb_has_a_row_of_faults", "no row in tests/torture/verbs.rows: " + ", ".join(missing))
    rows = [r for r in site.rows if not only or r.name in only]
    total = 0
    began = time.monotonic()
    try:
        for number, row in enumerate(rows):
            run = RowFaults(site, row)
            try:
                run.run(max(1, (wanted - total) // (len(rows) - number)) if wanted else 0)
            except (RuntimeError, KeyError, IndexError) as e:
                run.bad.append(f"{type(e).__name__}: {e}")
            total += run.runs
            tally.line(not run.bad, f"{row.name.replace('-', '_')}_with_any_call_failing_says_so_and_breaks_nothing",
                       "\n".join(run.bad) + f"\nNK_SEED={stage.SEED} NK_ROWS={row.name}")
            found = site.planted_in([site.home, site.tmp, os.path.join(site.work, "second")])
            if found:
                tally.line(False, f"{row.name.replace('-', '_')}_leaves_nobody_in_clear", "\n".join(found))
            print(f"# {row.name}: {run.runs} faults, {run.noticed} told; calls {getattr(run, 'counts', {})}", flush=True)
    finally:
        site.close()
    print(f"# {total} faults over {len(rows)} commands in {time.monotonic() - began:.0f} s")
    return tally.end()


if __name__ == "__main__":
    sys.exit(main())
