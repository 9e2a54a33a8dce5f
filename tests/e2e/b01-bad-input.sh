#!/bin/bash
# b01: bad input: each gets an exit status, a text with the place, and changes nothing. A sound file in an odd form is taken in.
. "$(dirname "$0")/lib.sh"

new_site "$work/site"
new_officer
need 0 "a_sound_roster_is_taken_in" "$nk" import "$roster25" --json
before=$(home_digest)
unchanged() { # name
	local now
	now=$(home_digest)
	if [ "$now" = "$before" ]; then ok "$1"; else
		not_ok "$1" "the installation's files have changed"
		before=$now
	fi
}
# refused KIND STATUS SENTENCE [RULE:SEVERITY …]: the broken file ends so; each finding named stands at the place that bad_zip.py printed.
refused() {
	local kind=$1 want=$2 name=$3 places
	shift 3
	places=$(python3 "$here/bad_zip.py" "$kind" "$roster25" "$work/bad.zip") || bail "a_broken_file_is_made" "$kind"
	expect "$want" "$name" "$nk" import "$work/bad.zip" --json
	if [ $# -gt 0 ]; then
		if python3 - "$logs/out" "$places" "$@" 2>"$logs/findings" <<'PY'
import json, sys
findings = json.loads(open(sys.argv[1]).read().splitlines()[-1])["findings"]
for want in sys.argv[3:]:
    rule, severity = want.split("/")
    for place in sys.argv[2].split():
        file, line, column = (place.split(":") + ["0", ""])[:3] if place != "-" else ("", "0", "")
        hit = [f for f in findings if f["rule"] == rule and f["severity"] == severity and
               (not file or f.get("file") == file) and (line == "0" or f.get("line") == int(line)) and (not column or not f.get("column") or f["column"] == column)]
        assert hit and len(hit[0]["text"]) > 20, f"no {want} at {place} in {findings[:5]}"
PY
		then ok "${name}_with_the_place"; else not_ok "${name}_with_the_place" "$(tail -n 1 "$logs/findings" | cut -c 1-900)"; fi
	elif [ "$(said type)" = error ]; then check "${name}_with_a_text" test "$(said text | wc -c)" -gt 40
	fi
	unchanged "${name}_changes_nothing"
}

refused two-rows-one-id 65 "two_rows_with_one_id_are_refused" OR-DUP-1/error
refused class-without-school 65 "a_class_whose_school_is_not_there_is_refused" OR-REF-1/error
refused class-with-blank-school 65 "a_class_without_a_school_is_refused" OR-REQ-1/error
refused excel-date 65 "a_date_mangled_by_excel_is_refused" OR-VAL-3/error
refused excel-number 65 "an_id_mangled_by_excel_is_refused" OR-VAL-1/error
refused mixed-encodings 65 "a_file_of_two_encodings_is_refused" CSV-9/error
refused headers-only 65 "a_roster_of_headers_only_is_refused" OR-EMPTY-1/error
refused no-manifest 65 "a_zip_without_a_manifest_is_refused" OR-MAN-1/error
refused bomb 65 "a_zip_bomb_is_refused"
refused parent-path 65 "a_name_with_dot_dot_is_refused"
check "and_nothing_is_written_outside" test ! -e /tmp/nokosazu-e2e-evil.csv
refused parent-path-users 65 "a_needed_file_behind_dot_dot_is_refused"
refused truncated-tail 65 "a_zip_without_its_end_is_refused"
refused truncated-half 65 "half_a_zip_is_refused"
refused flipped-bit 65 "a_damaged_zip_is_refused"
refused empty 65 "an_empty_file_is_refused"
has "and_called_empty" 'empty' "$logs/err"
refused noise 78 "noise_is_refused"
refused halved 4 "half_the_people_missing_stops_at_the_guard" S6/stop
refused all-ids-changed 4 "all_ids_changed_stops_at_the_guard" S5/stop
expect 1 "a_file_that_is_not_there_is_an_error" "$nk" import "$work/no-such.zip"
has "and_is_named" 'no-such\.zip' "$logs/err"
run "$nk" import "$work"
check "a_folder_is_no_roster" test "$status" != 0
refused excel-date-certain 0 "a_date_that_can_mean_one_day_only_is_read_with_a_warning" OR-VAL-4/warning >"$work/said"
grep -v changes_nothing "$work/said"
number=$((number - $(grep -c changes_nothing "$work/said")))
before=$(home_digest)

# Odd forms of a sound file: --check writes nothing ----------------------------------------------------------------------------
odd() { # kind, name, more options
	python3 "$here/bad_zip.py" "$1" "$roster25" "$work/odd.zip" >"$work/places"
	expect "${3:-0}" "$2" "$nk" import --check "$work/odd.zip" --json "${@:4}"
}
odd bom "a_byte_order_mark_is_read_over"
same "and_changes_nobody" "0 0" "$(said changed) $(said left)"
odd cp932-inside "cp932_is_read" 2
same "and_the_summary_says_so" "CP932" "$(said encoding | tr -d '-' | tr a-z A-Z)"
same "nobody_joins_or_leaves_by_it" "0 0" "$(said joined) $(said left)"
odd half-width-katakana "half_width_katakana_is_read_with_a_warning" 2
has "at_its_place" '"severity":"warning","rule":"OR-JP-3","file":"users.csv","line":2,"column":"metadata.jp.kanaFamilyName"' "$logs/out"
odd half-width-katakana "and_refused_when_strict" 65 --strict
unchanged "check_never_writes"

# A year later: last year's file ---------------------------------------------------------------------------------------------
need 0 "a_year_passes" "$nk" clock 2026-04-07
before=$(home_digest)
expect 4 "last_years_file_stops_at_the_guard" "$nk" import "$roster25" --json
has "by_its_school_year" '"severity":"stop","rule":"S4"' "$logs/out"
unchanged "last_years_file_changes_nothing"
cp "$roster25" "$work/髙橋花子.zip"
run "$nk" import "$work/髙橋花子.zip" --year 2025
run "$nk" holding list --json
hasnt "a_name_in_a_files_name_is_not_put_on_the_books" '花子' "$logs/out"
before=$(home_digest)

# The unlock secret ------------------------------------------------------------------------------------------------------------
(umask 077 && head -c 32 /dev/urandom >"$work/other.key")
expect 77 "a_wrong_key_file_opens_nothing" "$nk" person find 髙橋 --key-file "$work/other.key"
check "and_says_why" test -s "$logs/err"
same "and_shows_nothing" "" "$(cat "$logs/out")"
cp "$site/operator.key" "$work/open.key" && chmod 644 "$work/open.key"
expect 77 "a_key_file_that_others_can_read_is_refused" "$nk" person find 髙橋 --key-file "$work/open.key"
expect 1 "a_key_file_that_is_not_there_is_an_error" "$nk" person find 髙橋 --key-file "$work/no.key"
unchanged "a_wrong_key_changes_nothing"
expect 69 "without_key_file_and_terminal_it_does_not_wait" env -u NOKOSAZU_KEY_FILE setsid "$nk" --home "$work/none" init --organisation x --domain d.example --operator o --single-copy
rm -rf "$work/none"

# By passphrase, on a terminal of its own (the one test that pays for Argon2id) -------------------------------------------------
cat >"$work/typed.py" <<'PY'
import os, pty, select, sys
answers, args = sys.argv[1].encode().split(b"|"), sys.argv[2:]
pid, fd = pty.fork()
if pid == 0:
    os.execv(args[0], args)
said, sent = b"", 0
while True:
    ready, _, _ = select.select([fd], [], [], 60)
    if not ready:
        os.kill(pid, 9)
        break
    try:
        data = os.read(fd, 4096)
    except OSError:
        break
    if not data:
        break
    said += data
    if sent < len(answers) and said.count(b": ") > sent and said.endswith(b": "):
        os.write(fd, answers[sent] + b"\n")
        sent += 1
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
for a in answers:
    if a in said:
        print("THE PASSPHRASE WAS SHOWN")
print(said.decode(errors="replace"))
sys.exit(status)
PY
pass=(env -u NOKOSAZU_KEY_FILE "NOKOSAZU_HOME=$work/by-passphrase")
expect 0 "an_installation_by_passphrase" "${pass[@]}" python3 "$work/typed.py" "a long passphrase 1|a long passphrase 1" "$nk" init --organisation x --domain d.example --operator o --single-copy --clock 2025-04-07
hasnt "what_is_typed_is_not_shown" 'SHOWN' "$logs/out"
expect 0 "the_right_passphrase_opens_it" "${pass[@]}" python3 "$work/typed.py" "a long passphrase 1" "$nk" vault status
expect 77 "a_wrong_one_does_not" "${pass[@]}" python3 "$work/typed.py" "a long passphrase 2" "$nk" vault status
expect 65 "a_short_one_is_not_taken" env -u NOKOSAZU_KEY_FILE "NOKOSAZU_HOME=$work/by-short" python3 "$work/typed.py" "short|short" "$nk" init --organisation x --domain d.example --operator o --single-copy

# A store of a newer version ---------------------------------------------------------------------------------------------------
cp -a "$site" "$work/kept"
python3 - "$home/store/nokosazu.db" <<'PY'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
columns = [r[1] for r in db.execute("PRAGMA table_info(schema_version)")]
highest = db.execute("SELECT max(version) FROM schema_version").fetchone()[0]
db.execute(f"INSERT INTO schema_version({','.join(columns)}) SELECT {','.join('version + 998' if c == 'version' else c for c in columns)} FROM schema_version WHERE version = ?", (highest,))
db.commit()
PY
before=$(home_digest)
expect 78 "a_store_of_a_newer_version_is_not_touched" "$nk" import "$roster26"
has "and_the_text_says_so" 'newer' "$logs/err"
unchanged "not_even_a_byte"
rm -rf "$site" && mv "$work/kept" "$site"

# A second process while one holds the lock --------------------------------------------------------------------------------------
before=$(home_digest)
"$nk" plan --erase >/dev/null 2>&1 &
one=$!
pids+=("$one")
for _ in $(seq 1 2000); do
	flock -n "$home/lock" true || break
	kill -0 "$one" 2>/dev/null || break
done
kill -STOP "$one" 2>/dev/null
if flock -n "$home/lock" true; then
	skip "a_second_process_is_turned_away" "the first one was too fast"
else
	expect 75 "a_second_process_is_turned_away" "$nk" import "$roster26"
	has "and_is_told_who_holds_it" "(^|[^0-9])$one([^0-9]|\$)" "$logs/err"
fi
kill -CONT "$one" 2>/dev/null
wait "$one"
expect 0 "when_it_has_ended_the_next_one_goes" "$nk" vault status
done_testing
