/*
 * fmt_cfb.c: opens compound files: Word, Excel and PowerPoint 97 to 2003 (and 95), Outlook messages, encrypted OOXML,
 * and whatever else.
 *
 * Each storage is looked at by the names of its streams, also storages deep inside (embedded objects); every stream
 * that no reader knows is opened as a file of its own, and so carved when it is nothing known.
 */
#include "base.h"

#include "cfb.h"

/* What a storage has that a reader knows. */
struct known {
	uint32_t word, table0, table1, book, old_book, slides, user, package;
};

static int sniff(const uint8_t *head, size_t len, uint64_t size, const char *name)
{
	static const uint8_t magic[8] = { 0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1 };

	(void)size;
	(void)name;
	return len >= 8 && memcmp(head, magic, 8) == 0 ? 100 : 0;
}

static void look(const struct nkx_cfb *c, uint32_t id, struct known *k)
{
	struct {
		const char *name;
		uint32_t *slot;
	} names[] = { { "WordDocument", &k->word }, { "0Table", &k->table0 }, { "1Table", &k->table1 },
		{ "Workbook", &k->book }, { "Book", &k->old_book }, { "PowerPoint Document", &k->slides },
		{ "Current User", &k->user }, { "EncryptedPackage", &k->package } };

	if (nkx_cfb_type(c, id) != NKX_CFB_STREAM) {
		return;
	}
	for (size_t i = 0; i < NK_ARRAY_LEN(names); i++) {
		if (*names[i].slot == NKX_CFB_NONE && nkx_cfb_named(c, id, names[i].name)) {
			*names[i].slot = id;
		}
	}
}

static void other_stream(struct nkx_cfb *c, const char *path, uint32_t id)
{
	char name[700];

	nkx_cfb_path(c, id, name, sizeof(name));
	if (nkx_cfb_starts(c, id, "\005")) {
		nkx_ole_properties(c, name, id);
	} else if (nkx_cfb_named(c, id, "\001Ole10Native")) {
		nkx_ole_native(c, name, id);
	} else if (!nkx_msg_stream(c, path, id)) {
		nkx_cfb_give(c, id, name, NULL);
	}
}

/* An OOXML file with a password: one stream of noise. */
static void encrypted_package(struct nkx_cfb *c, uint32_t id)
{
	size_t n = 0;

	free(nkx_cfb_take(c, id, &n));
	nkx_not_scanned(c->w, "EncryptedPackage", "cfb-stream", NKX_WHY_ENCRYPTED, nkx_cfb_size(c, id));
}

static void open_storage(struct nkx_cfb *c, uint32_t storage)
{
	struct known k = { NKX_CFB_NONE, NKX_CFB_NONE, NKX_CFB_NONE, NKX_CFB_NONE, NKX_CFB_NONE, NKX_CFB_NONE,
		NKX_CFB_NONE, NKX_CFB_NONE };
	char path[604];

	nkx_cfb_path(c, storage, path, sizeof(path) - 2);
	if (path[0] != '\0') {
		size_t len = strlen(path);

		path[len] = '/';
		path[len + 1] = '\0';
	}
	for (uint32_t id = c->node[storage].first; id != NKX_CFB_NONE; id = c->node[id].next) {
		look(c, id, &k);
	}
	if (k.package != NKX_CFB_NONE) {
		encrypted_package(c, k.package);
	}
	if (k.word != NKX_CFB_NONE) {
		nkx_doc_read(c, path, k.word, k.table0, k.table1);
	}
	if (k.book != NKX_CFB_NONE) {
		nkx_xls_read(c, path, k.book);
	}
	if (k.old_book != NKX_CFB_NONE) {
		nkx_xls_read(c, path, k.old_book);
	}
	if (k.slides != NKX_CFB_NONE) {
		nkx_ppt_read(c, path, k.slides, k.user);
	}
	for (uint32_t id = c->node[storage].first; id != NKX_CFB_NONE && nkx_entry(c->w); id = c->node[id].next) {
		if (nkx_cfb_type(c, id) == NKX_CFB_STREAM && !c->node[id].taken) {
			other_stream(c, path, id);
		}
	}
}

static enum nkx_why open_cfb(struct nkx_work *w, const struct nkx_source *s, const char *name)
{
	struct nkx_cfb c;
	enum nkx_why why = nkx_cfb_open(w, s, &c);

	(void)name;
	for (uint32_t id = 0; why == NKX_WHY_NONE && id < c.entries; id++) {
		if (id == 0 || (c.node[id].reached && nkx_cfb_type(&c, id) == NKX_CFB_STORAGE)) {
			open_storage(&c, id);
		}
	}
	if (why == NKX_WHY_NONE && (c.cut || c.damaged)) {
		nkx_partly(w, c.cut ? NKX_WHY_CUT_OFF : NKX_WHY_DAMAGED);
	}
	nkx_cfb_done(&c);
	return why;
}

const struct nkx_format nkx_format_cfb = { "cfb", sniff, open_cfb, true };
