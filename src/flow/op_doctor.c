/*
 * op_doctor.c: what is wrong with the installation, worst first by reading; unknown is never good.
 */
#include "base.h"
#include "backup_int.h"
#include "law_folder.h"
#include "sweep_int.h"

struct exam {
	struct nk_vec lines; /* of struct nk_doctor_line */
	struct nk_err *err;
};

static NK_RESULT say(struct exam *x, const char *level, const struct nk_err *text, struct nk_err *err)
{
	void *at = NULL;
	struct nk_doctor_line *l;

	NK_TRY(nk_vec_push(&x->lines, &at, err));
	l = at;
	(void)snprintf(l->level, sizeof(l->level), "%s", level);
	for (unsigned i = 0; i < NK_LANG_COUNT; i++) {
		memcpy(l->text[i], text->text[i], sizeof(l->text[i]) - 1);
		l->text[i][sizeof(l->text[i]) - 1] = '\0';
	}
	return nk_done();
}

/* A sentence is rendered by the same call as an error, so that both languages come from one catalogue. */
#define SAY(x, level, err, ...)                                                     \
	do {                                                                        \
		struct nk_err say_text_;                                            \
		const nk_rc say_rc_ = nk_fail(&say_text_, NK_INVALID, __VA_ARGS__); \
		(void)say_rc_;                                                      \
		NK_TRY(say((x), (level), &say_text_, (err)));                       \
	} while (0)

static NK_RESULT file_modes(
	const struct nk_env *env, const struct nk_flow_options *opt, struct exam *x, struct nk_err *err)
{
	static const char *const names[] = { "", "/store", "/vault", "/vault/client.key" };
	char path[PATH_MAX];

	(void)env;
	for (size_t i = 0; i < NK_ARRAY_LEN(names); i++) {
		unsigned mode = 0;
		bool mine = false;
		struct nk_err none;

		(void)snprintf(path, sizeof(path), "%s%s", opt->home, names[i]);
		if (!nk_ok(nk_os_file_mode(path, &mode, &mine, &none))) {
			continue;
		}
		if ((mode & 077) != 0) {
			SAY(x, "fail", err, NK_N("%1$s can be opened by others (mode %2$o); chmod go-rwx"), path,
				mode);
		}
		if (!mine) {
			SAY(x, "warn", err, NK_N("%s belongs to another user of the system"), path);
		}
	}
	return nk_done();
}

static NK_RESULT vault(struct nk_flow *flow, struct exam *x, struct nk_err *err)
{
	struct nk_vault_status s;

	nk_vault_status(flow->vault, &s);
	SAY(x, "ok", err, NK_N("vault opens: epoch %1$llu, sequence %2$llu, sealer %3$s"),
		(unsigned long long)s.epoch, (unsigned long long)s.sequence, s.sealer);
	if (s.single_copy) {
		SAY(x, "warn", err,
			NK_N("the vault has no second place: a broken disk makes every record unreadable, and every statement says so"));
	}
	if (!s.escrow_rehearsed) {
		SAY(x, "warn", err,
			NK_N("recovery of the unlock secret was never rehearsed: nokosazu vault escrow, print the sheets, then vault escrow --try"));
	}
	if (strcmp(s.sealer, "file") == 0) {
		SAY(x, "warn", err,
			NK_N("the epoch secret lies in a file: certificates reach level E2 at most (vault reseal --sealer custodian)"));
	}
	if (s.recovered) {
		SAY(x, "warn", err, NK_N("something that was cut off was put right when the vault was opened"));
	}
	return nk_done();
}

static NK_RESULT ledger(struct nk_flow *flow, struct exam *x, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf vkey = { 0 };
	struct nk_replay r;
	struct nk_err why;
	char dir[PATH_MAX];
	char path[PATH_MAX];

	nk_buf_init(&vkey, 1024);
	nk_flow_path(flow, "ledger", dir);
	nk_flow_path(flow, "public/ledger.vkey", path);
	if (!nk_ok(nk_env_read_all(flow->env, path, vkey.max, &vkey, &why))) {
		return say(x, "fail", &why, err);
	}
	if (!nk_ok(nk_ledger_check(flow->ledger, &why))) {
		return say(x, "fail", &why, err);
	}
	if (!nk_ok(nk_ledger_replay(
		    flow->env, dir, nk_str_trim(nk_buf_str(&vkey)), nk_bytes_of("", 0), NULL, NULL, &r, &why))) {
		return say(x, "fail", &why, err);
	}
	SAY(x, "ok", err, NK_N("ledger replays: %llu entries, tree and signature are right"),
		(unsigned long long)r.entries);
	return nk_done();
}

static NK_RESULT duties(struct nk_flow *flow, struct exam *x, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_duty *list = NULL;
	size_t n = 0;
	size_t overdue = 0;

	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, 256 << 20, &arena, err));
	NK_TRY(nk_duty_list(flow->store, true, arena, &list, &n, err));
	for (size_t i = 0; i < n; i++) {
		overdue += list[i].due_at < nk_now(flow->env) ? 1 : 0;
	}
	if (overdue > 0) {
		SAY(x, "fail", err, NK_N("%zu duties are overdue (nokosazu duty list)"), overdue);
	} else {
		SAY(x, "ok", err, NK_N("duties: %zu open, none overdue"), n);
	}
	return nk_done();
}

static NK_RESULT approvers(struct nk_flow *flow, struct exam *x, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_party *list = NULL;
	size_t n = 0;
	size_t officers = 0;

	NK_TRY(nk_arena_new(NK_ARENA_WIPING, 16 << 20, &arena, err));
	NK_TRY(nk_party_list(flow->store, flow->key[NK_HOUSE_LOG], arena, &list, &n, err));
	for (size_t i = 0; i < n; i++) {
		officers +=
			list[i].has_key && !list[i].ended && nk_party_has_role(&list[i], NK_STR("officer")) ? 1 : 0;
	}
	if (officers == 0) {
		SAY(x, "warn", err,
			NK_N("nobody is enrolled who could approve what the guard holds back (nokosazu party add --role officer)"));
	} else {
		SAY(x, "ok", err, NK_N("%zu persons can approve what the guard holds back"), officers);
	}
	return nk_done();
}

static NK_RESULT count_rows(struct nk_flow *flow, int64_t *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *stmt = NULL;
	bool row = false;

	NK_TRY(nk_stmt_get(flow->store, "SELECT count(*) FROM copy_open", &stmt, err));
	NK_TRY(nk_stmt_step(stmt, &row, err));
	*out = row ? nk_col_int(stmt, 0) : 0;
	return nk_done();
}

/* Copies that should be gone, and when anybody last looked for those that nobody wrote down. */
static NK_RESULT copies(struct nk_flow *flow, struct exam *x, struct nk_err *err)
{
	const uint64_t strays = nk_sweep_start(flow);
	int64_t left = 0;
	int64_t at = 0;
	int64_t suspects = 0;
	struct nk_err never;

	NK_TRY(count_rows(flow, &left, err));
	if (left > 0) {
		SAY(x, "fail", err, NK_N("%lld copies of a run that was cut off are not removed yet (nokosazu holding list)"),
			(long long)left);
	}
	if (strays > 0) {
		SAY(x, "warn", err, NK_N("files that only this program would make lie in temporary folders: nokosazu sweep"));
	}
	if (!nk_ok(nk_store_fact_int(flow->store, "sweep_at", &at, &never)) || nk_now(flow->env) - at > 2 * NK_DAY) {
		SAY(x, "warn", err, NK_N("nobody has looked for forgotten copies for two days: nokosazu sweep (a timer does it every night)"));
		return nk_done();
	}
	if (nk_ok(nk_store_fact_int(flow->store, "sweep_suspects", &suspects, &never)) && suspects > 0) {
		SAY(x, "warn", err, NK_N("the last sweep found %lld files that hold data of persons and are on no books"),
			(long long)suspects);
	}
	return nk_done();
}

/* A day of the site, for a sentence. */
static const char *day_of(const struct nk_flow *flow, nk_time at, char out[static NK_DATE_TEXT])
{
	return nk_date_print(nk_time_day(at, (int)flow->config->tz_minutes), out);
}

/* The last backup that is not destroyed, and whether one was ever brought back for a trial within the days that are set. */
static NK_RESULT backups(struct nk_flow *flow, struct exam *x, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	const nk_time now = nk_now(flow->env);
	struct nk_backup_last last;
	char day[NK_DATE_TEXT];

	if (flow->config->backup_warn_days == 0) {
		return nk_done();
	}
	NK_TRY(nk_arena_new(NK_ARENA_WIPING, SIZE_MAX / 2, &arena, err));
	NK_TRY(nk_backup_newest(flow, arena, &last, err));
	if (last.unfinished) {
		SAY(x, "warn", err, NK_N("a backup was begun and never finished (nokosazu backup list)"));
	}
	if (last.made_at == 0) {
		SAY(x, "warn", err, NK_N("there is no backup: nokosazu backup make (a timer does it every night: nokosazu-backup@.timer)"));
		return nk_done();
	}
	(void)day_of(flow, last.made_at, day);
	if (now - last.made_at > (int64_t)flow->config->backup_warn_days * NK_DAY) {
		SAY(x, "warn", err, NK_N("the last backup is of %1$s, older than %2$u days ([backup] warn_days): nokosazu backup make"), day,
			flow->config->backup_warn_days);
	} else {
		SAY(x, "ok", err, NK_N("the last backup is of %s"), day);
	}
	if (last.tried_at == 0) {
		SAY(x, "warn", err, NK_N("no backup was ever brought back for a trial: nobody knows whether it can be (nokosazu restore --drill)"));
	} else if (!last.tried_well || now - last.tried_at > (int64_t)flow->config->backup_drill_days * NK_DAY) {
		SAY(x, "warn", err,
			last.tried_well ? NK_N("the last trial of a backup was on %s, too long ago: nokosazu restore --drill")
					: NK_N("the trial of a backup on %s failed: nokosazu restore --drill"),
			day_of(flow, last.tried_at, day));
	}
	return nk_done();
}

/* Deadlines need the holidays of the year in which they end: said three months before. */
static NK_RESULT law_data(struct nk_flow *flow, struct exam *x, struct nk_err *err)
{
	enum { LOOK_AHEAD_DAYS = 92 };
	NK_OWNED(nk_law_free) struct nk_law *law = NULL;
	const nk_date ahead = nk_flow_today(flow) + LOOK_AHEAD_DAYS;
	struct nk_err why;

	if (!nk_ok(nk_flow_law(flow->env, flow->config->cases.law, &law, &why))) {
		return say(x, "fail", &why, err);
	}
	if (nk_law_day(law, ahead, NULL) == NK_DAY_NO_TABLE) {
		SAY(x, "warn", err, NK_N("law/ has no table of holidays for %d: deadlines that end in it need review (docs/howto/law.md)"),
			nk_date_split(ahead).year);
	}
	return nk_done();
}

static NK_RESULT settings(struct nk_flow *flow, struct exam *x, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_config_weaker weak[NK_CONFIG_WEAK];
	size_t n = 0;

	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, 1 << 20, &arena, err));
	NK_TRY(nk_config_weak(flow->config, arena, weak, &n, err));
	for (size_t i = 0; i < n; i++) {
		SAY(x, "warn", err, NK_N("[%1$s] %2$s = %3$s is weaker than as shipped (%4$s); the ledger and every statement say that there is such"),
			weak[i].section, weak[i].key, nk_short(weak[i].now).text, nk_short(weak[i].shipped).text);
	}
	return nk_done();
}

static NK_RESULT opened(struct nk_flow *flow, struct exam *x, struct nk_err *err)
{
	struct nk_people *people = NULL;
	struct nk_err why;
	uint64_t room = 0;

	NK_TRY(vault(flow, x, err));
	if (nk_ok(nk_store_check(flow->store, &why))) {
		SAY(x, "ok", err, NK_N("store is sound (schema %u)"), nk_store_schema_version(flow->store));
	} else {
		NK_TRY(say(x, "fail", &why, err));
	}
	if (nk_ok(nk_flow_people(flow, &people, &why))) {
		SAY(x, "ok", err, NK_N("every record opens: %zu persons"), nk_people_count(people));
	} else {
		NK_TRY(say(x, "fail", &why, err));
	}
	NK_TRY(ledger(flow, x, err));
	NK_TRY(duties(flow, x, err));
	NK_TRY(copies(flow, x, err));
	NK_TRY(backups(flow, x, err));
	NK_TRY(approvers(flow, x, err));
	NK_TRY(settings(flow, x, err));
	NK_TRY(law_data(flow, x, err));
	if (nk_ok(nk_os_free_bytes(flow->home, &room, &why)) && room < (uint64_t)1 << 30) {
		SAY(x, "warn", err, NK_N("less than 1 GiB is free on the disk of this installation"));
	}
	if (flow->simulated) {
		SAY(x, "warn", err, NK_N("the clock of this installation is simulated, and every statement says so"));
	}
	return nk_done();
}

static NK_RESULT examine(const struct nk_env *env, const struct nk_flow_options *opt, const char *const *weak,
	size_t n_weak, struct exam *x, struct nk_err *err)
{
	NK_OWNED(nk_flow_close) struct nk_flow *flow = NULL;
	struct nk_err why;

	for (size_t i = 0; i < n_weak; i++) {
		struct nk_err text;

		for (unsigned l = 0; l < NK_LANG_COUNT; l++) {
			(void)snprintf(text.text[l], sizeof(text.text[l]), "%s", nk_tr((enum nk_lang)l, weak[i]));
		}
		NK_TRY(say(x, "warn", &text, err));
	}
	NK_TRY(file_modes(env, opt, x, err));
	if (!nk_ok(nk_flow_open(env, opt, &flow, &why))) {
		return say(x, "fail", &why, err);
	}
	return opt->locked_only ? duties(flow, x, err) : opened(flow, x, err);
}

NK_RESULT nk_op_doctor(const struct nk_env *env, const struct nk_flow_options *opt, const char *const *weak,
	size_t n_weak, struct nk_arena *arena, struct nk_doctor_line **out, size_t *out_n, struct nk_err *err)
{
	struct exam x = { .err = err };
	nk_rc rc;

	nk_vec_init(&x.lines, sizeof(struct nk_doctor_line), 1000);
	rc = examine(env, opt, weak, n_weak, &x, err);
	*out = nk_vec_keep(&x.lines, arena);
	*out_n = x.lines.len;
	nk_vec_done(&x.lines);
	return nk_ok(rc) && *out == NULL ? nk_fail_nomem(err) : rc;
}

static bool is_weak(const struct nk_config_weaker *rows, size_t n, const struct nk_config_value *v)
{
	for (size_t i = 0; i < n; i++) {
		if (nk_str_eq(v->section, nk_str_c(rows[i].section)) && nk_str_eq(v->key, nk_str_c(rows[i].key))) {
			return true;
		}
	}
	return false;
}

NK_RESULT nk_op_config_show(const struct nk_env *env, const char *home, struct nk_arena *arena,
	struct nk_config_row **out, size_t *out_n, struct nk_err *err)
{
	NK_OWNED(nk_config_free) struct nk_config *config = NULL;
	struct nk_config_weaker weak[NK_CONFIG_WEAK];
	struct nk_config_value *values = NULL;
	size_t n_weak = 0;

	NK_TRY(nk_config_load(env, home, &config, err));
	NK_TRY(nk_config_weak(config, arena, weak, &n_weak, err));
	NK_TRY(nk_config_rows(env, home, arena, &values, out_n, err));
	*out = nk_arena_array(arena, *out_n, sizeof(**out));
	if (*out == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < *out_n; i++) {
		(*out)[i] = (struct nk_config_row){ values[i].section, values[i].key, values[i].value, values[i].file,
			values[i].line, is_weak(weak, n_weak, &values[i]) };
	}
	return nk_done();
}
