/*
 * veris.c: a case in the words of VERIS 1.4.1. What the case does not know is "Unknown"; nothing is guessed.
 */
#include "base.h"
#include "json.h"

#include "veris.h"
#include "words_int.h"

struct pair {
	const char *ours;
	const char *action; /* NULL: action.unknown */
	const char *variety;
	const char *actor; /* external, internal, partner; NULL: unknown */
};
/* cause_kind → the action; who acted follows from it, or from cause_who. */
static const struct pair causes[] = {
	{ "unauthorised-access", "hacking", "Unknown", "external" },
	{ "malware", "malware", "Unknown", "external" },
	{ "misdelivery", "error", "Misdelivery", "internal" },
	{ "missending", "error", "Misdelivery", "internal" },
	{ "misdisposal", "error", "Disposal error", "internal" },
	{ "loss", "error", "Loss", "internal" },
	{ "theft", "physical", "Theft", "external" },
	{ "staff-misuse", "misuse", "Privilege abuse", "internal" },
	{ "misconfiguration", "error", "Misconfiguration", "internal" },
	{ "defect", "error", "Programming error", "internal" },
	{ "other", "error", "Other", "internal" },
};
struct word {
	const char *ours;
	const char *theirs;
};
static const struct word assets[] = { { "store", "S - Database" }, { "target", "S - Directory" }, { "backup", "S - Backup" },
	{ "terminal", "U - Desktop or laptop" }, { "medium", "M - Unknown" }, { "paper", "M - Documents" }, { "saas", "S - Web application" },
	{ "import_file", "S - File" }, { "export", "S - File" }, { "residue", "S - File" }, { "temp", "S - File" },
	{ "bundle", "S - File" }, { "package", "S - File" }, { "notice", "M - Documents" }, { "letter", "M - Documents" } };
struct found {
	const char *ours;
	const char *where;
	const char *variety;
};
static const struct found discoveries[] = { { "self", "internal", "Reported by employee" }, { "program", "internal", "IT review" },
	{ "entrusted", "partner", "Unknown" }, { "entrusting", "partner", "Unknown" }, { "person", "external", "Customer" },
	{ "outsider", "external", "Unknown" }, { "authority", "external", "Law enforcement" }, { "other", "external", "Other" } };

static bool is(struct nk_str s, const char *word)
{
	return nk_str_eq(s, nk_str_c(word));
}

static struct nk_str choice(const struct nk_case_facts *f, enum nk_fact_id id)
{
	return f->fact[id].knows == NK_KNOWN ? f->fact[id].text : (struct nk_str){ NULL, 0 };
}

static const struct pair *cause_of(const struct nk_case_facts *f)
{
	const struct nk_str kind = choice(f, NK_FACT_ID_cause_kind);

	for (size_t i = 0; i < NK_ARRAY_LEN(causes); i++) {
		if (is(kind, causes[i].ours)) {
			return &causes[i];
		}
	}
	return NULL;
}

static void one_of(struct nk_json *j, const char *key, const char *word)
{
	nk_json_key(j, key);
	nk_json_open(j, '[');
	nk_json_c(j, word);
	nk_json_close(j, ']');
}

static void put_action(struct nk_json *j, const struct pair *cause)
{
	nk_json_key(j, "action");
	nk_json_open(j, '{');
	if (cause == NULL) {
		nk_json_key(j, "unknown");
		nk_json_open(j, '{');
	} else {
		nk_json_key(j, cause->action);
		nk_json_open(j, '{');
		one_of(j, "variety", cause->variety);
		one_of(j, "vector", "Unknown");
	}
	nk_json_close(j, '}');
	nk_json_close(j, '}');
}

static void put_actor(struct nk_json *j, const struct nk_case_facts *f, const struct pair *cause)
{
	const struct nk_str who = choice(f, NK_FACT_ID_cause_who);
	const char *actor = cause != NULL ? cause->actor : "unknown";

	if (cause != NULL && strcmp(actor, "internal") == 0 && (is(who, "entrusted") || is(who, "entrusting"))) {
		actor = "partner";
	}
	nk_json_key(j, "actor");
	nk_json_open(j, '{');
	nk_json_key(j, actor);
	nk_json_open(j, '{');
	if (cause != NULL) {
		one_of(j, "motive", "Unknown");
		if (strcmp(actor, "partner") != 0) {
			one_of(j, "variety", "Unknown");
		}
	}
	nk_json_close(j, '}');
	nk_json_close(j, '}');
}

static const char *asset_of(struct nk_str kind)
{
	for (size_t i = 0; i < NK_ARRAY_LEN(assets); i++) {
		if (is(kind, assets[i].ours)) {
			return assets[i].theirs;
		}
	}
	return "Other";
}

static void put_assets(struct nk_json *j, const struct nk_case_facts *f)
{
	nk_json_key(j, "asset");
	nk_json_open(j, '{');
	nk_json_key(j, "assets");
	nk_json_open(j, '[');
	for (size_t i = 0; i < f->affected_n || i == 0; i++) {
		const char *asset = f->affected_n > 0 ? asset_of(f->affected[i].kind) : "Unknown";
		bool again = false;

		for (size_t k = 0; k < i; k++) {
			again = again || strcmp(asset_of(f->affected[k].kind), asset) == 0;
		}
		if (again) {
			continue;
		}
		nk_json_open(j, '{');
		nk_json_key(j, "variety");
		nk_json_c(j, asset);
		nk_json_close(j, '}');
	}
	nk_json_close(j, ']');
	nk_json_close(j, '}');
}

/* Yes: somebody read it, or a leak is certain. No: every holding is proved unread. */
static const char *disclosure(const struct nk_case_facts *f)
{
	size_t unread = 0;
	bool maybe = is(choice(f, NK_FACT_ID_leaked), "feared");

	if (is(choice(f, NK_FACT_ID_leaked), "yes")) {
		return "Yes";
	}
	for (size_t i = 0; i < f->affected_n; i++) {
		if (f->affected[i].read == NK_TRI_YES || is(f->affected[i].harm, "leaked")) {
			return "Yes";
		}
		unread += f->affected[i].read == NK_TRI_NO && f->affected[i].sources.len > 0;
		maybe = maybe || is(f->affected[i].harm, "may-be-leaked");
	}
	if (f->affected_n > 0 && unread == f->affected_n) {
		return "No";
	}
	return maybe ? "Potentially" : "Unknown";
}

static bool has_item(const struct nk_case_facts *f, const char *word)
{
	for (size_t i = 0; i < f->items_n; i++) {
		if (is(f->items[i].item, word)) {
			return true;
		}
	}
	return false;
}

static void put_data(struct nk_json *j, const char *variety, const struct nk_fact *persons)
{
	nk_json_open(j, '{');
	nk_json_key(j, "variety");
	nk_json_c(j, variety);
	if (persons->knows == NK_KNOWN && nk_count_exact(persons->count) && persons->count.most <= INT64_MAX / 1024) {
		nk_json_key(j, "amount");
		nk_json_int(j, (int64_t)persons->count.most);
	}
	nk_json_close(j, '}');
}

static const struct word victims[] = { { "児童", "Student" }, { "生徒", "Student" }, { "学生", "Student" }, { "student", "Student" },
	{ "職員", "Employee" }, { "staff", "Employee" }, { "customer", "Customer" }, { "顧客", "Customer" } };

/* Whose data, by the words of the case; each once. */
static void put_victims(struct nk_json *j, struct nk_str kind)
{
	const char *last = "";
	bool any = false;

	nk_json_key(j, "data_victim");
	nk_json_open(j, '[');
	for (size_t i = 0; i < NK_ARRAY_LEN(victims); i++) {
		if (nk_str_find(kind, nk_str_c(victims[i].ours)) != SIZE_MAX && strcmp(last, victims[i].theirs) != 0) {
			last = victims[i].theirs;
			nk_json_c(j, last);
			any = true;
		}
	}
	if (!any) {
		nk_json_c(j, "Unknown");
	}
	nk_json_close(j, ']');
}

static void put_confidentiality(struct nk_json *j, const struct nk_case_facts *f)
{
	const struct nk_fact *persons = &f->fact[NK_FACT_ID_persons];

	nk_json_key(j, "confidentiality");
	nk_json_open(j, '{');
	nk_json_key(j, "data");
	nk_json_open(j, '[');
	put_data(j, "Personal", persons);
	if (has_item(f, "password") || has_item(f, "login")) {
		put_data(j, "Credentials", persons);
	}
	if (has_item(f, "card")) {
		put_data(j, "Payment", persons);
	}
	nk_json_close(j, ']');
	nk_json_key(j, "data_disclosure");
	nk_json_c(j, disclosure(f));
	if (persons->knows == NK_KNOWN && nk_count_exact(persons->count) && persons->count.most <= INT64_MAX / 1024) {
		nk_json_key(j, "data_total");
		nk_json_int(j, (int64_t)persons->count.most);
	}
	put_victims(j, choice(f, NK_FACT_ID_data_kind));
	nk_json_close(j, '}');
}

static void put_attribute(struct nk_json *j, const struct nk_case_facts *f)
{
	bool lost = is(choice(f, NK_FACT_ID_lost), "yes");
	bool damaged = is(choice(f, NK_FACT_ID_damaged), "yes");

	for (size_t i = 0; i < f->affected_n; i++) {
		lost = lost || is(f->affected[i].harm, "lost");
		damaged = damaged || is(f->affected[i].harm, "damaged");
	}
	nk_json_key(j, "attribute");
	nk_json_open(j, '{');
	put_confidentiality(j, f);
	if (lost || damaged) {
		nk_json_key(j, "availability");
		nk_json_open(j, '{');
		one_of(j, "variety", lost ? "Loss" : "Obscuration");
		nk_json_close(j, '}');
	}
	nk_json_close(j, '}');
}

static void put_day(struct nk_json *j, const struct nk_fact *f, nk_time fallback)
{
	const nk_date day = nk_time_day(f->knows == NK_KNOWN ? f->at : fallback, CASE_JAPAN_MINUTES);
	const struct nk_ymd ymd = nk_date_split(day);

	nk_json_key(j, "incident");
	nk_json_open(j, '{');
	nk_json_key(j, "year");
	nk_json_int(j, ymd.year);
	if (f->knows == NK_KNOWN) {
		nk_json_key(j, "month");
		nk_json_int(j, (int64_t)ymd.month);
		nk_json_key(j, "day");
		nk_json_int(j, (int64_t)ymd.day);
	}
	nk_json_close(j, '}');
}

static void put_timeline(struct nk_json *j, const struct nk_case_facts *f)
{
	const struct nk_fact *from = &f->fact[NK_FACT_ID_occurred_from];
	const struct nk_fact *known = &f->fact[NK_FACT_ID_known_at];

	nk_json_key(j, "timeline");
	nk_json_open(j, '{');
	put_day(j, from, known->knows == NK_KNOWN ? known->at : f->now);
	nk_json_key(j, "discovery");
	nk_json_open(j, '{');
	if (from->knows == NK_KNOWN && known->knows == NK_KNOWN && known->at >= from->at) {
		nk_json_key(j, "unit");
		nk_json_c(j, "Minutes");
		nk_json_key(j, "value");
		nk_json_int(j, (known->at - from->at) / (60 * NK_SECOND));
	} else {
		nk_json_key(j, "unit");
		nk_json_c(j, "Unknown");
	}
	nk_json_close(j, '}');
	nk_json_close(j, '}');
}

static void put_discovery(struct nk_json *j, const struct nk_case_facts *f)
{
	const struct nk_str who = choice(f, NK_FACT_ID_discoverer);

	nk_json_key(j, "discovery_method");
	nk_json_open(j, '{');
	for (size_t i = 0; i < NK_ARRAY_LEN(discoveries); i++) {
		if (is(who, discoveries[i].ours)) {
			nk_json_key(j, discoveries[i].where);
			nk_json_open(j, '{');
			one_of(j, "variety", discoveries[i].variety);
			nk_json_close(j, '}');
			nk_json_close(j, '}');
			return;
		}
	}
	nk_json_key(j, "unknown");
	nk_json_bool(j, true);
	nk_json_close(j, '}');
}

static void put_victim(struct nk_json *j, const struct nk_veris *v)
{
	nk_json_key(j, "victim");
	nk_json_open(j, '{');
	one_of(j, "country", "JP");
	nk_json_key(j, "employee_count");
	nk_json_c(j, "Unknown");
	nk_json_key(j, "industry");
	nk_json_str(j, v->victim_industry.len > 0 ? v->victim_industry : NK_STR("611"));
	nk_json_key(j, "victim_id");
	nk_json_c(j, "");
	nk_json_close(j, '}');
}

/* Of what kind of incident: only a certain class or a certain harm confirms it. */
static const char *incident_kind(const struct nk_veris *v)
{
	const struct nk_case_facts *f = v->facts;
	bool sure = f->classes.certain != 0 || is(choice(f, NK_FACT_ID_leaked), "yes") || is(choice(f, NK_FACT_ID_lost), "yes") ||
		is(choice(f, NK_FACT_ID_damaged), "yes");

	for (size_t i = 0; i < f->affected_n; i++) {
		sure = sure || f->affected[i].read == NK_TRI_YES || is(f->affected[i].harm, "leaked") ||
			is(f->affected[i].harm, "lost") || is(f->affected[i].harm, "damaged");
	}
	if (v->dismissed) {
		return "False positive";
	}
	return sure ? "Confirmed" : "Suspected";
}

NK_RESULT nk_veris_json(const struct nk_veris *v, struct nk_buf *out, struct nk_err *err)
{
	const struct nk_case_facts *f = v->facts;
	const struct pair *cause = cause_of(f);
	struct nk_json j;

	nk_json_init(&j, out);
	nk_json_open(&j, '{');
	nk_json_key(&j, "schema_version");
	nk_json_c(&j, "1.4.1");
	nk_json_key(&j, "source_id");
	nk_json_c(&j, "nokosazu");
	nk_json_key(&j, "incident_id");
	nk_json_str(&j, f->case_id);
	nk_json_key(&j, "security_incident");
	nk_json_c(&j, incident_kind(v));
	put_timeline(&j, f);
	put_victim(&j, v);
	put_actor(&j, f, cause);
	put_action(&j, cause);
	put_assets(&j, f);
	put_attribute(&j, f);
	put_discovery(&j, f);
	if (v->with_summary && case_fact_is_there(f, NK_FACT_ID_summary)) {
		nk_json_key(&j, "summary");
		nk_json_str(&j, f->fact[NK_FACT_ID_summary].text);
	}
	if (f->simulated) {
		nk_json_key(&j, "notes");
		nk_json_c(&j, "simulated clock: a rehearsal");
	}
	nk_json_close(&j, '}');
	return nk_json_end(&j, err);
}
