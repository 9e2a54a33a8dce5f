/*
 * progress.c: phase, bar, count, rate and time left, on one line that is drawn over itself.
 */
#include "base.h"

#include "progress.h"

#include "kana.h"
#include "os.h"

enum { EVERY_MS = 100, RATE_AFTER_MS = 1000, LEFT_AFTER_MS = 2000, BAR_MAX = 30, BAR_MIN = 8, LINE = 512 };

void nk_progress_init(
	struct nk_progress *progress, const struct nk_env *env, struct nk_out *out, enum nk_lang lang, bool on)
{
	*progress = (struct nk_progress){ .env = env, .out = out, .lang = lang, .on = on && out->terminal };
}

struct count {
	char text[32];
};

/* 12345678 → "12.3M": nobody reads more digits than these while they run. */
static struct count short_count(uint64_t n)
{
	static const char units[] = { 'k', 'M', 'G', 'T' };
	struct count c;
	uint64_t unit = 1000;
	size_t i = 0;

	if (n < 1000000) {
		(void)snprintf(c.text, sizeof(c.text), "%" PRIu64, n);
		return c;
	}
	while (i + 1 < sizeof(units) && n / unit >= 1000) {
		unit *= 1000;
		i++;
	}
	(void)snprintf(c.text, sizeof(c.text), "%" PRIu64 ".%" PRIu64 "%c", n / unit, n % unit * 10 / unit, units[i]);
	return c;
}

static struct count clock_text(uint64_t seconds)
{
	struct count c;

	if (seconds >= 3600) {
		(void)snprintf(c.text, sizeof(c.text), "%" PRIu64 ":%02" PRIu64 ":%02" PRIu64, seconds / 3600,
			seconds / 60 % 60, seconds % 60);
	} else {
		(void)snprintf(c.text, sizeof(c.text), "%" PRIu64 ":%02" PRIu64, seconds / 60, seconds % 60);
	}
	return c;
}

/* Appends while there is room for the whole piece, in bytes and in columns; a piece that does not fit is left out. */
static void add(char *text, size_t width, const char *piece)
{
	const size_t have = strlen(text);
	const size_t more = strlen(piece);

	if (have + more < LINE && nk_width(nk_str_c(text)) + nk_width(nk_str_c(piece)) <= width) {
		memcpy(text + have, piece, more + 1);
	}
}

static void add_bar(char *text, size_t width, uint64_t done, uint64_t total)
{
	const size_t used = nk_width(nk_str_c(text));
	size_t cells = width > used + 40 ? width - used - 40 : 0;
	char bar[BAR_MAX + 4];
	size_t full = 0;

	if (cells < BAR_MIN) {
		return;
	}
	cells = cells < BAR_MAX ? cells : BAR_MAX;
	full = nk_size((uint64_t)((double)done / (double)total * (double)cells));
	full = full < cells ? full : cells;
	memset(bar, ' ', sizeof(bar));
	memset(bar + 2, '-', cells);
	memset(bar + 2, '#', full);
	bar[1] = '[';
	bar[cells + 2] = ']';
	bar[cells + 3] = '\0';
	add(text, width, bar);
}

/* The formats come from the catalogue, where po2c.py has checked them against their msgids. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static void add_formatted(char *text, size_t width, const char *format, const char *value)
{
	char piece[128];

	(void)snprintf(piece, sizeof(piece), format, value);
	add(text, width, piece);
}
#pragma GCC diagnostic pop

void nk_progress_line(const struct nk_progress_facts *facts, size_t width, char text[static 512])
{
	const uint64_t ms = facts->ms > 0 ? (uint64_t)facts->ms : 0;
	const uint64_t rate = ms >= RATE_AFTER_MS ? (uint64_t)((double)facts->done * 1000.0 / (double)ms) : 0;
	const uint64_t done = facts->total > 0 && facts->done > facts->total ? facts->total : facts->done;

	text[0] = '\0';
	add(text, width, facts->phase);
	if (facts->total > 0) {
		add_bar(text, width, done, facts->total);
	}
	if (done > 0 || facts->total > 0) {
		add(text, width, "  ");
		add(text, width, short_count(done).text);
	}
	if (facts->total > 0) {
		char percent[16];

		add(text, width, "/");
		add(text, width, short_count(facts->total).text);
		(void)snprintf(percent, sizeof(percent), "  %3u %%",
			(unsigned)((double)done * 100.0 / (double)facts->total));
		add(text, width, percent);
	}
	if (rate > 0) {
		add(text, width, "  ");
		add_formatted(text, width, facts->rate_format, short_count(rate).text);
	}
	if (rate > 0 && facts->total > done && ms >= LEFT_AFTER_MS) {
		add(text, width, "  ");
		add_formatted(text, width, facts->left_format, clock_text((facts->total - done) / rate + 1).text);
	}
}

void nk_progress_clear(struct nk_progress *progress)
{
	if (!progress->drawn) {
		return;
	}
	nk_out_c(progress->out, "\r\033[K");
	(void)nk_out_flush(progress->out, NULL).code;
	progress->drawn = false;
}

void nk_progress_tell(void *arg, const char *phase, uint64_t done, uint64_t total)
{
	struct nk_progress *const p = arg;
	char text[512];
	int64_t now = 0;

	if (!p->on) {
		return;
	}
	now = p->env->mono_ms(p->env->self);
	if (p->phase == NULL || strcmp(p->phase, phase) != 0) {
		p->phase = phase;
		p->phase_ms = now;
	}
	if (p->drawn && now - p->drawn_ms < EVERY_MS) {
		return;
	}
	const struct nk_progress_facts facts = {
		.phase = nk_tr(p->lang, phase),
		.done = done,
		.total = total,
		.ms = now - p->phase_ms,
		.rate_format = nk_tr(p->lang, NK_N("%s/s")),
		.left_format = nk_tr(p->lang, NK_N("%s left")),
	};

	nk_progress_line(&facts, nk_os_terminal_width() - 1, text);
	nk_out_c(p->out, "\r\033[K");
	nk_out_c(p->out, text);
	(void)nk_out_flush(p->out, NULL).code;
	p->drawn_ms = now;
	p->drawn = true;
}
