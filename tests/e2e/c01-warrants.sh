#!/bin/bash
# c01: 申請 → 承認 → 作業報告 → 報告承認 as people do it: parties with keys of both kinds, requests, signatures by our own keys and
# by ssh-keygen -Y sign, use, report, acceptance; and the ways round it that are refused and written down.
. "$(dirname "$0")/lib.sh"

command -v ssh-keygen >/dev/null || skip_all "needs ssh-keygen"
new_site "$work/site"
keys=$work/keys
mkdir -m 700 "$keys"

# Who -------------------------------------------------------------------------------------------------------------------------
need 0 "the_officer_makes_a_key" "$nk" party key "$keys/officer.key" --json
officer_pub=$(said public_key)
need 0 "the_officer_is_enrolled" "$nk" party add --json --name "佐藤 管理" --role officer --public-key "$officer_pub" --contact officer@example.jp
officer=$(said id)
ssh-keygen -q -t ed25519 -N '' -C "superior@example" -f "$keys/ssh" || bail "an_ssh_key_is_made"
vouched "$keys/officer.key" "the_superior_is_enrolled_with_an_ssh_key" "$nk" party add --name "鈴木 上長" --role superior,principal --ssh-key "$keys/ssh.pub" --unit school --deputy "$officer"
superior=$(said id)
expect 73 "one_key_is_enrolled_once" "$nk" party add --name "別名" --role auditor --public-key "$officer_pub"
expect 65 "a_role_that_nobody_explained_is_refused" "$nk" party add --name "だれか" --role supeior --ssh-key "$keys/ssh.pub"
ssh-keygen -q -t rsa -b 2048 -N '' -f "$keys/rsa" || bail "an_rsa_key_is_made"
run "$nk" party add --name "だれか" --role auditor --ssh-key "$keys/rsa.pub"
check "a_key_of_a_kind_that_we_do_not_verify_is_refused" test "$status" != 0
expect 0 "a_program_can_be_a_party_without_a_key" "$nk" party add --json --name "夜間処理" --kind program --role program
run "$nk" party list --json
has "roles_are_called_as_a_school_calls_them" '上長、校長' "$logs/out"
has "the_contact_is_known" 'officer@example.jp' "$logs/out"
check "and_stands_in_no_file_of_the_home" bash -c "! grep -r -q -e 'officer@example.jp' -e '佐藤' '$home'"

# Request, signatures of both kinds --------------------------------------------------------------------------------------------
printf '{\n  "files": [ {"name": "access.log", "sha256": "00ff"} ],\n  "persons": 0\n}\n' >"$work/details.json"
ask() { "$nk" warrant request --kind egress --verbs SEAL --scope "bundle:00ff" --purpose "障害 4711 の調査" --until 2025-04-09 --needs officer "$@"; }
for one in person:0012001 person:2004-05-06 persons:090-1234-5678; do
	expect 65 "a_person_is_named_by_nothing_but_the_id: $one" "$nk" warrant request --kind order --verbs UNPROTECT --scope "$one" --purpose 解除 --until 2025-04-09 --needs officer
done
expect 64 "a_request_without_an_end_is_refused" "$nk" warrant request --kind egress --verbs SEAL --scope x --purpose y
expect 65 "and_one_that_ends_before_it_begins" "$nk" warrant request --kind egress --verbs SEAL --scope x --purpose y --until 2025-04-01
expect 65 "and_one_of_no_kind" "$nk" warrant request --kind wish --verbs SEAL --scope x --purpose y --until 2025-04-09
need 0 "a_request_is_made" ask --details "$work/details.json" --json
w=$(said id)
expect 0 "it_waits" "$nk" warrant list --json
same "for_superior_and_officer" "superior,officer" "$(said waits_for)"
check "its_purpose_stands_in_no_file_of_the_home" bash -c "! grep -r -q '4711' '$home'"
expect 77 "it_cannot_be_used_yet" "$nk" warrant use "$w"
expect 77 "a_role_that_one_does_not_hold_signs_nothing" "$nk" warrant sign "$w" --role superior --key "$keys/officer.key"
expect 0 "the_officer_signs" "$nk" warrant sign "$w" --role officer --key "$keys/officer.key"
expect 73 "once" "$nk" warrant sign "$w" --role officer --key "$keys/officer.key"
expect 77 "one_role_is_not_all" "$nk" warrant use "$w"
expect 0 "the_bytes_to_sign_can_be_had" "$nk" warrant show "$w" --statement superior --party "$superior"
cp "$logs/out" "$work/statement.json"
check "they_are_an_in_toto_statement_that_shows_what_is_signed" python3 -c 'import json, sys
d = json.load(open(sys.argv[1]))
p = d["predicate"]
assert d["_type"] == "https://in-toto.io/Statement/v1" and d["predicateType"].endswith("/predicate/approval/v1")
assert d["subject"][0]["name"] == "warrant:" + sys.argv[2] and len(d["subject"][0]["digest"]["sha256"]) == 64
assert p["decision"] == "granted" and p["role"] == "superior" and p["party"] == sys.argv[3] and p["details"]["files"][0]["sha256"] == "00ff"' \
	"$work/statement.json" "$w" "$superior"
ssh-keygen -q -Y sign -f "$keys/ssh" -n nokosazu-other "$work/statement.json" 2>/dev/null && mv "$work/statement.json.sig" "$work/other.sig"
expect 77 "a_signature_for_another_purpose_is_refused" "$nk" warrant sign "$w" --role superior --sshsig "$work/other.sig" --party "$superior"
sed 's/"uses":1/"uses":9/' "$work/statement.json" >"$work/changed.json"
ssh-keygen -q -Y sign -f "$keys/ssh" -n nokosazu-approval "$work/changed.json" 2>/dev/null
expect 77 "a_signature_over_other_words_is_refused" "$nk" warrant sign "$w" --role superior --sshsig "$work/changed.json.sig" --party "$superior"
ssh-keygen -q -t ed25519 -N '' -f "$keys/stranger" && cp "$work/statement.json" "$work/stranger.json"
ssh-keygen -q -Y sign -f "$keys/stranger" -n nokosazu-approval "$work/stranger.json" 2>/dev/null
expect 77 "a_strangers_signature_is_refused" "$nk" warrant sign "$w" --role superior --sshsig "$work/stranger.json.sig" --party "$superior"
ssh-keygen -q -Y sign -f "$keys/ssh" -n nokosazu-approval "$work/statement.json" 2>/dev/null || bail "ssh_keygen_signs"
expect 0 "the_superiors_own_ssh_key_signs" "$nk" warrant sign "$w" --role superior --sshsig "$work/statement.json.sig" --party "$superior"
run "$nk" warrant show "$w" --json
same "it_is_granted" granted "$(said state)"
check "and_every_signature_is_good" python3 -c 'import json, sys
d = json.loads(open(sys.argv[1]).readlines()[-1])
assert [s["verdict"] for s in d["steps"] if s["step"] == "sign"] == ["good", "good"]' "$logs/out"

run "$nk" warrant show "$w" --envelope superior
cp "$logs/out" "$work/kept.sig"
printf 'superior %s\n' "$(cut -d ' ' -f 1,2 "$keys/ssh.pub")" >"$work/allowed"
check "openssh_verifies_what_we_kept" bash -c "ssh-keygen -Y verify -f '$work/allowed' -I superior -n nokosazu-approval -s '$work/kept.sig' <'$work/statement.json'"
run "$nk" warrant show "$w" --envelope officer
cp "$logs/out" "$work/kept.json"
check "and_openssl_our_own_kind" python3 -c 'import base64, json, subprocess, sys
e = json.load(open(sys.argv[1]))
body, kind = base64.b64decode(e["payload"]), e["payloadType"].encode()
pae = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(body), body)
open(sys.argv[3] + "/pae", "wb").write(pae)
open(sys.argv[3] + "/sig", "wb").write(base64.b64decode(e["signatures"][0]["sig"]))
open(sys.argv[3] + "/pub", "wb").write(bytes.fromhex("302a300506032b6570032100" + sys.argv[2]))
subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", sys.argv[3] + "/pub", "-rawin", "-in", sys.argv[3] + "/pae", "-sigfile", sys.argv[3] + "/sig"], check=True, stdout=subprocess.DEVNULL)
assert json.loads(body)["predicate"]["role"] == "officer"' "$work/kept.json" "$officer_pub" "$work"
expect 1 "who_has_not_signed_has_no_envelope" "$nk" warrant show "$w" --envelope superior --for accept

# Use, report, acceptance ------------------------------------------------------------------------------------------------------
expect 77 "nothing_is_accepted_before_it_is_reported" bash -c "'$nk' warrant accept '$w' --role officer --key '$keys/officer.key'; s=\$?; [ \$s = 1 ] && exit 77; exit \$s"
expect 0 "it_is_used" "$nk" warrant use "$w"
expect 77 "once_was_asked_for" "$nk" warrant use "$w"
expect 0 "the_work_is_reported" "$nk" warrant report "$w" --text "記録を調べ、媒体は返却した"
expect 77 "once_too" "$nk" warrant report "$w" --text "また"
expect 0 "the_report_is_accepted_by_a_judge" "$nk" warrant accept "$w" --role officer --key "$keys/officer.key"
run "$nk" warrant show "$w"
has "the_four_steps_can_be_seen" 'accept' "$logs/out"
run "$nk" warrant show "$w" --lang ja
has "in_japanese" '申請' "$logs/out"
has "all_four" '報告承認' "$logs/out"

# Ends ----------------------------------------------------------------------------------------------------------------------------
need 0 "another_request" ask --json
v=$(said id)
expect 0 "can_be_refused" "$nk" warrant refuse "$v" --role officer --key "$keys/officer.key"
expect 77 "and_is_over" "$nk" warrant sign "$v" --role officer --key "$keys/officer.key"
need 0 "a_third_is_of_one_role" "$nk" warrant request --json --kind order --verbs LOOK --scope log --purpose "点検" --until 2025-04-08
u=$(said id)
need 0 "and_signed" "$nk" warrant sign "$u" --role officer --key "$keys/officer.key"
expect 77 "the_last_officer_stays" "$nk" party end "$officer"
has "until_there_is_a_successor" 'successor' "$logs/err"
need 0 "a_successor_makes_a_key" "$nk" party key "$keys/second.key" --json
second_pub=$(said public_key)
expect 4 "the_operator_alone_enrols_no_officer" "$nk" party add --name "後任 管理" --role officer --public-key "$second_pub" --json
order=$(said warrant)
expect 4 "the_order_waits_however_often_one_tries" "$nk" party add --name "後任 管理" --role officer --public-key "$second_pub" --json
same "and_is_asked_for_once" "$order" "$(said warrant)"
expect 77 "he_does_not_sign_for_himself" "$nk" warrant sign "$order" --role officer --key "$keys/second.key"
need 0 "the_officer_signs_for_his_successor" "$nk" warrant sign "$order" --role officer --key "$keys/officer.key"
expect 77 "not_for_another_name" "$nk" party add --name "別人" --role officer --public-key "$second_pub"
expect 4 "nor_for_another_role" "$nk" party add --name "後任 管理" --role officer,verifier --public-key "$second_pub"
need 0 "but_for_this_one" "$nk" party add --name "後任 管理" --role officer --public-key "$second_pub" --json
run "$nk" warrant list --json
check "its_report_waits_for_somebody_to_accept_it" grep -q "\"id\":\"$order\".*\"owes\":\"accept\"" "$logs/out"
expect 0 "who_accepts_it" "$nk" warrant accept "$order" --role officer --key "$keys/officer.key"
run "$nk" warrant list --json
hasnt "and_nothing_is_owed_for_it" "$order" "$logs/out"
expect 77 "such_an_order_is_not_asked_for_by_hand" "$nk" warrant request --kind order --verbs ENROL --scope "party:add:00" --purpose x --until 2025-04-09
vouched "$keys/officer.key" "a_signer_can_be_ended" "$nk" party end "$officer"
run "$nk" case week --json
for why in last-officer other-scope by-hand not-signed used-up other-words own-side; do
	[ "$why" = own-side ] || has "refused_and_listed_with_the_word_$why" "\"why\":\"$why\"" "$logs/out"
done
expect 77 "and_his_signatures_end_with_him" "$nk" warrant use "$u"
run "$nk" warrant show "$u"
same "which_show_tells" 2 "$status"
run "$nk" clock 2025-04-20
run "$nk" warrant list --all --json
check "what_is_over_is_called_expired" grep -q "\"id\":\"$u\".*\"state\":\"expired\"" "$logs/out"

# Units that must be apart --------------------------------------------------------------------------------------------------------
printf '[separation]\napart = development/build\n' >"$home/conf.d/apart.conf"
chmod 600 "$home/conf.d/apart.conf"
vouched "$keys/second.key" "a_developer_is_enrolled" "$nk" party add --name "開発" --role release --unit development --public-key "$officer_pub"
expect 78 "the_same_key_is_not_enrolled_for_building" "$nk" party add --name "構築" --role release --unit build --public-key "$officer_pub"
has "both_units_are_named" 'development and build' "$logs/err"
printf '[separation]\napart = release/development\n' >"$home/conf.d/apart.conf"
expect 78 "a_party_in_both_makes_the_configuration_invalid" "$nk" party list
has "and_it_is_said_which" 'release and development' "$logs/err"
printf '[separation]\napart = release/development\nlimitation = only one person works here\n' >"$home/conf.d/apart.conf"
expect 0 "a_stated_limitation_allows_it" "$nk" party list
need 0 "and_is_asked_for" "$nk" warrant request --json --kind order --verbs LOOK --scope log --purpose "点検" --until 2025-04-28
u=$(said id)
run "$nk" warrant show "$u" --statement officer --party "$superior"
has "and_signed_by_everybody" '"limitation":"only one person works here"' "$logs/out"

# What was refused is written down ---------------------------------------------------------------------------------------------
refused=$(grep -c '"refused"' <(strings -a "$home/store/nokosazu.db" "$home/store/nokosazu.db-wal" 2>/dev/null))
check "refused_attempts_are_leaves" test "${refused:-0}" -ge 8
expect 0 "and_the_ledger_is_whole" "$nk" ledger verify
done_testing
