/*
 * veris.h: a case as a VERIS 1.4.1 record (JSON), for who counts incidents. Holds no value of a person and no free text
 * except a summary that the caller allows.
 */
#ifndef NK_VERIS_H
#define NK_VERIS_H

#include "facts.h"

struct nk_veris {
	const struct nk_case_facts *facts;
	bool with_summary; /* the text of the case may name people: only when somebody says so */
	bool dismissed; /* security_incident: "False positive" */
	struct nk_str victim_industry; /* NAICS digits; empty: "611" (schools) */
};
/* nk_veris_json: appends one object. Enumerations are those of the schema; what is not known is "Unknown". */
NK_RESULT nk_veris_json(const struct nk_veris *v, struct nk_buf *out, struct nk_err *err);

#endif
