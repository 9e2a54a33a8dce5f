#!/bin/bash
# c11 (T5): one patch to every school: 40 sites, one that answers late, one that joins later, one real one; their files are made by
# tests/kit/site_sim.py and openssl. 「すべて完了」 only when the last one is proven.
. "$(dirname "$0")/lib.sh"
command -v openssl >/dev/null || skip_all "needs openssl"
sim() { python3 "$here/../kit/site_sim.py" "$@"; }
schools=$work/schools
mkdir "$schools"

# A real school: it will sign its own report.
new_site "$work/school"
school=$home
school_key=$NOKOSAZU_KEY_FILE
need 0 "the_school_tells_who_it_is" "$nk" site identity --out "$schools/real.identity"
fingerprint=$(sed -n 's/.*: \([0-9a-f]\{4\}\(-[0-9a-f]\{4\}\)\{5\}\)$/\1/p' "$logs/err")
new_site "$work/hq"
expect 77 "another_fingerprint_is_refused" "$nk" site enrol "$schools/real.identity" --fingerprint 0000-0000-0000-0000-0000-0000
expect 0 "with_the_right_one_it_is_enrolled" "$nk" site enrol "$schools/real.identity" --fingerprint "$fingerprint" --name real
expect 73 "not_twice" "$nk" site enrol "$schools/real.identity" --fingerprint "$fingerprint" --name again
cp "$schools/real.identity" "$schools/real.copy"
sed 's/"sig": "..../"sig": "AAAA/' "$schools/real.identity" | sed 's/"sig":"..../"sig":"AAAA/' >"$schools/forged.identity"
expect 77 "a_forged_identity_is_refused" "$nk" site enrol "$schools/forged.identity" --fingerprint "$fingerprint" --name forged

need 0 "a_verifier_has_a_key" "$nk" party key "$work/verifier.key" --json
verifier=$(said public_key)
need 0 "a_verifier_of_a_third_organisation_is_enrolled" "$nk" party add --name "verifier" --role verifier --organisation verifier --public-key "$verifier"
need 0 "somebody_of_the_maker_has_a_key" "$nk" party key "$work/maker.key" --json
need 0 "and_is_enrolled" "$nk" party add --name "maker" --role development --organisation maker --public-key "$(said public_key)"
for i in $(seq 1 38); do
	f=$(sim identity "$schools" "s$i") || bail "a_school_is_made"
	"$nk" site enrol "$schools/s$i.identity" --fingerprint "$f" >>"$logs/all.out" 2>>"$logs/all.err" || bail "school_$i_is_enrolled" "$(tail -n 3 "$logs/all.err")"
done

# One leaves before: only an officer lets a site go, and it is not forgotten.
f40=$(sim identity "$schools" s40) || bail "a_school_is_made"
need 0 "a_school_that_will_leave_is_enrolled" "$nk" site enrol "$schools/s40.identity" --fingerprint "$f40"
need 0 "an_officer_has_a_key" "$nk" party key "$work/officer.key" --json
need 0 "and_is_enrolled" "$nk" party add --name officer --role officer --public-key "$(said public_key)"
expect 4 "no_site_goes_without_an_officers_order" "$nk" site end s40 --json
order=$(said warrant)
expect 4 "however_often_it_is_said" "$nk" site end s40 --json
same "one_order_is_asked_for" "$order" "$(said warrant)"
expect 77 "which_nobody_asks_for_by_hand" "$nk" warrant request --kind order --verbs END --scope "site:end:x" --purpose x --until 2025-05-01
expect 0 "the_officer_signs" "$nk" warrant sign --role officer --key "$work/officer.key" "$order"
expect 0 "now_it_is_gone" "$nk" site end s40
run "$nk" site list --json
has "and_listed_as_such" '"name":"s40".*"ended":true' "$logs/out"
# The package that mends it, as package release or package known write it down (c05); here the schools are keys only.
python3 - "$home/store/nokosazu.db" <<'PY' || bail "the_package_is_known"
import os, sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("INSERT INTO package(id, name, version, digest, state, at) VALUES (?, 'nokosazu', '0.2.0', ?, 'known', 1)", (os.urandom(16), b"\xcd" * 32))
db.execute("INSERT INTO package_statement(digest, predicate, envelope, at) VALUES (?, '.svr.dsse.json', x'00', 1)", (b"\xcd" * 32,))
db.execute("INSERT INTO package(id, name, version, digest, state, at) VALUES (?, 'nokosazu', '0.2.1', ?, 'released', 1)", (os.urandom(16), b"\xce" * 32))
db.commit()
PY
judge() { # NAME ROLE ORGANISATION KEY: enrolled under the officer's order
	local add=("$nk" party add --name "$1" --role "$2" --organisation "$3" --public-key "$4" --json)
	"${add[@]}" >"$work/add.out" 2>>"$logs/all.err"
	[ $? = 4 ] || return 1
	"$nk" warrant sign --role officer --key "$work/officer.key" "$(said warrant "$work/add.out")" >>"$logs/all.out" 2>>"$logs/all.err" && "${add[@]}" >>"$logs/all.out" 2>>"$logs/all.err"
}

expect 64 "without_the_step_verify_there_is_no_campaign" "$nk" campaign start --version 0.1.0 --due 2025-05-07 --steps erase,patch
need 0 "a_campaign_begins" "$nk" campaign start --version 0.1.0 --due 2025-05-07
c=$(cat "$logs/out")
expect 2 "nobody_has_answered" env LC_ALL=ja_JP.UTF-8 "$nk" campaign status "$c" --json
same "40_are_unknown" "40 0 40" "$(said sites_in_all) $(said complete) $(said silent)"
hasnt "nobody_joined_later" '"late":true' "$logs/out"
expect 3 "it_cannot_be_closed" "$nk" campaign close "$c"

# One joins later.
f=$(sim identity "$schools" s39)
need 0 "a_school_that_comes_later_is_enrolled" "$nk" site enrol "$schools/s39.identity" --fingerprint "$f"
run "$nk" campaign status "$c" --json
same "and_is_in_it_by_itself" 41 "$(said sites_in_all)"
same "as_the_one_that_came_late" 1 "$(grep -o '"late":true' "$logs/out" | wc -l)"

answer() { # NAME [VERSION [STEPS [VERIFIER]]]
	"$nk" campaign ask "$c" --site "$1" --out "$schools/$1.ask" 2>>"$logs/all.err" && sim report "$schools" "$1" "$schools/$1.ask" "$schools/$1.report" "${@:2}" &&
		"$nk" campaign take "$schools/$1.report" >>"$logs/all.out" 2>>"$logs/all.err"
}
env_answer() { # VARIABLE=VALUE: a summary that is lacking
	rm -f "$schools/s38.ask"
	(export "${1?}"; answer s38 0.2.0 erase,patch,verify "$work/verifier.key")
}
firm_answers() { # a verifier of an organisation that is that of another site here, not of this one
	rm -f "$schools/s38.ask"
	"$nk" party key "$work/firm.key" >"$work/firm.pub" 2>>"$logs/all.err" || return 1
	judge firm verifier s5 "$(head -n 1 "$work/firm.pub")" || return 1
	answer s38 0.2.0 erase,patch,verify "$work/firm.key"
}
teacher_answers() {
	rm -f "$schools/s38.ask"
	"$nk" party key "$work/friend.key" >"$work/friend.pub" 2>>"$logs/all.err" || return 1
	judge t superior s38 "$(head -n 1 "$work/friend.pub")" || return 1
	"$nk" party key "$work/false.key" >"$work/false.pub" 2>>"$logs/all.err" || return 1
	judge v verifier s38 "$(head -n 1 "$work/false.pub")" || return 1
	answer s38 0.2.0 erase,patch,verify "$work/false.key"
}
for i in $(seq 2 37) 39; do answer "s$i" 0.2.0 erase,patch,verify "$work/verifier.key" || bail "school_$i_answers" "$(tail -n 3 "$logs/all.err")"; done
run "$nk" campaign status "$c" --json
same "37_of_41" "37 4" "$(said complete) $(said silent)"
has "the_sentence_says_so" '41校中37校完了、未回答4校、うち登録を終えて証明のない1校' "$logs/out"
hasnt "and_not_that_all_is_done" 'すべて完了' "$logs/out"
expect 77 "a_report_counts_once" "$nk" campaign take "$schools/s2.report"
need 0 "another_school_is_asked" "$nk" campaign ask "$c" --site s1 --out "$schools/s1.ask"
sim report "$schools" s2 "$schools/s1.ask" "$schools/wrong.report" 0.2.0
expect 77 "nobody_answers_for_another" "$nk" campaign take "$schools/wrong.report"
foreign_answers() { # DIGEST: with a package of which this house knows nothing, or no summary
	rm -f "$schools/s1.ask"
	(export PACKAGE=$1; answer s1 0.2.0 erase,patch,verify "$work/verifier.key")
}
state_of() { python3 -c 'import json, sys
print([s[sys.argv[2]] for s in json.loads(open(sys.argv[1]).readlines()[-1])["sites"] if s["site"] == "s1"][0])' "$logs/out" "$1"; }
for d in ee ce; do
	need 0 "a_report_with_the_package_$d" foreign_answers "$(printf "$d%.0s" $(seq 32))"
	run "$nk" campaign status "$c" --json
	same "which_is_no_patch_$d" "unknown unknown" "$(state_of patch) $(state_of verify)"
done
sed 's/"payload": "\(.\)/"payload": "\1/; s/"sig": "..../"sig": "AAAA/' "$schools/s3.report" >"$schools/forged.report"
expect 77 "a_forged_report_is_refused" "$nk" campaign take "$schools/forged.report"
rm -f "$schools/s1.ask"
need 0 "the_site_itself_is_no_verifier" answer s1 0.2.0 erase,patch,verify "$schools/s1.seed"
run "$nk" campaign status "$c" --json
same "still_37" 37 "$(said complete)"
need 0 "the_maker_is_no_verifier" answer s38 0.2.0 erase,patch,verify "$work/maker.key"
run "$nk" campaign status "$c" --json
same "again_37" 37 "$(said complete)"
rm -f "$schools/s1.ask" "$schools/s38.ask"
need 0 "a_summary_of_long_ago_is_none" env_answer WHEN=2001-01-01T00:00:00.000Z
need 0 "nor_one_that_claims_nothing" env_answer WITHOUT=1
need 0 "nor_one_whose_verifier_missed_what_he_planted" env_answer FOUND=2
need 0 "nor_one_that_does_not_say_which_places_it_is_about" env_answer PLACELESS=1
need 0 "the_verifier_s_firm_turns_out_to_run_a_school" firm_answers
need 0 "nor_one_of_a_day_that_has_not_come" env_answer WHEN=2025-05-01T00:00:00.000Z
need 0 "nor_one_of_before_it_was_erased" env_answer ERASED=2025-04-08T00:00:01.000Z
need 0 "nor_one_of_before_it_was_patched" env_answer PATCHED=2025-04-08T00:00:01.000Z
need 0 "a_teacher_is_no_verifier_of_the_school" teacher_answers
run "$nk" campaign status "$c" --json
same "still_37_after_nine_summaries" 37 "$(said complete)"
rm -f "$schools/s38.ask"
need 0 "a_school_that_did_not_patch_may_say_so" answer s38 0.1.0 erase,patch,verify "$work/verifier.key"
run "$nk" campaign status "$c" --json
same "and_is_not_done" 37 "$(said complete)"
rm -f "$schools/s38.ask"
need 0 "now_it_is" answer s38 0.2.0 erase,patch,verify "$work/verifier.key"
need 0 "and_so_is_the_other" answer s1 0.2.0 erase,patch,verify "$work/verifier.key"
run "$nk" campaign status "$c" --json
same "39_of_41" "39 2" "$(said complete) $(said silent)"

# A school takes a summary into its own books by the same rule, and only within a month.
here_at=$home here_key=$NOKOSAZU_KEY_FILE
export NOKOSAZU_HOME=$school NOKOSAZU_KEY_FILE=$school_key
site=$(python3 -c 'import base64, json, sys
print(json.loads(base64.b64decode(json.load(open(sys.argv[1]))["payload"]))["predicate"]["site"])' "$schools/real.identity")
need 0 "the_school_enrols_the_verifier" "$nk" party add --name verifier --role verifier --organisation verifier --public-key "$verifier"
attest() { # VARIABLE=VALUE: a summary so made is handed in
	(export "$1"; sim summary "$work/verifier.key" "$site" "$work/attest.svr") && "$nk" site attest "$work/attest.svr"
}
expect 65 "a_summary_of_two_months_ago_is_too_old" attest WHEN=2025-02-07T00:00:00.000Z
has "which_is_said" 'too old' "$logs/err"
expect 65 "one_of_next_week_is_refused" attest WHEN=2025-04-15T00:00:00.000Z
expect 65 "one_that_missed_what_was_planted_is_refused" attest FOUND=2
expect 65 "one_that_claims_nothing_is_refused" attest WITHOUT=1
expect 65 "one_of_whatever_folder_is_refused" attest PLACELESS=1
has "because_it_binds_no_places" 'which places' "$logs/err"
f5=$(sim identity "$schools" s5)
need 0 "the_school_knows_a_site_of_another_firm" "$nk" site enrol "$schools/s5.identity" --fingerprint "$f5" --organisation firm
need 0 "a_verifier_of_that_firm_has_a_key" "$nk" party key "$work/firm2.key" --json
need 0 "and_is_enrolled_at_the_school" "$nk" party add --name firm --role verifier --organisation firm --public-key "$(said public_key)"
sim summary "$work/firm2.key" "$site" "$work/attest.svr"
expect 77 "the_organisation_of_any_site_is_no_stranger" "$nk" site attest "$work/attest.svr"
sim summary "$schools/s5.seed" "$site" "$work/attest.svr"
expect 77 "a_strangers_is_refused" "$nk" site attest "$work/attest.svr"
sim summary "$work/verifier.key" 00000000-0000-4000-8000-000000000000 "$work/attest.svr"
expect 65 "one_about_another_site_is_refused" "$nk" site attest "$work/attest.svr"
expect 0 "one_of_yesterday_is_taken_in" attest WHEN=2025-04-06T00:00:00.000Z
printf '[site]\nsummary_days = 1\n' >"$school/conf.d/summary.conf" && chmod 600 "$school/conf.d/summary.conf"
expect 65 "how_old_is_the_sites_own_setting" attest WHEN=2025-04-05T00:00:00.000Z
rm "$school/conf.d/summary.conf"
export NOKOSAZU_HOME=$here_at NOKOSAZU_KEY_FILE=$here_key

# The real one: it knows headquarters by its key, and says what its own books say.
need 0 "headquarters_tells_who_it_is" "$nk" site identity --out "$schools/hq.identity"
hq_fingerprint=$(sed -n 's/.*: \([0-9a-f]\{4\}\(-[0-9a-f]\{4\}\)\{5\}\)$/\1/p' "$logs/err")
need 0 "the_school_is_asked" "$nk" campaign ask "$c" --site real --out "$schools/real.ask"
hq=$home hq_key=$NOKOSAZU_KEY_FILE
export NOKOSAZU_HOME=$school NOKOSAZU_KEY_FILE=$school_key
expect 1 "a_stranger_is_not_answered" "$nk" site report "$schools/real.ask" --out "$schools/real.report"
need 0 "the_school_enrols_headquarters" "$nk" site enrol "$schools/hq.identity" --fingerprint "$hq_fingerprint" --name hq
mkdir -p "$work/swept"
sweep_in() { printf '[sweep]\ntemp = %s\nlogs = %s\ncrash = %s\n' "$1" "$work/swept" "$work/swept" >"$school/conf.d/sweep.conf" && chmod 600 "$school/conf.d/sweep.conf"; }
erase_is() { python3 -c 'import base64, json, sys
print(json.loads(base64.b64decode(json.load(open(sys.argv[1]))["payload"]))["predicate"]["steps"]["erase"])' "$1"; }
sweep_in none
expect 3 "a_sweep_that_leaves_a_class_of_places_out_is_incomplete" "$nk" sweep --json
need 0 "the_school_answers_with_that" "$nk" site report "$schools/real.ask" --out "$schools/real.incomplete"
same "which_fills_no_step" unknown "$(erase_is "$schools/real.incomplete")"
expect 0 "nor_does_a_sweep_of_one_folder" "$nk" sweep --json "$work/swept"
need 0 "it_answers_again" "$nk" site report "$schools/real.ask" --out "$schools/real.part"
same "which_is_none_of_the_installation" unknown "$(erase_is "$schools/real.part")"
need 0 "and_answers" "$nk" site report "$schools/real.ask" --out "$schools/real.report"
expect 77 "a_request_to_another_is_not_answered" "$nk" site report "$schools/s1.ask" --out "$schools/x.report"
export NOKOSAZU_HOME=$hq NOKOSAZU_KEY_FILE=$hq_key
need 0 "its_report_is_taken_in" "$nk" campaign take "$schools/real.report"
run "$nk" campaign status "$c" --json
same "it_has_done_nothing_and_says_so" "39 1" "$(said complete) $(said silent)"
hasnt "so_nothing_is_all_done" 'すべて完了' "$logs/out"

# A site's party is ended as a site, not as anybody.
run "$nk" party list --json
party=$(python3 -c 'import json,sys
for l in open(sys.argv[1]):
    p = json.loads(l)
    if p.get("name") == "s7": print(p["id"])' "$logs/out")
expect 77 "a_sites_party_is_not_ended_without_an_order" "$nk" party end "$party"
has "which_says_how_it_is" 'site end' "$logs/err"

# A waiver needs its warrant, and is named for ever.
waiver() { # SITE-NAME STEP: a signed exception; its id in $waiver
	local id
	id=$(python3 -c 'import uuid,sys; print(uuid.uuid5(uuid.NAMESPACE_DNS, sys.argv[1]))' "$1")
	run "$nk" warrant request --kind exception --verbs WAIVE --scope "campaign:$c/$id/$2" --purpose waiver --until 2025-05-01 --json
	waiver=$(said id)
	"$nk" warrant sign --role officer --key "$work/officer.key" "$waiver" >>"$logs/all.out" 2>>"$logs/all.err"
}
waiver s2 verify
expect 5 "what_is_proven_is_not_waived" "$nk" campaign waive "$c" --site s2 --step verify --warrant "$waiver"
waiver s40 erase
python3 -c 'import sqlite3,sys
db = sqlite3.connect(sys.argv[1]); db.execute("UPDATE campaign SET closed_at = 1"); db.commit()' "$home/store/nokosazu.db"
expect 5 "nothing_is_waived_behind_a_closed_campaign" "$nk" campaign waive "$c" --site s40 --step erase --warrant "$waiver"
has "which_is_said_too" 'closed' "$logs/err"
python3 -c 'import sqlite3,sys
db = sqlite3.connect(sys.argv[1]); db.execute("UPDATE campaign SET closed_at = NULL"); db.commit()' "$home/store/nokosazu.db"
expect 64 "nothing_is_waived_by_a_word" "$nk" campaign waive "$c" --site real --step erase
expect 0 "the_board_is_a_page" bash -c "LC_ALL=ja_JP.UTF-8 '$nk' campaign status '$c' --html '$work/board.html' >/dev/null; test -s '$work/board.html'"
has "that_fetches_nothing" "default-src 'none'" "$work/board.html"
hasnt "and_runs_nothing" '<script|javascript:| on[a-z]+=' "$work/board.html"
check "and_can_be_read_aloud_and_on_a_phone" python3 - "$work/board.html" <<'PY'
import html.parser, sys
class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.seen = [], []
    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag not in ("meta",):
            self.open.append(tag)
    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag
p = Page()
p.feed(open(sys.argv[1], encoding="utf-8").read().split("\n", 1)[1])
assert not p.open
of = lambda t: [a for tag, a in p.seen if tag == t]
assert of("html")[0]["lang"] == "ja" and len(of("h1")) == 1 and len(of("main")) == 1 and len(of("caption")) == 1
assert all(a.get("scope") in ("col", "row") for a in of("th")) and sum(a["scope"] == "row" for a in of("th")) == 41
assert of("progress")[0]["aria-label"] and "width=device-width" in [a for a in of("meta") if a.get("name") == "viewport"][0]["content"]
region = [a for a in of("div") if a.get("role") == "region"][0]
assert region["tabindex"] == "0" and region["aria-labelledby"] == of("caption")[0]["id"]
PY
for what in 'prefers-color-scheme:dark' '@media print'; do has "with_${what//[^a-z]/_}" "$what" "$work/board.html"; done
run env LC_ALL=ja_JP.UTF-8 "$nk" campaign status "$c" --json
has "who_has_left_is_unknown_and_named" '"site":"s40"[^}]*"erase":"unknown"[^}]*"ended":true' "$logs/out"
expect 0 "who_left_may_come_back" "$nk" site enrol "$schools/s40.identity" --fingerprint "$f40"
run "$nk" site list --json
has "and_is_enrolled_again" '"name":"s40".*"ended":false' "$logs/out"
f=$(sim identity "$schools" s41) || bail "a_school_is_made"
expect 73 "a_name_belongs_to_one_site" "$nk" site enrol "$schools/s41.identity" --fingerprint "$f" --name s40
hasnt "which_is_said_in_words" 'UNIQUE' "$logs/err"
expect 5 "a_site_of_an_open_campaign_stays_on_the_list" "$nk" site end real
run env LC_ALL=ja_JP.UTF-8 "$nk" campaign list
has "the_list_shows_it" '39校' "$logs/out"
done_testing
