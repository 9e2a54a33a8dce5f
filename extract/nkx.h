/*
 * nkx.h: opens files, archives and documents in sandboxed workers and has every byte looked through by the scanning
 * library.
 *
 * A pool is a few worker processes (this same program, started anew in the role "extract", so that nothing of the
 * caller's memory is in them). The caller submits items (a descriptor and a name); a free worker takes the next one,
 * so the work balances itself; long plain files and long archives are split into parts that any worker takes. A
 * worker has no network, no files but the descriptors it is given, seccomp, Landlock, and limits on memory and time.
 * It dies alone: what it was at is then "not scanned (crash)", and a new one is started. PDF text is made by
 * pdftotext in a sandbox of its own.
 *
 * Every stream that is met ends in exactly one state: scanned, partly, or not, with the reason. Reports come in the
 * order in which items were submitted, streams in the order in which the container holds them, whatever the number of
 * workers. No value leaves a worker but in the names of streams, which are looked through first: parts with a finding
 * are masked (▒). One thread.
 */
#ifndef NKX_H
#define NKX_H

#include "nkscan.h"
#include "os.h"

enum nkx_state { NKX_SCANNED, NKX_PARTLY, NKX_NOT };

/* Why not, or not wholly: one row each in whys.rows, NKX_WHY_ENCRYPTED and so on. */
enum nkx_why {
	NKX_WHY_NONE,
#define ROW(name, upper, text) NKX_WHY_##upper,
#include "nkx_whys.inc"
#undef ROW
	NKX_WHY_COUNT
};
const char *nkx_why_name(enum nkx_why why); /* "encrypted" …, static; "" for NONE */
const char *nkx_why_text(enum nkx_why why); /* English phrase, static: a msgid */

/* Policy. Exceeding one of them makes a stream "not scanned" or "partly", never silence. 0 = default. */
struct nkx_limits {
	uint64_t total_out; /* bytes out of containers, or of text that openers make beyond them, per item: max(10
			       GiB, 200 × item) */
	uint32_t ratio; /* out : in of one entry above 1 MiB: 1032 */
	uint32_t depth; /* 16 */
	uint32_t entries; /* per item: 1,000,000 */
	uint32_t seconds; /* of CPU per item or part, and silence: 600; on the clock four times that and 20 */
	uint32_t memory_mb; /* of one worker, beside the index: 64 + what libraries need: 320 */
	uint64_t in_memory; /* largest nested container that is held in memory for random access: 64 MiB */
};

struct nkx_rule { /* a user's rule: PCRE2 (16-bit, UTF), interpreter, with match and heap limits */
	const char *name;
	const char *pattern; /* UTF-8 */
};

struct nkx_options {
	unsigned workers; /* 0: as many as processors */
	struct nkx_limits limits;
	uint64_t classes; /* of nkscan.h */
	unsigned least;
	const char *const *number_forms;
	size_t n_number_forms;
	const struct nkx_rule *rules; /* at most 64 */
	size_t n_rules;
	uint8_t token_key[16];
	int index_fd; /* sealed memfd or file with an index, mapped by the workers; -1: none */
	uint8_t index_key[NKS_KEY_BYTES];
	const char *pdftotext; /* whole path; NULL: /usr/bin/pdftotext; PDFs are "partly" when it is missing */
	const char *worker; /* program that calls nkx_worker_main first thing; NULL: /proc/self/exe */
};

/* One stream's end. Strings are borrowed during the call. */
struct nkx_stream {
	uint64_t item;
	uint32_t stream; /* from 0 in its item */
	const char *path; /* inside the item, masked: "b.docx!/word/document.xml"; "" for the item itself */
	const char *format; /* row of formats.rows: "zip", "docx-part", "text", "binary" … */
	enum nkx_state state;
	enum nkx_why why;
	uint64_t bytes; /* fed to the scanner */
	uint64_t skipped; /* known to be there and not looked at, when it is known */
	struct nks_summary summary;
};
struct nkx_finding {
	uint64_t item;
	uint32_t stream;
	uint32_t rule; /* of class RULE: number of the rule */
	bool in_name; /* in the path of the stream (offset 0), not in its bytes */
	struct nks_finding f;
};
struct nkx_item_end {
	uint64_t item;
	const char *shown; /* the name given, masked where it holds a finding itself */
	uint64_t bytes; /* of the item that were read */
	uint32_t streams, partly, not_scanned;
	uint64_t findings; /* exactly, whether reported or not, but for what was in streams whose reader crashed */
	uint64_t reported; /* of these; beyond 100,000 an item they are counted only, and their streams end as
			      "partly" (too-many) */
};
/* Reports: of one item first all findings and streams (a stream's findings stand before its end), then its end. false
 * from any of them ends the pool's work. */
struct nkx_reports {
	bool (*finding)(void *arg, const struct nkx_finding *finding);
	bool (*stream)(void *arg, const struct nkx_stream *stream);
	bool (*item)(void *arg, const struct nkx_item_end *item);
	void (*progress)(void *arg, uint64_t bytes); /* of items read so far */
	void *arg;
};

struct nkx_pool;
/* nkx_pool_start: NK_UNSUPPORTED without seccomp; NK_INVALID: a rule that does not compile (names it and the place),
 * an index that does not open. */
NK_RESULT nkx_pool_start(const struct nkx_options *options, const struct nkx_reports *reports, struct nkx_pool **out,
	struct nk_err *err);
/*
 * nkx_pool_submit: the next item. Takes the descriptor (closed in any case). `name` is shown and its own text is
 * looked through. Whatever changes the file from here on until it was read makes it "partly" (changed). fd -1 with
 * `why`: something that could not be opened; it is reported in its order as not scanned. Blocks while many wait, and
 * reports meanwhile. Items get numbers from 0 in the order of the calls.
 */
struct nkx_item {
	int fd;
	const char *name;
	enum nkx_why why;
	bool whole_is_binary; /* carve, never open (raw devices, a database's own files) */
	bool name_apart; /* the name is not looked through (it is the caller's own word) */
};
NK_RESULT nkx_pool_submit(struct nkx_pool *pool, const struct nkx_item *item, struct nk_err *err);
/* nkx_pool_finish: until all is reported. nkx_pool_free: ends the workers, accepts NULL. */
NK_RESULT nkx_pool_finish(struct nkx_pool *pool, struct nk_err *err);
void nkx_pool_free(struct nkx_pool **pool);

/* nkx_walk: submits a path: a file, or a folder with all in it (not following links; sorted by name; within one file
 * system or not). FIFOs, sockets, devices, unreadable and vanished ones are submitted as not scanned with their
 * reason; of a link its target's name is an item, and when it leads out there is a second one, not scanned. "-":
 * standard input, streamed into a sealed memfd of at most `stdin_max`. */
struct nkx_walk_options {
	uint64_t stdin_max; /* 0: 1 GiB */
	bool one_file_system;
	const char *relative_to; /* names are shown from here on; NULL: as given */
	bool raw; /* every file as binary */
	const char *const *skip; /* names directly in `path` that are left out: they are the caller's matter */
	size_t n_skip;
};
NK_RESULT nkx_walk(struct nkx_pool *pool, const struct nk_env *env, const char *path,
	const struct nkx_walk_options *options, struct nk_err *err);

/* nkx_worker_main: when this process was started in the role "extract": does the work and never returns. Call it
 * first thing in main; else it does nothing. */
void nkx_worker_main(int argc, char **argv);

#endif
