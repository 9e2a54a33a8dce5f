#!/bin/bash
# c12: the acceptance scenario of the five measures (T1, T3 to T6, T12 of controls.md) as `nokosazu demo measures` tells it: maker,
# integrator, school A, school B and verifier under five user ids, none able to read another's keys. Each thing that the story
# looks at is a test here; what it must say, in what order, and must not say, is checked from what it printed.
. "$(dirname "$0")/lib.sh"
[ "$(id -u)" = 0 ] || skip_all "needs root: the five parties are five user ids of the system"
for tool in age-keygen git strip readelf dpkg-deb setpriv iconv; do command -v $tool >/dev/null || skip_all "needs $tool"; done
[ -x "$(dirname "$nk")/nokosazu-custodian" ] || skip_all "needs nokosazu-custodian beside $nk"
nm -D "$nk" 2>/dev/null | grep -q __asan_init && skip_all "a program with sanitizers in it is not what is packaged"
chmod 711 "$work"
setpriv --reuid 61001 --regid 61001 --clear-groups test -x "$work" 2>/dev/null || skip_all "needs user ids to change to, and a temp folder that they can enter"

expect 77 "without_root_nothing_is_shown" setpriv --reuid 61001 --regid 61001 --clear-groups "$nk" demo measures
has "and_it_says_why" 'needs root' "$logs/err"
expect 1 "from_a_folder_without_the_story_nothing_is_shown" "$nk" demo measures --from "$logs"
has "and_it_says_where_it_looked" 'tools/demo-measures' "$logs/err"
results=$work/results
: >"$results" && : >"$results.err"
run "$nk" demo measures --from "$root" --keep "$work/demo" --results "$results"
cp "$logs/out" "$work/story"
cat "$results.err" "$work/story" >>"$logs/all.err"
ended=$status
while IFS=$'\t' read -r mark sentence; do
	[ "$mark" = ok ] && ok "${sentence// /_}" && continue
	[ "$mark" = no ] && not_ok "${sentence// /_}" "$(sed -n "/^no\t$(printf %s "$sentence" | sed 's/[][\\/.*^$]/\\&/g')/,/^[a-z]/p" "$results" | sed -n '2,6p')"
done <"$results"
same "the_story_ends_well" 0 "$ended"
[ "$ended" = 0 ] || not_ok "why_not" "$(tail -n 5 "$work/story" "$logs/err")"

# What it printed -------------------------------------------------------------------------------------------------------
check "twenty_attempts_to_read_anothers_keys_failed" test "$(grep -c '^ok.*cannot read the keys of' "$results")" = 20
has "first_nobody_is_done" '2校中0校完了、未回答2校' "$work/story"
has "then_one_of_two" '2校中1校完了、未回答1校' "$work/story"
has "in_the_end_all" 'すべて完了（2校中2校' "$work/story"
check "in_this_order" python3 -c 'import sys
s = open(sys.argv[1], encoding="utf-8").read()
at = [s.find(w) for w in ("2校中0校完了", "2校中1校完了", "すべて完了")]
assert -1 < at[0] < at[1] < at[2], at' "$work/story"
has "the_last_words_are_that_sentence" 'すべて完了' <(tail -n 2 "$work/story")
has "the_case_has_its_report" '漏えい等に関する報告.*速報' "$work/story"
has "of_one_person_at_most" '最大1名のおそれ' "$work/story"
for why in "the headquarters is not quorate" "a file is another than signed"; do
	has "refused_with_its_reason_${why// /_}" "$why" "$work/story"
done
check "nothing_of_the_demo_lies_open_to_others" test -z "$(find "$work/demo" -mindepth 1 -maxdepth 1 -name '[mivs]*' -perm /077)"
done_testing
