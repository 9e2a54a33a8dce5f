#!/usr/bin/env python3
"""ldap_faults.py [RUNS]: a directory server that fails in one way at one moment, in every state of an apply.

Three plans are applied through ldap_proxy.py to a real slapd: everybody joins; some changed, moved and left; those who left are erased.
Each undisturbed first: that is what the directory must hold in the end, and (without transactions) how often what was written. Then with
one fault at the n-th request, once or from there on: cut before it, in it, after it, in its answer, reset; delayed, answered late, never,
twice; refused as busy, unavailable, too many entries, otherwise; the cookie of a page lost. Afterwards the same command, undisturbed:

  it ended by itself and said what was wrong · the directory holds what the plan says · nothing was written twice, nothing but the plan ·
  the installation is whole

RUNS: about how many (default: NK_RUNS, else all). NK_SEED replays.
"""
import collections
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time

import ldap_proxy
import stage

FAULTS = ("cut-before", "reset-before", "cut-in", "cut-after", "cut-answer", "half-open", "delay", "late", "twice", "busy", "unavailable",
          "size-limit", "other", "lost-cookie")
GOOD = (0, 73)  # done; done already


def copy(of, to):
    """slapd's database is a large file of holes; they stay holes (the folder is in memory)."""
    subprocess.run(["cp", "-a", "--sparse=always", of, to], check=True)


class Scene:
    """A plan that waits to be applied: the site and the directory as they stand, and what must come of it."""

    def __init__(self, name, batch):
        self.name, self.batch = name, batch


class Wire:
    def __init__(self):
        self.site = stage.Site(8)
        self.healed = 0
        self.clocks = {}
        self.proxy = ldap_proxy.Proxy(int(self.site.slapd["port"]))
        self.site.values["proxy"] = f"ldap://127.0.0.1:{self.proxy.port}"
        self.site.captured["-"]["proxy"] = self.site.values["proxy"]
        self.site.stages["wired"] = ("people", [
            "slapd", "target add main --type ldap --uri {proxy} --base {base} --bind-dn cn=admin,{base} --secret-file {secret} --allow-plain"])

    def tool(self, what, how=signal.SIGINT):
        """slapd-private's stop and restart, without its pauses."""
        where, port = self.site.slapd["where"], int(self.site.slapd["port"])
        if what == "stop":
            with open(os.path.join(where, "slapd.pid"), encoding="ascii") as f:
                pid = int(f.read())
            try:
                os.kill(pid, how)
                while self.lives(pid):
                    time.sleep(0.005)
            except ProcessLookupError:
                pass
            return
        urls = f"ldap://127.0.0.1:{port}/ " + self.site.values["ldapi"]
        subprocess.run(["slapd", "-f", os.path.join(where, "slapd.conf"), "-h", urls], stderr=subprocess.DEVNULL, check=False,
                       env=dict(os.environ, PATH=os.environ.get("PATH", "") + ":/usr/sbin"))
        for _ in range(400):
            if self.alive():
                return
            time.sleep(0.005)

    @staticmethod
    def lives(pid):
        """Not when it is gone, nor when only nobody has asked for its end yet."""
        try:
            with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as f:
                return f.read().rsplit(")", 1)[1].split()[0] not in "ZX"
        except (FileNotFoundError, ProcessLookupError):
            return False

    def alive(self):
        try:
            socket.create_connection(("127.0.0.1", int(self.site.slapd["port"])), timeout=1).close()
            return True
        except OSError:
            return False

    def heal(self):
        """slapd 2.5.13: a client that is gone inside a transaction can crash it (src/targets/DESIGN.md)."""
        if not self.alive():
            self.healed += 1
            self.tool("start")

    def keep(self, name):
        """Site and directory as they stand, under a name."""
        self.tool("stop")
        kept = os.path.join(self.site.kept, "wire-" + name)
        shutil.rmtree(kept, ignore_errors=True)
        shutil.copytree(self.site.work, kept, symlinks=True)
        copy(os.path.join(self.site.slapd["where"], "db"), kept + ".db")
        self.tool("restart")
        self.clocks[name] = self.site.runs

    def back(self, name):
        kept = os.path.join(self.site.kept, "wire-" + name)
        self.tool("stop", signal.SIGKILL)  # nobody wants what it holds, and one that hangs must go too
        self.site.clear()
        subprocess.run(["cp", "-a", kept + "/.", self.site.work], check=True)
        db = os.path.join(self.site.slapd["where"], "db")
        shutil.rmtree(db)
        copy(kept + ".db", db)
        self.tool("restart")
        self.site.runs = self.clocks[name]  # the clock too: a plan lasts a day, and each run is minutes

    def batch(self, n):
        path = os.path.join(self.site.home, "conf.d/target-main.conf")
        with open(path, encoding="utf-8") as f:
            text = "".join(line for line in f if not line.startswith(("batch", "timeout_seconds", "page")))
        with open(path, "w", encoding="utf-8") as f:
            f.write(text + f"batch = {n}\ntimeout_seconds = 1\npage = 5\n")

    def plan(self, *args):
        self.site.step("! 2,4 plan " + " ".join(args) + " --json > hash:hash count:approve_count verdict:verdict")
        if self.site.values["verdict"] not in ("free", "needs-approval"):
            raise RuntimeError(f"{self.site.values['verdict']} {self.site.run(['plan']).out.decode()[-900:]}")
        if self.site.values["verdict"] != "free":
            self.site.step("approve {hash} --count {count} --key {site}/officer.key")
        return self.site.values["hash"]

    def apply(self, hash_):
        return self.site.run(["apply", hash_, "--yes"], timeout=300)

    def scenes(self):
        """Each plan twice: with transactions, and without, where writes can be counted."""
        out = []
        for batch in (1, 250):
            self.proxy.begin(None, 0, False)
            self.site.build("wired")
            self.batch(batch)
            out.append(self.scene(f"join-{batch}", batch))
            self.site.step("! 4 import {fewer} --json > hash:hash count:approve_count")
            self.site.step("approve {hash} --count {count} --key {site}/officer.key")
            self.site.step("import {fewer}")
            out.append(self.scene(f"change-{batch}", batch))
            self.site.step("clock 2026-04-20")
            out.append(self.scene(f"erase-{batch}", batch, "--erase"))
        return out

    def scene(self, name, batch, *args):
        s = Scene(name, batch)
        s.hash = self.plan(*args)
        self.keep(name)
        self.site.slots(self.slots_name(name))
        self.proxy.begin(None, 0, False)
        done = self.apply(s.hash)
        if done.status != 0:
            raise RuntimeError(f"{name} undisturbed: {done.status} {done.err.decode()[-400:]}")
        s.requests = self.proxy.requests
        s.wire = collections.Counter(self.proxy.done)
        s.contents = self.site.slapd_contents()
        return s

    def rest(self, s):
        if s.name.startswith("erase"):
            return collections.Counter()
        self.proxy.begin(None, 0, False)
        said = self.site.run(["plan", "--json"])
        self.site.values["hash"] = json.loads(said.out.decode().splitlines()[-1]).get("hash", "")
        self.apply(self.site.values["hash"])
        return collections.Counter(self.proxy.done)

    @staticmethod
    def slots_name(name):
        return "wire-" + name

    def one(self, s, fault, number, ever):
        self.back(s.name)
        self.proxy.begin(fault, number, ever)
        first = self.apply(s.hash)
        wire = collections.Counter(self.proxy.done)
        if first.status < 0:
            return f"ended by signal {-first.status}" if first.status > -1000 else "never ends"
        if first.status != 0 and not first.err.strip():
            return f"ended with {first.status} and said nothing"
        if first.status == 0 and self.site.slapd_contents() != s.contents:
            return "said done, and is not"
        again = first
        for _ in range(4):
            if again.status in GOOD:
                break
            self.heal()
            self.proxy.begin(None, 0, False)
            again = self.apply(s.hash)
            wire += collections.Counter(self.proxy.done)
        if again.status not in GOOD:
            return f"undisturbed it ends with {again.status}: {again.err.decode()[-300:]} (first {first.status}: {first.err.decode()[-200:]})"
        if self.site.slapd_contents() != s.contents and b"refused" in first.err:
            wire += self.rest(s)  # it was told: the server would not; a new plan has what is left
        if self.site.slapd_contents() != s.contents:
            return f"the directory does not hold what the plan says ({first.status}: {first.err.decode()[-200:]})"
        # What the server did and could not say any more was not counted: too few is no sign of anything.
        if s.batch == 1 and wire - s.wire:
            return f"written more often than planned: {sorted((w, n) for (w, *_), n in (wire - s.wire).items())}"
        v = self.site.judge(self.slots_name(s.name), "look")
        return v["why"]


def main():
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else int(os.environ.get("NK_RUNS", "0") or 0)
    if not shutil.which("slapd", path=os.environ.get("PATH", "") + ":/usr/sbin"):
        print("1..0 # SKIP needs slapd")
        return 0
    print(f"# seed {stage.SEED} (NK_SEED={stage.SEED} replays)")
    wire = Wire()
    tally = stage.Tally()
    began = time.monotonic()
    total = 0
    try:
        scenes = wire.scenes()
        rng = random.Random(stage.SEED)
        for s in scenes:
            cases = [(f, n, e) for f in FAULTS for n in range(1, s.requests + 1) for e in (False, True)]
            if wanted:
                cases = rng.sample(cases, min(len(cases), max(1, wanted // len(scenes))))
            bad = []
            for case in cases:
                total += 1
                why = wire.one(s, *case)
                if why:
                    bad.append(f"{case[0]} at request {case[1]} of {s.requests}, {'ever' if case[2] else 'once'}: {why}")
                if len(bad) > 5:
                    break
            tally.line(not bad, f"{s.name.replace('-', '_')}_with_a_failing_server_ends_as_the_plan_says", "\n".join(bad) + f"\nNK_SEED={stage.SEED}")
            print(f"# {s.name}: {len(cases)} runs of {s.requests} requests, {sum(s.wire.values())} changes", flush=True)
    finally:
        wire.site.close()
    print(f"# slapd itself was started again {wire.healed} times")
    print(f"# {total} runs with a failing server in {time.monotonic() - began:.0f} s")
    return tally.end()


if __name__ == "__main__":
    sys.exit(main())
