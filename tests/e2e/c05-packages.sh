#!/bin/bash
# c05: packages: built by one organisation, installed by another, with nobody in them; canary persons; the third party.
# The programs come from the build tree of NK_BIN: a compile from source belongs to `make package`.
. "$(dirname "$0")/lib.sh"
for tool in git strip readelf dpkg-deb dpkg-query; do command -v $tool >/dev/null || skip_all "needs $tool"; done
tree=$(cd "$(dirname "$nk")/../.." && pwd)
[ -x "$tree/src/bin/nokosazu-custodian" ] || skip_all "needs nokosazu-custodian beside $nk"
nm -D "$nk" 2>/dev/null | grep -q __asan_init && skip_all "a program with sanitizers in it is not what is packaged"
[ -f "$root/packaging/package.list" ] || skip_all "needs packaging/"

src=$work/checkout
mkdir "$src"
(cd "$root" && cp -r packaging man docs law training README.md README.ja.md SECURITY.md CHANGELOG.md LICENSE meson.build "$src/" &&
	cp --parents tools/demo-measures tools/rostergen tests/e2e/take_test.py "$src/")
g() { git -C "$src" -c user.name=e2e -c user.email=e2e@example.org -c commit.gpgsign=false "$@" >/dev/null 2>"$logs/git.err"; }
export GIT_AUTHOR_DATE=2026-01-01T00:00:00Z GIT_COMMITTER_DATE=2026-01-01T00:00:00Z GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
g init -q && g add -A && g commit -q -m first || bail "a_checkout_can_be_made" "$(cat "$logs/git.err")"

# Who is who: keys, and the same parties enrolled at the maker and at the school.
keys=$work/keys
mkdir -m 700 "$keys"
declare -A pub
for who in dev chief builder verifier officer; do
	run "$nk" party key "$keys/$who" --json
	pub[$who]=$(said public_key)
done
enrol() { # who, roles, unit, organisation
	run "$nk" party add --name "$1" --role "$2" --unit "$3" --organisation "$4" --public-key "${pub[$1]}"
	[ "$status" = 0 ] || bail "a_party_is_enrolled" "$1: $(cat "$logs/err")"
}
enrol_all() {
	enrol dev maker development maker
	enrol chief development development maker
	enrol builder build build integrator
	enrol verifier verifier verifier verifier
	enrol officer officer office makers-office
}
new_site "$work/maker"
enrol_all
new_site "$work/school"
enrol_all
need 0 "the_school_has_its_roster" "$nk" import "$roster25" --json
at() { export NOKOSAZU_HOME=$work/$1/home NOKOSAZU_KEY_FILE=$work/$1/operator.key; }
build() { # folder, further options
	local out=$1
	shift
	mkdir -p "$out"
	run "$nk" package build --source "$src" --out "$out" --key "$keys/dev" --binary "$tree" --json "$@"
}

# Built twice, the same bytes ----------------------------------------------------------------------------------------------
at maker
build "$work/a" --roster
same "a_package_is_built" 0 "$status"
[ "$status" = 0 ] || bail "without_a_package_nothing_more" "$(cat "$logs/err" "$logs/out")"
deb=$(said file)
digest=$(said digest)
name=$(basename "$deb")
same "with_no_network" true "$(said no_network)"
same "its_digest_is_what_sha256sum_says" "$digest" "$(sha256sum "$deb" | cut -d' ' -f1)"
touch -d 2001-01-01 "$src/README.md"
(umask 0; build "$work/b")
check "a_second_build_gives_the_same_bytes" cmp "$deb" "$work/b/$name"
check "dpkg_reads_it" dpkg-deb -I "$deb"
check "md5sums_are_true" sh -c "mkdir '$work/x' && dpkg-deb -R '$deb' '$work/x' && cd '$work/x' && md5sum --quiet -c DEBIAN/md5sums"
# ... and the libraries that are loaded when they are needed, which no linker's list has.
check "depends_is_what_dpkg_shlibdeps_says" python3 - "$work/x" "$root/src/os/libraries.rows" <<'PY'
import os, re, shutil, subprocess, sys, tempfile
if not shutil.which("dpkg-shlibdeps"):
    sys.exit(0)
x = sys.argv[1]
with tempfile.TemporaryDirectory() as d:
    os.mkdir(d + "/debian")
    open(d + "/debian/control", "w").write("Source: x\n\nPackage: x\nArchitecture: any\n")
    said = subprocess.run(["dpkg-shlibdeps", "-O", x + "/usr/bin/nokosazu", x + "/usr/bin/nokosazu-custodian"], cwd=d, capture_output=True, text=True).stdout
want = {w.split()[0] for w in said.split("=", 1)[1].split(",")}
for file in (line.split()[1] for line in open(sys.argv[2]) if line.strip() and not line.startswith("#")):
    owner = subprocess.run(["dpkg-query", "-S", "*/" + file], capture_output=True, text=True).stdout
    assert owner, file
    want.add(owner.split(":")[0])
have = {w.split()[0] for w in re.search(r"^Depends: (.*)$", open(x + "/DEBIAN/control").read(), re.M).group(1).split(",")}
assert want == have, (sorted(want - have), sorted(have - want))
PY
check "the_sbom_is_cyclonedx_1_6_with_debian_versions" python3 - "$deb.cdx.json" <<'PY'
import json, sys
b = json.load(open(sys.argv[1]))
assert b["bomFormat"] == "CycloneDX" and b["specVersion"] == "1.6"
names = {c["name"] for c in b["components"]}
assert {"libsodium23", "libsqlite3-0", "libc6"} <= names and all(c["version"] and c["purl"].startswith("pkg:deb/debian/") for c in b["components"])
PY
check "provenance_is_slsa_v1_about_these_bytes" python3 - "$deb" "$digest" "$(git -C "$src" rev-parse HEAD)" <<'PY'
import base64, json, sys
e = json.load(open(sys.argv[1] + ".provenance.dsse.json"))
s = json.loads(base64.b64decode(e["payload"]))
assert s["predicateType"] == "https://slsa.dev/provenance/v1" and s["subject"][0]["digest"]["sha256"] == sys.argv[2]
assert s["predicate"]["buildDefinition"]["resolvedDependencies"][0]["digest"]["gitCommit"] == sys.argv[3]
PY
expect 0 "the_parties_can_be_listed_without_names" "$nk" package keys
cp "$logs/out" "$keys/parties"
hasnt "really_without" '教頭|e2e operator' "$logs/out"
expect 2 "without_a_third_party_it_is_not_good" "$nk" package check "$deb" --keys "$keys" --before-release
expect 77 "nor_is_a_release_asked_for" "$nk" package ask "$deb"
has "which_says_what_is_missing" 'third organisation' "$logs/err"
expect 77 "the_maker_does_not_lift_that" "$nk" package new-feature "$deb" --key "$keys/dev"
expect 77 "nor_the_head_of_development" "$nk" package new-feature "$deb" --key "$keys/chief"
expect 0 "an_officer_signs_that_it_mends_nothing" "$nk" package new-feature "$deb" --key "$keys/officer"
expect 0 "it_is_good_before_release" "$nk" package check "$deb" --keys "$keys" --before-release
has "and_the_check_says_that_no_third_party_saw_it" 'verified by no third party' "$logs/out"
has "without_canary_persons_it_says_that_none_were_known" 'no canary persons were known' "$logs/out"
properties() { # paper: properties of a summary, and what it says of its own
	python3 -c 'import base64,json,sys
p = json.loads(base64.b64decode(json.load(open(sys.argv[1]))["payload"]))["predicate"]
print(*p["properties"], p["nokosazu"].get("limitation", "-"), p["nokosazu"].get("rebuilt", "-"))' "$1"
}
same "and_states_nothing_of_them" "NOKOSAZU_EXTENT_EMPTY - -" "$(properties "$deb.gate.dsse.json")"
expect 2 "but_not_released" "$nk" package check "$deb" --keys "$keys"
if command -v minisign >/dev/null; then
	python3 - "${pub[dev]}" >"$work/minisign.pub" <<'PY'
import base64, hashlib, sys
p = bytes.fromhex(sys.argv[1])
print("untrusted comment: dev\n" + base64.b64encode(b"Ed" + hashlib.sha256(p).digest()[:8] + p).decode())
PY
	check "minisign_of_debian_agrees" minisign -V -q -m "$deb" -p "$work/minisign.pub"
else
	skip "minisign_of_debian_agrees" "minisign is not here"
fi

# The checkout ---------------------------------------------------------------------------------------------------------------
echo >>"$src/README.md"
build "$work/c"
same "a_checkout_that_was_changed_is_refused" 5 "$status"
g checkout README.md
g update-index --assume-unchanged README.md && echo >>"$src/README.md"
build "$work/c"
same "even_when_git_was_told_not_to_look" 5 "$status"
g update-index --no-assume-unchanged README.md && g checkout README.md
# A filter of git that calls a changed file unchanged: the checkout seems clean, and what is packed is what is committed.
mkdir -p "$src/.git/info"
echo 'README.md filter=hide' >"$src/.git/info/attributes"
git -C "$src" config filter.hide.clean "git -C '$src' cat-file blob HEAD:README.md"
echo "left by the filter" >>"$src/README.md"
g add README.md
check "a_filter_makes_git_call_a_changed_file_unchanged" sh -c "[ -z \"\$(git -C '$src' status --porcelain)\" ]"
build "$work/f"
same "what_a_filter_hides_is_not_packed" "$digest" "$(said digest)"
rm "$src/.git/info/attributes"
git -C "$src" config --remove-section filter.hide
g checkout README.md
echo "# note" >"$src/docs/extra.md"
build "$work/c"
same "a_file_that_git_does_not_know_but_the_list_would_take_is_refused" 5 "$status"
rm "$src/docs/extra.md"
cp -r "$work/school/home" "$src/home"
build "$work/c"
same "where_an_installation_lies_nothing_is_built" 77 "$status"
rm -rf "$src/home"
expect 77 "the_key_of_the_installing_unit_builds_nothing" "$nk" package build --roster --source "$src" --out "$work/c" --key "$keys/builder" --binary "$tree"
check "and_nothing_is_left" sh -c "[ -z \"\$(ls -A '$work/c')\" ]"

# The gate -------------------------------------------------------------------------------------------------------------------
at school
python3 - "$roster25" >"$work/who" <<'PY'
import csv, io, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as z:
    u = next(u for u in csv.DictReader(io.StringIO(z.read("users.csv").decode())) if u["email"])
print(u["familyName"], u["givenName"], u["email"], sep="\n")
PY
{ read -r family; read -r given; read -r mail; } <"$work/who"
printf '残っていたもの: %s %s <%s>\n' "$family" "$given" "$mail" >"$src/docs/left.md"
g add -A && g commit -q -m residue
build "$work/d" --roster
same "a_person_of_the_roster_stops_at_the_gate" 4 "$status"
has "with_the_place" 'usr/share/doc/nokosazu/left.md' "$logs/out"
cat "$logs/out" "$logs/err" >"$work/said"
hasnt "never_with_the_value" "$family $given|$mail" "$work/said"
check "and_nothing_is_built" sh -c "[ -z \"\$(ls -A '$work/d')\" ]"
g rm -q docs/left.md && g commit -q -m clean

new_site "$work/school17"
expect 0 "school_17_makes_canary_persons" "$nk" canary make 5 --site 学校17 --json
same "five_of_them" 5 "$(said persons)"
expect 0 "again_and_more" "$nk" canary make 2 --json
same "seven_then" 7 "$(said persons)"
expect 0 "their_list_goes_out" "$nk" canary export "$work/canary17"
at maker
expect 0 "and_into_the_makers_store" "$nk" canary import "$work/canary17" --json
same "as_texts" 35 "$(said new)"
expect 0 "a_second_time_nothing_is_new" "$nk" canary import "$work/canary17" --json
same "nothing" 0 "$(said new)"
expect 65 "what_is_no_list_is_refused" "$nk" canary import "$src/LICENSE"
at school17
expect 77 "ones_own_list_is_not_taken_from_outside" "$nk" canary import "$work/canary17"
at maker
canary=$(python3 -c 'import json,sys
rows = [json.loads(x) for x in open(sys.argv[1])]
print(" ".join(r["value"] for r in rows[5:10]))' "$work/canary17")
printf 'left: %s\n' "$canary" >"$src/docs/left.md"
g add -A && g commit -q -m canary
build "$work/d" --roster
same "a_canary_of_school_17_stops_at_the_gate" 4 "$status"
has "which_names_school_17" '学校17' "$logs/err"
cat "$logs/out" "$logs/err" >"$work/said"
for value in $canary; do hasnt "and_prints_no_value" "$value" "$work/said"; done
build "$work/d" --canaries "$work/canary17"
same "without_a_store_the_list_does_the_same" 4 "$status"
g rm -q docs/left.md && g commit -q -m clean
expect 0 "what_was_refused_is_in_the_ledger" sh -c "cat '$work/maker/home/ledger/tile/entries/'* '$work/maker/home/ledger/tile/entries/'*/* 2>/dev/null | grep -aq '\"refused\"'"

# Release --------------------------------------------------------------------------------------------------------------------
released() { # file: asks, signs, releases
	run "$nk" package ask "$1" --json
	[ "$status" = 0 ] || { not_ok "a_release_is_asked_for" "$(cat "$logs/err")"; return 1; }
	warrant=$(said id)
	run "$nk" warrant sign --role development --key "$keys/chief" "$warrant"
	[ "$status" = 0 ] || { not_ok "development_signs_the_release" "$(cat "$logs/err")"; return 1; }
	run "$nk" package release "$1" --warrant "$warrant" --key "$keys/dev" --json
}
expect 0 "a_release_is_asked_for" "$nk" package ask "$deb" --json
warrant=$(said id)
expect 77 "unsigned_it_releases_nothing" "$nk" package release "$deb" --warrant "$warrant" --key "$keys/dev"
run "$nk" warrant sign --role development --key "$keys/builder" "$warrant"
check "the_installing_unit_cannot_sign_it" test "$status" != 0
released "$deb"
same "development_signed_it_is_released" 0 "$status"
expect 77 "one_warrant_releases_once" "$nk" package release "$deb" --warrant "$warrant" --key "$keys/dev"
expect 0 "it_is_good_now" "$nk" package check "$deb"
mkdir "$work/renamed"
for paper in "$deb" "$deb".*; do cp "$paper" "$work/renamed/other${paper#"$deb"}"; done
expect 2 "under_another_name_the_layout_does_not_hold" "$nk" package check "$work/renamed/other"
has "which_names_the_step" 'failed.*step "package" made other bytes' "$logs/out"
printf '[warrant]\nrelease = verifier\n' >"$work/maker/home/conf.d/release.conf"
chmod 600 "$work/maker/home/conf.d/release.conf"
run "$nk" package ask "$deb" --json
warrant=$(said id)
run "$nk" warrant sign --role development --key "$keys/chief" "$warrant"
same "development_signs" 0 "$status"
cp -r "$work/a" "$work/both"
rm "$work/both/$name.release.dsse.json" "$work/both/$name.layout.dsse.json"
expect 77 "which_is_not_enough_where_the_configuration_asks_for_one_more" "$nk" package release "$work/both/$name" --warrant "$warrant" --key "$keys/dev"
run "$nk" warrant sign --role verifier --key "$keys/verifier" "$warrant"
expect 77 "who_signed_the_release_does_not_release_it" "$nk" package release "$work/both/$name" --warrant "$warrant" --key "$keys/chief"
has "which_it_says" 'another key of development' "$logs/err"
expect 0 "with_both_it_is_released" "$nk" package release "$work/both/$name" --warrant "$warrant" --key "$keys/dev"
rm "$work/maker/home/conf.d/release.conf"
cp -r "$work/a" "$work/bad"
printf 'x' | dd of="$work/bad/$name" bs=1 seek=200 conv=notrunc 2>/dev/null
run "$nk" package check "$work/bad/$name"
check "a_changed_byte_is_seen" test "$status" != 0

# Install --------------------------------------------------------------------------------------------------------------------
at school
mkdir "$work/place"
install() { run "$nk" package install "$1" --root "$work/place" --key "$keys/${2:-builder}" --json; }
install "$deb" dev
same "development_does_not_install" 77 "$status"
mkdir "$work/bybuild"
run "$nk" package build --source "$src" --out "$work/bybuild" --key "$keys/builder" --binary "$tree" --json
same "somebody_of_build_makes_a_package_of_his_own" 0 "$status"
install "$work/bybuild/$name"
same "which_is_not_installed" 77 "$status"
has "because_of_the_unit_of_its_key" 'build.*development' "$logs/err"
check "nothing_was_written" sh -c "[ -z \"\$(ls -A '$work/place')\" ]"
TMPDIR=$work/none install "$deb"
check "where_no_copy_can_be_scanned_nothing_is_installed" sh -c "[ $status != 0 ] && [ -z \"\$(ls -A '$work/place')\" ]"
install "$deb"
same "the_released_one_is_installed" 0 "$status"
same "with_the_limitation_that_no_third_party_saw_it" new-feature-only "$(said limitation)"
same "and_no_canary_persons_are_counted" 0 "$(said canary_texts)"
[ "$status" = 0 ] || not_ok "why_not" "$(cat "$logs/err")"
check "with_its_rights" test "$(stat -c %a "$work/place/usr/bin/nokosazu")" = 755
expect 0 "the_installed_program_runs" "$work/place/usr/bin/nokosazu" version
check "the_demonstration_of_the_measures_came_with_it" sh -c "'$work/place/usr/libexec/nokosazu/demo-measures'; [ \$? = 64 ]"
expect 0 "it_is_in_the_list" "$nk" package list --json
has "as_installed" '"state":"installed"' "$logs/out"
check "its_digest_is_in_the_ledger" sh -c "cat '$work/school/home/ledger/tile/entries/'* '$work/school/home/ledger/tile/entries/'*/* 2>/dev/null | grep -aq '$digest'"

# Drift ----------------------------------------------------------------------------------------------------------------------
expect 2 "configuration_that_nobody_wrote_down_is_told" "$nk" package drift --root "$work/place" --json
has "as_such" '"path":"conf.d/e2e.conf","why":"configuration that nobody wrote down' "$logs/out"
expect 0 "it_is_written_down" "$nk" package drift --root "$work/place" --accept
expect 0 "everything_at_the_site_is_explained" "$nk" package drift --root "$work/place"
printf 'nothing\n' >"$work/place/usr/share/nokosazu/left.txt"
expect 2 "a_file_that_nothing_explains_is_residue" "$nk" package drift --root "$work/place" --json
has "and_named" '"path":"usr/share/nokosazu/left.txt"' "$logs/out"
rm "$work/place/usr/share/nokosazu/left.txt"
echo x >>"$work/place/usr/share/doc/nokosazu/SECURITY.md"
rm "$work/place/usr/share/doc/nokosazu/copyright"
echo "# ours" >>"$work/place/etc/nokosazu/README"
expect 2 "what_changed_is_told_also_while_configuration_is_written_down" "$nk" package drift --root "$work/place" --accept
expect 2 "changed_and_missing_files_are_told" "$nk" package drift --root "$work/place" --json
same "these_two_and_no_configuration" "usr/share/doc/nokosazu/SECURITY.md usr/share/doc/nokosazu/copyright" \
	"$(python3 -c 'import json,sys
print(" ".join(json.loads(x)["path"] for x in open(sys.argv[1]) if json.loads(x)["type"] == "package-drift"))' "$logs/out")"

# A package that mends a defect ------------------------------------------------------------------------------------------------
at maker
printf 'ok 1 - the residue is gone\n1..1\n' >"$work/tests.tap"
build "$work/m" --package-version 0.2.0 --mends "residue in the spool" --tests "$work/tests.tap" --canaries "$work/canary17"
same "a_mending_package_is_built" 0 "$status"
mend=$work/m/$(basename "$(said file)")
same "with_canary_persons_it_states_that_none_is_in_it" "NOKOSAZU_EXTENT_EMPTY NOKOSAZU_NO_CANARY - -" "$(properties "$mend.gate.dsse.json")"
expect 77 "without_a_third_party_it_cannot_be_released" "$nk" package ask "$mend"
has "which_it_says" 'third organisation' "$logs/err"
expect 77 "what_mends_a_defect_no_officer_exempts" "$nk" package new-feature "$mend" --key "$keys/officer"
unset NOKOSAZU_HOME NOKOSAZU_KEY_FILE
run "$nk" package verify-source --source "$src" --package "$mend" --binary "$tree" --out "$mend.svr.dsse.json" --key "$keys/verifier" --json
same "the_verifier_builds_it_anew_and_finds_what_he_planted" 0 "$status"
[ "$status" = 0 ] || not_ok "why_not" "$(cat "$logs/err")"
same "all_of_it" 3 "$(said found)"
same "having_compiled_nothing" false "$(said rebuilt)"
same "which_the_summary_says" "NOKOSAZU_INDEPENDENT_VERIFIER prebuilt False" "$(properties "$mend.svr.dsse.json")"
printf 'other\n' >>"$src/README.md" && g commit -qam other
run "$nk" package verify-source --source "$src" --package "$mend" --binary "$tree" --out "$work/other.svr" --key "$keys/verifier"
same "another_source_gives_no_summary" 5 "$status"
check "none" test ! -e "$work/other.svr"
g revert --no-edit HEAD
at maker
released "$mend"
same "now_it_is_released" 0 "$status"
expect 0 "and_good" "$nk" package check "$mend"
has "with_the_limitation_of_its_verification" 'compiled nothing \(prebuilt\)' "$logs/out"
at school
cp -r "$work/m" "$work/n"
rm "$work/n/$(basename "$mend").svr.dsse.json"
install "$work/n/$(basename "$mend")"
same "without_the_verifiers_summary_it_is_not_installed" 77 "$status"
run "$nk" package verify-source --source "$src" --package "$mend" --binary "$tree" --out "$work/n/$(basename "$mend").svr.dsse.json" --key "$keys/dev"
install "$work/n/$(basename "$mend")"
same "nor_with_one_by_the_maker" 77 "$status"
rm "$work/n/$(basename "$mend").svr.dsse.json"
run "$nk" package verify-source --source "$src" --package "$mend" --binary "$tree" --out "$work/n/$(basename "$mend").svr.dsse.json" --key "$keys/builder"
install "$work/n/$(basename "$mend")"
same "nor_with_one_by_the_integrator" 77 "$status"
rm "$work/n/$(basename "$mend").test.dsse.json"
cp "$mend.svr.dsse.json" "$work/n/"
install "$work/n/$(basename "$mend")"
same "nor_without_the_makers_tests" 77 "$status"
install "$mend"
same "with_both_it_is_installed" 0 "$status"
same "and_the_limitation_is_told" prebuilt "$(said limitation)"
expect 0 "a_house_takes_note_of_a_package_that_a_third_party_verified" "$nk" package known "$mend"
run "$nk" package list --json
has "as_known" '"state":"known"' "$logs/out"
expect 77 "and_of_no_other" "$nk" package known "$deb"
install "$deb"
same "and_there_is_no_way_back" 5 "$status"
has "the_site_keeps_its_configuration" '# ours' "$work/place/etc/nokosazu/README"

# The site ---------------------------------------------------------------------------------------------------------------------
mkdir "$work/swept"
sweep_in() { printf '[sweep]\ntemp = %s\nlogs = %s\ncrash = %s\n' "$1" "$work/swept" "$work/swept" >"$work/school/home/conf.d/sweep.conf" && chmod 600 "$work/school/home/conf.d/sweep.conf"; }
sweep_in "$work/swept"
verify_site() { run "$nk" verify site --root "${2:-$work/place}" --out "$1" --key "$keys/verifier" --json; }
of_svr() { python3 -c 'import base64,json,sys
p = json.loads(base64.b64decode(json.load(open(sys.argv[1]))["payload"]))["predicate"]
print(eval(sys.argv[2]))' "$1" "$2"; }
expect 1 "without_canary_persons_a_site_check_proves_nothing" "$nk" verify site --root "$work/place" --out "$work/site.svr" --key "$keys/verifier"
expect 0 "the_school_gets_some" "$nk" canary make 3
expect 0 "its_configuration_is_written_down" "$nk" package drift --root "$work/place" --accept
expect 0 "a_clean_site_passes" "$nk" verify site --root "$work/place" --out "$work/site.svr" --key "$keys/verifier" --json
same "having_found_what_was_planted" "True" "$(python3 -c 'import json,sys
r = json.loads(open(sys.argv[1]).readlines()[-1])
print(r["planted"] == r["found"] >= 9 and r["places"] >= 6)' "$logs/out")"
same "in_the_places_that_the_summary_binds" "True" "$(of_svr "$work/site.svr" 'len(p["nokosazu"]["places"]["digest"]) == 64 and p["nokosazu"]["places"]["number"] >= 6')"
check "which_is_gone_again" sh -c "! find '$work/place' '$work/swept' '$work/school' | grep -q planted"
verify_site "$work/site1.svr" "$work/school/home"
same "where_the_school_itself_lies_its_own_canary_persons_are_no_residue" "0 True" "$(python3 -c 'import json,sys
r = json.loads(open(sys.argv[1]).readlines()[-1])
print(r["suspects"], r["planted"] == r["found"])' "$logs/out")"
printf '%s %s\n%s\n' "$family" "$given" "$mail" >"$work/swept/left.txt"
verify_site "$work/site2.svr" # of a place in which everything is explained
same "a_residue_in_another_place_than_the_given_one_does_not_pass" 2 "$status"
has "and_is_named" '"path":"[^"]*swept/left.txt"' "$logs/out"
same "and_the_summary_says_so" FAILED "$(of_svr "$work/site2.svr" 'p["result"]')"
hasnt "without_the_value" "$family $given|$mail" "$logs/out"
rm "$work/swept/left.txt"
sweep_in none
expect 0 "this_too_is_written_down" "$nk" package drift --root "$work/place" --accept
verify_site "$work/site3.svr"
same "a_class_of_places_that_is_off_does_not_pass" 2 "$status"

# dpkg itself, where this may be done ------------------------------------------------------------------------------------------
if [ "$(id -u)" = 0 ]; then
	mkdir -p "$work/dpkg/var/lib/dpkg/updates" "$work/dpkg/var/lib/dpkg/info" "$work/dpkg/etc" && : >"$work/dpkg/var/lib/dpkg/status"
	echo root:x:0:0:root:/root:/bin/sh >"$work/dpkg/etc/passwd" && echo root:x:0: >"$work/dpkg/etc/group"
	: >"$work/dpkg/etc/shadow" && : >"$work/dpkg/etc/gshadow" && cp /etc/login.defs "$work/dpkg/etc/"
	check "dpkg_installs_it" dpkg --root="$work/dpkg" --force-depends --force-script-chrootless --log=/dev/null -i "$deb"
	check "and_finds_it_whole" sh -c "[ -z \"\$(dpkg --root='$work/dpkg' --verify nokosazu)\" ]"
	has "there_is_a_user_nokosazu" '^nokosazu:[^:]*:[0-9]+:[0-9]+:Nokosazu:/var/lib/nokosazu:/usr/sbin/nologin$' "$work/dpkg/etc/passwd"
	same "and_its_folder_for_it_alone" "700 $(sed -n 's/^nokosazu:[^:]*:\([0-9]*\):.*/\1/p' "$work/dpkg/etc/passwd")" "$(stat -c '%a %u' "$work/dpkg/var/lib/nokosazu")"
	same "one_pair_of_units_a_job" "nokosazu-backup@ nokosazu-duty@ nokosazu-sweep@" "$(cd "$work/dpkg/usr/lib/systemd/system" && ls *.service | sed 's/\.service//' | xargs)"
else
	skip "dpkg_installs_it" "needs root"
fi
done_testing
