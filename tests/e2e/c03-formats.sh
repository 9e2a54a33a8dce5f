#!/bin/bash
# c03: the formats of sealing beside other people's tools, both ways: age, minisign, ssh-keygen -Y.
# SEAL_TOOL: the program of tests/kit/seal_tool.c.
. "$(dirname "$0")/lib.sh"
tool=${SEAL_TOOL:-$(dirname "$nk")/../../tests/seal_tool}
[ -x "$tool" ] || skip_all "needs seal_tool (SEAL_TOOL)"
for c in age age-keygen minisign ssh-keygen; do command -v $c >/dev/null || skip_all "needs $c"; done
cd "$work" || exit 1

# age ------------------------------------------------------------------------------------------------------------------------------
age-keygen -o id.txt 2>/dev/null
age-keygen -o other.txt 2>/dev/null
to=$(age-keygen -y id.txt)
for size in 0 1 65535 65536 65537 1000000; do
	head -c $size /dev/urandom >plain
	rm -f ours.age back
	expect 0 "we_seal_$size" "$tool" age-seal plain ours.age "$to"
	check "age_opens_our_$size" bash -c 'age -d -i id.txt ours.age | cmp - plain'
	age -r "$to" -o theirs.age plain
	expect 0 "we_open_what_age_sealed_$size" "$tool" age-open theirs.age back id.txt
	check "and_it_is_the_same_$size" cmp plain back
	age -a -r "$to" -o armored.age plain
	rm -f back
	expect 0 "and_armoured_$size" "$tool" age-open armored.age back id.txt
	check "the_same_too_$size" cmp plain back
done
age -r "$(age-keygen -y other.txt)" -r "$to" -o two.age plain
rm -f back
expect 0 "the_second_of_two_recipients_opens" "$tool" age-open two.age back id.txt
rm -f back
expect 77 "nobody_else_does" "$tool" age-open ours.age back other.txt
rm -f back
head -c 900000 ours.age >cut.age
expect 1 "a_file_that_was_cut_off_is_refused" "$tool" age-open cut.age back id.txt
check "age_refuses_it_too" bash -c '! age -d -i id.txt cut.age >/dev/null 2>&1'
expect 65 "what_is_no_age_file_is_refused" "$tool" age-open plain back2 id.txt

# minisign --------------------------------------------------------------------------------------------------------------------------
seed=$(printf '%064d' 7)
"$tool" minisign-key "$seed" >ours.pub
"$tool" minisign-sign plain "$seed" "package 1" >plain.minisig
expect 0 "minisign_checks_our_signature" minisign -V -p ours.pub -m plain
has "with_its_trusted_comment" 'package 1' "$logs/out"
minisign -G -W -f -p theirs.pub -s theirs.key >/dev/null 2>&1
minisign -S -W -s theirs.key -m plain -x theirs.minisig -t 'trusted' >/dev/null 2>&1 || minisign -S -s theirs.key -m plain -x theirs.minisig -t 'trusted' >/dev/null 2>&1
expect 0 "we_check_minisigns" "$tool" minisign-verify plain theirs.minisig theirs.pub
expect 77 "not_with_another_key" "$tool" minisign-verify plain theirs.minisig ours.pub
expect 77 "not_for_another_file" "$tool" minisign-verify ours.age theirs.minisig theirs.pub
sed 's/^trusted comment: trusted/trusted comment: Trusted/' theirs.minisig >changed.minisig
expect 77 "not_with_another_comment" "$tool" minisign-verify plain changed.minisig theirs.pub

# ssh-keygen -Y ------------------------------------------------------------------------------------------------------------------------
ssh-keygen -q -t ed25519 -N '' -f ssh
ssh-keygen -q -t ed25519 -N '' -f ssh2
printf 'warrant 1\n' >message
for hash in sha512 sha256; do
	ssh-keygen -q -Y sign -O hashalg=$hash -f ssh -n nokosazu-approval - <message >message.sig
	status=0; "$tool" sshsig-verify ssh.pub message.sig nokosazu-approval <message 2>"$logs/err" || status=$?
	same "we_check_what_ssh_keygen_signed_with_$hash" 0 "$status"
	status=0; "$tool" sshsig-verify ssh.pub message.sig other <message 2>"$logs/err" || status=$?
	same "not_for_another_purpose_$hash" 77 "$status"
	status=0; "$tool" sshsig-verify ssh2.pub message.sig nokosazu-approval <message 2>"$logs/err" || status=$?
	same "not_of_another_key_$hash" 77 "$status"
	status=0; printf 'warrant 2\n' | "$tool" sshsig-verify ssh.pub message.sig nokosazu-approval 2>"$logs/err" || status=$?
	same "not_of_another_message_$hash" 77 "$status"
done
done_testing
