/*
 * fmt_archive.c: archives that libarchive reads: tar, cpio, 7z, cab, lha, iso, rar, ar.
 *
 * Invariant: libarchive decides nothing about names (bytes are read as UTF-8, CP932 or EUC-JP by us) and touches no
 * file. An entry that is damaged or encrypted is said; what comes after an error that libarchive cannot pass is said
 * with the container.
 */
#include "base.h"

#include "nkx_work.h"
#include "rest.h"

#include <archive.h>
#include <archive_entry.h>
#include <wchar.h>

enum { TAR_BLOCK = 512, FAILURES_MAX = 64, OWNERS_MAX = 16 << 20, HEAD_MAX = 65536, NAME_LONG = 600, HEAD_LEAST = 32 };

static bool tar_sum(const uint8_t *head)
{
	uint64_t is = 0;
	uint64_t says = 0;
	bool digit = false;

	for (size_t i = 0; i < TAR_BLOCK; i++) {
		is += i >= 148 && i < 156 ? ' ' : head[i];
	}
	for (size_t i = 148; i < 156; i++) {
		if (head[i] >= '0' && head[i] <= '7') {
			says = says * 8 + (uint64_t)(head[i] - '0');
			digit = true;
		} else if (digit) {
			break;
		}
	}
	return digit && is == says && head[0] != 0;
}

static bool is_tar(const uint8_t *head, size_t len)
{
	return len >= TAR_BLOCK && (tar_sum(head) || memcmp(head + 257, "ustar", 5) == 0);
}

static bool is_cpio(const uint8_t *head, size_t len)
{
	return len >= 26 &&
		(memcmp(head, "070701", 6) == 0 || memcmp(head, "070702", 6) == 0 || memcmp(head, "070707", 6) == 0 ||
			(head[0] == 0xc7 && head[1] == 0x71 && head[3] < 0x10) ||
			(head[0] == 0x71 && head[1] == 0xc7));
}

bool nkx_archive_is_tar(const uint8_t *head, size_t len)
{
	return is_tar(head, len) || is_cpio(head, len);
}

static int sniff_tar(const uint8_t *head, size_t len, uint64_t size, const char *name)
{
	(void)size;
	(void)name;
	return is_tar(head, len) ? 75 : 0;
}

static int sniff_cpio(const uint8_t *head, size_t len, uint64_t size, const char *name)
{
	(void)size;
	(void)name;
	return is_cpio(head, len) ? 70 : 0;
}

static int sniff_7z(const uint8_t *head, size_t len, uint64_t size, const char *name)
{
	(void)size;
	(void)name;
	return len >= 32 && memcmp(head, "7z\xbc\xaf\x27\x1c", 6) == 0 ? 90 : 0;
}

static int sniff_cab(const uint8_t *head, size_t len, uint64_t size, const char *name)
{
	(void)size;
	(void)name;
	return len >= 36 && memcmp(head, "MSCF\0\0\0\0", 8) == 0 ? 90 : 0;
}

static int sniff_lha(const uint8_t *head, size_t len, uint64_t size, const char *name)
{
	(void)size;
	(void)name;
	return len >= 22 && head[2] == '-' && head[3] == 'l' && (head[4] == 'h' || head[4] == 'z') &&
			head[6] == '-' && head[20] <= 3
		? 80
		: 0;
}

/* Its sign lies behind the first bytes: empty ones, or a boot sector, are worth a look. */
static int sniff_iso(const uint8_t *head, size_t len, uint64_t size, const char *name)
{
	size_t zeros = 0;

	(void)name;
	if (len < 1024 || size < 34816) {
		return 0;
	}
	while (zeros < 512 && head[zeros] == 0) {
		zeros++;
	}
	return zeros == 512 || (head[510] == 0x55 && head[511] == 0xaa) ? 6 : 0;
}

static int sniff_rar(const uint8_t *head, size_t len, uint64_t size, const char *name)
{
	(void)size;
	(void)name;
	return len >= 7 && memcmp(head, "Rar!\x1a\x07", 6) == 0 ? 90 : 0;
}

static int sniff_ar(const uint8_t *head, size_t len, uint64_t size, const char *name)
{
	(void)size;
	(void)name;
	return len >= 8 && memcmp(head, "!<arch>\n", 8) == 0 ? 85 : 0;
}

static void set_formats(struct archive *a)
{
	(void)archive_read_support_format_tar(a);
	(void)archive_read_support_format_cpio(a);
	(void)archive_read_support_format_7zip(a);
	(void)archive_read_support_format_cab(a);
	(void)archive_read_support_format_lha(a);
	(void)archive_read_support_format_iso9660(a);
	(void)archive_read_support_format_rar(a);
	(void)archive_read_support_format_rar5(a);
	(void)archive_read_support_format_ar(a);
}

static void set_tar(struct archive *a)
{
	(void)archive_read_support_format_tar(a);
	(void)archive_read_support_format_cpio(a);
}

struct walk {
	struct nkx_work *w;
	struct archive *a;
	uint64_t size; /* of the archive */
	unsigned failures;
	uint64_t entries;
	struct nkx_rest rest; /* of tar and cpio */
	uint64_t data; /* where the data of the entry at hand begins, when that is known */
	uint64_t seen; /* bytes of it that went through the pipe */
	size_t last_owner, last_len; /* place in the owners */
	char *owners; /* of all entries, each once in a row */
	size_t n_owners, owners_room;
};

static bool is_rest(const struct walk *k)
{
	const int format = archive_format(k->a) & ARCHIVE_FORMAT_BASE_MASK;

	return format == ARCHIVE_FORMAT_TAR || format == ARCHIVE_FORMAT_CPIO;
}

/* Wide characters of libarchive (UTF-32 here) as UTF-8. */
static void from_wide(const wchar_t *wide, char *out, size_t room)
{
	size_t n = 0;
	uint8_t bytes[4];

	for (size_t i = 0; wide[i] != 0; i++) {
		const uint32_t c = (uint32_t)wide[i];
		const size_t len = nk_utf8_put(c > 0x10ffff || (c >= 0xd800 && c < 0xe000) ? 0xfffd : c, bytes);

		if (n + len >= room) {
			break;
		}
		memcpy(out + n, bytes, len);
		n += len;
	}
	out[n] = '\0';
}

static void entry_name(struct archive_entry *e, char *out, size_t room)
{
	const char *name = archive_entry_pathname(e);
	const wchar_t *wide = NULL;

	if (name != NULL && name[0] != '\0') {
		nkx_name_utf8(name, strlen(name), false, out, room);
		return;
	}
	name = archive_entry_pathname_utf8(e);
	wide = name == NULL ? archive_entry_pathname_w(e) : NULL;
	if (wide != NULL) {
		from_wide(wide, out, room);
	} else {
		(void)snprintf(out, room, "%s", name != NULL && name[0] != '\0' ? name : "[unnamed]");
	}
}

static bool owners_room(struct walk *k, size_t more)
{
	size_t room = k->owners_room == 0 ? 4096 : k->owners_room;
	char *bigger = NULL;

	if (more > OWNERS_MAX || k->n_owners > OWNERS_MAX - more) {
		return false;
	}
	while (room < k->n_owners + more) {
		room *= 2;
	}
	bigger = room == k->owners_room ? k->owners : realloc(k->owners, room);
	if (bigger == NULL) {
		return false;
	}
	k->owners = bigger;
	k->owners_room = room;
	return true;
}

/* false: there was no room. */
static bool note_owner(struct walk *k, struct archive_entry *e)
{
	const char *user = archive_entry_uname(e);
	const char *group = archive_entry_gname(e);
	size_t len = 0;
	char *to = NULL;

	user = user != NULL ? user : "";
	group = group != NULL ? group : "";
	len = strlen(user) + strlen(group) + 2;
	if (len == 2) {
		return true;
	}
	if (!owners_room(k, len + 1)) {
		nkx_partly(k->w, NKX_WHY_TOO_MANY);
		return false;
	}
	to = k->owners + k->n_owners;
	(void)snprintf(to, len + 1, "%s %s\n", user, group);
	if (len == k->last_len && memcmp(to, k->owners + k->last_owner, len) == 0) {
		return true;
	}
	k->last_owner = k->n_owners;
	k->last_len = len;
	k->n_owners += len;
	return true;
}

static void report_text(struct nkx_work *w, const char *name, const char *format, const char *text, size_t len)
{
	if (nkx_stream_begin(w, name, format, NKS_KIND_UNKNOWN)) {
		(void)nkx_stream_feed(w, text, len);
		nkx_stream_end(w, NKX_SCANNED, NKX_WHY_NONE);
	}
}

/* A link's target, a folder's name: there is no data behind them. True when that is all. */
static bool without_data(struct walk *k, struct archive_entry *e, const char *name)
{
	const char *target = archive_entry_symlink(e);

	target = target != NULL ? target : archive_entry_hardlink(e);
	if (target != NULL) {
		report_text(k->w, name, "link", target, strlen(target));
		return archive_entry_size(e) == 0 || archive_entry_symlink(e) != NULL;
	}
	if (archive_entry_filetype(e) == AE_IFDIR) {
		report_text(k->w, name, "folder", "", 0);
		return true;
	}
	return false;
}

/* Names that are shown as they are: no longer than that, and nothing of them left out. */
static bool name_is_told(struct archive_entry *e)
{
	const char *name = archive_entry_pathname(e);
	const char *target = archive_entry_symlink(e);

	if (name == NULL || strlen(name) > NAME_LONG) {
		return false;
	}
	return !nkx_utf8_torn(name, strlen(name)) && (target == NULL || !nkx_utf8_torn(target, strlen(target)));
}

static void on_seen(void *arg, size_t len)
{
	struct walk *k = arg;

	k->seen += len;
	/* What is not packed is claimed later, when the level at hand is the archive again. */
	if (k->rest.u != NULL) {
		nkx_rest_data(&k->rest, k->data + k->seen);
	}
}

static void read_entry(struct walk *k, struct archive_entry *e, const char *name)
{
	struct nkx_pipe *p = nkx_nested_begin(k->w, name, k->size, NULL);
	const uint64_t size = archive_entry_size(e) > 0 ? (uint64_t)archive_entry_size(e) : 0;
	enum nkx_why why = NKX_WHY_NONE;
	bool gave_up = false;

	if (p == NULL) {
		return;
	}
	k->seen = 0;
	why = nkx_squash_data_seen(k->a, p, is_rest(k) ? on_seen : NULL, k);
	gave_up = why != NKX_WHY_NONE || k->seen < size;
	nkx_nested_end(&p,
		why == NKX_WHY_NONE                   ? NKX_SCANNED
			: nkx_nested_fed(p, NULL) > 0 ? NKX_PARTLY
						      : NKX_NOT,
		why);
	if (is_rest(k)) {
		nkx_rest_data(&k->rest, k->data + k->seen);
		/* Holes are not in the archive: there the rest is looked at. */
		if (gave_up && archive_entry_sparse_count(e) == 0) {
			nkx_rest_pass(&k->rest, k->data + size);
		}
	}
}

static void open_entry(struct walk *k, struct archive_entry *e)
{
	char name[NKX_NAME_MAX];
	const uint64_t head = (uint64_t)archive_read_header_position(k->a);
	const bool noted = note_owner(k, e);

	entry_name(e, name, sizeof(name));
	if (is_rest(k)) {
		k->data = k->rest.base + (uint64_t)archive_filter_bytes(k->a, 0);
		nkx_rest_header(&k->rest, k->rest.base + head, k->data, noted && name_is_told(e));
	}
	if (without_data(k, e, name)) {
		return;
	}
	if (archive_entry_is_data_encrypted(e)) {
		nkx_not_scanned(k->w, name, "binary", NKX_WHY_ENCRYPTED, (uint64_t)archive_entry_size(e));
		return;
	}
	read_entry(k, e, name);
}

static enum nkx_why walk_entries(struct walk *k)
{
	for (;;) {
		struct archive_entry *e = NULL;
		int rc = 0;

		if (k->w->gone || k->w->stop != NKX_WHY_NONE) {
			return k->w->stop;
		}
		rc = archive_read_next_header(k->a, &e);
		if (rc == ARCHIVE_EOF) {
			return NKX_WHY_NONE;
		}
		if (rc == ARCHIVE_FATAL || (rc < ARCHIVE_WARN && ++k->failures > FAILURES_MAX)) {
			return archive_read_has_encrypted_entries(k->a) > 0 ? NKX_WHY_ENCRYPTED
									    : nkx_squash_why(k->a);
		}
		if (rc < ARCHIVE_WARN) {
			nkx_partly(k->w, nkx_squash_why(k->a));
			continue;
		}
		k->entries++;
		open_entry(k, e);
	}
}

/* What is claimed of those kinds whose places are not known: the middle, which is data. Headers, comments and what
 * stands behind the end are carved. */
static void claim_middle(struct nkx_work *w, const struct nkx_source *s, int format)
{
	uint8_t p[HEAD_LEAST];
	uint64_t from = HEAD_MAX;
	uint64_t to = s->size > HEAD_MAX ? s->size - HEAD_MAX : 0;

	if (!nkx_read(s, 0, p, sizeof(p))) {
		return;
	}
	if (format == ARCHIVE_FORMAT_7ZIP && memcmp(p, "7z\xbc\xaf\x27\x1c", 6) == 0) {
		/* Up to its own header, which is its end. */
		const uint64_t next = nk_get_le64(p + 12);

		from = 4096;
		to = next < s->size - sizeof(p) ? sizeof(p) + next : to;
	} else if (format == ARCHIVE_FORMAT_CAB && memcmp(p, "MSCF", 4) == 0) {
		to = nk_get_le32(p + 8) < s->size ? nk_get_le32(p + 8) : s->size;
	} else if (format != ARCHIVE_FORMAT_RAR && format != ARCHIVE_FORMAT_RAR_V5 && format != ARCHIVE_FORMAT_LHA &&
		format != ARCHIVE_FORMAT_7ZIP) {
		return; /* ar; and images of discs, in which old sessions and other file systems may lie */
	}
	if (to > from) {
		nkx_claimed(w, from, to - from);
	}
}

/* One archive after another, as long as they follow each other. */
static enum nkx_why walk_all(struct walk *k, struct nkx_squash *q, int *out_format)
{
	nkx_squash_set_fn *set = k->rest.u != NULL ? set_tar : set_formats;
	enum nkx_why why = NKX_WHY_NONE;
	bool again = true;

	while (again) {
		const uint64_t before = k->entries;

		k->a = nkx_rest_open(&k->rest, q, set);
		if (k->a == NULL) {
			return NKX_WHY_DAMAGED;
		}
		set = set_tar;
		why = walk_entries(k);
		*out_format = archive_format(k->a) & ARCHIVE_FORMAT_BASE_MASK;
		again = why == NKX_WHY_NONE && is_rest(k) && k->entries > before &&
			nkx_rest_again(&k->rest, k->rest.base + (uint64_t)archive_filter_bytes(k->a, 0));
		nkx_squash_close(q, &k->a);
	}
	return why;
}

enum nkx_why nkx_archive_walk(struct nkx_work *w, const struct nkx_source *s, struct nkx_unpack *u)
{
	struct nkx_squash q = { .source = s };
	struct walk k = { .w = w, .size = s->size, .rest = { .w = w, .s = s, .u = u } };
	int format = 0;
	enum nkx_why why = walk_all(&k, &q, &format);

	if (k.n_owners > 0) {
		report_text(w, ":owners", "owners", k.owners, k.n_owners);
	}
	nkx_rest_end(&k.rest);
	why = k.rest.why != NKX_WHY_NONE ? k.rest.why : why;
	if (u == NULL && why == NKX_WHY_NONE) {
		claim_middle(w, s, format);
	}
	if (k.owners != NULL) {
		explicit_bzero(k.owners, k.owners_room);
	}
	free(k.owners);
	if (why == NKX_WHY_NONE && k.entries == 0 && u == NULL && format == 0) {
		return NKX_WHY_DAMAGED;
	}
	return why;
}

static enum nkx_why open_archive(struct nkx_work *w, const struct nkx_source *s, const char *name)
{
	(void)name;
	return nkx_archive_walk(w, s, NULL);
}

static enum nkx_why open_iso(struct nkx_work *w, const struct nkx_source *s, const char *name)
{
	uint8_t sign[6];

	(void)name;
	if (!nkx_read(s, 32768, sign, sizeof(sign)) ||
		(memcmp(sign + 1, "CD001", 5) != 0 && memcmp(sign + 1, "BEA01", 5) != 0)) {
		return NKX_WHY_UNKNOWN_FORMAT;
	}
	return nkx_archive_walk(w, s, NULL);
}

const struct nkx_format nkx_format_tar = { "tar", sniff_tar, open_archive, true };
const struct nkx_format nkx_format_cpio = { "cpio", sniff_cpio, open_archive, true };
const struct nkx_format nkx_format_7z = { "7z", sniff_7z, open_archive, true };
const struct nkx_format nkx_format_cab = { "cab", sniff_cab, open_archive, true };
const struct nkx_format nkx_format_lha = { "lha", sniff_lha, open_archive, true };
const struct nkx_format nkx_format_iso = { "iso", sniff_iso, open_iso, true };
const struct nkx_format nkx_format_rar = { "rar", sniff_rar, open_archive, true };
const struct nkx_format nkx_format_ar = { "ar", sniff_ar, open_archive, true };
