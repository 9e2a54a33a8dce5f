/*
 * refusal_test.c: a refused attempt is written down with its reason, as a word of the closed table.
 */
#include "base.h"

#include <cmocka.h>

#include "flow_test_kit.h"
#include "measures_int.h"

/* The next literal behind `at` that is a message of a refusal, its pieces put together; NULL: there is none. */
static const char *next_message(const char *at, char out[static 640])
{
	size_t n = 0;

	at = strstr(at, "nk_fail(err, NK_DENIED,");
	at = at == NULL ? NULL : strchr(at, '"');
	if (at == NULL) {
		return NULL;
	}
	for (bool inside = true; n + 1 < 640; at++) {
		if (inside && at[1] == '\\') {
			out[n++] = at[2];
			at += 1;
		} else if (inside && at[1] != '"') {
			out[n++] = at[1];
		} else if (inside) {
			inside = false;
			at++;
		} else if (*at == '"') {
			inside = true;
			at--;
		} else if (*at == ')' || *at == ',') {
			break;
		}
	}
	out[n] = '\0';
	return at;
}

static void every_refusal_of_a_warrant_a_party_or_a_package_has_its_word(void **state)
{
	static const char *const files[] = { "custody/warrant.c", "custody/warrant_part.c", "flow/warrant_use.c",
		"flow/warrant_judge.c", "flow/warrant_text.c", "flow/op_warrant.c", "flow/ask_form.c", "flow/case_letters.c", "flow/op_party.c", "flow/party_vouch.c",
		"flow/op_procedure.c", "flow/package_install.c", "flow/package_layout.c", "flow/package_release.c",
		"flow/parties.c", "flow/training_state.c", "flow/duty_ack.c", "seal/sshsig.c" };
	NK_OWNED(ft_done) struct ft t;
	size_t seen = 0;

	(void)state;
	ft_new(&t, NULL);
	for (size_t i = 0; i < NK_ARRAY_LEN(files); i++) {
		char path[512];
		char message[640];
		const char *at = NULL;

		(void)snprintf(path, sizeof(path), "%s/src/%s", NK_SOURCE_DIR, files[i]);
		at = (const char *)ft_read(&t, path).ptr;
		while ((at = next_message(at, message)) != NULL) {
			struct nk_err err = { .code = NK_DENIED };

			(void)snprintf(err.text[NK_LANG_EN], sizeof(err.text[NK_LANG_EN]), "%s", message);
			seen++;
			if (strcmp(nk_refusal_word(&err), "denied") == 0) {
				fail_msg("%s: no word for: %s", files[i], message);
			}
			assert_non_null(nk_refusal_label(nk_str_c(nk_refusal_word(&err))));
		}
	}
	assert_in_range(seen, 45, 500);
}

static void nothing_of_a_message_but_its_word_goes_to_the_ledger(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_warrant_judge_request sign = { .step = NK_STR("sign"), .role = NK_STR("officer") };
	struct nk_warrant_request req = { .kind = NK_STR("order"),
		.verbs = NK_STR("ENROL"),
		.scope = NK_STR("party:add:00"),
		.purpose = NK_STR("x"),
		.uses = 1 };
	struct nk_party_request who = { .name = NK_STR("仮の 人"), .roles = NK_STR("officer") };
	struct nk_uuid id;
	struct nk_key seed;
	struct nk_key stranger = { { 7 } };
	struct nk_err err = { 0 };

	(void)state;
	ft_new(&t, NULL);
	ft_open(&t);
	kit_ok(ft_enrol(&t, &who, &seed, &id, &err), &err);
	req.until_at = nk_now(kit_env()) + NK_DAY;
	kit_fails(nk_op_warrant_request(t.flow, &req, &id, &err), NK_DENIED);
	assert_int_equal(ft_leaves(t.flow, "by-hand"), 1);
	req.scope = NK_STR("log");
	req.verbs = NK_STR("LOOK");
	kit_ok(nk_op_warrant_request(t.flow, &req, &id, &err), &err);
	sign.id = id;
	sign.seed = &stranger;
	kit_fails(nk_op_warrant_judge(t.flow, &sign, &err), NK_DENIED);
	assert_int_equal(ft_leaves(t.flow, "nobodys-key"), 1);
	sign.seed = &seed;
	sign.role = NK_STR("superior");
	kit_fails(nk_op_warrant_judge(t.flow, &sign, &err), NK_DENIED);
	assert_int_equal(ft_leaves(t.flow, "wrong-role"), 1);
	kit_fails(nk_op_warrant_use(t.flow, id, NK_STR(""), &err), NK_DENIED);
	assert_int_equal(ft_leaves(t.flow, "not-signed"), 1);
	assert_int_equal(ft_leaves(t.flow, "refused"), 4);
}

static void a_message_of_nowhere_is_only_called_denied(void **state)
{
	struct nk_err err = { .code = NK_DENIED, .text = { "the name 残川 is not for the ledger" } };

	(void)state;
	assert_string_equal(nk_refusal_word(&err), "denied");
	assert_string_equal(nk_refusal_word(NULL), "denied");
	assert_null(nk_refusal_label(NK_STR("残川")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_refusal_of_a_warrant_a_party_or_a_package_has_its_word),
		cmocka_unit_test(nothing_of_a_message_but_its_word_goes_to_the_ledger),
		cmocka_unit_test(a_message_of_nowhere_is_only_called_denied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
