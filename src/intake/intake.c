/*
 * intake.c: choose the format, read, and give the roster out only when nothing is wrong with it.
 */
#include "base.h"
#include "intake.h"

#include "findings.h"
#include "format.h"
#include "roster_build.h"

#define BYTES_MAX (UINT64_C(1) << 30)

/* The format by its word, or by names and headers; NULL: none of ours. */
static NK_RESULT format_of(struct nk_format_run *run, const struct nk_format **out, struct nk_err *err)
{
	struct nk_format_peek peek = { .package = NK_TABLES_BARE };

	if (run->opt->format.len > 0) {
		*out = nk_format_by_name(run->opt->format);
		return *out != NULL ? nk_done()
				    : nk_fail(err, NK_UNSUPPORTED,
					      "unknown roster format: the formats are csv (also TSV and xlsx), oneroster, sds1 and sds2");
	}
	NK_TRY(nk_format_peek_at(run->env, run->opt, run->arena, &peek, err));
	*out = nk_format_by_peek(&peek);
	return nk_done();
}

static NK_RESULT read_into(struct nk_format_run *run, const struct nk_roster **out_roster, struct nk_err *err)
{
	const struct nk_format *format = NULL;

	NK_TRY(format_of(run, &format, err));
	if (format == NULL) {
		NK_TRY(nk_findings_add(
			run->findings, nk_rule(NK_RULE_FMT_1), (struct nk_place){ NK_STR(""), 0, NK_STR("") }, err));
	} else {
		NK_TRY(format->read(run, err));
	}
	if (run->findings->errors > 0) {
		return nk_fail(err, NK_INVALID,
			"the roster has %llu errors; nothing was changed. The list names file, line and column of each",
			(unsigned long long)run->findings->errors);
	}
	run->build->head.format = nk_str_c(format->name);
	run->build->head.bytes = run->opt->size;
	return nk_roster_build_end(run->build, out_roster, err);
}

NK_RESULT nk_intake_read(const struct nk_env *env, const struct nk_intake_options *opt, struct nk_arena *arena,
	const struct nk_roster **out_roster, const struct nk_finding **out_findings, size_t *out_n,
	struct nk_err *err)
{
	const uint64_t max = opt->max_bytes != 0 ? opt->max_bytes : BYTES_MAX;
	NK_OWNED(nk_findings_done) struct nk_findings findings = { 0 };
	NK_OWNED(nk_roster_build_done) struct nk_roster_build build = { 0 };
	struct nk_format_run run = { .env = env, .opt = opt, .arena = arena, .findings = &findings, .build = &build };
	nk_rc rc = nk_done();

	*out_findings = NULL;
	*out_n = 0;
	if (opt->size == 0) {
		return nk_fail(err, NK_INVALID, "the roster file is empty (0 bytes): fetch it again");
	}
	if (opt->size > max) {
		return nk_fail(
			err, NK_LIMIT, "the roster is larger than the limit of %llu bytes", (unsigned long long)max);
	}
	NK_TRY(nk_findings_init(&findings, env, arena, opt->strict, err));
	findings.bad = opt->bad;
	nk_roster_build_init(&build, arena);
	rc = read_into(&run, out_roster, err);
	NK_TRY(nk_findings_end(&findings, out_findings, out_n, nk_ok(rc) ? err : NULL));
	return rc;
}
