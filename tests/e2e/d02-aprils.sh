#!/bin/bash
# d02: genuine years pass without a false alarm, whole: the file, the plan, the directory. The sample years of ../shared when
# they are there, and towns of three sizes from tools/rostergen with joiners, leavers, promotions, transfers, new names and
# classes; one of them a junior high school alone, where a third leaves each March.
. "$(dirname "$0")/lib.sh"
nm -D "$nk" 2>/dev/null | grep -q __asan_init && skip_all "hundreds of commands; guard_test has the same rules under the sanitizers"
shared=${NK_SHARED:-$root/../shared/data/rosters}
new_slapd_once() {
	new_slapd "$work/slapd-$1"
	new_target
}
# year NAME DATE FILE [MOST]: taken in without a word of the guard; planned and applied the same.
year() {
	local name=$1 day=$2 file=$3
	run "$nk" clock "$day"
	run "$nk" import "$file" --json
	same "$name: the file is taken in" "0 done" "$status $(said outcome)"
	same "$name: the guard says nothing of it" "" "$(grep -o '"severity":"[a-z]*","rule":"[SP][0-9]*"' "$logs/out" | tr '\n' ' ')"
	echo "# $name: joined $(said joined), left $(said left), moved $(said moved), renamed $(said renamed)"
	run "$nk" plan --json
	same "$name: the plan is free" "2 free" "$status $(said verdict)"
	same "$name: the guard says nothing of it either" "" "$(grep -o '"severity":"[a-z]*","rule":"[SP][0-9]*"' "$logs/out" | tr '\n' ' ')"
	expect 0 "$name: it is applied" "$nk" apply "$(said hash)" --yes --json
	expect 0 "$name: a plan after it is empty" "$nk" plan --json
}
site_of() { # NAME: an installation with the shipped limits
	new_site "$work/$1"
	rm "$home/conf.d/e2e.conf"
	new_slapd_once "$1"
}

# The sample years: an April, an autumn, the next April.
if [ -d "$shared/japan" ]; then k12=$shared/japan/2025-11_k12-1.0.zip; else k12=; fi
site_of sample
year "sample 2025-04" 2025-04-07 "$roster25"
[ -z "$k12" ] || year "sample 2025-11" 2025-11-04 "$k12"
year "sample 2026-04" 2026-04-07 "$roster26"
stop_slapd "$work/slapd-sample"

# Towns: an April, a month of school life, the next April.
for town in 600 1200; do
	site_of "town-$town"
	for y in 2025 2026; do
		python3 "$root/tools/rostergen" --persons $town --seed "d02-$town" --year $y --out "$work/$town-$y.zip"
		[ $town != 600 ] || python3 "$here/guard_files.py" "$work/$town-$y.zip" junior_high_only "$work/$town-$y.zip"
		year "town of $town, April $y" $y-04-08 "$work/$town-$y.zip"
		[ $town != 1200 ] || [ $y != 2025 ] || {
			python3 "$here/guard_files.py" "$work/$town-$y.zip" transfers "$work/month.zip"
			year "town of $town, June $y" $y-06-20 "$work/month.zip"
		}
	done
	stop_slapd "$work/slapd-town-$town"
done

# A correct file in another encoding is the same file.
run "$nk" clock 2026-04-09
python3 "$here/guard_files.py" "$work/1200-2026.zip" bom "$work/bom.zip"
expect 0 "a_bom_changes_nothing" "$nk" import "$work/bom.zip" --json
same "nothing_at_all" "0 0 0" "$(said joined) $(said changed) $(said left)"
python3 "$here/guard_files.py" "$work/1200-2026.zip" cp932 "$work/cp932.zip"
expect 0 "nor_is_cp932_stopped" "$nk" import "$work/cp932.zip" --json
same "nobody_joins_or_leaves" "0 0" "$(said joined) $(said left)"
done_testing
