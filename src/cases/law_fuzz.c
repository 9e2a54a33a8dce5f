/*
 * law_fuzz.c: law data of any bytes: read or refused with a reason; what was read can be asked anything, on any day.
 */
#include "base.h"

#include "form.h"
#include "law.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask_all(const struct nk_law *law, struct nk_arena *arena)
{
	static const nk_date days[] = { 19000, 20000, 20500, 30000, -5000 };

	for (size_t i = 0; i < NK_ARRAY_LEN(days); i++) {
		for (size_t r = 0; r < NK_REGIME_COUNT; r++) {
			const struct nk_class_ask ask = { .regime = (enum nk_regime)r, .on = days[i], .persons = { 0, 1001 } };
			struct nk_deadline_ask due = {
				.regime = (enum nk_regime)r, .known_at = (nk_time)days[i] * NK_DAY, .entrusted = true,
				.contract_hours = 24, .pmark = true, .listed = true
			};
			struct nk_deadline *list = NULL;
			size_t n = 0;

			due.classes = nk_law_classify(law, &ask);
			if (nk_ok(nk_law_deadlines(law, &due, arena, &list, &n, NULL))) {
				for (size_t k = 0; k < n; k++) {
					nk_assert(list[k].due == NK_DATE_NONE || list[k].due >= list[k].counted);
					nk_assert(list[k].due == NK_DATE_NONE || list[k].from <= list[k].due);
				}
			}
		}
	}
}

static void fill(const struct nk_law *law, struct nk_arena *arena)
{
	static struct nk_case_facts nothing; /* zeroed, never written */
	const struct nk_form_ask ask = { .form = NK_STR("appi-1"), .kind = NK_FORM_FINAL };
	struct nk_form form;

	if (nk_ok(nk_form_fill(law, &ask, &nothing, arena, &form, NULL))) {
		nk_assert(form.unknown == 0 && form.missing == form.n);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct nk_law_text text = { .name = NK_STR("fuzz"), .text = nk_bytes_str(nk_bytes_of(data, size)) };
	NK_OWNED(nk_law_free) struct nk_law *law = NULL;
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_err err;

	if (!nk_ok(nk_law_read(&text, 1, &law, &err))) {
		nk_assert(err.text[NK_LANG_EN][0] != '\0');
		return 0;
	}
	if (nk_ok(nk_arena_new(NK_ARENA_PLAIN, 16 << 20, &arena, NULL))) {
		ask_all(law, arena);
		fill(law, arena);
	}
	return 0;
}
