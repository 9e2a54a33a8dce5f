#!/usr/bin/env python3
"""bugs: one known mistake at a time (tests/bugs/core.rows), and does the named test notice?

usage: bugs.py [--only REGEX] [--build FOLDER] [--rows FILE] [--list] [--table]

Nothing of the source is changed: the mistaken text is compiled beside the build to one object, the test program is linked
anew with that object before the libraries, and run. Before that the sound program must pass the named test. Noticed means:
the named test failed, or its program did not come so far. FOLDER is a Meson build folder of this checkout (made when it is
missing; without it a new one that is removed again). Ends with "N noticed of M"; status 0 when that is all of them.
"""
import argparse
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
ROWS = os.path.join(ROOT, "tests", "bugs", "core.rows")
SECONDS = 300
# Linked in: cmocka runs the named test alone.
ONLY_ONE = """#include <stdlib.h>
extern void cmocka_set_test_filter(const char *);
__attribute__((constructor)) static void only_one(void) { cmocka_set_test_filter(getenv("NK_BUGS_TEST")); }
"""


def read_rows(path, only):
    with open(path, encoding="utf-8") as f:
        for line in f:
            line = line.rstrip("\n")
            if not line or line.startswith("#"):
                continue
            name, test, says, file, rest = line.split(" | ", 4)
            what, becomes = rest.split(" => ", 1)
            if re.search(only, name):
                yield {"name": name, "test": test, "says": says, "file": file, "what": what, "becomes": becomes}


class Bank:
    def __init__(self, build, work):
        self.build, self.work = build, work
        self.commands, self.sound = {}, {}
        self.only = os.path.join(work, "only.o")
        subprocess.run(["cc", "-x", "c", "-c", "-fPIC", "-o", self.only, "-"], input=ONLY_ONE, text=True, check=True)

    def ninja(self, *args):
        return subprocess.run(["ninja", "-C", self.build, *args], capture_output=True, text=True, check=False)

    def prepare(self, test):
        """Builds the sound program and keeps how that is done; a sentence when that does not work."""
        if test in self.commands:
            return None
        made = self.ninja("src/" + test)
        if made.returncode != 0:
            return "the sound program is not built: " + first(made.stdout, "error|FAILED|unknown")
        said = subprocess.run(["ninja", "-C", self.build, "-t", "commands", "src/" + test],
            capture_output=True, text=True, check=True).stdout
        self.commands[test] = [line for line in said.splitlines() if line.strip()]
        return None

    def run(self, program, _test, says):
        """True when the named test passed; it may have failed, or its program ended before, or there is none."""
        home = tempfile.mkdtemp(prefix="run-", dir=self.work)
        env = dict(os.environ, TMPDIR=home, LC_ALL="C.UTF-8", TZ="UTC", CMOCKA_MESSAGE_OUTPUT="TAP", NK_BUGS_TEST=says)
        with open(os.path.join(self.work, "said"), "w+", encoding="utf-8", errors="replace") as out:
            try:
                subprocess.run([program], cwd=self.build, env=env, stdin=subprocess.DEVNULL, stdout=out,
                    stderr=subprocess.STDOUT, timeout=SECONDS, check=False)
            except subprocess.TimeoutExpired:
                pass
            out.seek(0)
            text = out.read()
        shutil.rmtree(home, ignore_errors=True)
        found = re.search(rf"^(not )?ok \d+ - {re.escape(says)}( |$)", text, re.M)
        return found is not None and found.group(1) is None

    def is_sound(self, row):
        key = (row["test"], row["says"])
        if key not in self.sound:
            program, _ = self.program(row["test"], "sound")
            self.sound[key] = program is not None and self.run(program, *key)
        return self.sound[key]

    def mutate(self, row):
        path = os.path.join(ROOT, row["file"])
        with open(path, encoding="utf-8") as f:
            text = f.read()
        new, n = re.subn(row["what"], row["becomes"], text, count=1, flags=re.M)
        if n == 0 or new == text:
            return None
        to = os.path.join(self.work, os.path.basename(path))
        with open(to, "w", encoding="utf-8") as f:
            f.write(new)
        return to

    def link(self, row, source):
        """The program with the mistake; (path, None) or (None, why not)."""
        mine = [shlex.split(c) for c in self.commands[row["test"]]]
        here = os.path.relpath(os.path.join(ROOT, row["file"]), self.build)
        compile_ = next((c for c in mine if "-c" in c and here in c), None)
        if compile_ is None:
            return None, f"{row['test']} does not link {row['file']}"
        old = compile_[compile_.index("-o") + 1]
        obj = os.path.join(self.work, "mutant.o")
        # The folder of the source is looked in first, as it is for the true file.
        command = [{old: obj, here: source}.get(w, w) for w in compile_ if w != "ccache"]
        command[1:1] = ["-iquote", os.path.dirname(os.path.join(ROOT, row["file"]))]
        command[command.index("-MF") + 1] = os.path.join(self.work, "mutant.d")
        at = command.index("-o")
        command[at:at] = ["-Wno-error", "-w"] # a mistake may leave a name unused
        done = subprocess.run(command, cwd=self.build, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            return None, "the mistake does not compile: " + first(done.stderr, "error")
        return self.program(row["test"], "mutant", old, obj)

    def program(self, test, name, old=None, obj=None):
        """The test linked anew, with obj instead of old (or before the library that has it); (path, None) or (None, why not)."""
        program = os.path.join(self.work, name)
        linked = [w for w in shlex.split(self.commands[test][-1]) if w != old]
        linked[linked.index("-o") + 1] = program
        at = linked.index("-o") + 2
        linked[at:at] = [self.only] + ([obj] if obj else [])
        done = subprocess.run(linked, cwd=self.build, capture_output=True, text=True, check=False)
        return (program, None) if done.returncode == 0 else (None, "not linked: " + first(done.stderr, "error|undefined|multiple"))

    def judge(self, row):
        """(noticed, words)"""
        why = self.prepare(row["test"])
        if why:
            return False, why
        if not self.is_sound(row):
            return False, f"without the mistake {row['test']} does not pass {row['says']}"
        source = self.mutate(row)
        if source is None:
            return False, f"the row no longer fits: nothing in {row['file']} is like {row['what']}"
        program, why = self.link(row, source)
        if why:
            return False, why
        passed = self.run(program, row["test"], row["says"])
        return not passed, "passes all the same" if passed else ""


def first(text, what):
    return next((line.strip()[:200] for line in text.splitlines() if re.search(what, line)), "?")


def folder(arg, work):
    build = os.path.realpath(arg or os.path.join(work, "build"))
    if not os.path.exists(os.path.join(build, "build.ninja")):
        done = subprocess.run(["meson", "setup", "--buildtype=debug", build, ROOT], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit("the build folder is not made: " + done.stdout[-500:])
    return build


def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--only", default=os.environ.get("ONLY", "."))
    p.add_argument("--build", default=os.environ.get("NK_BUGS_BUILD", ""))
    p.add_argument("--rows", default=ROWS)
    p.add_argument("--list", action="store_true", help="only say which rows there are")
    p.add_argument("--table", action="store_true", help="a Markdown row for each, as tests/bugs/README.md has them")
    a = p.parse_args()
    rows = list(read_rows(a.rows, a.only))
    if a.list:
        print("\n".join(f"{r['name']}\t{r['file']}\t{r['test']}: {r['says']}" for r in rows))
        return 0
    noticed = 0
    with tempfile.TemporaryDirectory(prefix="nk-bugs.") as work:
        bank = Bank(folder(a.build, work), work)
        for i, row in enumerate(rows, 1):
            good, words = bank.judge(row)
            noticed += good
            if a.table:
                print(f"| {row['name']} | {row['test']}: `{row['says']}` | {'noticed' if good else words} |", flush=True)
                continue
            print(f"{'ok' if good else 'not ok'} {i} - {row['name']}", flush=True)
            print(f"# {row['test']}: {row['says']}{': ' + words if words else ''}", flush=True)
    if not a.table:
        print(f"1..{len(rows)}")
    print(f"{noticed} noticed of {len(rows)}")
    return 0 if rows and noticed == len(rows) else 1


if __name__ == "__main__":
    sys.exit(main())
