/*
 * link_test.c: links keep every key, open only at their own row, and leave nothing behind. All persons are made up.
 */
#include "base.h"

#include <cmocka.h>

#include "link.h"

#include "kit_scan.h"
#include "kit_store.h"

#define STR_EQ(a, b) assert_true(nk_str_eq((a), (b)))

static struct nk_uuid target_id(void)
{
	return kit_uuid(50);
}

static void world(struct kit_store *k)
{
	struct nk_tx *tx = NULL;
	struct nk_stmt *stmt = NULL;
	struct nk_err err = { 0 };

	kit_store_new(k);
	tx = kit_begin(k);
	kit_ok(nk_stmt_get(k->store, "INSERT INTO target(id, name, type, holding_id) VALUES (?1, ?2, 'ldap', ?1)",
		       &stmt, &err),
		&err);
	for (uint32_t i = 0; i < 2; i++) {
		nk_stmt_uuid(stmt, 1, kit_uuid(50 + i));
		nk_stmt_text(stmt, 2, i == 0 ? NK_STR("one") : NK_STR("two"));
		kit_ok(nk_stmt_run(stmt, &err), &err);
	}
	nk_stmt_put(&stmt);
	kit_commit(&tx);
}

static struct nk_links *open_links(struct kit_store *k)
{
	struct nk_links *links = NULL;
	struct nk_err err = { 0 };

	kit_ok(nk_links_open(k->store, k->vault, target_id(), &links, &err), &err);
	return links;
}

/* Makes a key for link->slot and puts it. */
static void put_new(struct kit_store *k, struct nk_links *links, struct nk_link *link)
{
	struct nk_key key;
	struct nk_tx *tx = NULL;
	struct nk_err err = { 0 };

	kit_ok(nk_vault_add(k->vault, NK_SLOT_LINK, 1, &link->slot, &key, &err), &err);
	tx = kit_begin(k);
	kit_ok(nk_links_put(links, tx, link, &key, &err), &err);
	kit_commit(&tx);
	nk_key_wipe(&key);
}

static void put_again(struct kit_store *k, struct nk_links *links, const struct nk_link *link)
{
	struct nk_tx *tx = kit_begin(k);
	struct nk_err err = { 0 };

	kit_ok(nk_links_put(links, tx, link, NULL, &err), &err);
	kit_commit(&tx);
}

static const struct nk_link_key first_keys[2] = {
	{ .kind = NK_STR("dn"), .value = NK_STR("uid=zansa,ou=people,dc=example") },
	{ .kind = NK_STR("mail"), .value = NK_STR("zansa-4711@example.org") },
};
static const struct nk_link_key renamed_keys[2] = {
	{ .kind = NK_STR("dn"), .value = NK_STR("uid=nokosa,ou=people,dc=example") },
	{ .kind = NK_STR("mail"), .value = NK_STR("zansa-4711@example.org") },
};

static struct nk_link first_link(uint32_t number)
{
	return (struct nk_link){
		.person_number = number, .state = NK_LINK_INTENDED, .keys = first_keys, .n_keys = 2
	};
}

static void a_link_comes_back_with_anchor_and_keys(void **state)
{
	NK_OWNED(kit_store_done) struct kit_store k = { 0 };
	NK_OWNED(nk_links_free) struct nk_links *links = NULL;
	struct nk_link link = first_link(7);
	const struct nk_link *got = NULL;

	(void)state;
	world(&k);
	links = open_links(&k);
	link.anchor = NK_STR("5d0d7a52-0000-4000-8000-000000000001");
	link.password_set = true;
	put_new(&k, links, &link);
	nk_links_free(&links);
	links = open_links(&k);
	assert_true(nk_links_count(links) == 1);
	got = nk_links_of(links, 7);
	assert_non_null(got);
	assert_ptr_equal(nk_links_at(links, 0), got);
	assert_ptr_equal(nk_links_by_anchor(links, link.anchor), got);
	assert_true(got->password_set && got->state == NK_LINK_INTENDED && got->n_keys == 2);
	assert_true(nk_uuid_eq(got->target, target_id()));
	STR_EQ(got->keys[0].kind, NK_STR("dn"));
	STR_EQ(got->keys[1].value, NK_STR("zansa-4711@example.org"));
	assert_null(nk_links_of(links, 8));
	assert_null(nk_links_by_anchor(links, NK_STR("")));
	assert_null(nk_links_by_anchor(links, NK_STR("5d0d7a52-0000-4000-8000-000000000002")));
}

static void a_rename_keeps_every_key_there_ever_was(void **state)
{
	NK_OWNED(kit_store_done) struct kit_store k = { 0 };
	NK_OWNED(nk_links_free) struct nk_links *links = NULL;
	struct nk_link link = first_link(7);
	const struct nk_link *got = NULL;

	(void)state;
	world(&k);
	links = open_links(&k);
	put_new(&k, links, &link);
	link.state = NK_LINK_PRESENT;
	link.keys = renamed_keys;
	link.anchor = NK_STR("anchor-1");
	put_again(&k, links, &link);
	link.anchor = NK_STR("");
	link.n_keys = 0;
	put_again(&k, links, &link);
	STR_EQ(nk_links_of(links, 7)->anchor, NK_STR("anchor-1"));
	link.anchor = NK_STR("anchor-2");
	put_again(&k, links, &link);
	assert_null(nk_links_by_anchor(links, NK_STR("anchor-1")));
	assert_non_null(nk_links_by_anchor(links, NK_STR("anchor-2")));
	nk_links_free(&links);
	links = open_links(&k);
	got = nk_links_of(links, 7);
	assert_true(got->state == NK_LINK_PRESENT && got->n_keys == 4);
	STR_EQ(got->keys[0].value, first_keys[0].value);
	STR_EQ(got->keys[1].value, first_keys[1].value);
	STR_EQ(got->keys[2].value, renamed_keys[0].value);
	STR_EQ(got->keys[3].kind, NK_STR("anchor"));
	STR_EQ(got->keys[3].value, NK_STR("anchor-1"));
}

static void links_stand_in_order_of_number_and_by_target(void **state)
{
	NK_OWNED(kit_store_done) struct kit_store k = { 0 };
	NK_OWNED(nk_links_free) struct nk_links *links = NULL;
	struct nk_links *other = NULL;
	const uint32_t numbers[5] = { 30, 10, 50, 20, 40 };
	struct nk_err err = { 0 };

	(void)state;
	world(&k);
	links = open_links(&k);
	for (size_t i = 0; i < 5; i++) {
		struct nk_link link = first_link(numbers[i]);

		put_new(&k, links, &link);
	}
	for (size_t i = 0; i < 5; i++) {
		assert_true(nk_links_at(links, i)->person_number == (i + 1) * 10);
	}
	kit_ok(nk_links_open(k.store, k.vault, kit_uuid(51), &other, &err), &err);
	assert_true(nk_links_count(other) == 0);
	nk_links_free(&other);
}

static void an_erased_link_is_gone_and_may_come_anew(void **state)
{
	NK_OWNED(kit_store_done) struct kit_store k = { 0 };
	NK_OWNED(nk_links_free) struct nk_links *links = NULL;
	struct nk_link link = first_link(7);
	struct nk_link second = first_link(8);
	struct nk_tx *tx = NULL;
	struct nk_err err = { 0 };

	(void)state;
	world(&k);
	links = open_links(&k);
	link.anchor = NK_STR("anchor-1");
	put_new(&k, links, &link);
	put_new(&k, links, &second);
	kit_destroy(&k, &link.slot, 1);
	tx = kit_begin(&k);
	kit_ok(nk_links_erase(links, tx, 7, &err), &err);
	kit_commit(&tx);
	assert_true(nk_links_count(links) == 1 && nk_links_at(links, 0)->person_number == 8);
	assert_null(nk_links_of(links, 7));
	assert_null(nk_links_by_anchor(links, NK_STR("anchor-1")));
	nk_links_free(&links);
	links = open_links(&k);
	assert_true(nk_links_count(links) == 1);
	put_new(&k, links, &link);
	assert_non_null(nk_links_of(links, 7));
}

static void putting_twice_or_changing_nothing_is_refused(void **state)
{
	NK_OWNED(kit_store_done) struct kit_store k = { 0 };
	NK_OWNED(nk_links_free) struct nk_links *links = NULL;
	struct nk_link link = first_link(7);
	struct nk_key key = kit_key(3);
	struct nk_tx *tx = NULL;
	struct nk_err err = { 0 };

	(void)state;
	world(&k);
	links = open_links(&k);
	tx = kit_begin(&k);
	kit_fails(nk_links_put(links, tx, &link, NULL, &err), NK_NOT_FOUND);
	nk_tx_end(&tx);
	put_new(&k, links, &link);
	tx = kit_begin(&k);
	kit_fails(nk_links_put(links, tx, &link, &key, &err), NK_EXISTS);
	link.person_number = 0;
	kit_fails(nk_links_put(links, tx, &link, &key, &err), NK_INVALID);
	nk_tx_end(&tx);
}

static void does_not_open(struct kit_store *k, const char *text)
{
	struct nk_links *links = NULL;
	struct nk_err err = { 0 };

	kit_fails(nk_links_open(k->store, k->vault, target_id(), &links, &err), NK_CORRUPT);
	assert_non_null(strstr(err.text[NK_LANG_EN], text));
}

static void a_link_in_another_row_or_target_does_not_open(void **state)
{
	NK_OWNED(kit_store_done) struct kit_store k = { 0 };
	struct nk_links *links = NULL;
	struct nk_link link = first_link(7);
	struct nk_err err = { 0 };

	(void)state;
	world(&k);
	links = open_links(&k);
	put_new(&k, links, &link);
	nk_links_free(&links);
	kit_exec(&k, "UPDATE link SET person_number = 8");
	does_not_open(&k, "the link of person 8 does not open");
	kit_exec(&k, "UPDATE link SET person_number = 7, target_id = (SELECT id FROM target WHERE name = 'two')");
	kit_fails(nk_links_open(k.store, k.vault, kit_uuid(51), &links, &err), NK_CORRUPT);
}

static void an_unknown_slot_is_damage_and_a_destroyed_one_is_left_out(void **state)
{
	NK_OWNED(kit_store_done) struct kit_store k = { 0 };
	struct nk_links *links = NULL;
	struct nk_link link = first_link(7);
	struct nk_link second = first_link(8);

	(void)state;
	world(&k);
	links = open_links(&k);
	put_new(&k, links, &link);
	put_new(&k, links, &second);
	nk_links_free(&links);
	kit_destroy(&k, &link.slot, 1);
	links = open_links(&k);
	assert_true(nk_links_count(links) == 1 && nk_links_at(links, 0)->person_number == 8);
	nk_links_free(&links);
	kit_exec(&k, "UPDATE link SET slot = slot + 5000 WHERE person_number = 8");
	does_not_open(&k, "the vault does not know the key of the link of person 8");
}

static void a_persons_key_does_not_open_a_link(void **state)
{
	NK_OWNED(kit_store_done) struct kit_store k = { 0 };
	struct nk_links *links = NULL;
	struct nk_link link = first_link(7);
	struct nk_tx *tx = NULL;
	struct nk_key key;
	struct nk_err err = { 0 };

	(void)state;
	world(&k);
	links = open_links(&k);
	kit_ok(nk_vault_add(k.vault, NK_SLOT_PERSON, 1, &link.slot, &key, &err), &err);
	tx = kit_begin(&k);
	kit_ok(nk_links_put(links, tx, &link, &key, &err), &err);
	kit_commit(&tx);
	nk_links_free(&links);
	does_not_open(&k, "the vault does not know the key of the link of person 7");
}

static void no_key_of_a_link_stands_in_a_file(void **state)
{
	NK_OWNED(kit_store_done) struct kit_store k = { 0 };
	struct nk_links *links = NULL;
	struct nk_link link = first_link(7);

	(void)state;
	world(&k);
	links = open_links(&k);
	put_new(&k, links, &link);
	link.keys = renamed_keys;
	put_again(&k, links, &link);
	assert_true(kit_scan(k.env, k.tmp.dir, NK_STR("zansa"), NULL) == 0);
	assert_true(kit_scan(k.env, k.tmp.dir, NK_STR("nokosa,"), NULL) == 0);
	nk_links_free(&links);
	kit_store_close(&k);
	assert_true(kit_scan(k.env, k.tmp.dir, NK_STR("zansa"), NULL) == 0);
}

static void texts_that_are_too_long_are_refused(void **state)
{
	NK_OWNED(kit_store_done) struct kit_store k = { 0 };
	NK_OWNED(nk_links_free) struct nk_links *links = NULL;
	static char big[9000];
	struct nk_link_key long_key = { .kind = NK_STR("dn"), .value = { big, sizeof(big) } };
	struct nk_link link = { .person_number = 7, .keys = &long_key, .n_keys = 1 };
	struct nk_key key = kit_key(1);
	struct nk_tx *tx = NULL;
	struct nk_err err = { 0 };

	(void)state;
	world(&k);
	links = open_links(&k);
	memset(big, 'x', sizeof(big));
	tx = kit_begin(&k);
	kit_fails(nk_links_put(links, tx, &link, &key, &err), NK_LIMIT);
	nk_tx_end(&tx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_link_comes_back_with_anchor_and_keys),
		cmocka_unit_test(a_rename_keeps_every_key_there_ever_was),
		cmocka_unit_test(links_stand_in_order_of_number_and_by_target),
		cmocka_unit_test(an_erased_link_is_gone_and_may_come_anew),
		cmocka_unit_test(putting_twice_or_changing_nothing_is_refused),
		cmocka_unit_test(a_link_in_another_row_or_target_does_not_open),
		cmocka_unit_test(an_unknown_slot_is_damage_and_a_destroyed_one_is_left_out),
		cmocka_unit_test(a_persons_key_does_not_open_a_link),
		cmocka_unit_test(no_key_of_a_link_stands_in_a_file),
		cmocka_unit_test(texts_that_are_too_long_are_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
