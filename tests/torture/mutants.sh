#!/bin/bash
# mutants: parts of the erasure switched off, one at a time, by tests/bugs/*.patch in a copy of the source. Somebody must notice:
# each patch names who ("Noticed-by"): the erasure itself stops · the certificate does not say clean · the byte search of a02 ·
# the vault, where more keys live than the store has rows for. Without a patch nobody may notice anything. Needs a compiler; some minutes.
. "$(dirname "$0")/../e2e/lib.sh"
command -v ninja >/dev/null && command -v meson >/dev/null && command -v patch >/dev/null || skip_all "needs meson, ninja and patch"

sound=$nk
tree=$work/tree
mkdir "$tree"
(cd "$root" && tar cf - --exclude=./build --exclude=./demo --exclude=./.git .) | tar xf - -C "$tree" || bail "the_source_is_copied"
cp -a "$tree/src" "$work/src"
meson setup --buildtype=debug "$work/build" "$tree" >"$logs/build" 2>&1 || bail "the_copy_is_configured" "$(tail -n 20 "$logs/build")"
build() { ninja -C "$work/build" src/bin/nokosazu >"$logs/build" 2>&1; }
build || bail "the_copy_is_built" "$(tail -n 20 "$logs/build")"

# The stage: everything up to the erasure, by the sound program.
new_site "$work/site"
new_officer
run "$nk" import "$roster25"
new_slapd
new_target --files "$slapd/db" --rewrite "$root/tools/slapd-rewrite"
plan_and_apply
import_2026
plan_and_apply
plan_erase
snapshot due

keys_needed() {
	python3 - "$home/store/nokosazu.db" <<'PY'
import sqlite3, sys
db = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
print(sum(db.execute(q).fetchone()[0] for q in ("SELECT count(*) FROM person WHERE record IS NOT NULL", "SELECT count(*) FROM link",
                                               "SELECT count(*) FROM contact", "SELECT count(*) FROM system_key")))
PY
}
# noticed: the words for all who saw something, in order.
noticed() {
	local cert files
	run "$work/build/src/bin/nokosazu" apply "$ehash" --yes
	[ "$status" = 0 ] || { echo stopped; return; }
	cert=$(ls "$home"/certificates/*.dsse.json)
	files=$(python3 -c 'import base64,json,sys
print(json.loads(base64.b64decode(json.load(open(sys.argv[1]))["payload"]))["predicate"]["targets"][0]["files"])' "$cert")
	[ "$files" = rewritten-and-clean ] || echo certificate
	"$sound" verify "$cert" >/dev/null 2>&1 || echo verify
	python3 "$here/residue_search.py" --quiet --erased "$roster25" "$roster26" --certificate "$cert" --files "main=$slapd/db" "$site" >"$logs/residue" 2>&1 || echo search
	# Every key that lives has a row that needs it: one more, and somebody's key is not dead.
	"$sound" vault status --json >"$logs/vault" 2>&1
	[ "$(said live "$logs/vault")" = "$(keys_needed)" ] || echo vault
}
same "nobody_notices_anything_in_the_sound_program" "" "$(noticed)"
for p in "$root"/tests/bugs/*.patch; do
	name=$(basename "$p" .patch)
	want=$(sed -n 's/^Noticed-by: //p' "$p")
	rm -rf "$tree/src" && cp -a "$work/src" "$tree/src"
	(cd "$tree" && sed -n 's/^+++ b\///p' "$root"/tests/bugs/*.patch | sort -u | xargs touch) # so that what the last patch changed is built again
	if ! patch -s -p1 -d "$tree" <"$p" >"$logs/build" 2>&1; then
		not_ok "$name" "the patch no longer fits: mend it
$(cat "$logs/build")"
		continue
	fi
	if ! build; then
		not_ok "$name" "does not compile:
$(grep -m 5 error "$logs/build")"
		continue
	fi
	restore due
	got=$(noticed | tr '\n' ' ')
	case " $got" in *" $want "*) ok "${name//-/_}_is_noticed_by_the_$want" ;; *) not_ok "${name//-/_}_is_noticed_by_the_$want" "noticed by: ${got:-nobody}" ;; esac
done
done_testing
