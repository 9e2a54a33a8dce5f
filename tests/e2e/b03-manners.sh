#!/bin/bash
# b03: how the program behaves at a keyboard and in a pipe: help, unknown words, JSON, languages, colours, modes of files.
. "$(dirname "$0")/lib.sh"

# Help, before there is any installation ------------------------------------------------------------------------------------
export NOKOSAZU_HOME=$work/nowhere
verbs=$(grep -v '^#' "$root/src/front/cli/cmds.rows")
bad=
for v in $verbs; do
	run "$nk" "$v" --help
	[ "$status" = 0 ] && grep -q "$v" "$logs/out" || bad="$bad $v(help: $status)"
	[ -f "$root/man/nokosazu-$v.1" ] || bad="$bad $v(no page)"
	run "$nk" help "$v"
	[ "$status" = 0 ] || bad="$bad $v(help verb: $status)"
	run "$nk" "$v" --help --lang ja
	LC_ALL=C grep -q "$(printf '\343\201')" "$logs/out" || bad="$bad $v(not Japanese)"
done
same "every_verb_has_help_a_page_and_japanese" "" "$bad"
if command -v mandoc >/dev/null; then
	bad=
	for p in "$root"/man/*.[158]; do
		said=$(mandoc -T lint -W error "$p" 2>&1) || bad="$bad $(basename "$p"): $said"
	done
	same "the_pages_are_sound_mdoc" "" "$bad"
else skip "the_pages_are_sound_mdoc" "needs mandoc"; fi
expect 0 "without_a_word_it_shows_what_there_is" "$nk"
expect 0 "so_it_does_with_help" "$nk" --help
expect 0 "it_knows_its_version" "$nk" --version
expect 64 "an_unknown_verb_is_a_wrong_use" "$nk" improt
has "and_the_nearest_is_named" 'import' "$logs/err"
expect 64 "an_unknown_option_is_a_wrong_use" "$nk" plan --tragte main
has "and_the_nearest_option_is_named" 'target' "$logs/err"
expect 64 "an_operand_too_many_is_a_wrong_use" "$nk" plan everything
expect 64 "a_missing_one_too" "$nk" import
expect 1 "without_an_installation_it_says_so" "$nk" plan
has "and_how_to_make_one" 'nokosazu init' "$logs/err"
expect 1 "in_json_the_error_is_json" "$nk" plan --json
same "with_code_and_exit_status" "NOT_FOUND 1" "$(said code) $(said exit)"

# An installation in use ---------------------------------------------------------------------------------------------------
new_site "$work/site"
new_officer
need 0 "a_roster_is_taken_in" "$nk" import "$roster25"
new_slapd
new_target --files "$slapd/db"
run "$nk" plan --json
hash=$(said hash)
json() { # name, command…: every line is one JSON object with v and type
	local name=$1
	shift
	run "$nk" "$@" --json
	if python3 - "$logs/out" 2>"$logs/why" <<'PY'
import json, sys
lines = open(sys.argv[1], encoding="utf-8").read().splitlines()
assert lines
for line in lines:
    o = json.loads(line)
    assert o["v"] == 1 and o["type"]
PY
	then ok "json_of_$name"; else not_ok "json_of_$name" "status $status
$(head -c 400 "$logs/out")
$(tail -n 1 "$logs/why")"; fi
}
login=hm250038
json import_check import --check "$roster25"
json plan plan
json plan_list plan --list
json plan_lines plan --dry-run --all
json plan_of_nobody plan --erase
json apply apply "$hash"
json person_find person find 髙橋
json person_show person show "$login"
json person_where person where "$login"
json person_hold person hold "$login"
json person_release person release "$login"
json target_list target list
json target_test target test main
json notice notice issue --person "$login"
json holding holding list
json duty duty list
json party party list
json vault vault status
json ledger_verify ledger verify
json ledger_proof ledger proof 3
json config config show
json doctor doctor
json version version
json unknown_person person show nobody-of-that-name
json unknown_verb --json improt

# Streams and languages ------------------------------------------------------------------------------------------------------
escape=$(printf '\033')
check "no_escape_character_where_no_terminal_is" bash -c "! LC_ALL=C grep -q '$escape' '$logs/all.out' '$logs/all.err'"
run env LC_ALL=ja_JP.UTF-8 "$nk" person show nobody-of-that-name
has "texts_are_japanese_by_locale_installed_or_not" 'ません|です|ます' "$logs/err"
run env LC_ALL= LANG=ja_JP.UTF-8 "$nk" doctor
has "by_lang_too" 'です|ます|ません' "$logs/out"
run env LC_ALL=ja_JP.UTF-8 "$nk" plan --lang en --quiet
hasnt "lang_en_wins" 'です|ます' "$logs/out"
run env LC_ALL=C "$nk" person show "$login"
has "a_name_keeps_its_script_in_locale_C" '髙橋' "$logs/out"
run "$nk" import --quiet --check "$roster25"
same "quiet_says_nothing_beside" "" "$(cat "$logs/err")"
check "a_full_pipe_is_no_crash" bash -c "'$nk' plan --dry-run --all | head -n 1 >/dev/null; [ \${PIPESTATUS[0]} -lt 128 ]"
run bash -c "'$nk' person find hm --max 2000 >/dev/full"
check "what_cannot_be_written_is_an_error" test "$status" = 74

# On a terminal ----------------------------------------------------------------------------------------------------------------
cat >"$work/typed.py" <<'PY'
import os, pty, sys
def read(fd):
    data = os.read(fd, 4096)
    return data
status = pty.spawn(sys.argv[1:], read)
sys.exit(os.waitstatus_to_exitcode(status))
PY
run env TERM=xterm python3 "$work/typed.py" "$nk" plan
check "colours_on_a_terminal" grep -q "$escape" "$logs/out"
run env TERM=xterm NO_COLOR=1 python3 "$work/typed.py" "$nk" plan --quiet
check "none_with_NO_COLOR" bash -c "! grep -q '$escape\[[0-9;]*m' '$logs/out'"
run env TERM=xterm python3 "$work/typed.py" "$nk" notice issue --person hmt0001
check "passwords_are_not_shown_on_a_terminal_unasked" test "$status" != 0
hasnt "not_a_single_one" '[2-9a-z]{12}' "$logs/out"

# Files ------------------------------------------------------------------------------------------------------------------------
same "every_file_of_the_home_is_0600_and_every_folder_0700" "" "$(find "$home" "$site/second" \( -type f ! -perm 0600 -o -type d ! -perm 0700 -o ! -type f ! -type d \) -printf '%m %p\n')"
same "so_are_the_key_files" "600 600" "$(stat -c %a "$site/operator.key" "$site/officer.key" | tr '\n' ' ' | sed 's/ $//')"
(umask 000 && NOKOSAZU_HOME=$work/open "$nk" init --organisation x --domain d.example --operator o --key-file "$work/open.key" --copy "$work/open-copy" >/dev/null 2>&1)
same "whatever_the_umask" "" "$(find "$work/open" "$work/open-copy" "$work/open.key" \( -type f ! -perm 0600 -o -type d ! -perm 0700 \) -printf '%m %p\n')"
chmod 755 "$home"
run "$nk" doctor --json
has "the_doctor_sees_a_folder_that_others_can_open" '"level":"fail"' "$logs/out"
chmod 700 "$home"
done_testing
