#!/bin/bash
# scan-mutants: one decoder, one folding, one escape, one container of the scanner switched off at a time, in a copy of the source; the
# forty places or the spellings must notice each. Needs a compiler; some minutes. ONLY=regex: only these rows.
. "$(dirname "$0")/../e2e/lib.sh"
command -v ninja >/dev/null && command -v meson >/dev/null || skip_all "needs meson and ninja"

tree=$work/tree
mkdir "$tree"
(cd "$root" && tar cf - --exclude=./build --exclude=./demo --exclude=./.git .) | tar xf - -C "$tree" || bail "the_source_is_copied"
cp -a "$tree" "$work/sound"
meson setup --buildtype=debug "$work/build" "$tree" >"$logs/build" 2>&1 || bail "the_copy_is_configured" "$(tail -n 20 "$logs/build")"
build() { ninja -C "$work/build" src/bin/nokosazu >"$logs/build" 2>&1; }
build || bail "the_copy_is_built" "$(tail -n 20 "$logs/build")"

new_site "$work/site"
need 0 "a_roster_is_taken_in" "$nk" import "$roster25" --json
python3 "$here/../kit/plant_spellings.py" "$roster25" "$work/spellings" >"$work/spellings.all" || bail "the_spellings_are_made"
NK_BIN=$work/build/src/bin/nokosazu bash "$here/../e2e/a04-forty-places.sh" >"$logs/a04" 2>&1
check "the_sound_program_finds_all_places" bash -c "! grep -q '^not ok' '$logs/a04'"
python3 "$here/../kit/plant_deep.py" "$roster25" "$work/deep" >"$work/deep.all" || bail "the_deep_places_are_made"
# missed: what the mutant does not find, a word each: places of a04, spellings, and places that only one opener reads.
missed() {
	local set
	NK_BIN=$work/build/src/bin/nokosazu timeout 120 bash "$here/../e2e/a04-forty-places.sh" 2>/dev/null | sed -n 's/^not ok [0-9]* - \(he_.*is_found.*\)/\1/p'
	for set in spellings deep; do
		timeout 60 "$work/build/src/bin/nokosazu" scan --roster --json --only none "$work/$set" >"$work/$set.json" 2>/dev/null
		sed -n 's|.*"type":"finding","file":"[^"]*/\([^"/.]*\)\.[a-z]*".*|\1|p' "$work/$set.json" | sort -u >"$work/$set.found"
		sort "$work/$set.all" | comm -23 - "$work/$set.found"
	done
	# Two openers may read the same thing, and should: then the format that is told is another.
	sed -n 's|.*"type":"stream".*"format":"\([^"]*\)".*|format-\1|p' "$work/deep.json" | sort -u >"$work/formats.seen"
	[ -e "$work/formats.all" ] || cp "$work/formats.seen" "$work/formats.all"
	comm -23 "$work/formats.all" "$work/formats.seen"
}
same "the_sound_program_misses_nothing" "" "$(missed)"
while IFS= read -r row; do
	case $row in '#'* | '') continue ;; esac
	name=$(printf %s "$row" | sed 's/ | .*//')
	[[ $name =~ ${ONLY:-.} ]] || continue
	for f in scan/text/block.c scan/text/escapes.c scan/text/fold.c tools/scantab/fold.py extract/formats.rows; do
		cmp -s "$work/sound/$f" "$tree/$f" || cp "$work/sound/$f" "$tree/$f"
	done
	if ! python3 - "$tree" "$row" <<'PY'
import re, sys
tree, row = sys.argv[1:]
_, file, rest = row.split(" | ", 2)
what, becomes = rest.split(" =>", 1)
text = open(f"{tree}/{file}", encoding="utf-8").read()
new, n = re.subn(what, becomes.strip().replace("\\n", "\n"), text, flags=re.M)
if n == 0:
    sys.exit(f"nothing in {file} is like {what}")
open(f"{tree}/{file}", "w", encoding="utf-8").write(new)
PY
	then not_ok "$name" "the row no longer fits: mend it"; continue; fi
	if ! build; then # a generator that refuses what the mutant makes has noticed it
		if grep -A 2 '^FAILED: scan/' "$logs/build" | grep -q 'scantab/.*\.py'; then ok "${name}_is_noticed"; echo "# by: the generator"; continue; fi
		not_ok "$name" "the mutant is not built: $(grep -m 3 error "$logs/build")"
		continue
	fi
	seen=$(missed | tr '\n' ' ')
	if [ -n "$seen" ]; then ok "${name}_is_noticed"; echo "# by: ${seen:0:200}"; else not_ok "${name}_is_noticed" "nobody missed anything"; fi
done <"$root/tests/torture/scan-mutants.rows"
done_testing
