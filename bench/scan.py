"""The scanner's figures beside its peers, in one run: bench/run scan.

Texts: 128 MiB each of Japanese prose in UTF-8 and CP932 (the novels of ../shared/data/scan/aozora where they are, else sentences made of
mecab-ipadic's words), C and Python source, CSV of other synthetic persons, a web server's log. Index: PERSONS_SCAN persons (default
1,000,000; ten texts each). Numbers in CSV and logs are nobody's:. Everything is read once
before, so all read from memory.
"""
import glob
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
NK = os.path.join(ROOT, "build/release/src/bin/nokosazu")
BUILD = os.path.join(ROOT, "build/release")
AOZORA = os.path.join(os.path.dirname(ROOT), "shared/data/scan/aozora")
PERSONS = int(os.environ.get("PERSONS_SCAN", "1000000"))
RUNS = int(os.environ.get("RUNS", "3"))
SIZE = int(os.environ.get("SCAN_MIB", "128")) << 20
IPADIC = "/usr/share/mecab/dic/ipadic"


def prose():
    texts = sorted(glob.glob(os.path.join(AOZORA, "*.txt")))
    if texts:
        return "".join(open(t, encoding="cp932", errors="replace").read() for t in texts), "novels"
    words = {}
    for name in ("Noun", "Verb", "Postp", "Auxil", "Adnominal"):
        with open(f"{IPADIC}/{name}.csv", encoding="euc-jp", errors="replace") as f:
            words[name] = [line.split(",")[0] for line in f]
    rng = random.Random(1)
    out = []
    for _ in range(200000):
        out.append("".join(rng.choice(words[w]) for w in ("Noun", "Postp", "Noun", "Postp", "Verb", "Auxil")) + "。" + ("\n" if rng.random() < .1 else ""))
    return "".join(out), "made sentences"


def fill(path, data):
    with open(path, "wb") as f:
        left = SIZE
        while left > 0:
            f.write(data[:left])
            left -= len(data[:left])


def source():
    out, size = [], 0
    for pattern in ("/usr/include/**/*.h", "/usr/lib/python3*/**/*.py"):
        for path in sorted(glob.glob(pattern, recursive=True)):
            with open(path, "rb") as f:
                data = f.read()
            if data.isascii():
                out.append(data)
                size += len(data)
            if size > SIZE:
                return b"".join(out)
    return b"".join(out)


def csv_rows():
    rng = random.Random(2)
    out = ["number,name,mail,phone,born\n"]
    for i in range(400000):
        out.append(f"{rng.randrange(5 * 10**6, 10**7)},item {i},user{rng.randrange(10**6)}@example.net,0{rng.choice('36')}-{rng.randrange(1000, 9999)}-{rng.randrange(10000):04d},"
                   f"{rng.randrange(1990, 2015)}-{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d}\n")
    return "".join(out).encode()


def log_lines():
    rng = random.Random(3)
    out = []
    for i in range(300000):
        out.append(f"192.0.2.{rng.randrange(256)} - - [23/Nov/2026:10:{i // 60 % 60:02d}:{i % 60:02d} +0900] \"GET /course/{rng.randrange(10**5)}/page{rng.randrange(99)}.html HTTP/1.1\" 200 {rng.randrange(10**6)} \"-\" \"Mozilla/5.0\"\n")
    return "".join(out).encode()


def persons_table(path, names):
    """PERSONS made-up persons as tools/scancorpus writes them, ten texts each in the index; and their names, for the greps."""
    sys.path.insert(0, os.path.join(ROOT, "tools/corpus"))
    sys.dont_write_bytecode = True
    import persons  # pylint: disable=import-outside-toplevel
    rng = random.Random(4)
    town = persons._rostergen().FAMILY
    frequent = [(f[0], f[1], persons.hepburn(f[1])) for f in town if persons.hepburn(f[1])]
    weights = [f[3] for f in town if persons.hepburn(f[1])]
    tail = sorted({(k, r, persons.hepburn(r)) for k, r in persons._ipadic("姓")})
    given = sorted({(k, r, persons.hepburn(r)) for k, r in persons._ipadic("名")})
    often = rng.choices(frequent, weights, k=PERSONS)
    seen = set()
    with open(path, "w", encoding="utf-8") as out, open(names, "w", encoding="utf-8") as plain:
        out.write("id,kanji,kana,romaji,login,number,mail,phone,birthday\n")
        for i in range(PERSONS):
            f = often[i] if rng.random() < .7 else rng.choice(tail)
            g = rng.choice(given)
            out.write(f"S{i},{f[0]} {g[0]},{f[1]} {g[1]},{f[2]} {g[2]},{g[2][0]}{f[2]}{i},{2000000 + i},{g[2]}.{f[2]}{i}@example.jp,0{7 + i % 3}0{i + 12345678:08d},"
                      f"{1955 + i % 60}-{1 + i % 12:02d}-{1 + i % 28:02d}\n")
            if f[0] + g[0] not in seen:
                seen.add(f[0] + g[0])
                plain.write(f[0] + g[0] + "\n")
    return len(seen)


def clock(argv, ok=(0,), **kw):
    before = time.monotonic()
    done = subprocess.run(argv, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **kw)
    seconds = time.monotonic() - before
    if done.returncode not in ok:
        sys.exit(f"bench: {' '.join(argv)} ended with {done.returncode}: {done.stderr[-500:]}")
    return seconds


def median(argv, ok=(0,), runs=RUNS, **kw):
    return statistics.median(clock(argv, ok, **kw) for _ in range(runs))


def hyperscan(folder):
    """Debian's libhyperscan 5.4.0 unpacked beside (its package conflicts with vectorscan's), and the peer built against it."""
    try:
        subprocess.run(["apt-get", "download", "libhyperscan5", "libhyperscan-dev"], cwd=folder, check=True, capture_output=True)
        for deb in glob.glob(os.path.join(folder, "libhyperscan*.deb")):
            subprocess.run(["dpkg", "-x", deb, os.path.join(folder, "hs")], check=True)
        lib = os.path.join(folder, "hs/usr/lib/x86_64-linux-gnu")
        exe = os.path.join(folder, "peer_hyperscan")
        subprocess.run(["gcc", "-O3", "-I" + os.path.join(folder, "hs/usr/include/hs"), os.path.join(ROOT, "bench/peer_hyperscan.c"), "-L" + lib, "-lhs", "-Wl,-rpath," + lib, "-o", exe], check=True)
        return exe
    except (subprocess.CalledProcessError, FileNotFoundError):
        return None


def rate(seconds, size=None):
    return f"{(size or SIZE) / seconds / 1e9:.2f}"


def run(say):
    folder = tempfile.mkdtemp(prefix="nk-bench-scan-", dir=os.environ.get("TMPDIR", "/var/tmp"))
    try:
        measure(say, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def texts_into(folder):
    text, kind = prose()
    data = {"utf8-ja": text.encode(), "cp932-ja": text.encode("cp932", errors="replace"), "ascii-source": source(), "csv": csv_rows(), "log": log_lines()}
    for name, content in data.items():
        fill(os.path.join(folder, name), content)
        clock(["cat", os.path.join(folder, name)])
    return list(data), kind


def measure(say, folder):
    names, kind = texts_into(folder)
    say("scan-texts", f"{SIZE >> 20}", f"MiB each; prose: {kind}; {PERSONS} persons")
    os.mkdir(os.path.join(folder, "key"))
    index, key = os.path.join(folder, "index.nks"), os.path.join(folder, "key/key")
    subprocess.run(["ninja", "-C", BUILD, "scan/scan_index"], check=True, stdout=subprocess.DEVNULL)
    table = os.path.join(folder, "persons.csv")
    say("scan-names", f"{persons_table(table, os.path.join(folder, 'names.txt'))}", "different full names of kanji among them")
    built = [subprocess.run([os.path.join(BUILD, "scan/scan_index"), table, index, key], check=True, capture_output=True, text=True).stdout.split() for _ in range(RUNS)]
    say("scan-index-build", statistics.median(float(b[1]) for b in built), f"s for {PERSONS} persons, reading the table included; {built[0][6]} MB", RUNS)
    base = ["--index", index, "--index-key", key]
    empty = os.path.join(folder, "empty")
    with open(empty, "wb"):
        pass
    start = median([NK, "scan", *base, "--workers", "1", empty], ok=(0, 2, 3))
    say("scan-start", f"{start * 1000:.0f}", "ms: index opened, workers started, one empty file", RUNS)
    for name in names:
        path = os.path.join(folder, name)
        read = median(["cat", path])
        whose = median([NK, "scan", "--json", *base, "--only", "none", "--workers", "1", path], ok=(0, 2, 3))
        all_ = median([NK, "scan", "--json", *base, "--workers", "1", path], ok=(0, 2, 3))
        both = median([NK, "scan", "--json", *base, "--only", "none", "--workers", "2", path], ok=(0, 2, 3))
        say(name, rate(whose), "GB/s a core end to end, persons of the index", RUNS, f"cat {rate(read)}")
        say(name + "-with-detectors", rate(all_), "GB/s a core, persons and every class of data", RUNS)
        say(name + "-two-cores", rate(both), f"GB/s = {(whose - start) / max(both - start, 1e-3):.2f} x one core", RUNS)
    say("scan-peak-memory", f"{resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f}", "MiB of the largest process until here, the index mapped in it included")
    greps(say, folder, names)
    hs(say, folder, names)
    containers(say, folder, base)


def greps(say, folder, names):
    sample = os.path.join(folder, "sample")
    with open(os.path.join(folder, "utf8-ja"), "rb") as f, open(sample, "wb") as out:
        out.write(f.read(16 << 20))
    for tool, one, many in (("ripgrep", ["rg", "-c", "-F", "山田太郎"], ["rg", "-c", "-F", "-f"]), ("ugrep", ["ugrep", "-c", "-F", "山田太郎"], ["ugrep", "-c", "-F", "-f"]),
                            ("grep", ["grep", "-c", "-F", "山田太郎"], ["grep", "-c", "-F", "-f"])):
        if shutil.which(one[0]) is None:
            say(f"peer-{tool}", "-", "not installed")
            continue
        for name in names:
            say(f"peer-{tool}-one-pattern-{name}", rate(median([*one, os.path.join(folder, name)], ok=(0, 1))), "GB/s", RUNS)
        seconds = clock([*many, os.path.join(folder, "names.txt"), sample], ok=(0, 1))
        say(f"peer-{tool}-all-names-utf8-ja", f"{(16 << 20) / seconds / 1e6:.1f}", "MB/s (16 MiB of it, start-up included)")


def hs(say, folder, names):
    exe = hyperscan(folder)
    if exe is None:
        say("peer-hyperscan", "-", "cannot be had here")
        return
    for name in names:
        out = subprocess.run([exe, "regex", os.path.join(folder, name)], check=True, capture_output=True, text=True).stdout.split()
        say(f"peer-hyperscan-3-regexes-{name}", out[1], f"GB/s ({out[3]})")
    subprocess.run(["sh", "-c", f"head -10000 {folder}/names.txt > {folder}/names10k.txt"], check=True)
    out = subprocess.run([exe, os.path.join(folder, "names10k.txt"), os.path.join(folder, "utf8-ja")], check=True, capture_output=True, text=True).stdout.split()
    say("peer-hyperscan-10k-names-utf8-ja", out[1], f"GB/s after {out[0]} s of compiling")


def containers(say, folder, base):
    """Archives and documents beside the bare extraction of the same files."""
    source_dir = os.path.join(folder, "tree")
    os.mkdir(source_dir)
    with open(os.path.join(folder, "utf8-ja"), "rb") as f:
        for i in range(40):
            with open(os.path.join(source_dir, f"text{i:02d}.txt"), "wb") as out:
                out.write(f.read(1 << 20))
    jobs = [("zip", ["bsdtar", "-C", folder, "-a", "-cf"], "a.zip", ["unzip", "-p"]), ("tar-gz", ["bsdtar", "-C", folder, "-czf"], "a.tgz", ["bsdtar", "-xOf"]),
            ("tar-xz", ["bsdtar", "-C", folder, "-cJf"], "a.txz", ["bsdtar", "-xOf"]), ("tar-zst", ["bsdtar", "-C", folder, "--zstd", "-cf"], "a.tzst", ["bsdtar", "-xOf"]),
            ("7z", ["bsdtar", "-C", folder, "-a", "-cf"], "a.7z", ["bsdtar", "-xOf"])]
    for name, make, file, peer in jobs:
        path = os.path.join(folder, file)
        subprocess.run([*make, path, "tree"], check=True, capture_output=True)
        ours = median([NK, "scan", "--json", *base, "--only", "none", "--workers", "1", path], ok=(0, 2, 3))
        theirs = median([*peer, path])
        say(f"container-{name}", f"{ours:.2f}", f"s = {ours / theirs:.2f} x bare extraction", RUNS, f"{peer[0]} {theirs:.2f} s")
    pdfs = sorted(glob.glob(os.path.join(os.path.dirname(AOZORA), "pdfjs/*.pdf")))
    if pdfs:
        ours = median([NK, "scan", "--json", *base, "--only", "none", "--workers", "1", *pdfs], ok=(0, 2, 3))
        theirs = statistics.median(sum(clock(["pdftotext", p, "-"]) for p in pdfs) for _ in range(RUNS))
        say("container-pdf", f"{ours:.2f}", f"s for {len(pdfs)} files = {ours / theirs:.2f} x bare extraction", RUNS, f"pdftotext {theirs:.2f} s")
