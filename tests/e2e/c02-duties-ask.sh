#!/bin/bash
# c02: due times act (mail, webhook, program, killed runs), evidence goes out and is checked by strangers, and the one question.
. "$(dirname "$0")/lib.sh"

new_site "$work/site"
need 0 "a_roster_is_taken_in" "$nk" import "$roster25" --json
conf() { printf '%s\n' '[duty]' 'remind_hours = 48' "$@" >"$home/conf.d/duty.conf"; chmod 600 "$home/conf.d/duty.conf"; }
sink() { # KIND DIR [ARGS]: a server of ours; $port
	mkdir "$2"
	python3 "$here/../kit/$1_sink.py" "$2" "${@:3}" >"$2/said" 2>&1 &
	pids+=($!)
	for _ in $(seq 100); do [ -s "$2/port" ] && break; sleep 0.1; done
	port=$(cat "$2/port") || bail "the_sink_$1_starts" "$(cat "$2/said")"
}
mails() { find "$work/mail" -name '*.eml' | wc -l; }
level() { "$nk" duty list --all --json | python3 -c 'import json, sys
print(*sorted(json.loads(x)["level"] for x in sys.stdin if json.loads(x)["kind"] == "close-holding" and json.loads(x)["place"] == "roster file"))'; }

# The clock of duties --------------------------------------------------------------------------------------------------------
expect 0 "before_the_time_nobody_is_called" "$nk" duty run --json
same "nobody_at_all" "0 0" "$(said called) $(said failed)"
sink smtp "$work/mail" --login "office:secret word"
conf "channels = mail" "mail_url = smtp://127.0.0.1:$port" "mail_from = nokosazu@hoshimi.example.jp" "mail_to = office@hoshimi.example.jp"
need 0 "a_month_goes_by" "$nk" clock 2025-05-06
expect 3 "a_host_that_is_not_on_the_list_is_not_spoken_to" "$nk" duty run --json
same "and_nobody_was_called" "0 1" "$(said called) $(said failed)"
has "and_the_reason_is_told" 'not on the list' "$logs/out"
same "no_mail_went_out" 0 "$(mails)"
same "the_duty_stays_where_it_was" 0 "$(level)"
mailconf=("channels = mail" "mail_url = smtp://127.0.0.1:$port" "mail_from = nokosazu@hoshimi.example.jp" "mail_to = office@hoshimi.example.jp" "hosts = 127.0.0.1")
conf "${mailconf[@]}"
expect 3 "a_server_with_a_login_takes_nothing_without" "$nk" duty run
conf "${mailconf[@]}" "mail_user = office"
expect 3 "a_login_without_a_password_is_told" "$nk" duty run
has "where_to_set_it" 'mail_password_file' "$logs/out"
mailconf+=("mail_user = office" "mail_password_file = $work/mail.password")
conf "${mailconf[@]}"
printf 'secret word\n' >"$work/mail.password" && chmod 644 "$work/mail.password"
expect 3 "a_password_that_others_can_read_is_not_used" "$nk" duty run
has "and_what_to_do_is_told" 'chmod 600' "$logs/out"
printf 'another word\n' >"$work/mail.password" && chmod 600 "$work/mail.password"
expect 3 "another_password_does_not_open" "$nk" duty run
hasnt "it_is_not_told" 'another word' "$logs/out"
same "nothing_went_out_so_far" 0 "$(mails)"
printf 'secret word\n' >"$work/mail.password"
expect 0 "with_the_host_on_it_the_owner_is_reminded" "$nk" duty run --json
same "once" "1 0 1" "$(said called) $(said failed) $(mails)"
expect 0 "the_same_run_again_calls_nobody" "$nk" duty run --json
same "no_second_mail" "0 1" "$(said called) $(mails)"
check "the_mail_says_what_and_when_and_nobody" python3 -c 'import email, email.policy, sys
m = email.message_from_bytes(open(sys.argv[1], "rb").read(), policy=email.policy.default)
text = m.get_content()
assert m["To"] == "office@hoshimi.example.jp" and m["Message-ID"].endswith(".1@hoshimi.example.jp>"), m.items()
assert "close-holding" in m["Subject"] and m["Date"] and m["Auto-Submitted"] == "auto-generated"
assert "2025-05-07T" in text and "nokosazu duty list" in text and "操作" not in text and "e2e operator" not in text' "$work/mail/1.eml"
need 0 "the_due_time_goes_by" "$nk" clock 2025-05-09
expect 2 "then_the_deputy_and_the_director_are_called" "$nk" duty run --json
same "both" "2 3" "$(said called) $(mails)"
expect 2 "overdue_ones_can_be_listed" "$nk" duty list --overdue
has "with_who_was_called" 'director' "$logs/out"
duty=$("$nk" duty list --overdue --json | head -n 1 | python3 -c 'import json, sys; print(json.loads(sys.stdin.readline())["id"])')
expect 0 "who_was_called_can_say_that_he_knows" "$nk" duty ack "$duty"
expect 2 "which_ends_nothing" "$nk" duty list --overdue
expect 1 "a_duty_that_is_none_is_not_acknowledged" "$nk" duty ack 00000000-0000-4000-8000-000000000000

# Servers that do not take it --------------------------------------------------------------------------------------------------
need 0 "another_copy_is_made" "$nk" scan index build --days 14 --json "$work/site.nks"
holding=$(said holding)
level() { "$nk" duty list --all --json | python3 -c 'import json, sys
print(*(json.loads(x)["level"] for x in sys.stdin if json.loads(x)["holding"] == sys.argv[1]))' "$holding"; }
need 0 "a_month_later" "$nk" clock 2025-06-09
conf "channels = mail" "mail_url = smtp://127.0.0.1:9" "mail_from = nokosazu@hoshimi.example.jp" "mail_to = office@hoshimi.example.jp" "hosts = 127.0.0.1" "timeout_seconds = 5"
expect 3 "a_server_that_is_not_there_is_told" "$nk" duty run
has "with_what_will_happen" 'tried again' "$logs/out"
same "the_duty_waits_at_its_level" 0 "$(level)"
sink smtp "$work/refusing" --refuse
conf "channels = mail" "mail_url = smtp://127.0.0.1:$port" "mail_from = nokosazu@hoshimi.example.jp" "mail_to = office@hoshimi.example.jp" "hosts = 127.0.0.1"
expect 3 "a_receiver_that_the_server_refuses_is_told" "$nk" duty run
sink http "$work/hook" 500
conf "channels = webhook" "webhook = http://127.0.0.1:$port/x" "urls = http://127.0.0.1:$port/x"
expect 3 "a_webhook_that_answers_500_did_not_take_it" "$nk" duty run
conf "channels = webhook" "webhook = http://127.0.0.1:$port/redirect" "urls = http://127.0.0.1:$port/redirect"
expect 3 "a_redirect_is_not_followed" "$nk" duty run
check "nowhere_else" test ! -e "$work/hook/3.followed.json"
sink http "$work/hook2"
conf "channels = webhook" "webhook = http://127.0.0.1:$port/x" "urls = http://127.0.0.1:$port/y"
expect 3 "an_address_that_is_not_on_the_list_is_not_posted_to" "$nk" duty run
same "nothing_arrived" 0 "$(find "$work/hook2" -name '*.json' | wc -l)"
same "the_duty_still_waits" 0 "$(level)"

# A run that is killed ------------------------------------------------------------------------------------------------------------
cat >"$work/tell" <<SH
#!/bin/sh
cat >>"$work/told"
[ -e "$work/killed" ] && exit 0
: >"$work/killed"
kill -9 \$PPID
sleep 1
SH
chmod 700 "$work/tell"
conf "channels = command" "command = $work/tell"
run "$nk" duty run
same "a_run_that_is_killed_behind_its_first_notice" 137 "$status"
same "has_written_nothing_down" 0 "$(level)"
expect 2 "the_next_one_goes_on" "$nk" duty run --json
same "and_calls_everybody" "3 0" "$(said called) $(said failed)"
same "one_of_them_twice_at_most" 4 "$(grep -c 'nokosazu duty list' "$work/told" | awk '{ print $1 / 2 }')"
same "all_levels_are_reached" 3 "$(level)"
expect 64 "watching_wants_a_key_file" env -u NOKOSAZU_KEY_FILE "$nk" --key-file "" duty run --watch
conf "channels = "
timeout -s TERM 3 "$nk" duty run --watch >"$logs/out" 2>"$logs/err"
same "a_watching_clock_ends_when_it_is_told_to" 124 "$?"
has "after_it_has_looked" 'overdue' "$logs/err"

# Evidence ---------------------------------------------------------------------------------------------------------------------------
store=$("$nk" holding list --json | head -n 1 | python3 -c 'import json, sys; print(json.loads(sys.stdin.readline())["id"])')
party=$("$nk" party list --json | head -n 1 | python3 -c 'import json, sys; print(json.loads(sys.stdin.readline())["id"])')
expect 0 "how_complete_a_log_is_can_be_said" "$nk" holding coverage "$store" --from 2025-04-08T00:00:00Z --until 2025-04-09T00:00:00Z --complete "slapd audit log"
expect 77 "a_filtered_one_is_never_complete" "$nk" holding coverage "$store" --from 2025-04-08T00:00:00Z --until 2025-04-09T00:00:00Z --complete x --filtered
expect 65 "nor_one_of_tomorrow" "$nk" holding coverage "$store" --from 2025-04-08T00:00:00Z --until 2999-04-09T00:00:00Z --complete x
expect 64 "complete_and_gap_at_once_are_refused" "$nk" holding coverage "$store" --from 2025-04-08T00:00:00Z --until 2025-04-09T00:00:00Z --complete x --gap y
expect 0 "evidence_is_listed" "$nk" evidence list --about "holding:$store" --json
evidence=$(said id)
expect 0 "and_shown" "$nk" evidence show "$evidence"
has "as_a_statement" 'in-toto.io/Statement/v1' "$logs/out"
expect 0 "and_handed_out" "$nk" evidence export "$evidence" "$work/log.dsse.json"
expect 73 "over_no_other_file" "$nk" evidence export "$evidence" "$work/log.dsse.json"
cp -r "$home/public" "$work/keys"
expect 0 "a_stranger_finds_it_good" env -u NOKOSAZU_HOME -u NOKOSAZU_KEY_FILE "$nk" verify --json --keys "$work/keys" "$work/log.dsse.json"
same "signed_by_the_house" "certificate.pem" "$(said signed_by)"
has "and_reads_what_was_not_checked" 'not checked' "$logs/out"
if command -v openssl >/dev/null; then
	check "openssl_agrees" python3 - "$work/log.dsse.json" "$work/keys/certificate.pem" "$work" <<'PY'
import base64, json, subprocess, sys
e = json.load(open(sys.argv[1]))
p = base64.b64decode(e["payload"])
pae = b"DSSEv1 %d %s %d " % (len(e["payloadType"]), e["payloadType"].encode(), len(p)) + p
open(sys.argv[3] + "/pae", "wb").write(pae)
open(sys.argv[3] + "/sig", "wb").write(base64.b64decode(e["signatures"][0]["sig"]))
subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", sys.argv[2], "-rawin", "-in", sys.argv[3] + "/pae", "-sigfile", sys.argv[3] + "/sig"], check=True)
PY
fi
python3 - "$work/log.dsse.json" "$work/bad.dsse.json" <<'PY'
import base64, json, sys
e = json.load(open(sys.argv[1]))
e["payload"] = base64.b64encode(base64.b64decode(e["payload"]).replace(b'"complete":true', b'"complete":null')).decode()
json.dump(e, open(sys.argv[2], "w"))
PY
cp "$work/log.tlog-proof" "$work/bad.tlog-proof"
expect 1 "one_that_was_changed_is_not_good" "$nk" verify --keys "$work/keys" "$work/bad.dsse.json"
has "and_must_not_be_relied_on" 'NOT good' "$logs/out"
openssl genpkey -algorithm ed25519 -out "$work/other.key" 2>/dev/null && mkdir "$work/otherkeys" &&
	openssl pkey -in "$work/other.key" -pubout -out "$work/otherkeys/certificate.pem" 2>/dev/null
expect 1 "another_key_finds_it_not_good" "$nk" verify --keys "$work/otherkeys" "$work/log.dsse.json"
cp "$work/keys/certificate.pem" "$work/otherkeys/city.pem"
expect 0 "one_of_several_keys_is_enough" "$nk" verify --json --keys "$work/otherkeys" "$work/log.dsse.json"
same "and_is_named" "city.pem" "$(said signed_by)"

# The one question -------------------------------------------------------------------------------------------------------------------
expect 0 "the_one_question_is_answered" "$nk" ask "$store" --json
same "over_everybody_once" "$(said persons_exact)" "$(said persons_max)"
has "with_the_query_that_the_numbers_answer" '"query":"ask:[0-9a-f-]+@[0-9]+"' "$logs/out"
has "and_who_could_read_it" '"who":"e2e operator"' "$logs/out"
expect 0 "for_people_too" "$nk" ask "$store"
has "with_its_query" 'Query: ask:' "$logs/out"
expect 0 "a_reading_is_written_down" "$nk" holding read "$holding" --by "$party" --at 2025-05-20T01:00:00Z --persons 12
expect 0 "and_then" "$nk" ask "$holding" --json
same "it_was_read" yes "$(said read)"
expect 65 "nobody_reads_a_copy_before_it_is_made" "$nk" holding read "$holding" --by "$party" --at 2020-04-20T01:00:00Z
expect 65 "or_in_the_future" "$nk" holding read "$holding" --by "$party" --at 2999-04-20T01:00:00Z
expect 1 "a_copy_that_nobody_knows_is_no_empty_answer" "$nk" ask 00000000-0000-4000-8000-000000000000
expect 64 "something_must_be_asked" "$nk" ask
expect 0 "all_copies_of_one_person_are_listed" "$nk" ask --person '#5' --json
same "the_store_the_file_and_the_index" "3" "$(wc -l <"$logs/out" | tr -d ' ')"
expect 0 "a_copy_is_closed" "$nk" holding close "$holding"
expect 0 "and_asked_about" "$nk" ask "$holding" --json
same "by_the_custodians_word_it_is_not_verified" "gone, UNVERIFIED" "$(said gone)"
expect 0 "the_ledger_is_whole" "$nk" ledger verify

done_testing
