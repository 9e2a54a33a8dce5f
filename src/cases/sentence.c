/*
 * sentence.c: the sentences that may be printed, from values only.
 *
 * "No" needs sources, "all done" needs every site verified, "no misuse" needs a date, sources and a day on which it
 * expires: without them the weaker sentence, or none, is printed (I8, I10).
 */
#include "base.h"

#include "sentence.h"
#include "words_int.h"

NK_RESULT nk_sentence_read(const struct nk_affected *a, enum nk_lang lang, struct nk_buf *out, struct nk_err *err)
{
	const struct nk_short readers = case_number(a->readers);
	const struct nk_short minutes = case_number(a->missing_minutes);
	const struct nk_str query = a->query.len > 0 ? a->query : NK_STR("case.readings");
	const struct nk_str sources = nk_str_trim(a->sources);
	const struct nk_str counted[] = { nk_str_c(readers.text), query };
	const struct nk_str missing[] = { nk_str_c(minutes.text) };

	if (a->read == NK_TRI_YES && a->readers > 0) {
		return case_say(out, lang, NK_N("It was confirmed that third parties read it (%1$s readings [%2$s])."), counted, err);
	}
	if (a->read == NK_TRI_YES) {
		return case_put(out, lang, NK_N("It was confirmed that third parties read it (how often is being looked into)."), err);
	}
	if (a->read == NK_TRI_NO && sources.len > 0) {
		return case_say(out, lang,
			NK_N("It was confirmed that the records of that time have no gap (sources: %s); no third party read it."), &sources, err);
	}
	if (a->missing_minutes > 0) {
		return case_say(out, lang,
			NK_N("No record of a reading was found, but %s minutes of the records are missing, and it cannot be ruled out."),
			missing, err);
	}
	return case_put(out, lang, NK_N("There are no records that could show a reading, and it cannot be ruled out."), err);
}

NK_RESULT nk_sentence_rollout(const struct nk_rollout *r, enum nk_lang lang, bool *out_all, struct nk_buf *out, struct nk_err *err)
{
	const struct nk_short sites = case_number(r->sites);
	const struct nk_short verified = case_number(r->verified);
	const struct nk_short silent = case_number(r->silent);
	const struct nk_short waived = case_number(r->waived);
	const struct nk_short ended = case_number(r->ended);
	const struct nk_str args[] = { nk_str_c(sites.text), nk_str_c(verified.text), nk_str_c(silent.text), nk_str_c(waived.text),
		nk_str_c(ended.text) };
	const bool all = r->sites > 0 && r->verified == r->sites && r->silent == 0 && r->waived == 0 && r->ended == 0;

	if (out_all != NULL) {
		*out_all = all;
	}
	if (r->sites == 0) {
		return case_put(out, lang, NK_N("It is not known yet which sites are concerned [campaign.sites]"), err);
	}
	if (all) {
		return case_say(out, lang, NK_N("All done (%1$s of %1$s sites [campaign.verified])"), args, err);
	}
	NK_TRY(case_say(out, lang, NK_N("%2$s of %1$s sites done, %3$s silent"), args, err));
	if (r->waived > 0) {
		NK_TRY(case_say(out, lang, NK_N(", %s waived"), &args[3], err));
	}
	if (r->ended > 0) {
		NK_TRY(case_say(out, lang, NK_N(", of them %s no longer enrolled and not proven"), &args[4], err));
	}
	return nk_buf_add_c(out, lang == NK_LANG_JA ? "［campaign.sites］" : " [campaign.sites]", err);
}

NK_RESULT nk_sentence_misuse(
	const struct nk_assertion *a, nk_time now, enum nk_lang lang, struct nk_buf *out, struct nk_err *err)
{
	const struct nk_str sources = nk_str_trim(a->sources);
	const struct nk_short at = case_date(nk_time_day(a->at, CASE_JAPAN_MINUTES), lang);
	const struct nk_short until = case_date(nk_time_day(a->expires_at, CASE_JAPAN_MINUTES), lang);
	const struct nk_str args[] = { nk_str_c(at.text), sources, nk_str_c(until.text) };

	if (sources.len == 0 || a->at == 0) {
		return nk_fail(err, NK_DENIED, "an assertion without a date or without the sources that were looked at is not printed");
	}
	if (a->at > now || a->expires_at <= now) {
		return nk_fail(err, NK_DENIED, "the assertion has expired: look at the sources again and state it anew");
	}
	return case_say(out, lang, NK_N("At present no misuse is known (looked at on %1$s: %2$s; good until %3$s)."), args, err);
}

NK_RESULT nk_sentence_count(
	struct nk_count c, struct nk_str query, enum nk_lang lang, struct nk_buf *out, struct nk_err *err)
{
	const struct nk_short least = case_number(c.least);
	const struct nk_short most = case_number(c.most);
	const struct nk_str from_least[] = { nk_str_c(least.text), query };
	const struct nk_str from_most[] = { nk_str_c(most.text), query };
	const struct nk_str both[] = { nk_str_c(least.text), nk_str_c(most.text), query };

	if (nk_count_exact(c)) {
		return case_say(out, lang, NK_N("%1$s persons [%2$s]"), from_least, err);
	}
	if (c.most == UINT64_MAX && c.least == 0) {
		return case_say(out, lang, NK_N("the number of persons is being looked into [%s]"), &query, err);
	}
	if (c.most == UINT64_MAX) {
		return case_say(out, lang, NK_N("%1$s persons or more, the upper bound is being looked into [%2$s]"), from_least, err);
	}
	if (c.least == 0) {
		return case_say(out, lang, NK_N("up to %1$s persons may be affected [%2$s]"), from_most, err);
	}
	return case_say(out, lang, NK_N("%1$s persons, up to %2$s may be affected [%3$s]"), both, err);
}

struct nk_count nk_two_sets_count(const struct nk_two_sets *s)
{
	const uint64_t greater = s->obtained > s->unaccounted ? s->obtained : s->unaccounted;
	uint64_t sum;

	if (__builtin_add_overflow(s->obtained, s->unaccounted, &sum)) {
		sum = UINT64_MAX;
	}
	return (struct nk_count){ s->obtained, s->disjoint == NK_TRI_NO ? greater : sum };
}

NK_RESULT nk_sentence_two_sets(
	const struct nk_two_sets *s, struct nk_str query, enum nk_lang lang, struct nk_buf *out, struct nk_err *err)
{
	const struct nk_count bound = nk_two_sets_count(s);
	const struct nk_short obtained = case_number(s->obtained);
	const struct nk_short unaccounted = case_number(s->unaccounted);
	const struct nk_str args[] = { nk_str_c(obtained.text), nk_str_c(unaccounted.text), query };

	if (s->unaccounted == 0 || s->obtained == 0 || s->disjoint == NK_TRI_YES) {
		return nk_sentence_count(bound, query, lang, out, err);
	}
	if (s->disjoint == NK_TRI_NO) {
		return case_say(out, lang,
			NK_N("%1$s persons, and %2$s that may be affected (the %1$s are among them) [%3$s]"), args, err);
	}
	return case_say(out, lang,
		NK_N("%1$s persons, and %2$s that may be affected (whether the %1$s are among them is being looked into) [%3$s]"), args, err);
}
