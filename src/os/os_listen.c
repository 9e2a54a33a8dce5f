/*
 * os_listen.c: sockets that wait for others, and limits of time on sockets.
 *
 * Invariant: a unix socket is made with the process's umask (077 after nk_os_harden); one that somebody answers is
 * never taken away from him.
 */
#include "base.h"

#include "os.h"

#include "os_int.h"

#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 16, PROBE_MS = 500 };

static void addresses_free(struct addrinfo **list)
{
	if (*list != NULL) {
		freeaddrinfo(*list);
		*list = NULL;
	}
}

/* A socket that a dead process left is taken away; anything else at that path is left alone. */
static NK_RESULT clear_path(const char *path, struct nk_err *err)
{
	NK_OWNED(nk_os_fd_close) int probe = -1;
	struct stat st;

	if (lstat(path, &st) != 0) {
		return errno == ENOENT ? nk_done() : nk_fail_errno(err, errno, "cannot listen on", path);
	}
	if (!S_ISSOCK(st.st_mode)) {
		return nk_fail(err, NK_EXISTS, "cannot listen on %s: there is a file that is not a socket", path);
	}
	if (nk_ok(nk_os_env_connect(NULL, path, 0, PROBE_MS, &probe, NULL))) {
		return nk_fail(err, NK_BUSY, "cannot listen on %s: another program answers there", path);
	}
	if (unlink(path) != 0 && errno != ENOENT) {
		return nk_fail_errno(err, errno, "cannot listen on", path);
	}
	return nk_done();
}

static NK_RESULT listen_unix(const char *path, int *out_fd, struct nk_err *err)
{
	NK_OWNED(nk_os_fd_close) int fd = -1;
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const size_t len = strlen(path);

	if (len == 0 || len >= sizeof(address.sun_path)) {
		return nk_fail(err, NK_INVALID, "the path of the socket is longer than %1$zu bytes: %2$s",
			sizeof(address.sun_path) - 1, path);
	}
	memcpy(address.sun_path, path, len);
	NK_TRY(clear_path(path, err));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof(address)) != 0 || listen(fd, BACKLOG) != 0) {
		return nk_fail_errno(err, errno, "cannot listen on", path);
	}
	*out_fd = fd;
	fd = -1;
	return nk_done();
}

static NK_RESULT listen_tcp(const char *host, uint16_t port, int *out_fd, struct nk_err *err)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV | AI_PASSIVE };
	NK_OWNED(addresses_free) struct addrinfo *list = NULL;
	NK_OWNED(nk_os_fd_close) int fd = -1;
	const int on = 1;
	char service[8];
	int rc;

	(void)snprintf(service, sizeof(service), "%u", (unsigned)port);
	rc = getaddrinfo(host, service, &hints, &list);
	if (rc != 0) {
		return nk_fail(
			err, NK_CONFIG, "the address of the host %1$s cannot be found: %2$s", host, gai_strerror(rc));
	}
	fd = socket(list->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
		bind(fd, list->ai_addr, list->ai_addrlen) != 0 || listen(fd, BACKLOG) != 0) {
		return nk_fail_errno(err, errno, "cannot listen on", host);
	}
	*out_fd = fd;
	fd = -1;
	return nk_done();
}

NK_RESULT nk_os_listen(const char *host, uint16_t port, int *out_fd, struct nk_err *err)
{
	return port == 0 ? listen_unix(host, out_fd, err) : listen_tcp(host, port, out_fd, err);
}

NK_RESULT nk_os_accept(int listen_fd, int64_t wait_ms, int *out_fd, struct nk_err *err)
{
	struct pollfd look = { .fd = listen_fd, .events = POLLIN };
	const int n = poll(&look, 1, wait_ms > INT_MAX ? INT_MAX : (int)wait_ms);
	int fd = -1;

	*out_fd = -1;
	if (n == 0 || (n < 0 && errno == EINTR)) {
		return nk_done();
	}
	if (n < 0) {
		return nk_fail_errno(err, errno, "cannot wait for connections", "");
	}
	fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC);
	if (fd < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != ECONNABORTED && errno != EINTR) {
		return nk_fail_errno(err, errno, "cannot wait for connections", "");
	}
	*out_fd = fd;
	return nk_done();
}

NK_RESULT nk_os_fd_timeout(int fd, int64_t ms, struct nk_err *err)
{
	const struct timeval limit = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };

	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) != 0 ||
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) != 0) {
		return nk_fail_errno(err, errno, "cannot set a limit of time on a connection", "");
	}
	return nk_done();
}
