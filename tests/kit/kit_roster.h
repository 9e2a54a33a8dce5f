/*
 * kit_roster.h: rosters for tests: read from bytes, from a file of ../shared, or from a small package made here.
 *
 * All persons are made up.
 */
#ifndef KIT_ROSTER_H
#define KIT_ROSTER_H

#include "base.h"

#include <cmocka.h>

#include "crypto.h"
#include "intake.h"
#include "kit.h"
#include "kit_skip.h"
#include "kit_zip.h"

/* What a reading gave; everything lives in `arena`. */
struct kit_read {
	struct nk_arena *arena;
	nk_rc rc;
	struct nk_err err;
	const struct nk_roster *roster;
	const struct nk_finding *findings;
	size_t n;
};

static inline void kit_read_done(struct kit_read *r)
{
	nk_arena_free(&r->arena);
}

struct kit_read_options {
	bool strict;
	const char *format; /* NULL: by content */
	const char *mapping; /* NULL: none */
	uint64_t max_bytes;
	bool look_only; /* a delta is read for its own rows */
};

static inline struct kit_read kit_read_fd_(int fd, uint64_t size, const struct kit_read_options *o)
{
	static const struct nk_key key = { { 7 } };
	struct kit_read r = { .rc = { NK_OK } };
	const struct nk_intake_options opt = { .fd = fd,
		.size = size,
		.strict = o->strict,
		.format = nk_str_c(o->format),
		.mapping = nk_str_bytes(nk_str_c(o->mapping)),
		.digest_key = &key,
		.max_bytes = o->max_bytes,
		.look_only = o->look_only };

	kit_ok(nk_crypto_init(&r.err), &r.err);
	kit_ok(nk_arena_new(NK_ARENA_WIPING, SIZE_MAX / 2, &r.arena, &r.err), &r.err);
	r.rc = nk_intake_read(nk_os_env(), &opt, r.arena, &r.roster, &r.findings, &r.n, &r.err);
	return r;
}

static inline struct kit_read kit_read_bytes(struct nk_bytes bytes, struct kit_read_options o)
{
	struct nk_err err = { 0 };
	struct kit_read r;
	int fd = -1;

	kit_ok(nk_os_memfd("kit", &fd, &err), &err);
	kit_ok(nk_os_fd_write(fd, bytes.ptr, bytes.len, &err), &err);
	r = kit_read_fd_(fd, bytes.len, &o);
	nk_os_fd_close(&fd);
	return r;
}

static inline struct kit_read kit_read_path(const char *path, struct kit_read_options o)
{
	struct nk_err err = { 0 };
	struct kit_read r;
	uint64_t size = 0;
	int fd = -1;

	kit_ok(nk_os_fd_open_read(path, UINT64_C(1) << 30, &fd, &size, &err), &err);
	r = kit_read_fd_(fd, size, &o);
	nk_os_fd_close(&fd);
	return r;
}

/* kit_shared: path of a file below ../shared/data/rosters; false when it is not there (then say kit_skip(__func__)
 * and return). */
static inline bool kit_shared(const char *name, char path[static 512])
{
	const int len = snprintf(path, 512, "%s/../shared/data/rosters/%s", NK_SOURCE_DIR, name);

	return len > 0 && len < 512 && access(path, R_OK) == 0;
}

/* kit_finding: the first finding of a rule in a file at a line (0 = any) and column (NULL = any). */
static inline const struct nk_finding *kit_finding(
	const struct kit_read *r, const char *rule, const char *file, uint64_t line, const char *column)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct nk_finding *f = &r->findings[i];

		if (strcmp(f->rule, rule) == 0 && nk_str_eq(f->file, nk_str_c(file)) &&
			(line == 0 || f->line == line) &&
			(column == NULL || nk_str_eq(f->column, nk_str_c(column)))) {
			return f;
		}
	}
	return NULL;
}

/* kit_refused: the reading ended with NK_INVALID, and one error of it stands there. */
#define kit_refused(r, rule, file, line, column)                                                            \
	do {                                                                                                \
		const struct nk_finding *kit_f_ = kit_finding((r), (rule), (file), (line), (column));       \
		if ((r)->rc.code != NK_INVALID || kit_f_ == NULL || kit_f_->severity != NK_FINDING_ERROR) { \
			kit_show(r);                                                                        \
			fail_msg("%s %s:%d is not among the errors", (rule), (file), (int)(line));          \
		}                                                                                           \
	} while (0)

/* kit_show: what was found, for a test that fails. */
static inline void kit_show(const struct kit_read *r)
{
	print_message("%s: %s\n", nk_err_name(r->rc.code), nk_ok(r->rc) ? "" : r->err.text[0]);
	for (size_t i = 0; i < r->n && i < 50; i++) {
		const struct nk_finding *f = &r->findings[i];

		print_message("  %d %s %.*s:%llu [%.*s] x%llu\n", (int)f->severity, f->rule, NK_FMT(f->file),
			(unsigned long long)f->line, NK_FMT(f->column), (unsigned long long)f->times);
	}
}

/* A package: the files of a OneRoster zip as texts. */
enum { KIT_FILES = 10 };
struct kit_pack {
	const char *name[KIT_FILES];
	char *text[KIT_FILES];
};

#define KIT_D "10000000-0000-4000-8000-000000000001"
#define KIT_S "10000000-0000-4000-8000-000000000002"
#define KIT_Y "20000000-0000-4000-8000-000000000001"
#define KIT_C "30000000-0000-4000-8000-000000000001"
#define KIT_K "40000000-0000-4000-8000-000000000001"
#define KIT_U1 "50000000-0000-4000-8000-000000000001"
#define KIT_U2 "50000000-0000-4000-8000-000000000002"
#define KIT_U3 "50000000-0000-4000-8000-000000000003"

/* One board, one school, one class, a teacher (U1) and two pupils (U2, U3), generation C. Line 2 is the first row
 * everywhere. */
static inline struct kit_pack kit_pack(void)
{
	static const char *const files[KIT_FILES][2] = {
		{ "manifest.csv",
			"propertyName,value\nmanifest.version,1.0\noneroster.version,"
			"1.2_JP\nfile.academicSessions,bulk\nfile.categories,absent\n"
			"file.classes,bulk\nfile.courses,bulk\nfile.demographics,"
			"absent\nfile.enrollments,bulk\nfile.orgs,bulk\nfile.roles,bulk\n"
			"file.userProfiles,absent\nfile.users,bulk\nsource.systemName,kit\n" },
		{ "academicSessions.csv",
			"sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,schoolYear\n" KIT_Y
			",,,2026年度,schoolYear,2026-04-01,2027-03-31,,2026\n" },
		{ "orgs.csv",
			"sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId\n" KIT_S
			",,,東小学校,school,B148210000017," KIT_D "\n" KIT_D
			",,,試験市教育委員会,district,482135,\n" },
		{ "courses.csv",
			"sourcedId,status,dateLastModified,schoolYearSourcedId,title,courseCode,grades,"
			"orgSourcedId,subjects,subjectCodes\n" KIT_C ",,," KIT_Y ",2026年度ホームルーム,,P1," KIT_S
			",,\n" },
		{ "classes.csv",
			"sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,"
			"classType,location,schoolSourcedId,termSourcedIds,subjects,subjectCodes,"
			"periods,metadata.jp.specialNeeds\n" KIT_K ",,,1年1組,P1," KIT_C ",1-1,homeroom,," KIT_S
			"," KIT_Y ",,,,false\n" },
		{ "users.csv",
			"sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,"
			"familyName,middleName,identifier,email,sms,phone,agentSourcedIds,"
			"grades,password,userMasterIdentifier,preferredGivenName,preferredMiddleName,"
			"preferredFamilyName,primaryOrgSourcedId,pronouns,"
			"metadata.jp.kanaGivenName,metadata.jp.kanaFamilyName,"
			"metadata.jp.kanaMiddleName,metadata.jp.homeClass,metadata.jp.kanaPreferredFamilyName,"
			"metadata.jp.kanaPreferredGivenName,metadata.jp.kanaPreferredMiddleName\n" KIT_U1
			",,,true,t0001,,直子,髙橋,,9001,t0001@example.jp,,,,,,60000000-0000-4000-8000-000000000001,直子,,髙橋," KIT_S
			",,ナオコ,タカハシ,,,タカハシ,ナオコ,\n" KIT_U2
			",,,true,p0001,,元気,太田,,0101,p0001@example.jp,,,,P1,,60000000-0000-4000-8000-000000000002,元気,,太田," KIT_S
			",,ゲンキ,オオタ,," KIT_K ",オオタ,ゲンキ,\n" KIT_U3
			",,,true,p0002,,小春,櫻井,,0102,p0002@example.jp,,,,P1,,60000000-0000-4000-8000-000000000003,小春,,櫻井," KIT_S
			",,コハル,サクライ,," KIT_K ",サクライ,コハル,\n" },
		{ "roles.csv",
			"sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,"
			"endDate,orgSourcedId,userProfileSourcedId\n"
			"70000000-0000-4000-8000-000000000001,,," KIT_U1 ",primary,teacher,,," KIT_S ",\n"
			"70000000-0000-4000-8000-000000000002,,," KIT_U2 ",primary,student,,," KIT_S ",\n"
			"70000000-0000-4000-8000-000000000003,,," KIT_U3 ",primary,student,,," KIT_S ",\n" },
		{ "enrollments.csv",
			"sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,"
			"role,primary,beginDate,endDate,metadata.jp.shussekiNo,"
			"metadata.jp.publicFlg\n"
			"80000000-0000-4000-8000-000000000001,,," KIT_K "," KIT_S "," KIT_U1 ",teacher,true,,,,\n"
			"80000000-0000-4000-8000-000000000002,,," KIT_K "," KIT_S "," KIT_U2
			",student,false,,,1,true\n"
			"80000000-0000-4000-8000-000000000003,,," KIT_K "," KIT_S "," KIT_U3
			",student,false,,,2,false\n" },
	};
	struct kit_pack p = { { NULL }, { NULL } };

	for (size_t i = 0; i < KIT_FILES && files[i][0] != NULL; i++) {
		p.name[i] = files[i][0];
		p.text[i] = strdup(files[i][1]);
		nk_assert(p.text[i] != NULL);
	}
	return p;
}

static inline void kit_pack_done(struct kit_pack *p)
{
	for (size_t i = 0; i < KIT_FILES; i++) {
		free(p->text[i]);
		p->text[i] = NULL;
	}
}

static inline size_t kit_pack_at(const struct kit_pack *p, const char *name)
{
	for (size_t i = 0; i < KIT_FILES && p->name[i] != NULL; i++) {
		if (strcmp(p->name[i], name) == 0) {
			return i;
		}
	}
	fail_msg("no file %s in the package", name);
	return 0;
}

/* kit_pack_set: another text for a file; NULL takes it out. */
static inline void kit_pack_set(struct kit_pack *p, const char *name, const char *text)
{
	const size_t at = kit_pack_at(p, name);

	free(p->text[at]);
	p->text[at] = text != NULL ? strdup(text) : NULL;
}

/* kit_pack_edit: replaces the first `from` in a file, which must be there. */
static inline void kit_pack_edit(struct kit_pack *p, const char *name, const char *from, const char *to)
{
	const size_t at = kit_pack_at(p, name);
	const char *hit = strstr(p->text[at], from);
	struct nk_buf out;

	if (hit == NULL) {
		fail_msg("%s: nothing to replace", name);
		return;
	}
	nk_buf_init(&out, 1 << 24);
	nk_assert(nk_ok(nk_buf_add(&out, p->text[at], (size_t)(hit - p->text[at]), NULL)) &&
		nk_ok(nk_buf_add_c(&out, to, NULL)) &&
		nk_ok(nk_buf_add(&out, hit + strlen(from), strlen(hit + strlen(from)) + 1, NULL)));
	free(p->text[at]);
	p->text[at] = strdup((const char *)out.ptr);
	nk_buf_done(&out);
}

/* kit_pack_append: one more row. */
static inline void kit_pack_append(struct kit_pack *p, const char *name, const char *row)
{
	const size_t at = kit_pack_at(p, name);
	char *text = NULL;

	nk_assert(asprintf(&text, "%s%s\n", p->text[at], row) > 0);
	free(p->text[at]);
	p->text[at] = text;
}

static inline void kit_pack_zip(const struct kit_pack *p, struct kit_zip *z)
{
	kit_zip_start(z);
	for (size_t i = 0; i < KIT_FILES && p->name[i] != NULL; i++) {
		if (p->text[i] != NULL) {
			kit_zip_add(z, p->name[i], nk_bytes_of(p->text[i], strlen(p->text[i])));
		}
	}
}

static inline struct kit_read kit_read_pack(const struct kit_pack *p, struct kit_read_options o)
{
	struct kit_zip z;
	struct kit_read r;

	kit_pack_zip(p, &z);
	r = kit_read_bytes(kit_zip_end(&z), o);
	kit_zip_done(&z);
	return r;
}

#endif
