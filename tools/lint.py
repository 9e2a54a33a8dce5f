#!/usr/bin/env python3
"""lint: what the compilers do not see. One function a rule; counted exceptions stand in ALLOW, with their reason."""
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
C_DIRS = ("src", "scan", "extract", "tests", "bench")
FILE_LINES = 600
FUNCTION_LINES = 60
COLUMNS = 140

# (rule, file) -> how many findings are known there, and why.
ALLOW = {}

found = []


def say(rule, path, line, text):
    found.append((rule, path, line, text))


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8", errors="replace") as f:
        return f.read()


def c_files():
    out = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, text=True, capture_output=True, check=True).stdout.split("\n")
    return [p for p in out if p.startswith(C_DIRS) and p.endswith((".c", ".h")) and os.path.exists(os.path.join(ROOT, p))]


def blank_comments_and_strings(text):
    """The same length and lines, with comments and literals blanked: what is left is code."""
    def blank(m):
        return re.sub(r"[^\n]", " ", m.group(0))
    return re.sub(r'/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, text, flags=re.S)


def rule_size(path, text, code):
    lines = text.count("\n")
    if lines > FILE_LINES:
        say("size", path, lines, f"file of {lines} lines (at most {FILE_LINES})")
    for n, line in enumerate(text.split("\n"), 1):
        if len(re.sub(r'"(\\.|[^"\\])*"', '""', line).replace("\t", "        ")) > COLUMNS:
            say("columns", path, n, f"line of more than {COLUMNS} columns")


def rule_functions(path, text, code):
    if not path.endswith(".c"):
        return
    start = None
    for n, line in enumerate(code.split("\n"), 1):
        if line.startswith("{"):
            start = n
        elif line.startswith("}") and start is not None:
            if n - start - 1 > FUNCTION_LINES:
                say("function", path, start, f"function body of {n - start - 1} lines (at most {FUNCTION_LINES})")
            start = None


def rule_words(path, text, code):
    for n, line in enumerate(code.split("\n"), 1):
        if re.search(r"(^|[^:])//", line):
            say("comment", path, n, "// comments do not reach a commit")
        if re.search(r"\bgoto\b", line):
            say("goto", path, n, "no goto: NK_OWNED")
        if path.startswith(("src/crypto/", "src/vault/", "src/flow/")) and not path.endswith("_test.c") and re.search(r"\bmemcmp\s*\(", line):
            say("memcmp", path, n, "memcmp here: nk_ct_equal or nk_bytes_eq")
        if not path.endswith("_test.c") and re.search(r"\bNK_OWNED\([^)]*\)[^;=]*;", line) and "nk_key_wipe" not in line:
            say("owned", path, n, "NK_OWNED without an initial value: an early return would free garbage")
        if re.search(r"\btypedef\s+struct\b", line) and "nk_rc" not in text[:6000]:
            say("typedef", path, n, "structs are not typedef'd")
    for n, line in enumerate(text.split("\n"), 1):
        if re.search(r"\b(TODO|FIXME|XXX|HACK)\b", line):
            say("todo", path, n, "NEEDSWORK: with a reason, or do it")
        if line != line.rstrip():
            say("blank", path, n, "blanks at the end of the line")


def rule_base_first(path, text, code):
    if path.startswith("src/") and path.endswith(".c") and "_fuzz" not in path:
        m = re.search(r'^#include\s+[<"]([^>"]+)[>"]', text, re.M)
        if m and m.group(1) != "base.h":
            say("base-first", path, 1, '#include "base.h" comes first')


def rule_head(path, text, code):
    if not text.lstrip().startswith("/*"):
        say("head", path, 1, "a file begins by saying what it is")


def rule_prose(path, text, code):
    """Every public function of a header is named in a comment before it."""
    if not path.startswith("src/") or not path.endswith(".h") or path.endswith("_int.h"):
        return
    comments = "\n".join(re.findall(r"/\*.*?\*/", text, re.S))
    for m in re.finditer(r"^(?:NK_RESULT|[a-z][\w ]*?[ \*])(nk_\w+)\(", text, re.M):
        name = m.group(1)
        before = text[:m.start()].rstrip()
        if name in comments or before.endswith("*/") or re.search(r"\);[^\n]*$", before.split("\n")[-1]):
            continue
        say("prose", path, text[:m.start()].count("\n") + 1, f"{name} has no prose")


def rule_dead_tests(path, text, code):
    if re.search(r"assert_true\s*\(\s*(1|true)\s*\)", code):
        say("dead-test", path, 1, "a test that cannot fail")


def rule_catalogue():
    """Every msgid of the code stands in i18n/ja.po, and nothing else does."""
    po = read("i18n/ja.po")
    known = set()
    for m in re.finditer(r'^msgid ((?:"(?:\\.|[^"\\])*"\s*)+)', po, re.M):
        known.add("".join(re.findall(r'"((?:\\.|[^"\\])*)"', m.group(1))))
    used = set()
    for path in c_files():
        if not path.startswith("src/") or path.endswith(("_test.c", "_fuzz.c")):
            continue
        text = re.sub(r"/\*.*?\*/", "", read(path), flags=re.S).replace("\\\n", "\n")
        text = re.sub(r'"\s*PRI(u|d)64\s*"', lambda m: "l" + m.group(1), text)
        for m in re.finditer(r'\b(?:NK_N\(|nk_fail(?:_errno)?\((?:[^,()]|\([^()]*\))*,(?:[^,()]|\([^()]*\))*,)\s*((?:"(?:\\.|[^"\\\n])*"\s*)+)', text):
            msgid = "".join(re.findall(r'"((?:\\.|[^"\\])*)"', m.group(1)))
            if msgid == "%s":
                continue
            used.add(msgid)
            if msgid not in known:
                say("catalogue", path, 1, f'no Japanese for "{msgid[:90]}"')
    return used


def rule_rows():
    """Rows are sorted, and every file of a family has its row."""
    families = {"src/targets/targets.rows": r"target_(\w+)\.c$", "src/intake/formats.rows": r"fmt_([a-z0-9]+)\.c$",
                "src/front/cli/cmds.rows": r"cmd_([a-z0-9]+)\.c$", "src/vault/sealers.rows": r"sealer_(\w+)\.c$"}
    for rows, pattern in families.items():
        if not os.path.exists(os.path.join(ROOT, rows)):
            continue
        names = [line.split()[0] for line in read(rows).split("\n") if line.strip() and not line.startswith("#")]
        if names != sorted(names):
            say("rows", rows, 1, "rows are sorted")
        for f in os.listdir(os.path.join(ROOT, os.path.dirname(rows))):
            m = re.match(pattern, f)
            if m and m.group(1) not in names and not f.endswith(("_test.c", "_fuzz.c")):
                say("rows", rows, 1, f"{f} has no row")


def rule_test_names():
    """Every test is known by the name of its file: two of one name and the harness stops in the middle."""
    seen = {}
    for path in c_files():
        if path.endswith(("_test.c", "_fuzz.c")):
            name = os.path.basename(path)
            if name in seen:
                say("test-names", path, 1, f"{seen[name]} has the same name")
            seen[name] = path


def rule_man():
    rows = "src/front/cli/cmds.rows"
    if not os.path.exists(os.path.join(ROOT, rows)):
        return
    for line in read(rows).split("\n"):
        if line.strip() and not line.startswith("#"):
            page = f"man/nokosazu-{line.split()[0]}.1"
            if line.split()[0] not in ("help", "version") and not os.path.exists(os.path.join(ROOT, page)):
                say("man", page, 1, "the verb has no man page")


def main():
    rules = [rule_size, rule_functions, rule_words, rule_base_first, rule_head, rule_prose, rule_dead_tests]
    for path in c_files():
        text = read(path)
        code = blank_comments_and_strings(text)
        for rule in rules:
            rule(path, text, code)
    rule_catalogue()
    rule_rows()
    rule_test_names()
    rule_man()
    counts = {}
    for rule, path, _, _ in found:
        counts[(rule, path)] = counts.get((rule, path), 0) + 1
    bad = [f for f in found if counts[(f[0], f[1])] > ALLOW.get((f[0], f[1]), 0)]
    for rule, path, line, text in bad:
        print(f"{path}:{line}: {rule}: {text}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
