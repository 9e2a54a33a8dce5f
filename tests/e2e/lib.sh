# lib.sh: what the end-to-end tests share: TAP, a temp folder, an installation of one's own, a private slapd.
#
# Sourced by tests/e2e/*.sh. In the environment: NK_BIN (the program; default: the build in build/check), NK_EXAMPLES (the
# rosters; default: examples/), NK_KEEP=1 (leave the temp folder for a look). Everything happens below $work, which goes at
# the end; what the program says is kept in $logs, outside the installation, so that a search of it finds only its own.
set -u
export LC_ALL=C.UTF-8 TZ=UTC
unset NOKOSAZU_HOME NOKOSAZU_KEY_FILE LC_MESSAGES NO_COLOR
PATH=$PATH:/usr/sbin:/usr/local/sbin
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
nk=${NK_BIN:-$root/build/check/src/bin/nokosazu}
examples=${NK_EXAMPLES:-$root/examples}
roster25=$examples/2025-04_k12-1.0.zip
roster26=$examples/2026-04_k12-1.0.zip
base=dc=hoshimi,dc=example,dc=jp
number=0
status=0
pids=()
slapds=()

skip_all() {
	echo "1..0 # SKIP $1"
	exit 0
}

[ -x "$nk" ] || skip_all "needs the program at $nk (NK_BIN)"
[ -f "$roster25" ] && [ -f "$roster26" ] || skip_all "needs the sample rosters in $examples"
command -v slapd >/dev/null && command -v ldapsearch >/dev/null || skip_all "needs slapd and ldap-utils"
work=$(mktemp -d "${TMPDIR:-/tmp}/nk-e2e.XXXXXX") || exit 1
logs=$work/logs
mkdir "$logs"
: >"$logs/all.out" && : >"$logs/all.err"

# For the last look of tools/check (tests/residue.py): each installation as it stood at the end, and all that was said on 2.
keep_homes() {
	local conf to
	[ -n "${NK_KEEP_HOMES:-}" ] || return 0
	find "$work" -name nokosazu.conf -type f | while read -r conf; do
		to=$(mktemp -d "$NK_KEEP_HOMES/$(basename "$0" .sh).XXXXXX") && mv "${conf%/nokosazu.conf}" "$to/"
	done
	to=$(mktemp -d "$NK_KEEP_HOMES/$(basename "$0" .sh).XXXXXX") && mv "$logs/all.err" "$to/"
}
finish() {
	local d p
	for p in "${pids[@]:-}"; do [ -z "$p" ] || kill -9 "$p" 2>/dev/null; done
	for d in "${slapds[@]:-}"; do [ -z "$d" ] || stop_slapd "$d"; done
	[ -z "${mounted:-}" ] || umount "$mounted" 2>/dev/null
	keep_homes
	if [ -n "${NK_KEEP:-}" ]; then echo "# kept: $work"; else rm -rf "$work"; fi
}
trap finish EXIT
trap 'exit 130' INT TERM

# TAP ----------------------------------------------------------------------------------------------------------------
ok() { number=$((number + 1)); printf "ok %d - %s\n" "$number" "$1"; [ -z "${NK_TIMES:-}" ] || echo "# at $SECONDS s"; }
not_ok() { # name, and why
	number=$((number + 1))
	printf 'not ok %d - %s\n' "$number" "$1"
	[ -z "${2:-}" ] || printf '%s\n' "$2" | sed 's/^/# /'
}
skip() { number=$((number + 1)); printf 'ok %d - %s # SKIP %s\n' "$number" "$1" "$2"; }
check() { # name, command…: ok when the command is true
	local name=$1 said
	shift
	if said=$("$@" 2>&1); then ok "$name"; else not_ok "$name" "$* → false
$said"; fi
}
same() { # name, wanted, got
	if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1" "wanted: ${2:0:300}
got:    ${3:0:300}"; fi
}
has() { # name, pattern (extended regular expression), file
	if grep -Eq -- "$2" "$3"; then ok "$1"; else not_ok "$1" "nothing like /$2/ in:
$(head -n 30 "$3")"; fi
}
hasnt() {
	if grep -Eq -- "$2" "$3"; then not_ok "$1" "there is something like /$2/ in:
$(grep -E -m 5 -- "$2" "$3")"; else ok "$1"; fi
}
bail() { # nothing more makes sense without this
	not_ok "$1" "${2:-}"
	echo "1..$number"
	exit 1
}
done_testing() {
	said_nothing_personal
	hasnt "no_sanitizer_had_anything_to_say" 'AddressSanitizer|LeakSanitizer|runtime error' "$logs/all.err"
	echo "1..$number"
	exit 0
}

# Running the program -------------------------------------------------------------------------------------------------
# run COMMAND…: $status, $logs/out, $logs/err; everything is also kept in $logs/all.*.
run() {
	status=0
	"$@" >"$logs/out" 2>"$logs/err" </dev/null || status=$?
	keep_words
}
keep_words() {
	cat "$logs/out" >>"$logs/all.out"
	cat "$logs/err" >>"$logs/all.err"
	[ "$status" = 0 ] || cat "$logs/err" >>"$logs/failed.err"
}
# expect STATUS NAME COMMAND…: the command ends with that status.
expect() {
	local want=$1 name=$2
	shift 2
	run "$@"
	if [ "$status" = "$want" ]; then ok "$name"; return 0; fi
	not_ok "$name" "\"$*\" ended with $status, not $want
$(tail -n 15 "$logs/err")
$(tail -n 15 "$logs/out" | cut -c 1-600)"
	return 1
}
need() { expect "$@" || { echo "1..$number"; exit 1; }; }
# said KEY [FILE]: a value of the last JSON line of the last answer.
said() {
	tail -n 1 "${2:-$logs/out}" | python3 -c 'import json,sys
v = json.loads(sys.stdin.readline()).get(sys.argv[1])
print(v if not isinstance(v, bool) else str(v).lower())' "$1"
}
# Whatever failed: no value of anybody in the rosters in what was said about it (I12). Made of all that this script ran.
said_nothing_personal() {
	local found
	[ -s "$logs/all.err" ] || return 0
	if found=$(python3 "$here/residue_search.py" --quiet --all "$roster25" "$logs/all.err" 2>&1); then
		ok "nothing_personal_in_any_error_text"
	else
		not_ok "nothing_personal_in_any_error_text" "$found"
	fi
}

# An installation -----------------------------------------------------------------------------------------------------
# new_site DIR [INIT OPTIONS]: home, second place, key file of the operator below DIR; NOKOSAZU_HOME and _KEY_FILE say so.
new_site() {
	site=$1
	shift
	[ $# -gt 0 ] || set -- --copy "$site/second"
	mkdir -m 700 -p "$site"
	home=$site/home
	export NOKOSAZU_HOME=$home NOKOSAZU_KEY_FILE=$site/operator.key
	run "$nk" init --organisation "星見ヶ原市教育委員会" --domain hoshimi.example.jp --operator "e2e operator" \
		--key-file "$site/operator.key" --sealer file --clock 2025-04-07 "$@"
	[ "$status" = 0 ] || bail "an_installation_can_be_made" "status $status
$(cat "$logs/err")"
	printf '[people]\ngrace_days = 0\n\n[guard]\ngraduates = no\n\n[notice]\nclasses = 星見ヶ原市立東小学校/1年1組\n' >"$home/conf.d/e2e.conf"
	chmod 600 "$home/conf.d/e2e.conf"
}
# new_officer: a second person who may approve; her key is $site/officer.key.
new_officer() {
	run "$nk" party key "$site/officer.key" --json
	[ "$status" = 0 ] || bail "a_second_person_gets_a_key" "$(cat "$logs/err")"
	run "$nk" party add --name "教頭" --role officer --public-key "$(said public_key)"
	[ "$status" = 0 ] || bail "a_second_person_is_enrolled" "$(cat "$logs/err")"
}
# vouched KEY NAME COMMAND…: whoever judges comes and goes under an officer's order: asked for, signed with KEY, then done.
vouched() {
	local key=$1 name=$2
	shift 2
	need 4 "${name}_waits_for_the_officer" "$@" --json
	need 0 "${name}_is_signed_for" "$nk" warrant sign --role officer --key "$key" "$(said warrant)"
	need 0 "$name" "$@" --json
}
# new_slapd [DIR]: $port, $slapd (its folder), $ldapi; registered for the end.
new_slapd() {
	slapd=${1:-$site/slapd}
	slapds+=("$slapd")
	"$root/tools/slapd-private" start "$slapd" "$base" 2>"$logs/err" || bail "slapd_starts" "$(cat "$logs/err")"
	port=$(cat "$slapd/port")
	ldapi="ldapi://$(printf %s "$slapd/ldapi" | sed 's|/|%2F|g')"
}
# stop_slapd [DIR]: whatever state it is in.
stop_slapd() {
	local d=${1:-$slapd} p
	p=$(cat "$d/slapd.pid" 2>/dev/null)
	"$root/tools/slapd-private" stop "$d" 2>/dev/null && return 0
	[ -z "$p" ] || kill -9 "$p" 2>/dev/null
	rm -f "$d/slapd.pid"
}
start_slapd() { "$root/tools/slapd-private" restart "$slapd" || bail "slapd_starts_again"; }
# new_target [OPTIONS]: the private slapd as target "main".
new_target() {
	run "$nk" target add main --type ldap --uri "$ldapi" --base "$base" --bind-dn "cn=admin,$base" --secret-file "$slapd/secret" "$@"
	[ "$status" = 0 ] || bail "the_target_can_be_added" "status $status
$(cat "$logs/err")"
}
search() { ldapsearch -x -LLL -o ldif-wrap=no -H "ldap://127.0.0.1:$port/" "$@"; }
as_admin() { # COMMAND with bind options of the rootdn: ldapmodify, ldapadd, ldapdelete
	"$1" -x -H "ldap://127.0.0.1:$port/" -D "cn=admin,$base" -y "$slapd/secret" "${@:2}" >/dev/null 2>"$logs/ldap.err"
}
people_count() { search -b "ou=people,$base" -s one '(objectClass=inetOrgPerson)' dn 2>/dev/null | grep -c '^dn:'; }
# directory_digest: what the directory holds, without what differs from run to run.
directory_digest() {
	search -b "$base" '(objectClass=*)' '*' 2>/dev/null | python3 -c 'import hashlib,sys
entries = sorted("\n".join(sorted(e.splitlines())) for e in sys.stdin.read().split("\n\n") if e.strip())
print(hashlib.sha256("\n\n".join(entries).encode()).hexdigest())'
}
# home_digest: all bytes of home and second place, without the lock file and SQLite's shared memory.
home_digest() {
	(cd "$site" && find home second -type f ! -name lock ! -name '*.lock' ! -name '*-shm' ! -size 0 2>/dev/null -print0 | sort -z | xargs -0 sha256sum | sha256sum)
}
# plan_and_apply [STATUS]: plan, approve when the guard asks for it, apply. Sets $hash.
plan_and_apply() {
	run "$nk" plan --json
	[ "$status" = 2 ] || [ "$status" = 4 ] || bail "a_plan_is_pending" "status $status
$(cat "$logs/err")"
	hash=$(said hash)
	if [ "$(said verdict)" != free ]; then approve "$hash" "$(said approve_count)"; fi
	run "$nk" apply "$hash" --yes
	[ "$status" = "${1:-0}" ] || bail "the_plan_is_applied" "status $status
$(cat "$logs/err")"
}
approve() { # hash, count
	run "$nk" approve "$1" --count "$2" --key "$site/officer.key"
	[ "$status" = 0 ] || bail "the_second_person_approves" "status $status
$(cat "$logs/err")"
}
# import_2026: a year later; held back, approved, taken in.
import_2026() {
	run "$nk" clock 2026-04-07
	[ "$status" = 0 ] || bail "the_clock_moves" "$(cat "$logs/err")"
	run "$nk" import "$roster26" --json
	[ "$status" = 4 ] || bail "the_second_year_is_held_back" "status $status"
	approve "$(said hash)" "$(said approve_count)"
	run "$nk" import "$roster26"
	[ "$status" = 0 ] || bail "the_second_year_is_taken_in" "status $status
$(cat "$logs/err")"
}
# plan_erase: sets $ehash; approved when the guard asks for it.
plan_erase() {
	run "$nk" plan --erase --json
	[ "$status" = 2 ] || [ "$status" = 4 ] || bail "an_erasure_is_pending" "status $status
$(cat "$logs/err")"
	ehash=$(said hash)
	if [ "$(said verdict)" != free ]; then approve "$ehash" "$(said approve_count)"; fi
}
# snapshot NAME, restore NAME: the whole site, slapd included, to the same place again.
snapshot() {
	[ -z "${slapd:-}" ] || stop_slapd
	rm -rf "$work/snap-$1"
	cp -a "$site" "$work/snap-$1"
	[ -z "${slapd:-}" ] || start_slapd
}
restore() {
	[ -z "${slapd:-}" ] || stop_slapd
	rm -rf "$site"
	cp -a "$work/snap-$1" "$site"
	[ -z "${slapd:-}" ] || start_slapd
}
