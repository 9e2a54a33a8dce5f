/*
 * os_env.c: the real struct nk_env, put together. The only place that asks for the time or for chance.
 */
#include "base.h"

#include "os.h"

#include "os_int.h"

#include <sys/random.h>

static nk_time clock_us(void)
{
	struct timespec ts = { 0 };

	(void)clock_gettime(CLOCK_REALTIME, &ts);
	return (nk_time)ts.tv_sec * NK_SECOND + ts.tv_nsec / 1000;
}

static nk_time real_now(void *self)
{
	(void)self;
	return clock_us();
}

int64_t nk_os_mono_ms(void)
{
	struct timespec ts = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

void nk_os_sleep_ms(int64_t ms)
{
	struct timespec ts = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	while (nanosleep(&ts, &ts) != 0 && errno == EINTR) {
		continue;
	}
}

static int64_t real_mono_ms(void *self)
{
	(void)self;
	return nk_os_mono_ms();
}

static NK_RESULT real_random(void *self, void *buf, size_t len, struct nk_err *err)
{
	uint8_t *at = buf;
	size_t left = len;

	(void)self;
	while (left > 0) {
		const ssize_t got = getrandom(at, left, 0);

		if (got < 0 && errno == EINTR) {
			continue;
		}
		if (got <= 0) {
			return nk_fail_errno(err, errno, "the system gives no random numbers", "");
		}
		at += got;
		left -= (size_t)got;
	}
	return nk_done();
}

static const struct nk_env real_env = {
	.now = real_now,
	.mono_ms = real_mono_ms,
	.random = real_random,
	.open = nk_os_env_open,
	.close = nk_os_env_close,
	.size = nk_os_env_size,
	.read = nk_os_env_read,
	.write = nk_os_env_write,
	.sync = nk_os_env_sync,
	.sync_dir = nk_os_env_sync_dir,
	.sync_all = nk_os_env_sync_all,
	.truncate = nk_os_env_truncate,
	.mkdir = nk_os_env_mkdir,
	.unlink = nk_os_env_unlink,
	.rename = nk_os_env_rename,
	.list = nk_os_env_list,
	.lock = nk_os_env_lock,
	.connect = nk_os_env_connect,
};

const struct nk_env *nk_os_env(void)
{
	return &real_env;
}
