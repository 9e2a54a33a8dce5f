/*
 * notice_webhook.c: a notice as JSON by HTTP POST to an address that the configuration lists, whole.
 */
#include "base.h"

#include "notice_int.h"

static NK_RESULT check(const struct nk_notify_settings *s, struct nk_str to, struct nk_notify_url *url, struct nk_err *err)
{
	if (to.len == 0) {
		return nk_fail(err, NK_INVALID, "notices by webhook need an address: webhook in [duty] of the configuration");
	}
	NK_TRY(nk_notify_url(to, url, err));
	if (!nk_notify_listed(s->urls, s->n_urls, to)) {
		return nk_fail(err, NK_DENIED, "the address at %s is not on the list of urls in [duty] of the configuration",
			url->host);
	}
	if (strcmp(url->scheme, "https") != 0 && !(strcmp(url->scheme, "http") == 0 && url->loopback)) {
		return nk_fail(err, NK_DENIED, "a webhook goes by https, but for this machine itself: %s", url->host);
	}
	return nk_done();
}

NK_RESULT nk_notify_webhook(const struct nk_notify_settings *s, const struct nk_notify *m, struct nk_err *err)
{
	const struct nk_str to = nk_str_starts(m->to, NK_STR("http")) ? m->to : s->webhook;
	NK_OWNED(nk_notify_list_done) struct curl_slist *headers = NULL;
	NK_OWNED(nk_notify_curl_done) CURL *curl = NULL;
	struct nk_notify_url url;
	char id[300];
	CURLcode rc = CURLE_OK;

	NK_TRY(check(s, to, &url, err));
	(void)snprintf(id, sizeof(id), "Idempotency-Key: %.*s", NK_FMT(m->id));
	NK_TRY(nk_notify_header(&headers, "Content-Type: application/json", err));
	NK_TRY(nk_notify_header(&headers, "Expect:", err));
	NK_TRY(nk_notify_header(&headers, id, err));
	NK_TRY(nk_notify_curl(s, to, "http,https", &curl, err));
	rc = curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	rc = rc != CURLE_OK ? rc : curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)m->json.len);
	rc = rc != CURLE_OK ? rc : curl_easy_setopt(curl, CURLOPT_COPYPOSTFIELDS, m->json.ptr);
	if (rc != CURLE_OK) {
		return nk_fail(err, NK_INTERNAL, "the network library refuses: %s", curl_easy_strerror(rc));
	}
	NK_TRY(nk_notify_perform(curl, url.host, err));
	long answer = 0;

	(void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer);
	return answer >= 200 && answer < 300
		? nk_done()
		: nk_fail(err, NK_UNAVAILABLE,
			  "the notice was not taken at %1$s (answer %2$ld); it is tried again at the next run", url.host, answer);
}
