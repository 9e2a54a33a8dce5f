#!/bin/bash
# c13: the drop folder: what anybody puts there is a doubt at the next run of the clock, with a receipt beside it; and a hostile
# clerk's ways to take files out end refused, with a reason in the ledger and nothing left behind. Synthetic persons only.
. "$(dirname "$0")/lib.sh"
command -v age-keygen >/dev/null || skip_all "needs age"
new_site "$work/site"
mkdir -p "$work/temp" "$work/drop" "$work/files"
printf '[sweep]\ntemp = %s\nlogs = %s\ncrash = %s\n[case]\ndrop = %s\n' "$work/temp" "$work/temp" "$work/temp" "$work/drop" >"$home/conf.d/drop.conf"
chmod 600 "$home/conf.d/drop.conf"

printf '職員室の端末が見当たらない\n' >"$work/drop/メモ.txt"
head -c 3000 /dev/urandom >"$work/drop/photo.jpg"
ln -s /etc/passwd "$work/drop/link"
printf 'half' >"$work/drop/.part"
printf '\n' >"$work/drop/0-nothing.txt"
mkdir "$work/drop/a-folder"
run "$nk" duty run --json
same "the_files_became_doubts_also_behind_an_empty_one" 3 "$(said dropped)"
same "a_link_and_a_folder_were_left_and_told" 2 "$(said drop_left)"
has "with_their_reasons" 'a folder: put.*a link, a pipe' "$logs/out"
same "which_is_incomplete" 3 "$status"
check "a_receipt_lies_beside_it" grep -qE '^[A-Z0-9]{4}-[A-Z0-9]{4}$' "$work/drop/メモ.txt.receipt.txt"
hasnt "with_nothing_of_the_doubt_in_it" '端末' "$work/drop/メモ.txt.receipt.txt"
same "the_files_are_gone" ".part 0-nothing.txt.receipt.txt a-folder link photo.jpg.receipt.txt メモ.txt.receipt.txt" "$(ls -A "$work/drop" | LC_ALL=C sort | xargs)"
receipt=$(head -1 "$work/drop/メモ.txt.receipt.txt")
expect 0 "the_receipt_is_that_of_a_case" "$nk" case show "$receipt" --json
run "$nk" duty run --json
same "what_is_left_is_told_each_time" 2 "$(said drop_left)"
rm "$work/drop/link" && rmdir "$work/drop/a-folder"
run "$nk" duty run --json
same "and_nothing_is_told_twice" 0 "$(said dropped)"
printf '端末を見た\n' >"$work/drop/mine.receipt.txt"
run "$nk" duty run --json
same "what_is_only_called_a_receipt_is_a_doubt_too" 1 "$(said dropped)"
check "the_text_stands_nowhere_in_clear" bash -c "! grep -arq '職員室の端末' '$home'"

# A hostile clerk ---------------------------------------------------------------------------------------------------------------
age-keygen -o "$work/id.txt" 2>/dev/null
to=$(age-keygen -y "$work/id.txt")
need 0 "the_maintenance_is_enrolled" "$nk" party add --name "保守" --kind organisation --role maintenance --recipient "$to"
printf 'level=info\n' >"$work/files/app.log"
ln -s app.log "$work/files/link.log"
mkfifo "$work/files/pipe"
printf 'x' >"$work/files/two
lines"
ask() { timeout 20 "$nk" carry request "$1" --purpose test --to "$to" --until 2025-04-21; }
expect 64 "a_link_does_not_leave" ask "$work/files/link.log"
expect 64 "nor_a_pipe" ask "$work/files/pipe"
expect 64 "nor_a_device" ask /dev/zero
expect 64 "nor_a_name_of_two_lines" ask "$work/files/two
lines"
expect 5 "nor_what_the_system_makes_up_while_it_is_read" ask /proc/self/maps
truncate -s 20G "$work/files/huge"
run ask "$work/files/huge"
check "nor_more_than_a_bundle_holds" test "$status" != 0
rm "$work/files/huge"
expect 0 "each_try_is_in_the_ledger" "$nk" carry list --refused --json
same "with_its_reason" 6 "$(grep '"carry request"' "$logs/out" | grep -cE 'link, pipe or device|no bundle holds')"
same "and_nothing_lies_in_the_temporary_folder" "" "$(ls -A "$work/temp")"
expect 0 "the_ledger_is_whole" "$nk" ledger verify
done_testing
