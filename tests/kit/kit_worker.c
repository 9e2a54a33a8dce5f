/*
 * kit_worker.c: linked into tests that scan: when the pool starts the test program anew as a worker, it is one.
 *
 * A constructor, because the tests' main functions know nothing of it; glibc hands it the arguments of main.
 */
#include "base.h"

#include "nkx.h"

__attribute__((constructor)) static void become_worker(int argc, char **argv)
{
	nkx_worker_main(argc, argv);
}
