"""stage.py: installations for the long loops: the table verbs.rows, sites built stage by stage, snapshots, and the judge.

Everything happens in one folder of one's own on a file system in memory (TMPDIR, else /dev/shm, else /tmp); a site always has the same
path, because its configuration names paths. Used by crash.py and faults.py; nothing here knows what is being broken.
"""
import csv
import io
import json
import os
import random
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
# Of the recipient {age}: made for these tests, known to everybody, for nothing else.
IDENTITY = "AGE-SECRET-KEY-1HJPCCG9MGCS7S9XEXYGC04GP9VMWUPXES7CNCEY6LPZ6YWLGYGEQZV4DKK"
SEED = int(os.environ.get("NK_SEED", "0") or 0) or random.SystemRandom().randrange(1, 1 << 32)


def program(name, default):
    path = os.environ.get(name, os.path.join(ROOT, "build/check", default))
    if not os.path.exists(path):
        print(f"1..0 # SKIP needs {path} ({name})")
        sys.exit(0)
    return path


NK = program("NK_BIN", "tests/nokosazu-seeded")
TAP = program("NK_TAP_LIB", "tests/libnktap.so")
JUDGE = program("NK_JUDGE", "tests/judge")


class Row:
    """One line of verbs.rows: `row VERB NAME STAGE AGAIN : arguments`."""

    def __init__(self, verb, name, stage, again, args):
        self.verb, self.name, self.stage, self.again, self.args = verb, name, stage, again, args
        self.claims = False  # its last leaf speaks of what it wrote outside
        self.makes = stage == "-" or again == "makes"  # the installation that is judged is not there before


def read_rows():
    stages, rows, at = {}, [], None
    with open(os.path.join(HERE, "verbs.rows"), encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            line = line.rstrip("\n")
            if not line.strip() or line.startswith("#"):
                continue
            words = line.split()
            if words[0] == "stage":
                at = stages.setdefault(words[1], (words[2], []))[1]
            elif words[0] == "row":
                head, _, args = line.partition(" : ")
                head = head.split()
                if len(head) != 5:
                    sys.exit(f"verbs.rows:{number}: not a row")
                rows.append(Row(*head[1:], args.strip()))
            elif words[0] in ("reads", "owed"):  # acts.py
                continue
            elif words[0] == "claims":
                for row in rows:
                    row.claims = row.claims or row.name in words[1:]
            elif line[0].isspace() and at is not None:
                at.append(line.strip())
            else:
                sys.exit(f"verbs.rows:{number}: not understood")
    return stages, rows


def verbs():
    with open(os.path.join(ROOT, "src/front/cli/cmds.rows"), encoding="utf-8") as f:
        return [line.strip() for line in f if line.strip() and not line.startswith("#")]


def small_roster(source, target, people, leave=0):
    """The first so many users of a roster with all that hangs on them; `leave` of them then are not in it."""
    with zipfile.ZipFile(source) as z:
        files = {n: z.read(n).decode("utf-8-sig") for n in z.namelist()}
    tables = {n: list(csv.reader(io.StringIO(t))) for n, t in files.items()}
    roles = tables["roles.csv"]
    col = {n: t[0].index for n, t in tables.items()}
    pupils = {r[col["roles.csv"]("userSourcedId")] for r in roles[1:] if r[col["roles.csv"]("role")] == "student"}
    all_users = tables["users.csv"][1:]
    profiled = tables["userProfiles.csv"][1][col["userProfiles.csv"]("userSourcedId")]
    users = [r for r in all_users if r[col["users.csv"]("sourcedId")] == profiled]
    users += [r for r in all_users if r[col["users.csv"]("sourcedId")] in pupils][leave:people]
    keep = {u[col["users.csv"]("sourcedId")] for u in users}
    for name in ("users.csv", "roles.csv", "enrollments.csv", "demographics.csv", "userProfiles.csv"):
        if name not in tables:
            continue
        at = col[name]("sourcedId" if name in ("users.csv", "demographics.csv") else "userSourcedId")
        tables[name] = tables[name][:1] + [r for r in tables[name][1:] if r[at] in keep]
    if "agentSourcedIds" in tables["users.csv"][0]:
        at = col["users.csv"]("agentSourcedIds")
        for u in tables["users.csv"][1:]:
            u[at] = ",".join(a for a in u[at].split(",") if a in keep)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as z:
        for name in files:
            out = io.StringIO()
            csv.writer(out, lineterminator="\r\n").writerows(tables[name])
            z.writestr(zipfile.ZipInfo(name, (2025, 4, 1, 0, 0, 0)), out.getvalue(), zipfile.ZIP_DEFLATED)
    planted = set()
    for u in users:
        for field in ("username", "givenName", "familyName", "email", "identifier"):
            value = u[col["users.csv"](field)]
            if len(value) >= 5 or (len(value) >= 2 and ord(value[0]) > 0x3000):
                planted.add(value)
        planted.discard("")
    pairs = {u[col["users.csv"]("familyName")] + u[col["users.csv"]("givenName")] for u in users}
    return {v for v in planted if len(v) >= 5} | pairs


class Ended:
    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err


class Site:
    def __init__(self, people=10):
        base = os.environ.get("NK_TORTURE_DIR") or ("/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
        # Paths stand in the configuration: the same seed has the same ones, unless somebody else runs it at this moment.
        self.dir = os.path.join(base or tempfile.gettempdir(), f"nk-torture.{SEED}")
        try:
            os.mkdir(self.dir, 0o700)
        except FileExistsError:
            self.dir = tempfile.mkdtemp(prefix="nk-torture.", dir=base)
        self.work = os.path.join(self.dir, "site")
        self.kept = os.path.join(self.dir, "kept")
        self.tmp = os.path.join(self.dir, "tmp")
        for d in (self.work, self.kept, self.tmp):
            os.mkdir(d, 0o700)
        self.home = os.path.join(self.work, "home")
        self.key = os.path.join(self.work, "operator.key")
        examples = os.path.join(ROOT, "examples")
        self.values = {"site": self.work, "home": self.home, "key": self.key, "root": ROOT, "tmp": self.tmp}
        self.planted = set()
        for name, n, leave in (("roster", people, 0), ("fewer", people + 2, 2), ("more", people + 3, 0)):
            self.values[name] = os.path.join(self.dir, name + ".zip")
            self.planted |= small_roster(os.path.join(examples, "2025-04_k12-1.0.zip"), self.values[name], n, leave)
        self.values["letter"] = self.beside("letter.txt", "点検の手順\n")
        self.stages, self.rows = read_rows()
        if not all(os.access("/usr/bin/" + t, os.X_OK) for t in ("git", "strip", "readelf", "dpkg", "dpkg-query")):
            self.rows = [r for r in self.rows if r.stage not in ("maker", "built", "exempted", "asked-release", "released")]
        self.slapd = None
        if shutil.which("slapd", path=os.environ.get("PATH", "") + ":/usr/sbin"):
            self.slapd_start()
        else:
            self.rows = [r for r in self.rows if r.stage not in ("connected", "planned", "filled") and r.verb != "target"]
        self.values["age"] = "age1lgnmg543tqqlcz3z33v072stx4s7zde0myegq5h5w80keq3h5cvqdsvypv"
        self.values["identity"] = self.beside("identity.txt", IDENTITY + "\n")
        self.captured = {"-": dict(self.values)}
        self.judge_ = subprocess.Popen([JUDGE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.runs = 0  # of the program, in this stage: settles clock and chance of nokosazu-seeded

    def beside(self, name, text):
        """A file beside the site: no crash reaches it."""
        path = os.path.join(self.dir, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        os.chmod(path, 0o600)
        return path

    def close(self):
        if self.judge_.poll() is None:
            self.judge_.stdin.close()
            self.judge_.wait()
        self.slapd_stop()
        if not os.environ.get("NK_KEEP"):
            shutil.rmtree(self.dir, ignore_errors=True)

    # The program -----------------------------------------------------------------------------------------------------
    def run(self, args, env=None, timeout=60):
        all_env = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8", "TZ": "UTC", "TMPDIR": self.tmp,
                   "NOKOSAZU_HOME": self.home, "NOKOSAZU_KEY_FILE": self.key}
        self.runs += 1
        all_env.update(NK_SEED=str(SEED), NK_SEED_RUN=str(self.runs))
        all_env.update(env or {})
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS"):
            if name in os.environ:
                all_env[name] = os.environ[name]
        try:
            p = subprocess.run([NK] + args, env=all_env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=timeout,
                               check=False, cwd=self.work)
        except subprocess.TimeoutExpired:
            return Ended(-1000, b"", b"takes too long")
        return Ended(p.returncode, p.stdout, p.stderr)

    def words(self, text):
        return [re.sub(r"\{(\w+)\}", lambda m: str(self.values[m.group(1)]), w) for w in shlex.split(text)]

    # A directory server ---------------------------------------------------------------------------------------------------
    def slapd_start(self):
        """One for the whole run, in memory; `slapd_empty` takes everything out again."""
        where = os.path.join(self.dir, "slapd")
        base = "dc=t,dc=example,dc=jp"
        done = subprocess.run([os.path.join(ROOT, "tools/slapd-private"), "start", where, base], stderr=subprocess.PIPE, check=False)
        if done.returncode != 0:
            raise RuntimeError("slapd: " + done.stderr.decode())
        with open(os.path.join(where, "port"), encoding="ascii") as f:
            port = f.read().strip()
        self.slapd = {"where": where, "port": port}
        self.values.update(base=base, secret=os.path.join(where, "secret"), ldapi="ldapi://" + (where + "/ldapi").replace("/", "%2F"))

    def ldap(self, tool, *args, text=""):
        at = ["-x", "-H", f"ldap://127.0.0.1:{self.slapd['port']}/"]
        if tool != "ldapsearch":
            at += ["-D", "cn=admin," + self.values["base"], "-y", self.values["secret"]]
        return subprocess.run([tool, *at, *args], input=text.encode(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)

    def slapd_empty(self):
        base = self.values["base"]
        for ou in self.ldap("ldapsearch", "-LLL", "-o", "ldif-wrap=no", "-b", base, "-s", "one", "1.1").stdout.decode().split("\n"):
            if ou.startswith("dn: "):
                self.ldap("ldapdelete", "-r", ou[4:])

    def slapd_contents(self):
        """What the directory holds, without what differs from run to run."""
        out = self.ldap("ldapsearch", "-LLL", "-o", "ldif-wrap=no", "-b", self.values["base"]).stdout.decode()
        return sorted("\n".join(sorted(e.splitlines())) for e in out.split("\n\n") if e.strip())

    def slapd_stop(self):
        if self.slapd:
            subprocess.run([os.path.join(ROOT, "tools/slapd-private"), "stop", self.slapd["where"]], stderr=subprocess.DEVNULL, check=False)

    # Stages ------------------------------------------------------------------------------------------------------------
    def step(self, line):
        """`args [> name:json-key …]`, `! status args`, `write PATH TEXT`: one step of a stage."""
        if line.startswith("write "):
            _, path, text = self.words(line)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as f:
                f.write(text.replace("\\n", "\n"))
            os.chmod(path, 0o600)
            return
        if line == "slapd":
            self.slapd_empty()
            return
        if line == "checkout":
            self.checkout()
            return
        if line.startswith("move "):
            os.rename(*self.words(line)[1:])
            return
        if line.startswith("vouched "):  # under an officer's order: asked for, signed, done
            line = line[8:]
            self.step("! 4 " + line.partition(" > ")[0] + " --json > order:warrant")
            self.step("warrant sign --role officer --key {site}/officer.key {order}")
        args, _, capture = line.partition(" > ")
        allowed = {0}
        if args.startswith("! "):
            _, status, args = args.split(" ", 2)
            allowed = {int(s) for s in status.split(",")}
        done = self.run(self.words(args))
        if done.status not in allowed:
            raise RuntimeError(f"stage: {args}: {done.status}\n{done.out.decode()[-500:]}{done.err.decode()[-1500:]}")
        for pair in capture.split():
            name, _, key = pair.partition(":")
            key, _, want = key.partition("@")
            found = [json.loads(o) for o in done.out.decode().splitlines() if o.startswith("{")]
            if want:
                k, _, v = want.partition("=")
                found = [f for f in found if f.get(k) == v]
            value = found[-1]
            for part in key.split("."):
                value = value[part]
            self.values[name] = value

    def checkout(self):
        """A checkout that is packaged in no time: {checkout}, with programs of the system in the place of ours: {tree}. Beside the site."""
        src, tree = os.path.join(self.dir, "checkout"), os.path.join(self.dir, "tree")
        self.values.update(checkout=src, tree=tree)
        if os.path.isdir(src):
            return
        shutil.copytree(os.path.join(ROOT, "packaging"), os.path.join(src, "packaging"))
        for name in ("meson.build", "LICENSE"):
            shutil.copy(os.path.join(ROOT, name), src)
        with open(os.path.join(src, "packaging/package.list"), "w", encoding="utf-8") as f:
            f.write("0755 usr/bin/nokosazu @build/src/bin/nokosazu\n0644 usr/share/doc/nokosazu/copyright LICENSE\n"
                    "0644 etc/nokosazu/README packaging/debian/README.etc\n")
        os.makedirs(os.path.join(tree, "src/bin"))
        shutil.copy("/usr/bin/true", os.path.join(tree, "src/bin/nokosazu"))
        env = {"PATH": "/usr/bin:/bin", "HOME": self.dir, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
               "GIT_AUTHOR_DATE": "2025-01-01T00:00:00Z", "GIT_COMMITTER_DATE": "2025-01-01T00:00:00Z"}
        for args in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "first"]):
            subprocess.run(["git", "-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false", *args], cwd=src, env=env, check=True)

    def build(self, stage):
        """The stage stands in the site afterwards; it was made before, or is made now out of the one before it."""
        if stage == "-":
            self.values = dict(self.captured["-"])
            self.runs = 0
            self.clear()
            return
        kept = os.path.join(self.kept, stage)
        if not os.path.isdir(kept):
            before, steps = self.stages[stage]
            self.build(before)
            for line in steps:
                self.step(line)
            shutil.copytree(self.work, kept, symlinks=True)
            self.captured[stage] = dict(self.values, runs=self.runs)
            self.slots(stage)
        self.values = dict(self.captured[stage])
        self.runs = self.values["runs"]
        if stage in ("connected", "planned", "wired"):
            self.slapd_empty()
        self.clear()
        subprocess.run(["cp", "-a", kept + "/.", self.work], check=True)

    def clear(self):
        for d in (self.work, self.tmp):
            for name in os.listdir(d):
                path = os.path.join(d, name)
                if os.path.isdir(path) and not os.path.islink(path):
                    shutil.rmtree(path)
                else:
                    os.unlink(path)

    # The judge ------------------------------------------------------------------------------------------------------------
    def ask(self, what, third):
        said = self.ask_with(what, self.key, third)
        other = os.path.join(self.work, "new.key")
        if "not its key file" in said["why"] and os.path.exists(other):
            said = self.ask_with(what, other, third)
        return said

    def ask_with(self, what, key, third):
        self.judge_.stdin.write(f"{what} {self.home} {key} {third}\n")
        self.judge_.stdin.flush()
        line = self.judge_.stdout.readline()
        return json.loads(line) if line else {"why": "the judge is gone", "digest": "", "leaves": 0, "gone": 0, "destroyed": 0, "shape": []}

    def planted_in(self, folders):
        """Files below these folders in which a planted person stands in clear."""
        pattern, found = planted_bytes(self.planted), []
        for top in folders:
            for d, _, names in os.walk(top):
                for name in names:
                    path = os.path.join(d, name)
                    if os.path.isfile(path) and not os.path.islink(path):
                        with open(path, "rb") as f:
                            if pattern.search(f.read()):
                                found.append(os.path.relpath(path, self.dir))
        return found

    def slots_file(self, stage):
        return os.path.join(self.kept, stage + ".slots")

    def slots(self, stage):
        if not os.path.isdir(self.home):  # what it makes has to be told by itself
            return
        said = self.ask("slots", self.slots_file(stage))
        if said["why"]:
            raise RuntimeError(f"stage {stage}: {said['why']}")

    def judge(self, stage, what="judge"):
        slots = self.slots_file(stage)
        return self.ask(what, slots if os.path.exists(slots) else "/dev/null")


def planted_bytes(values):
    """A pattern for the planted persons' texts in the encodings that they may come in."""
    forms = set()
    for v in values:
        for encoding in ("utf-8", "cp932", "euc-jp", "utf-16-le"):
            try:
                forms.add(v.encode(encoding))
            except UnicodeEncodeError:
                pass
    return re.compile(b"|".join(re.escape(f) for f in sorted(forms)))


class Tally:
    """TAP: one line a row; what failed is told with how to see it again."""

    def __init__(self):
        self.number = 0
        self.failed = 0

    def line(self, good, name, why=""):
        self.number += 1
        self.failed += 0 if good else 1
        print(f"{'ok' if good else 'not ok'} {self.number} - {name}", flush=True)
        for text in why.splitlines() if not good else []:
            print("# " + text, flush=True)

    def end(self):
        print(f"1..{self.number}", flush=True)
        return 1 if self.failed else 0
