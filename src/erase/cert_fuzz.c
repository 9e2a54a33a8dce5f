/*
 * cert_fuzz.c: arbitrary bytes as an envelope, as a statement, as a proof and as a public key: refused or read, never
 * worse.
 *
 * The first byte chooses. A statement that is read must print and be told to people in both languages.
 */
#include "base.h"

#include "cert.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t data_of_nobody[48];

static void as_statement(struct nk_bytes statement)
{
	for (unsigned lang = 0; lang < NK_LANG_COUNT; lang++) {
		NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };

		nk_buf_init(&text, 8 << 20);
		(void)nk_cert_text(statement, (enum nk_lang)lang, &text, NULL).code;
	}
}

static void as_envelope(struct nk_bytes envelope, struct nk_bytes proof)
{
	NK_OWNED(nk_buf_done) struct nk_buf statement = { 0 };
	const struct nk_cert_verify_input in = {
		.envelope = envelope,
		.proof = proof,
		.ledger_vkey = NK_STR("example.ed.jp/log+0a0b0c0d+AcOOqxG1jbr8BmZc0HVwCTVUdJrdf8l2JU8aDUXAf3Qg"),
		.subject_opening = { data_of_nobody, sizeof(data_of_nobody) },
	};
	struct nk_cert_verify_report report;

	nk_buf_init(&statement, 8 << 20);
	if (nk_ok(nk_cert_verify(&in, &statement, &report, NULL))) {
		/* Nobody signs with the key of zeros. */
		nk_assert(!report.good && report.n > 0 && report.n <= NK_CERT_CHECKS_MAX);
		as_statement(nk_buf_bytes(&statement));
	}
}

static void as_key(struct nk_bytes text)
{
	uint8_t pub[NK_SIGN_PUB_LEN];

	if (nk_utf8_valid(text, NULL)) {
		(void)nk_cert_pub_parse(nk_bytes_str(text), pub, NULL).code;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char envelope[] =
		"{\"payload\":\"e30=\",\"payloadType\":\"application/"
		"vnd.in-toto+json\",\"signatures\":[{\"keyid\":\"\",\"sig\":\""
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==\"}]}";
	const struct nk_bytes rest = size > 0 ? nk_bytes_of(data + 1, size - 1) : (struct nk_bytes){ data, 0 };

	if (size == 0 || !nk_ok(nk_crypto_init(NULL))) {
		return 0;
	}
	switch (data[0] % 4) {
	case 0:
		as_statement(rest);
		break;
	case 1:
		as_envelope(nk_str_bytes(NK_STR(envelope)), rest);
		break;
	case 2:
		as_key(rest);
		break;
	default:
		/* '{' is here: a plain envelope is a seed as it stands. */
		as_envelope(data[0] == '{' ? nk_bytes_of(data, size) : rest, (struct nk_bytes){ NULL, 0 });
		break;
	}
	return 0;
}
