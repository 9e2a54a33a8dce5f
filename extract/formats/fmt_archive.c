/*
 * fmt_archive.c: archives that libarchive reads: tar, cpio, 7z, cab, lha, iso, rar, ar.
 *
 * Invariant: libarchive decides nothing about names (bytes are read as UTF-8, CP932 or EUC-JP by us) and touches no
 * file. An entry that is damaged or encrypted is said; what comes after an error that libarchive cannot pass is said
 * with the container.
 */
#include "base.h"

#include "nkx_work.h"
#include "squash.h"

#include <archive.h>
#include <archive_entry.h>
#include <wchar.h>

enum { TAR_BLOCK = 512, FAILURES_MAX = 64, OWNERS_MAX = 65536 };

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

static void set_tar_packed(struct archive *a)
{
	(void)archive_read_support_format_tar(a);
	(void)archive_read_support_format_cpio(a);
	(void)archive_read_support_filter_gzip(a);
	(void)archive_read_support_filter_bzip2(a);
	(void)archive_read_support_filter_xz(a);
	(void)archive_read_support_filter_lzma(a);
	(void)archive_read_support_filter_zstd(a);
	(void)archive_read_support_filter_compress(a);
}

struct walk {
	struct nkx_work *w;
	struct archive *a;
	uint64_t size; /* of the archive */
	unsigned failures;
	uint64_t entries;
	char last_owner[128];
	char *owners; /* of all entries, each once in a row */
	size_t n_owners;
};

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

static void note_owner(struct walk *k, struct archive_entry *e)
{
	const char *user = archive_entry_uname(e);
	const char *group = archive_entry_gname(e);
	char both[128];
	size_t len = 0;

	if ((user == NULL || user[0] == '\0') && (group == NULL || group[0] == '\0')) {
		return;
	}
	len = (size_t)snprintf(
		both, sizeof(both), "%.60s %.60s\n", user != NULL ? user : "", group != NULL ? group : "");
	if (len >= sizeof(both) || strcmp(both, k->last_owner) == 0 || k->n_owners + len > OWNERS_MAX) {
		return;
	}
	memcpy(k->last_owner, both, len + 1);
	if (k->owners == NULL) {
		k->owners = malloc(OWNERS_MAX);
	}
	if (k->owners != NULL) {
		memcpy(k->owners + k->n_owners, both, len);
		k->n_owners += len;
	}
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

static void open_entry(struct walk *k, struct archive_entry *e)
{
	char name[NKX_NAME_MAX];
	struct nkx_pipe *p = NULL;
	enum nkx_why why = NKX_WHY_NONE;

	entry_name(e, name, sizeof(name));
	note_owner(k, e);
	if (without_data(k, e, name)) {
		return;
	}
	if (archive_entry_is_data_encrypted(e)) {
		nkx_not_scanned(k->w, name, "binary", NKX_WHY_ENCRYPTED, (uint64_t)archive_entry_size(e));
		return;
	}
	p = nkx_nested_begin(k->w, name, k->size, NULL);
	if (p == NULL) {
		return;
	}
	why = nkx_squash_data(k->a, p);
	nkx_nested_end(&p,
		why == NKX_WHY_NONE                   ? NKX_SCANNED
			: nkx_nested_fed(p, NULL) > 0 ? NKX_PARTLY
						      : NKX_NOT,
		why);
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

enum nkx_why nkx_archive_walk(struct nkx_work *w, const struct nkx_source *s, bool packed)
{
	struct nkx_squash q = { .source = s, .len = s->size };
	struct walk k = { .w = w, .size = s->size };
	enum nkx_why why = NKX_WHY_DAMAGED;
	uint64_t end = 0;
	int format = 0;

	k.a = nkx_squash_open(&q, packed ? set_tar_packed : set_formats);
	if (k.a == NULL) {
		return NKX_WHY_DAMAGED;
	}
	why = walk_entries(&k);
	format = archive_format(k.a) & ARCHIVE_FORMAT_BASE_MASK;
	end = (uint64_t)archive_filter_bytes(k.a, 0);
	if (k.n_owners > 0) {
		report_text(w, ":owners", "owners", k.owners, k.n_owners);
	}
	if (packed || why == NKX_WHY_NONE) {
		const bool plain = !packed &&
			(format == ARCHIVE_FORMAT_TAR || format == ARCHIVE_FORMAT_CPIO ||
				format == ARCHIVE_FORMAT_AR);

		/* Old sessions and other file systems may lie in an image of a disc: its bytes are carved too. */
		if (format != ARCHIVE_FORMAT_ISO9660 || packed) {
			nkx_claimed(w, 0, plain && end <= s->size ? end : s->size);
		}
	}
	free(k.owners);
	nkx_squash_close(&q, &k.a);
	if (why == NKX_WHY_NONE && k.entries == 0 && !packed && format == 0) {
		return NKX_WHY_DAMAGED;
	}
	return why;
}

static enum nkx_why open_archive(struct nkx_work *w, const struct nkx_source *s, const char *name)
{
	(void)name;
	return nkx_archive_walk(w, s, false);
}

static enum nkx_why open_iso(struct nkx_work *w, const struct nkx_source *s, const char *name)
{
	uint8_t sign[6];

	(void)name;
	if (!nkx_read(s, 32768, sign, sizeof(sign)) ||
		(memcmp(sign + 1, "CD001", 5) != 0 && memcmp(sign + 1, "BEA01", 5) != 0)) {
		return NKX_WHY_UNKNOWN_FORMAT;
	}
	return nkx_archive_walk(w, s, false);
}

const struct nkx_format nkx_format_tar = { "tar", sniff_tar, open_archive, true };
const struct nkx_format nkx_format_cpio = { "cpio", sniff_cpio, open_archive, true };
const struct nkx_format nkx_format_7z = { "7z", sniff_7z, open_archive, true };
const struct nkx_format nkx_format_cab = { "cab", sniff_cab, open_archive, true };
const struct nkx_format nkx_format_lha = { "lha", sniff_lha, open_archive, true };
const struct nkx_format nkx_format_iso = { "iso", sniff_iso, open_iso, true };
const struct nkx_format nkx_format_rar = { "rar", sniff_rar, open_archive, true };
const struct nkx_format nkx_format_ar = { "ar", sniff_ar, open_archive, true };
