/*
 * notice_command.c: a notice on the standard input of one program, which the configuration names by its whole path.
 *
 * Invariant: no shell, no argument that comes from anywhere but here; the program says by its exit status that it took it.
 */
#include "base.h"

#include "notice_int.h"
#include "os.h"

NK_RESULT nk_notify_command(const struct nk_notify_settings *s, const struct nk_notify *m, struct nk_err *err)
{
	const char *const argv[] = { s->command.ptr, NULL };
	NK_OWNED(nk_os_fd_close) int fd = -1;
	int status = 0;

	if (s->command.len == 0 || s->command.ptr[0] != '/') {
		return nk_fail(err, NK_INVALID,
			"notices by command need command in [duty] of the configuration, a whole path beginning with /");
	}
	NK_TRY(nk_os_memfd("notice", &fd, err));
	NK_TRY(nk_os_fd_write(fd, m->text.ptr, m->text.len, err));
	NK_TRY(nk_os_run_fed(argv, fd, s->timeout_ms, &status, err));
	return status == 0 ? nk_done()
			   : nk_fail(err, NK_UNAVAILABLE,
				     "the program %1$s did not take the notice (status %2$d); it is tried again at the next run",
				     argv[0], status);
}
