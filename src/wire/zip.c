/*
 * zip.c: opens a zip: directory (zip_dir.c), then every entry against its local header and its neighbours.
 *
 * Invariant: an open zip is covered from its first byte to its directory by its entries, each once, without gaps:
 * what another reader might find by walking local headers is what the directory says.
 */
#include "base.h"
#include "zip.h"
#include "zip_int.h"

enum {
	LOCAL_LEN = 30,
	SIG_LOCAL = 0x04034b50,
	SIG_DESCRIPTOR = 0x08074b50,
	FLAG_DESCRIPTOR = 1 << 3,
	FLAGS_LEVEL = 3 << 1, /* how hard the packer tried: may differ */
	DESCRIPTOR_MAX = 24,
};

static struct nk_zip_limits limits_of(const struct nk_zip_limits *given)
{
	struct nk_zip_limits l = { .entries = 64,
		.entry_bytes = UINT64_C(2) << 30,
		.total_bytes = UINT64_C(4) << 30,
		.ratio = 200,
		.folders = false };

	if (given == NULL) {
		return l;
	}
	l.entries = given->entries != 0 ? given->entries : l.entries;
	l.entry_bytes = given->entry_bytes != 0 ? given->entry_bytes : l.entry_bytes;
	l.total_bytes = given->total_bytes != 0 ? given->total_bytes : l.total_bytes;
	l.ratio = given->ratio != 0 ? given->ratio : l.ratio;
	l.folders = given->folders;
	return l;
}

NK_RESULT nk_zip_fetch(const struct nk_zip *zip, uint64_t at, void *buf, size_t len, struct nk_err *err)
{
	size_t got = 0;

	if (len > zip->size || at > zip->size - len) {
		return nk_fail(err, NK_INVALID, "the zip points behind its own end; fetch the file again");
	}
	if (len == 0) {
		return nk_done();
	}
	NK_TRY(zip->read(zip->arg, at, buf, len, &got, err));
	if (got != len) {
		return nk_fail(err, NK_INVALID, "the zip became shorter while it was read; fetch the file again");
	}
	return nk_done();
}

static nk_rc contradicts(const struct nk_zip_slot *slot, struct nk_err *err)
{
	return nk_fail(err, NK_INVALID,
		"zip entry %u says different things in the directory and at its own place; fetch the file again",
		slot->number);
}

/* Sizes and checksum of a local header: as in the directory, or, with a descriptor behind the data, zero. */
static nk_rc check_local_sizes(
	const struct nk_zip_slot *slot, const uint8_t *p, struct nk_bytes extra, struct nk_err *err)
{
	uint64_t compressed = nk_get_le32(p + 18);
	uint64_t size = nk_get_le32(p + 22);
	const uint32_t crc = nk_get_le32(p + 14);

	NK_TRY(nk_zip_zip64_sizes(extra, &size, &compressed, NULL, err));
	if (crc == slot->pub.crc && size == slot->pub.size && compressed == slot->pub.compressed) {
		return nk_done();
	}
	if ((slot->flags & FLAG_DESCRIPTOR) == 0 || (crc != 0 && crc != slot->pub.crc) ||
		(size != 0 && size != slot->pub.size && size != UINT32_MAX) ||
		(compressed != 0 && compressed != slot->pub.compressed && compressed != UINT32_MAX)) {
		return contradicts(slot, err);
	}
	return nk_done();
}

/* The local header of a slot; sets where its data begins. */
static nk_rc check_local(const struct nk_zip *zip, struct nk_zip_slot *slot, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf rest = { 0 };
	uint8_t head[LOCAL_LEN];
	uint8_t *at = NULL;

	NK_TRY(nk_zip_fetch(zip, slot->local_at, head, sizeof(head), err));
	if (nk_get_le32(head) != SIG_LOCAL || nk_get_le16(head + 26) != slot->pub.name.len ||
		((nk_get_le16(head + 6) ^ slot->flags) & ~FLAGS_LEVEL) != 0 ||
		nk_get_le16(head + 8) != slot->method) {
		return contradicts(slot, err);
	}
	const size_t len = slot->pub.name.len + nk_get_le16(head + 28);
	nk_buf_init_wiping(&rest, len);
	NK_TRY(nk_buf_reserve(&rest, len, &at, err));
	NK_TRY(nk_zip_fetch(zip, slot->local_at + LOCAL_LEN, at, len, err));
	if (!nk_bytes_eq(nk_bytes_of(at, slot->pub.name.len), nk_str_bytes(slot->pub.name))) {
		return contradicts(slot, err);
	}
	slot->data_at = slot->local_at + LOCAL_LEN + len;
	return check_local_sizes(slot, head, nk_bytes_of(at + slot->pub.name.len, len - slot->pub.name.len), err);
}

/* What stands between the data of a slot and the next entry: nothing, or its data descriptor in one of four forms. */
static nk_rc check_descriptor(
	const struct nk_zip *zip, const struct nk_zip_slot *slot, uint64_t next, struct nk_err *err)
{
	const uint64_t data_end = slot->data_at + slot->pub.compressed;
	const uint64_t gap = next - data_end;
	uint8_t bytes[DESCRIPTOR_MAX];
	size_t at = 0;

	if ((slot->flags & FLAG_DESCRIPTOR) == 0 && gap == 0) {
		return nk_done();
	}
	if ((slot->flags & FLAG_DESCRIPTOR) == 0 || (gap != 12 && gap != 16 && gap != 20 && gap != 24)) {
		return nk_fail(err, NK_INVALID,
			"there are bytes behind zip entry %u that belong to no entry; fetch the file again",
			slot->number);
	}
	NK_TRY(nk_zip_fetch(zip, data_end, bytes, (size_t)gap, err));
	if (gap == 16 || gap == 24) {
		at = 4;
	}
	const bool wide = gap >= 20;
	const uint64_t compressed = wide ? nk_get_le64(bytes + at + 4) : nk_get_le32(bytes + at + 4);
	const uint64_t size = wide ? nk_get_le64(bytes + at + 12) : nk_get_le32(bytes + at + 8);
	if ((at == 4 && nk_get_le32(bytes) != SIG_DESCRIPTOR) || nk_get_le32(bytes + at) != slot->pub.crc ||
		compressed != slot->pub.compressed || size != slot->pub.size) {
		return contradicts(slot, err);
	}
	return nk_done();
}

static int by_place(const void *a, const void *b)
{
	const struct nk_zip_slot *const *x = a;
	const struct nk_zip_slot *const *y = b;

	return ((*x)->local_at > (*y)->local_at) - ((*x)->local_at < (*y)->local_at);
}

/* Entries in the order of their places: the first at 0, each beginning where the one before ends, the last
 * before the directory. */
static nk_rc check_places(struct nk_zip *zip, struct nk_zip_slot **order, uint64_t directory_at, struct nk_err *err)
{
	for (size_t i = 0; i < zip->n; i++) {
		order[i] = &zip->slots[i];
	}
	qsort(order, zip->n, sizeof(struct nk_zip_slot *), by_place);
	if ((zip->n == 0 ? directory_at : order[0]->local_at) != 0) {
		return nk_fail(err, NK_INVALID, "there are bytes before the first entry of the zip; it is refused");
	}
	for (size_t i = 0; i < zip->n; i++) {
		struct nk_zip_slot *slot = order[i];
		const uint64_t next = i + 1 < zip->n ? order[i + 1]->local_at : directory_at;
		NK_TRY(check_local(zip, slot, err));
		if (slot->data_at > next || slot->pub.compressed > next - slot->data_at) {
			return nk_fail(err, NK_INVALID,
				"zip entry %u overlaps another one; this looks like a zip bomb", slot->number);
		}
		NK_TRY(check_descriptor(zip, slot, next, err));
	}
	return nk_done();
}

static unsigned char lower(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

/* A name without its last slash: "a" and "a/" are the same name. */
static struct nk_str bare(struct nk_str name)
{
	return name.len > 0 && name.ptr[name.len - 1] == '/' ? nk_str_sub(name, 0, name.len - 1) : name;
}

static int by_name(const void *a, const void *b)
{
	const struct nk_str x = bare((*(const struct nk_zip_slot *const *)a)->pub.name);
	const struct nk_str y = bare((*(const struct nk_zip_slot *const *)b)->pub.name);

	for (size_t i = 0; i < x.len && i < y.len; i++) {
		const int d = lower(x.ptr[i]) - lower(y.ptr[i]);
		if (d != 0) {
			return d;
		}
	}
	return (x.len > y.len) - (x.len < y.len);
}

static nk_rc check_names(const struct nk_zip *zip, struct nk_zip_slot **order, struct nk_err *err)
{
	qsort(order, zip->n, sizeof(struct nk_zip_slot *), by_name);
	for (size_t i = 1; i < zip->n; i++) {
		if (by_name(&order[i - 1], &order[i]) == 0) {
			return nk_fail(err, NK_INVALID,
				"zip entries %1$u and %2$u have the same name (capitals do not count); remove one",
				order[i - 1]->number, order[i]->number);
		}
	}
	return nk_done();
}

static nk_rc open_checked(struct nk_zip *zip, struct nk_err *err)
{
	uint64_t directory_at = 0;

	NK_TRY(nk_zip_read_directory(zip, &directory_at, err));
	struct nk_zip_slot **order = nk_arena_array(zip->arena, zip->n, sizeof(struct nk_zip_slot *));
	if (order == NULL) {
		return nk_fail_nomem(err);
	}
	NK_TRY(check_places(zip, order, directory_at, err));
	return check_names(zip, order, err);
}

NK_RESULT nk_zip_open(nk_zip_read_fn *read, void *arg, uint64_t size, const struct nk_zip_limits *limits,
	struct nk_zip **out, struct nk_err *err)
{
	NK_OWNED(nk_zip_close) struct nk_zip *zip = calloc(1, sizeof(*zip));

	if (zip == NULL) {
		return nk_fail_nomem(err);
	}
	zip->read = read;
	zip->arg = arg;
	zip->size = size;
	zip->limits = limits_of(limits);
	NK_TRY(open_checked(zip, err));
	*out = zip;
	zip = NULL;
	return nk_done();
}

void nk_zip_close(struct nk_zip **zip)
{
	if (*zip == NULL) {
		return;
	}
	nk_zip_end_stream(*zip);
	nk_arena_free(&(*zip)->arena);
	free(*zip);
	*zip = NULL;
}

size_t nk_zip_count(const struct nk_zip *zip)
{
	return zip->n;
}

const struct nk_zip_entry *nk_zip_at(const struct nk_zip *zip, size_t i)
{
	nk_assert(i < zip->n);
	return &zip->slots[i].pub;
}

size_t nk_zip_find(const struct nk_zip *zip, struct nk_str name)
{
	for (size_t i = 0; i < zip->n; i++) {
		if (nk_str_eq(zip->slots[i].pub.name, name)) {
			return i;
		}
	}
	return SIZE_MAX;
}
