/*
 * work.c: one item from beginning to end.
 *
 * Invariant: budgets begin anew with each item, or piece of one (whose parent adds them up); after nkx_work_item no
 * stream is open.
 */
#include "base.h"

#include "nkx_work.h"

#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What archives say that their names are in. */
static const char *const charsets[NKX_CHARSETS] = { "CP932", "SHIFT_JIS", "EUC-JP", "EUC-JP-MS", "CP437", "CP1252",
	"ISO-8859-1", "UTF-16LE" };

bool nkx_work_init(struct nkx_work *w, const struct nkx_sink *sink, const struct nkx_limits *limits)
{
	memset(w, 0, sizeof(*w));
	w->sink = sink;
	w->limits = *limits;
	nkx_limits_default(&w->limits);
	w->chunk = malloc(NKX_CHUNK);
	/* What libraries would look for on the disk later: names in archives are UTF-8 for libarchive, times are as
	 * they are. */
	w->locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	if (w->locale != (locale_t)0) {
		w->locale_before = uselocale(w->locale);
	}
	tzset();
	for (size_t i = 0; i < NKX_CHARSETS; i++) {
		w->charsets[i] = iconv_open("UTF-8", charsets[i]);
	}
	return w->chunk != NULL;
}

void nkx_work_done(struct nkx_work *w)
{
	for (size_t i = 0; i < NKX_CHARSETS; i++) {
		if (w->charsets[i] != NULL && (intptr_t)w->charsets[i] != -1) {
			(void)iconv_close(w->charsets[i]);
		}
		w->charsets[i] = NULL;
	}
	if (w->locale != (locale_t)0) {
		(void)uselocale(w->locale_before);
		freelocale(w->locale);
		w->locale = (locale_t)0;
	}
	if (w->chunk != NULL) {
		explicit_bzero(w->chunk, NKX_CHUNK);
		free(w->chunk);
		w->chunk = NULL;
	}
}

uint64_t nkx_total_out(const struct nkx_limits *given, uint64_t size)
{
	const uint64_t least = UINT64_C(10) << 30;
	uint64_t most = 0;

	if (given->total_out != 0) {
		return given->total_out;
	}
	return __builtin_mul_overflow(size, 200, &most) || most < least ? least : most;
}

struct nkx_stamp nkx_stamp_of(const struct nkx_source *s)
{
	struct nkx_stamp stamp = { 0 };
	struct stat st;

	/* Not by libc's fstat, which asks by a call that could name a file too, and that the sandbox therefore
	 * refuses. */
	if (s->mem == NULL && s->fd >= 0 && syscall(SYS_fstat, s->fd, &st) == 0) {
		stamp.known = true;
		stamp.size = (uint64_t)st.st_size;
		stamp.sec = st.st_mtim.tv_sec;
		stamp.nsec = st.st_mtim.tv_nsec;
		stamp.change_sec = st.st_ctim.tv_sec;
		stamp.change_nsec = st.st_ctim.tv_nsec;
	}
	return stamp;
}

uint64_t nkx_out_used(const struct nkx_work *w)
{
	const uint64_t made = w->read > w->size ? w->read - w->size : 0;

	return made > w->total_out ? made : w->total_out;
}

/* A piece's share, with what it reads of its neighbours. */
static uint64_t share(const struct nkx_part *part, uint64_t size)
{
	return part->is_part && part->of > 0 ? 2 * (size / part->of) + NKX_PART_HEAD : size;
}

void nkx_work_item(struct nkx_work *w, const struct nkx_item_source *item)
{
	const uint64_t given = w->limits.total_out;
	struct nkx_source source = item->source;

	w->limits.total_out = nkx_total_out(&w->limits, item->size);
	w->level = NULL;
	w->depth = 0;
	w->n_slots = 0;
	w->next_number = 0;
	w->total_out = 0;
	w->entries = 0;
	w->held = 0;
	w->read = 0;
	w->stop = NKX_WHY_NONE;
	w->gone = false;
	w->raw = item->raw;
	w->size = share(&w->part, item->size);
	w->read_failed = false;
	source.failed = &w->read_failed;
	w->stamp = item->stamp.known ? item->stamp : nkx_stamp_of(&source);
	(void)nkx_level_open(w, &source,
		&(struct nkx_open_args){ .name = item->name, .apart = item->name_apart });
	w->limits.total_out = given;
}
