/*
 * zip_dir.c: the end records and the central directory of a zip.
 *
 * Invariant: nothing is believed that the file's size and the limits do not allow; every offset is compared with the
 * file before it is used. One reading only: where two readers could see different directories, the file is refused.
 */
#include "base.h"
#include "zip.h"
#include "zip_int.h"

enum {
	END_LEN = 22,
	END64_LOCATOR_LEN = 20,
	END64_LEN = 56,
	CENTRAL_LEN = 46,
	COMMENT_MAX = 65535,
	NAME_MAX_LEN = 1024,
	HEADER_MAX = 8192, /* one central header with name, extra fields and comment */
	SIG_END = 0x06054b50,
	SIG_END64 = 0x06064b50,
	SIG_END64_LOCATOR = 0x07064b50,
	SIG_CENTRAL = 0x02014b50,
	EXTRA_ZIP64 = 0x0001,
	FLAG_ENCRYPTED = 1 << 0,
	FLAG_PATCH = 1 << 5,
	FLAG_STRONG = 1 << 6,
	FLAG_UTF8 = 1 << 11,
	FLAG_MASKED = 1 << 13,
	RATIO_FLOOR = 1 << 20,
	MODE_TYPE = 0170000,
	MODE_FILE = 0100000,
	MODE_FOLDER = 0040000,
	MODE_LINK = 0120000,
};

/* Where the directory is. */
struct extent {
	uint64_t at;
	uint64_t len;
	uint64_t entries;
	uint64_t end; /* where it must end: the first end record */
};

/* Does an end record stand here? Its disk numbers and counts agree with each other. */
static bool is_end_record(const uint8_t *p)
{
	return nk_get_le32(p) == SIG_END && nk_get_le16(p + 4) == nk_get_le16(p + 6) &&
		nk_get_le16(p + 8) == nk_get_le16(p + 10);
}

/* Looks for end records in the tail; exactly one may be there, and it must end with the file. */
static nk_rc find_end(struct nk_bytes tail, size_t *out_at, struct nk_err *err)
{
	size_t found = 0;
	size_t end = 0;
	unsigned n = 0;

	for (size_t at = 0; at + END_LEN <= tail.len; at++) {
		if (tail.ptr[at] != 'P' || !is_end_record(tail.ptr + at)) {
			continue;
		}
		found = at;
		end = at + END_LEN + nk_get_le16(tail.ptr + at + 20);
		n++;
	}
	if (n == 0 || (n == 1 && end > tail.len)) {
		return nk_fail(err, NK_INVALID,
			"the zip has no complete end record: it is cut off, or it is not a zip; fetch the file again");
	}
	if (n > 1) {
		return nk_fail(err, NK_INVALID,
			"the zip has a second end record and could be read in two ways; make it again with one tool");
	}
	if (end < tail.len) {
		return nk_fail(err, NK_INVALID, "the zip has data behind its end; fetch the file again");
	}
	*out_at = found;
	return nk_done();
}

static nk_rc contradiction(struct nk_err *err)
{
	return nk_fail(err, NK_INVALID,
		"the end records of the zip contradict each other or the file; fetch the file again");
}

/* A field of the short end record must be its "see the long record" value or agree with the long record. */
static bool agrees(uint64_t small, uint64_t marker, uint64_t big)
{
	return small == marker || small == big;
}

/* The zip64 end record in front of its locator; the short record must not say otherwise. */
static nk_rc read_end64(
	const struct nk_zip *zip, uint64_t locator_at, const uint8_t *locator, struct extent *ext, struct nk_err *err)
{
	const uint64_t at = nk_get_le64(locator + 8);
	uint8_t rec[END64_LEN];

	if (nk_get_le32(locator + 4) != 0 || nk_get_le32(locator + 16) != 1 || locator_at < END64_LEN ||
		at > locator_at - END64_LEN) {
		return contradiction(err);
	}
	NK_TRY(nk_zip_fetch(zip, at, rec, sizeof(rec), err));
	if (nk_get_le32(rec) != SIG_END64 || nk_get_le64(rec + 4) != locator_at - at - 12 ||
		nk_get_le32(rec + 16) != 0 || nk_get_le32(rec + 20) != 0 ||
		nk_get_le64(rec + 24) != nk_get_le64(rec + 32)) {
		return contradiction(err);
	}
	if (!agrees(ext->entries, UINT16_MAX, nk_get_le64(rec + 32)) ||
		!agrees(ext->len, UINT32_MAX, nk_get_le64(rec + 40)) ||
		!agrees(ext->at, UINT32_MAX, nk_get_le64(rec + 48))) {
		return contradiction(err);
	}
	*ext = (struct extent){
		.at = nk_get_le64(rec + 48), .len = nk_get_le64(rec + 40), .entries = nk_get_le64(rec + 32), .end = at
	};
	return nk_done();
}

/* Where the directory is, from the short end record and the long one if there is one. */
static nk_rc read_end(const struct nk_zip *zip, struct extent *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf tail = { 0 };
	const size_t len = (size_t)(zip->size < COMMENT_MAX + END_LEN ? zip->size : COMMENT_MAX + END_LEN);
	uint8_t locator[END64_LOCATOR_LEN];
	uint8_t *at = NULL;
	size_t found = 0;

	nk_buf_init(&tail, len);
	NK_TRY(nk_buf_reserve(&tail, len, &at, err));
	NK_TRY(nk_zip_fetch(zip, zip->size - len, at, len, err));
	tail.len = len;
	NK_TRY(find_end(nk_buf_bytes(&tail), &found, err));
	const uint8_t *end = at + found;
	const uint64_t end_at = zip->size - len + found;
	struct extent ext = { .at = nk_get_le32(end + 16),
		.len = nk_get_le32(end + 12),
		.entries = nk_get_le16(end + 10),
		.end = end_at };
	if (end_at >= END64_LOCATOR_LEN) {
		NK_TRY(nk_zip_fetch(zip, end_at - END64_LOCATOR_LEN, locator, sizeof(locator), err));
		if (nk_get_le32(locator) == SIG_END64_LOCATOR) {
			NK_TRY(read_end64(zip, end_at - END64_LOCATOR_LEN, locator, &ext, err));
		}
	}
	const uint16_t disk = nk_get_le16(end + 4);
	if (disk != 0 && !(disk == UINT16_MAX && ext.end != end_at)) {
		return nk_fail(err, NK_UNSUPPORTED, "the zip is split into several files; make it again as one file");
	}
	if (ext.len > zip->size || ext.at > zip->size - ext.len || ext.at + ext.len != ext.end) {
		return contradiction(err);
	}
	*out = ext;
	return nk_done();
}

/* The zip64 extra field: replaces, in this order, those of size, compressed and offset that are all ones. */
static bool apply_zip64(struct nk_bytes extra, uint64_t *const *fields, size_t n)
{
	struct nk_cursor c = nk_cursor_of(extra);
	struct nk_cursor found = { 0 };
	bool have = false;

	while (!c.bad && c.left >= 4) {
		const uint32_t head = nk_cursor_le32(&c);
		const struct nk_bytes body = nk_cursor_take(&c, head >> 16);
		if ((head & UINT16_MAX) == EXTRA_ZIP64 && !c.bad) {
			if (have) {
				return false;
			}
			found = nk_cursor_of(body);
			have = true;
		}
	}
	for (size_t i = 0; i < n; i++) {
		if (*fields[i] == UINT32_MAX && have) {
			*fields[i] = nk_cursor_le64(&found);
		}
	}
	return !found.bad;
}

NK_RESULT nk_zip_zip64_sizes(
	struct nk_bytes extra, uint64_t *size, uint64_t *compressed, uint64_t *offset, struct nk_err *err)
{
	uint64_t *const fields[] = { size, compressed, offset };

	if (!apply_zip64(extra, fields, offset != NULL ? 3 : 2)) {
		return nk_fail(err, NK_INVALID, "a zip64 field of the zip is broken; fetch the file again");
	}
	return nk_done();
}

static nk_rc bad_name(unsigned number, struct nk_err *err)
{
	return nk_fail(err, NK_INVALID,
		"the name of zip entry %u is refused: absolute, or with \"..\", a backslash, a drive letter, a control "
		"character or an empty part",
		number);
}

/* One part of a path between slashes. */
static bool is_good_part(struct nk_str part)
{
	return part.len > 0 && !nk_str_eq(part, NK_STR("..")) && !nk_str_eq(part, NK_STR("."));
}

static nk_rc check_name(const struct nk_zip *zip, const struct nk_zip_slot *slot, struct nk_err *err)
{
	struct nk_str name = slot->pub.name;
	struct nk_str rest = name;
	struct nk_str part = { 0 };

	for (size_t i = 0; i < name.len; i++) {
		const unsigned char c = (unsigned char)name.ptr[i];
		if (c < 0x20 || c == 0x7f || c == '\\' || (c == ':' && i == 1)) {
			return bad_name(slot->number, err);
		}
	}
	if (slot->pub.is_folder) {
		rest.len--;
	}
	while (nk_str_cut(&rest, '/', &part)) {
		if (!is_good_part(part)) {
			return bad_name(slot->number, err);
		}
	}
	if (nk_str_chr(name, '/') != SIZE_MAX && !zip->limits.folders) {
		return nk_fail(err, NK_INVALID,
			"zip entry %u is a folder or lies in one; pack the files themselves, not their folder",
			slot->number);
	}
	if ((slot->flags & FLAG_UTF8) != 0 && !nk_utf8_valid(nk_str_bytes(name), NULL)) {
		return nk_fail(
			err, NK_INVALID, "the name of zip entry %u claims to be UTF-8 and is not", slot->number);
	}
	return nk_done();
}

static nk_rc check_kind(const struct nk_zip_slot *slot, uint32_t attributes, struct nk_err *err)
{
	const uint32_t type = (attributes >> 16) & MODE_TYPE;

	if ((slot->flags & (FLAG_ENCRYPTED | FLAG_STRONG | FLAG_MASKED)) != 0) {
		return nk_fail(err, NK_UNSUPPORTED, "zip entry %u is encrypted; send the zip without a password",
			slot->number);
	}
	if ((slot->flags & FLAG_PATCH) != 0 || (slot->method != NK_ZIP_STORED && slot->method != NK_ZIP_DEFLATE)) {
		return nk_fail(err, NK_UNSUPPORTED,
			"zip entry %u is packed by a method other than stored or deflate; make it with another tool",
			slot->number);
	}
	if (type == MODE_LINK) {
		return nk_fail(
			err, NK_INVALID, "zip entry %u is a symbolic link; pack the file itself", slot->number);
	}
	if (type != 0 && type != MODE_FILE && type != MODE_FOLDER) {
		return nk_fail(err, NK_INVALID, "zip entry %u is not a plain file", slot->number);
	}
	if ((type == MODE_FILE && slot->pub.is_folder) || (type == MODE_FOLDER && !slot->pub.is_folder)) {
		return nk_fail(err, NK_INVALID, "zip entry %u is a file and a folder at once", slot->number);
	}
	return nk_done();
}

static nk_rc check_sizes(const struct nk_zip *zip, const struct nk_zip_slot *slot, struct nk_err *err)
{
	const struct nk_zip_entry *e = &slot->pub;
	const uint64_t packed = e->compressed > 0 ? e->compressed : 1;

	if (e->size > zip->limits.entry_bytes) {
		return nk_fail(err, NK_LIMIT, "zip entry %u unpacks to more bytes than allowed", slot->number);
	}
	if (e->size > RATIO_FLOOR && e->size / packed > zip->limits.ratio) {
		return nk_fail(err, NK_LIMIT,
			"zip entry %u unpacks to far more than its packed size; this looks like a zip bomb",
			slot->number);
	}
	if (e->compressed > zip->size || (slot->method == NK_ZIP_STORED && e->size != e->compressed) ||
		(e->size > 0 && e->compressed == 0) || (e->is_folder && e->size != 0)) {
		return nk_fail(err, NK_INVALID, "the sizes of zip entry %u cannot be true; fetch the file again",
			slot->number);
	}
	return nk_done();
}

static nk_rc broken_at(unsigned number, struct nk_err *err)
{
	return nk_fail(
		err, NK_INVALID, "the directory of the zip is broken at entry %u; fetch the file again", number);
}

/* One central header at the cursor. */
static nk_rc read_central(struct nk_zip *zip, struct nk_cursor *c, struct nk_zip_slot *slot, struct nk_err *err)
{
	const struct nk_bytes head = nk_cursor_take(c, CENTRAL_LEN);

	if (head.ptr == NULL || nk_get_le32(head.ptr) != SIG_CENTRAL) {
		return broken_at(slot->number, err);
	}
	const uint8_t *p = head.ptr;
	slot->flags = nk_get_le16(p + 8);
	slot->method = nk_get_le16(p + 10);
	slot->pub.crc = nk_get_le32(p + 16);
	slot->pub.compressed = nk_get_le32(p + 20);
	slot->pub.size = nk_get_le32(p + 24);
	slot->local_at = nk_get_le32(p + 42);
	slot->pub.name = nk_bytes_str(nk_cursor_take(c, nk_get_le16(p + 28)));
	const struct nk_bytes extra = nk_cursor_take(c, nk_get_le16(p + 30));
	(void)nk_cursor_take(c, nk_get_le16(p + 32));
	if (c->bad || slot->pub.name.len == 0 || slot->pub.name.len > NAME_MAX_LEN || nk_get_le16(p + 34) != 0) {
		return broken_at(slot->number, err);
	}
	slot->pub.is_folder = slot->pub.name.ptr[slot->pub.name.len - 1] == '/';
	NK_TRY(nk_zip_zip64_sizes(extra, &slot->pub.size, &slot->pub.compressed, &slot->local_at, err));
	NK_TRY(check_kind(slot, nk_get_le32(p + 38), err));
	NK_TRY(check_name(zip, slot, err));
	return check_sizes(zip, slot, err);
}

static nk_rc read_centrals(struct nk_zip *zip, struct nk_bytes directory, struct nk_err *err)
{
	struct nk_cursor c = nk_cursor_of(directory);
	uint64_t total = 0;

	for (size_t i = 0; i < zip->n; i++) {
		zip->slots[i].number = (unsigned)(i + 1);
		NK_TRY(read_central(zip, &c, &zip->slots[i], err));
		if (zip->slots[i].pub.size > zip->limits.total_bytes - total) {
			return nk_fail(err, NK_LIMIT, "the zip unpacks to more bytes than allowed");
		}
		total += zip->slots[i].pub.size;
	}
	if (c.left != 0) {
		return contradiction(err);
	}
	return nk_done();
}

NK_RESULT nk_zip_read_directory(struct nk_zip *zip, uint64_t *out_directory_at, struct nk_err *err)
{
	struct extent ext = { 0 };
	uint8_t *bytes = NULL;

	NK_TRY(read_end(zip, &ext, err));
	if (ext.entries > zip->limits.entries) {
		return nk_fail(err, NK_LIMIT, "the zip has more than %u entries", (unsigned)zip->limits.entries);
	}
	if (ext.len > ext.entries * HEADER_MAX) {
		return nk_fail(err, NK_LIMIT, "the directory of the zip is larger than its entries can need");
	}
	NK_TRY(nk_arena_new(NK_ARENA_WIPING, (size_t)ext.entries * (HEADER_MAX + sizeof(struct nk_zip_slot)) + 4096,
		&zip->arena, err));
	bytes = nk_arena_array(zip->arena, (size_t)ext.len, 1);
	zip->slots = nk_arena_array(zip->arena, (size_t)ext.entries, sizeof(*zip->slots));
	if (bytes == NULL || zip->slots == NULL) {
		return nk_fail_nomem(err);
	}
	zip->n = (size_t)ext.entries;
	NK_TRY(nk_zip_fetch(zip, ext.at, bytes, (size_t)ext.len, err));
	NK_TRY(read_centrals(zip, nk_bytes_of(bytes, (size_t)ext.len), err));
	*out_directory_at = ext.at;
	return nk_done();
}
