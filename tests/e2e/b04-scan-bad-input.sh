#!/bin/bash
# b04: what a scan meets in the wild and in traps: reported, never hung, never passed over in silence. Each case ends with the status
# of "not everything could be looked through" (3) and says why, or looks through it whole.
. "$(dirname "$0")/lib.sh"
unset NOKOSAZU_HOME NOKOSAZU_KEY_FILE
export NK_E2E_LIMIT=${NK_E2E_LIMIT:-120}
t=$work/t
mkdir "$t"
python3 "$here/hostile.py" "$t" || bail "the_hostile_files_are_made"
json() { python3 -c 'import json, sys
lines = [json.loads(x) for x in open(sys.argv[1], encoding="utf-8")]
summary = [x for x in lines if x["type"] == "summary"][0]
findings = [x for x in lines if x["type"] == "finding"]
streams = [x for x in lines if x["type"] == "stream"]
print(eval(sys.argv[2]))' "$logs/out" "$1" 2>&1; }
# not_silent FILE REASONS NAME [OPTIONS]: ends with 3 in time, and one of the reasons stands with a stream.
not_silent() {
	run timeout "$NK_E2E_LIMIT" "$nk" scan --json "${@:4}" "$t/$1"
	same "$3" 3 "$status"
	same "$3_with_the_reason" True "$(json "any(s.get('why') in '$2'.split() for s in streams if s['state'] != 'scanned')")"
}
not_silent encrypted.zip "encrypted" "an_encrypted_zip_is_not_scanned"
not_silent cut.zip "cut-off damaged" "a_cut_zip_is_told"
not_silent cut.tar.gz "cut-off damaged" "a_cut_tar_gz_is_told"
not_silent cut.docx "cut-off damaged" "a_cut_docx_is_told"
not_silent lying.zip "damaged" "a_zip_that_lies_about_sizes_is_told"
not_silent overlap.zip "overlap" "a_zip_with_overlapping_entries_is_told"
not_silent bomb.gz "ratio too-large" "a_bomb_of_zeros_is_told" --max-unpacked 32
not_silent nested-bomb.zip "ratio too-large too-deep" "a_nested_bomb_is_told" --max-unpacked 32
not_silent deep.zip "too-deep" "a_zip_nested_forty_deep_is_told"
not_silent many.zip "too-many" "a_zip_of_more_entries_than_the_limit_is_told" --max-entries 1000
not_silent cycle.doc "damaged" "a_cyclic_compound_file_is_told"
not_silent loop.pdf "damaged no-text cut-off" "a_pdf_with_loops_is_told"
not_silent picture.png "no-text" "a_picture_of_text_is_never_clean"
not_silent entities.docx "unsupported damaged" "a_document_with_entities_is_told"
if [ -f "$root/../shared/data/scan/tika/quine.gz" ]; then
	cp "$root/../shared/data/scan/tika/quine.gz" "$root/../shared/data/scan/tika/droste.zip" "$t/"
	not_silent quine.gz "cycle too-deep" "a_quine_is_told"
	not_silent droste.zip "cycle too-deep" "a_zip_that_holds_itself_is_told"
else
	skip "a_quine_is_told" "the samples of others are not here"
fi

mkfifo "$t/fifo"
not_silent fifo "not-a-file" "a_pipe_is_not_waited_for"
ln -s loop-b "$t/loop-a" && ln -s loop-a "$t/loop-b"
not_silent loop-a "link" "a_loop_of_links_is_told"
mkdir -p "$t/folder/deep" && ln -s .. "$t/folder/deep/up" && printf 'tel 090-3214-5678\n' >"$t/folder/a.txt"
expect 2 "a_link_back_up_is_not_followed" timeout "$NK_E2E_LIMIT" "$nk" scan --json "$t/folder"
ln -s /etc "$t/folder/out"
not_silent folder "link" "a_link_that_leads_out_is_told"
same "and_the_rest_of_the_folder_is_looked_through" True "$(json 'any(f.get("class") == "phone" for f in findings)')"
printf 'tel 090-3214-5678\n' >"$t/$(printf 'new\nline\377\033[31m.txt')"
run timeout "$NK_E2E_LIMIT" "$nk" scan --json "$t/$(printf 'new\nline\377\033[31m.txt')"
same "a_name_with_a_newline_and_bytes_that_are_no_text_is_one_line_of_json" 2 "$status"
run timeout "$NK_E2E_LIMIT" "$nk" scan "$t/$(printf 'new\nline\377\033[31m.txt')"
hasnt "and_cannot_colour_the_terminal" "$(printf '\033')" "$logs/out"
truncate -s 10G "$t/zeros"
printf 'mail: someone@example.ac.jp' >>"$t/zeros"
expect 2 "ten_gigabytes_of_hole_with_a_mail_behind_are_looked_through" timeout "$NK_E2E_LIMIT" "$nk" scan --json "$t/zeros"
same "and_the_mail_is_found" 10737418246 "$(json 'findings[0]["offset"]')"
rm "$t/zeros"
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
	chmod 755 "$work" "$t" && printf 'x' >"$t/secret.txt" && chmod 600 "$t/secret.txt"
	run setpriv --reuid 65534 --regid 65534 --clear-groups "$nk" scan --json "$t/secret.txt"
	same "a_file_without_permission_is_told" 3 "$status"
	same "as_no_permission" no-permission "$(json 'streams[0]["why"]')"
else
	skip "a_file_without_permission_is_told" "needs root to become nobody"
fi
expect 1 "a_path_that_is_not_there_fails" "$nk" scan "$t/nothing-here"
has "and_is_named" 'nothing-here' "$logs/err"
mkdir "$t/moving"
for i in $(seq 200); do printf 'tel 090-3214-5678 %s\n' "$i" >"$t/moving/f$i"; done
(for i in $(seq 200); do rm -f "$t/moving/f$i"; printf 'x' >"$t/moving/g$i"; done) &
run timeout "$NK_E2E_LIMIT" "$nk" scan --json "$t/moving"
wait
check "a_folder_that_changes_while_it_is_read_ends_with_a_word" test "$status" = 2 -o "$status" = 3 -o "$status" = 0
same "and_whatever_vanished_is_told" True "$(json 'summary["complete"] == (summary["not_scanned"] + summary["partly"] == 0)')"
done_testing
