/*
 * os_term.c: the terminal of the person at the keyboard.
 *
 * Invariant: the terminal's settings are put back on every way out. What was
 * typed stands nowhere but in the caller's wiping buffer.
 */
#include "base.h"

#include "os.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

enum { CTRL_C = 3, CTRL_BACKSLASH = 28, WIDTH_UNKNOWN = 80, WIDTH_MIN = 20, WIDTH_MAX = 1000 };

struct terminal {
	int fd;
	bool changed;
	struct termios before;
};

static void terminal_restore(struct terminal *term)
{
	if (term->changed) {
		(void)tcsetattr(term->fd, TCSAFLUSH, &term->before);
		(void)nk_os_fd_write(term->fd, "\n", 1, NULL).code;
	}
	nk_os_fd_close(&term->fd);
}

/* No echo, and the keys that make signals come as bytes: a signal would leave a dumb terminal behind. */
static NK_RESULT terminal_hide(struct terminal *term, struct nk_err *err)
{
	struct termios quiet;

	term->fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (term->fd < 0 || tcgetattr(term->fd, &term->before) != 0) {
		return nk_fail(
			err, NK_UNAVAILABLE, "a secret is asked for but there is no terminal: give it by a key file");
	}
	quiet = term->before;
	quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL | ISIG);
	quiet.c_lflag |= ICANON;
	if (tcsetattr(term->fd, TCSAFLUSH, &quiet) != 0) {
		return nk_fail_errno(err, errno, "cannot hide what is typed", "/dev/tty");
	}
	term->changed = true;
	return nk_done();
}

static NK_RESULT cancelled(struct nk_err *err)
{
	return nk_fail(err, NK_CANCELLED, "cancelled at the keyboard");
}

/* One byte; false at the end of input. A signal to the process ends the waiting. */
static NK_RESULT read_key(int fd, uint8_t *out_key, bool *out_end, struct nk_err *err)
{
	struct pollfd look = { .fd = fd, .events = POLLIN };
	size_t len = 0;

	while (poll(&look, 1, -1) < 0) {
		if (errno != EINTR) {
			return nk_fail_errno(err, errno, "cannot read", "/dev/tty");
		}
		if (nk_os_interrupted()) {
			return cancelled(err);
		}
	}
	NK_TRY(nk_os_fd_read(fd, out_key, 1, &len, err));
	*out_end = len == 0;
	return nk_done();
}

static NK_RESULT read_secret(int fd, struct nk_buf *out, struct nk_err *err)
{
	uint8_t key = 0;
	bool end = false;

	for (;;) {
		NK_TRY(read_key(fd, &key, &end, err));
		if (end || key == CTRL_C || key == CTRL_BACKSLASH) {
			explicit_bzero(&key, sizeof(key));
			return cancelled(err);
		}
		if (key == '\n' || key == '\r') {
			return nk_done();
		}
		NK_TRY(nk_buf_add_byte(out, key, err));
		explicit_bzero(&key, sizeof(key));
	}
}

NK_RESULT nk_os_ask_secret(const char *prompt, struct nk_buf *out, struct nk_err *err)
{
	NK_OWNED(terminal_restore) struct terminal term = { .fd = -1 };

	nk_assert(out->wiping);
	NK_TRY(terminal_hide(&term, err));
	NK_TRY(nk_os_fd_write(term.fd, prompt, strlen(prompt), err));
	return read_secret(term.fd, out, err);
}

bool nk_os_is_terminal(int fd)
{
	return isatty(fd) == 1;
}

unsigned nk_os_terminal_width(void)
{
	struct winsize size = { 0 };

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < WIDTH_MIN || size.ws_col > WIDTH_MAX) {
		return WIDTH_UNKNOWN;
	}
	return size.ws_col;
}
