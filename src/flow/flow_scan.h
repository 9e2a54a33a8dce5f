/*
 * flow_scan.h: the operation "scan": whose data lies in these files. Part of flow.h for the front ends.
 *
 * Files are opened and looked through by workers that see nothing of the installation (extract/nkx.h). Without an
 * index the forms of personal data are looked for; with the roster of this installation, or a keyed index file made
 * from one, it is also said whose they are, by the persons' numbers. No value and no name of a person is in any
 * report: a finding has place, length, reasons and a keyed hash.
 */
#ifndef NK_FLOW_SCAN_H
#define NK_FLOW_SCAN_H

#include "flow.h"

enum { NK_SCAN_WHY_MAX = 16, NK_SCAN_PERSONS_SHOWN = 8 };

struct nk_scan_text {
	uint32_t number; /* reported in place of a person's */
	const char *field; /* kanji, kana, romaji, login, id, mail, phone, text */
	struct nk_str value;
};
struct nk_scan_request {
	const char *home; /* whose forms of numbers count too, if there is an installation; may be NULL */
	const char *const *paths; /* files, folders, "-" */
	size_t n_paths;
	const int *fds; /* or NULL: n_paths open files that are looked through under those names; they stay the caller's */
	bool roster; /* the persons of the installation; needs a flow */
	const struct nk_scan_text *texts; /* or these texts instead of persons (canary persons of many sites) */
	size_t n_texts;
	const char *index_file, *key_file; /* or an index and its key; both or neither */
	const char *const
		*only; /* names of classes; none: all but those for which the configuration must say a form */
	size_t n_only;
	unsigned least; /* confidence from which findings by form are reported; 0: 50 */
	unsigned workers; /* 0: one a processor */
	bool one_file_system;
	const char *const *number_forms; /* beside the configuration's */
	size_t n_number_forms;
	const char *const *rules; /* NAME=PATTERN (PCRE2), or NAME==TEXT, taken literally */
	size_t n_rules;
	uint64_t max_total; /* bytes out of containers of one file; 0: max(10 GiB, 200 × file) */
	unsigned depth; /* 0: 16 */
	uint32_t entries; /* of containers in one file; 0: 1,000,000 */
};

struct nk_scan_finding {
	const char *file; /* masked where it holds a finding */
	const char *inside; /* "b.docx!/word/document.xml", "" */
	bool in_name; /* of a file or an entry */
	bool of_person; /* what is a field of a person in the index; else a class of data */
	const char *what; /* "phone", "person-name"; "kanji", "mail" … */
	const char *rule; /* of class rule: its name; else NULL */
	unsigned confidence; /* percent */
	const char *why[NK_SCAN_WHY_MAX]; /* names, static: "label", "check-digit" */
	const char *why_text[NK_SCAN_WHY_MAX]; /* msgids */
	size_t n_why;
	uint64_t offset;
	uint32_t length, characters;
	uint32_t row, column; /* 0: no table */
	const char *encoding, *via; /* via: "plain", "base64" … */
	uint64_t token; /* keyed hash of the value; the key lives for one scan (of a roster: for one epoch) */
	uint32_t persons[NK_SCAN_PERSONS_SHOWN]; /* numbers of the persons it may be */
	uint32_t n_persons; /* all of them: more than one are namesakes */
	bool corroborated;
	double chance; /* that it stands there without meaning any of them */
};
enum nk_scan_state { NK_SCAN_SCANNED, NK_SCAN_PARTLY, NK_SCAN_NOT };
struct nk_scan_stream {
	const char *file, *inside, *format;
	enum nk_scan_state state;
	const char *why, *why_text; /* "" when scanned; why_text is a msgid */
	uint64_t bytes, skipped;
};
struct nk_scan_file {
	const char *file;
	uint64_t bytes;
	uint32_t streams, partly, not_scanned;
	uint64_t findings;
};
/* In order: the findings of a stream, the stream, and behind the last stream of a file the file. Everything is
 * borrowed during the call. false ends the scan (NK_CANCELLED). */
struct nk_scan_reports {
	bool (*finding)(void *arg, const struct nk_scan_finding *finding);
	bool (*stream)(void *arg, const struct nk_scan_stream *stream);
	bool (*file)(void *arg, const struct nk_scan_file *file);
	nk_progress_fn *progress; /* may be NULL */
	void *progress_arg;
	void *arg;
};

struct nk_scan_count {
	const char *what; /* "phone", or of persons: "kanji + phone" */
	uint64_t n;
};
struct nk_scan_reply {
	uint64_t files, streams, bytes;
	uint64_t partly, not_scanned; /* streams */
	uint64_t bytes_partly, bytes_not; /* in or behind those, as far as known */
	uint64_t findings, findings_of_persons, weak;
	const struct nk_scan_count *by_class; /* in the order of the classes, then of the fields; none that is 0 */
	size_t n_by_class;
	const struct nk_scan_count *not_by_why; /* reasons (msgids) of what was partly or not scanned */
	size_t n_not_by_why;
	bool roster; /* an index was used */
	uint64_t roster_persons;
	uint64_t left_out; /* values of persons that are too short or too long to be looked for (of a roster; of an
			      index file: said when it was built) */
	uint64_t persons; /* whose data was found, namesakes counted once a name */
	uint64_t persons_sure; /* of them by something that is theirs alone, or corroborated */
	const struct nk_scan_count *verdict; /* by what was found of a person: "kanji + phone" 1180, "kanji" 24 */
	size_t n_verdict;
	bool clean; /* no finding */
	bool complete; /* every stream scanned */
	uint64_t index_ms, scan_ms;
};
/* nk_op_scan: flow NULL unless req->roster. Not being able to read something is no error but stands in the reports.
 * Errors: NK_USAGE (a class, form or rule that is not one), NK_NOT_FOUND (a path that does not exist), NK_DENIED (key
 * and index lie in one folder, or the key has expired), NK_INVALID (index), NK_UNSUPPORTED (no seccomp),
 * NK_CANCELLED. */
NK_RESULT nk_op_scan(const struct nk_env *env, struct nk_flow *flow, const struct nk_scan_request *req,
	const struct nk_scan_reports *reports, struct nk_arena *arena, struct nk_scan_reply *out, struct nk_err *err);
/* nk_scan_classes: names of all classes, in order; static. */
const char *const *nk_scan_classes(size_t *out_n);

/*
 * nk_op_scan_index: writes a keyed index of all persons to `path` (which must not exist), for scanning where the
 * store is not. Opens a holding first, with a duty to destroy it by `days` from now. The key stays here:
 * nk_op_scan_key gives it for that holding, into a new file; nk_op_scan refuses an index and a key that lie in one
 * folder.
 */
struct nk_scan_index_reply {
	uint64_t persons, keys, bytes;
	uint64_t left_out; /* values too short to be looked for */
	struct nk_uuid holding;
	nk_time destroy_by;
	uint64_t build_ms;
};
NK_RESULT nk_op_scan_index(
	struct nk_flow *flow, const char *path, unsigned days, struct nk_scan_index_reply *out, struct nk_err *err);
NK_RESULT nk_op_scan_key(struct nk_flow *flow, struct nk_uuid holding, const char *key_path, struct nk_err *err);

#endif
