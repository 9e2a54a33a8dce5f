#!/bin/bash
# measures-mutants: one promise of docs/measures.md switched off at a time (tests/bugs/measures.rows), in a copy of the source. The named
# test must notice. Builds only what is needed, runs only that test; before anything is switched off each named test must be there and
# pass. Needs a compiler; some minutes, the rows with whole scripts more. In the environment: ONLY=regex (rows by name), NK_MUTANTS=FOLDER
# (the copy and its build, kept: the next run builds only what changed).
set -u
export LC_ALL=C.UTF-8 TZ=UTC CMOCKA_MESSAGE_OUTPUT=TAP
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
for tool in ninja meson python3; do command -v $tool >/dev/null || { echo "1..0 # SKIP needs $tool"; exit 0; }; done
work=${NK_MUTANTS:-$(mktemp -d "${TMPDIR:-/tmp}/nk-mutants.XXXXXX")}
trap '[ -n "${NK_MUTANTS:-}" ] || rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
number=0 bad=0
ok() { number=$((number + 1)); printf 'ok %d - %s\n' $number "$1"; }
not_ok() { number=$((number + 1)) bad=$((bad + 1)); printf 'not ok %d - %s\n%s\n' $number "$1" "$(sed 's/^/# /' <<<"$2")"; }
bail() { not_ok "$1" "$2"; echo "1..$number"; exit 1; }

tree=$work/tree build=$work/build log=$work/log
mkdir -p "$tree"
# What is the same keeps its time, so that nothing is built for nothing; what a row may have changed in the run before is built again.
copy() {
	(cd "$root" && tar cf - --exclude=./build --exclude=./demo --exclude=./.git .) | tar xf - -C "$tree" &&
		(cd "$tree" && grep -v -e '^#' -e '^$' tests/bugs/measures.rows | awk -F ' \\| ' '{ print $4 }' | sort -u | xargs touch)
}
copy || bail "the_source_is_copied" "tar"
[ -d "$build" ] || meson setup --buildtype=debug "$build" "$tree" >"$log" 2>&1 || bail "the_copy_is_configured" "$(tail -n 20 "$log")"

rows() { grep -v -e '^#' -e '^$' "$root/tests/bugs/measures.rows" | while IFS= read -r row; do [[ ${row%% | *} =~ ${ONLY:-.} ]] && printf '%s\n' "$row"; done; }
field() { awk -F ' \\| ' -v n="$2" '{ print $n }' <<<"$1"; }
targets() { case $1 in e2e/*) echo src/bin/nokosazu src/bin/nokosazu-custodian ;; extract/*) echo "tests/${1#extract/}" ;; *) echo "src/$1" ;; esac; }
build() { ninja -C "$build" $(targets "$1") >"$log" 2>&1; }
# passes: 0 the named test passed · 1 it failed, or its program did not come so far · 2 there is no such test
passes() { # TEST NAME
	case $1 in
	e2e/*) timeout 900 env NK_BIN="$build/src/bin/nokosazu" bash "$tree/tests/$1.sh" >"$work/said" 2>&1 </dev/null ;;
	extract/*) (cd "$build" && timeout 300 "tests/${1#extract/}") >"$work/said" 2>&1 </dev/null ;;
	*) (cd "$build" && timeout 300 "src/$1") >"$work/said" 2>&1 </dev/null ;;
	esac
	grep -Eq "^ok [0-9]+ - $2( |\$)" "$work/said" && ! grep -Eq "^not ok [0-9]+ - $2( |\$)" "$work/said" && return 0
	grep -Eq "^not ok [0-9]+ - $2( |\$)" "$work/said" && return 1
	grep -q "$2" "$tree/tests/$1.sh" "$tree"/src/*/"$1.c" "$tree"/extract/*/"${1#extract/}.c" 2>/dev/null && return 1
	return 2
}

list=$(rows)
[ -n "$list" ] || bail "there_are_rows" "none is called ${ONLY:-}"
mapfile -t tests < <(while IFS= read -r r; do field "$r" 2; done <<<"$list" | sort -u)
for t in "${tests[@]}"; do build "$t" || bail "the_sound_program_is_built" "$(grep -m 5 error "$log")"; done
declare -A sound
while IFS= read -r row <&3; do
	name=$(field "$row" 1) t=$(field "$row" 2) what=$(field "$row" 3) file=$(field "$row" 4)
	if [ -z "${sound[$t/$what]:-}" ]; then
		build "$t" && passes "$t" "$what" || { not_ok "${name}" "without anything switched off $t does not pass $what: $(grep -A 3 '^not ok' "$work/said" | head -n 5)"; continue; }
		sound[$t/$what]=1
	fi
	if ! python3 - "$tree" "$row" >"$log" 2>&1 <<'PY'
import re, sys
tree, row = sys.argv[1:]
_, _, _, file, rest = row.split(" | ", 4)
what, becomes = rest.split(" => ", 1)
text = open(f"{tree}/{file}", encoding="utf-8").read()
new, n = re.subn(what, becomes, text, flags=re.M)
if n == 0 or new == text:
    sys.exit(f"nothing in {file} is like {what}")
open(f"{tree}/{file}", "w", encoding="utf-8").write(new)
PY
	then not_ok "$name" "the row no longer fits: mend it
$(cat "$log")"; continue; fi
	if ! build "$t"; then not_ok "$name" "the mutant is not built: $(grep -m 3 -i error "$log")"
	elif passes "$t" "$what"; then not_ok "${name}_is_noticed" "$t: $what passes all the same"
	else ok "${name}_is_noticed"; echo "# by: $t: $what"; fi
	cp "$root/$file" "$tree/$file"
done 3<<<"$list"
echo "1..$number"
[ $bad = 0 ]
