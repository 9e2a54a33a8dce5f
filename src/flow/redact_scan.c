/*
 * redact_scan.c: one text: looked through, what was found replaced, and looked through again until nobody is left.
 *
 * The scanning library is pure and is given valid UTF-8 only. What the second look finds counts as left over unless it
 * overlaps a pseudonym that was put there; somebody of the roster always counts.
 */
#include "base.h"
#include "redact_int.h"

#include "spell.h"

enum { FINDINGS_MAX = 4000000, REDACT_ARENA = 512 << 20 };

struct span {
	size_t from, to;
};

static int on_finding(void *arg, const struct nks_finding *f)
{
	struct nk_redactor *const r = arg;
	void *room = NULL;

	r->failed = nk_vec_push(&r->findings, &room, NULL);
	if (!nk_ok(r->failed)) {
		return 1;
	}
	((struct nk_whose_finding *)room)->found.f = *f;
	return 0;
}

void nk_redactor_free(struct nk_redactor **redactor)
{
	struct nk_redactor *const r = *redactor;

	if (r == NULL) {
		return;
	}
	nks_scan_free(&r->scan);
	nk_whose_free(&r->whose);
	nk_scan_keys_done(&r->roster);
	nk_vec_done(&r->findings);
	nk_vec_done(&r->pseudonyms);
	nk_map_done(&r->made);
	nk_map_done(&r->taken);
	nk_arena_free(&r->arena);
	nk_wipe(&r->key, sizeof(r->key));
	nk_wipe(r->options.token_key, sizeof(r->options.token_key));
	free(r);
	*redactor = NULL;
}

/* Of a warrant: from the house's key, so that a second file of the same job has the same pseudonyms; else of chance. */
static NK_RESULT make_key(struct nk_redactor *r, struct nk_uuid warrant, struct nk_err *err)
{
	const struct nk_bytes parts[] = { nk_str_bytes(NK_STR("nokosazu redact 1")), nk_bytes_of(warrant.b, 16) };
	struct nk_hash h;

	if (nk_uuid_is_nil(warrant)) {
		return nk_random(r->flow->env, r->key.b, sizeof(r->key.b), err);
	}
	nk_blake(r->flow->key[NK_HOUSE_INDEX], parts, NK_ARRAY_LEN(parts), &h);
	memcpy(r->key.b, h.b, sizeof(r->key.b));
	nk_wipe(&h, sizeof(h));
	return nk_done();
}

NK_RESULT nk_redact_begin(struct nk_redactor *r, struct nk_err *err)
{
	const uint64_t all = (UINT64_C(1) << NKS_CLASS_COUNT) - 1;
	enum nks_status status = NKS_OK;

	r->options.index = r->roster.index;
	r->options.classes = all & ~(UINT64_C(1) << NKS_CLASS_CORPORATE_NUMBER) & ~(UINT64_C(1) << NKS_CLASS_RULE);
	nk_mac16(&r->key, nk_str_bytes(NK_STR("nokosazu redact token 1")), r->options.token_key);
	status = nks_scan_new(&r->options, on_finding, r, &r->scan);
	return status == NKS_OK ? nk_done() : nk_spell_fail(status, err);
}

NK_RESULT nk_redactor_new(struct nk_flow *flow, struct nk_uuid warrant, struct nk_redactor **out, struct nk_err *err)
{
	NK_OWNED(nk_redactor_free) struct nk_redactor *r = calloc(1, sizeof(*r));
	uint8_t seed[16];

	if (r == NULL) {
		return nk_fail_nomem(err);
	}
	r->flow = flow;
	r->roster.fd = -1;
	nk_vec_init_wiping(&r->findings, sizeof(struct nk_whose_finding), FINDINGS_MAX);
	nk_vec_init_wiping(&r->pseudonyms, sizeof(struct nk_str), FINDINGS_MAX);
	NK_TRY(nk_random(flow->env, seed, sizeof(seed), err));
	nk_map_init(&r->made, seed);
	nk_map_init(&r->taken, seed);
	NK_TRY(nk_arena_new(NK_ARENA_WIPING, REDACT_ARENA, &r->arena, err));
	NK_TRY(make_key(r, warrant, err));
	NK_TRY(nk_scan_keys_roster(flow, &r->roster, err));
	NK_TRY(nk_whose_new(r->roster.index, &r->whose, err));
	NK_TRY(nk_redact_begin(r, err));
	*out = r;
	r = NULL;
	return nk_done();
}

static int by_place(const void *a, const void *b)
{
	const struct nks_finding *const x = &((const struct nk_whose_finding *)a)->found.f;
	const struct nks_finding *const y = &((const struct nk_whose_finding *)b)->found.f;

	if (x->offset != y->offset) {
		return x->offset < y->offset ? -1 : 1;
	}
	if (x->of_index != y->of_index) {
		return x->of_index ? -1 : 1;
	}
	return x->length != y->length ? (x->length > y->length ? -1 : 1) : 0;
}

/* All findings of a text, in order of their places. */
static NK_RESULT look(struct nk_redactor *r, struct nk_str in, bool table, struct nk_err *err)
{
	const struct nks_stream stream = { .kind = table ? NKS_KIND_TABLE : NKS_KIND_TEXT };
	struct nks_summary summary;
	enum nks_status status = NKS_OK;

	nk_vec_clear(&r->findings);
	r->failed = nk_done();
	status = nks_scan_begin(r->scan, &stream);
	status = status == NKS_OK ? nks_scan_feed(r->scan, in.ptr, in.len) : status;
	status = status == NKS_OK ? nks_scan_end(r->scan, &summary) : status;
	if (!nk_ok(r->failed)) {
		return nk_fail(err, NK_LIMIT, NK_N("there are more persons and numbers in one file than can be replaced"));
	}
	if (status != NKS_OK) {
		return nk_spell_fail(status, err);
	}
	if (r->findings.len > 1) {
		qsort(r->findings.items, r->findings.len, sizeof(struct nk_whose_finding), by_place);
	}
	return nk_done();
}

NK_RESULT nk_redact_known(struct nk_redactor *r, struct nk_str text, bool *out, struct nk_err *err)
{
	struct nk_vec kept = r->findings; /* of the text at hand */
	nk_rc rc;

	nk_vec_init_wiping(&r->findings, sizeof(struct nk_whose_finding), FINDINGS_MAX);
	rc = look(r, text, false, err);
	*out = false;
	for (size_t i = 0; i < r->findings.len; i++) {
		*out = *out || ((const struct nk_whose_finding *)nk_vec_at(&r->findings, i))->found.f.of_index;
	}
	nk_vec_done(&r->findings);
	r->findings = kept;
	return rc;
}

static bool is_name(const struct nks_finding *f)
{
	if (f->of_index) {
		return f->field == NKS_FIELD_KANJI || f->field == NKS_FIELD_KANA || f->field == NKS_FIELD_ROMAJI ||
			f->field == NKS_FIELD_TEXT;
	}
	return f->class == NKS_CLASS_PERSON_NAME || f->class == NKS_CLASS_ADDRESS;
}

static struct nk_redact_what what_of(const struct nk_whose_finding *w)
{
	const struct nks_finding *const f = &w->found.f;
	const bool name = is_name(f);
	/* A name that one person has is his; of namesakes with nothing beside it only the text is known. */
	const bool person = f->of_index && name && w->n_persons == 1;

	return (struct nk_redact_what){ .name = name,
		.mail = f->of_index ? f->field == NKS_FIELD_MAIL : f->class == NKS_CLASS_MAIL,
		.person = person,
		.id = person ? w->persons[0] : f->token };
}

static bool of_spans(const struct nk_vec *spans, size_t from, size_t to)
{
	size_t lo = 0;
	size_t hi = spans->len;

	while (lo < hi) {
		const size_t mid = lo + (hi - lo) / 2;
		const struct span *const s = nk_vec_at(spans, mid);

		if (s->to <= from) {
			lo = mid + 1;
		} else {
			hi = mid;
		}
	}
	return lo < spans->len && ((const struct span *)nk_vec_at(spans, lo))->from < to;
}

/* The end of what begins at finding i: others that begin inside it and reach further belong to it. */
static size_t end_of(const struct nk_vec *findings, size_t i, size_t *out_next, size_t len)
{
	const struct nks_finding *const first = &((const struct nk_whose_finding *)nk_vec_at(findings, i))->found.f;
	size_t end = (size_t)first->offset + first->length;
	size_t k = i + 1;

	for (; k < findings->len; k++) {
		const struct nks_finding *const f = &((const struct nk_whose_finding *)nk_vec_at(findings, k))->found.f;

		if (f->offset >= end) {
			break;
		}
		end = (size_t)f->offset + f->length > end ? (size_t)f->offset + f->length : end;
	}
	*out_next = k;
	return end < len ? end : len;
}

/* One span's text in the place of another's. */
static NK_RESULT put_one(struct nk_redactor *r, size_t i, struct nk_str text, struct nk_buf *out, struct nk_vec *spans,
	struct nk_err *err)
{
	const struct nk_redact_what what = what_of(nk_vec_at(&r->findings, i));
	struct span *span = NULL;
	struct nk_str pseudonym;
	void *room = NULL;

	NK_TRY(nk_redact_pseudonym(r, &what, text, &pseudonym, err));
	NK_TRY(nk_vec_push(spans, &room, err));
	span = room;
	span->from = out->len;
	NK_TRY(nk_buf_add_str(out, pseudonym, err));
	span->to = out->len;
	r->replaced++;
	return nk_done();
}

/* What was put there and still has a form of personal data (a mail that kept its shape) is meant to be so. */
static bool left_over(const struct nk_redactor *r, size_t i, const struct nk_vec *old)
{
	const struct nks_finding *const f = &((const struct nk_whose_finding *)nk_vec_at(&r->findings, i))->found.f;

	return f->of_index || !of_spans(old, (size_t)f->offset, (size_t)f->offset + f->length);
}

/* Everything once: *out_n places were replaced; `old`: pseudonyms in `in`, `spans`: those in `out`. */
static NK_RESULT pass(struct nk_redactor *r, struct nk_str in, const struct nk_vec *old, struct nk_buf *out,
	struct nk_vec *spans, struct nk_err *err)
{
	size_t at = 0;
	size_t next = 0;
	size_t o = 0;

	for (size_t i = 0; i <= r->findings.len; i = next) {
		const bool last = i == r->findings.len;
		const size_t begin =
			last ? in.len : (size_t)((const struct nk_whose_finding *)nk_vec_at(&r->findings, i))->found.f.offset;
		size_t end = in.len;

		next = i + 1;
		if (!last && (begin < at || begin >= in.len || !left_over(r, i, old))) {
			continue;
		}
		/* Pseudonyms of the pass before that stand in between move with the text. */
		for (; o < old->len && ((const struct span *)nk_vec_at(old, o))->to <= begin; o++) {
			const struct span *const s = nk_vec_at(old, o);
			void *room = NULL;

			if (s->from >= at) {
				NK_TRY(nk_vec_push(spans, &room, err));
				*(struct span *)room = (struct span){ out->len + (s->from - at), out->len + (s->to - at) };
			}
		}
		NK_TRY(nk_buf_add_str(out, nk_str_sub(in, at, begin - at), err));
		if (last) {
			return nk_done();
		}
		end = end_of(&r->findings, i, &next, in.len);
		NK_TRY(put_one(r, i, nk_str_sub(in, begin, end - begin), out, spans, err));
		at = end;
	}
	return nk_done();
}

static size_t count_left(const struct nk_redactor *r, const struct nk_vec *old)
{
	size_t n = 0;

	for (size_t i = 0; i < r->findings.len; i++) {
		n += left_over(r, i, old) ? 1 : 0;
	}
	return n;
}

static NK_RESULT passes(struct nk_redactor *r, struct nk_str in, bool table, struct nk_buf *texts, struct nk_vec *spans,
	struct nk_buf *out, bool *out_clean, struct nk_err *err)
{
	for (size_t p = 0;; p++) {
		const size_t here = p % 2;
		const struct nk_str text = p == 0 ? in : nk_buf_str(&texts[1 - here]);

		NK_TRY(look(r, text, table, err));
		*out_clean = count_left(r, &spans[1 - here]) == 0;
		if (*out_clean || p == NK_REDACT_PASSES) {
			return nk_buf_add_str(out, text, err);
		}
		if (p == 0) {
			nk_whose_judge(r->whose, r->findings.items, r->findings.len);
		}
		nk_buf_reset(&texts[here]);
		nk_vec_clear(&spans[here]);
		NK_TRY(pass(r, text, &spans[1 - here], &texts[here], &spans[here], err));
	}
}

NK_RESULT nk_redact_utf8(
	struct nk_redactor *r, struct nk_str in, bool table, struct nk_buf *out, bool *out_clean, struct nk_err *err)
{
	struct nk_buf texts[2];
	struct nk_vec spans[2];
	nk_rc rc;

	for (size_t i = 0; i < 2; i++) {
		nk_buf_init_wiping(&texts[i], NK_REDACT_FILE_MAX);
		nk_vec_init(&spans[i], sizeof(struct span), FINDINGS_MAX);
	}
	rc = passes(r, in, table, texts, spans, out, out_clean, err);
	for (size_t i = 0; i < 2; i++) {
		nk_buf_done(&texts[i]);
		nk_vec_done(&spans[i]);
	}
	return rc;
}
