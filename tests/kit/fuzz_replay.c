/*
 * fuzz_replay.c: main of a fuzzer without libFuzzer: gives it every file of the corpus folder in argv[1].
 *
 * Quiet when all is well; a folder without a file fails, so that a lost corpus is noticed.
 */
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <dirent.h>

enum { INPUT_MAX = 16 * 1024 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* One input in a heap block of exactly its size, so that ASan sees a read behind its end. */
static bool replay(const char *path)
{
	FILE *file = fopen(path, "rbe");
	uint8_t *data = NULL;
	size_t len = 0;
	long size = 0;
	bool whole = false;

	if (file == NULL) {
		return false;
	}
	size = fseek(file, 0, SEEK_END) == 0 ? ftell(file) : -1; /* not stat: MSan of clang 14 takes what it writes for unwritten */
	if (size >= 0 && size <= INPUT_MAX && fseek(file, 0, SEEK_SET) == 0) {
		len = (size_t)size;
		data = malloc(len > 0 ? len : 1);
		whole = data != NULL && fread(data, 1, len, file) == len;
	}
	(void)fclose(file);
	if (whole) {
		(void)LLVMFuzzerTestOneInput(data, len);
	}
	free(data);
	return whole;
}

static int replay_folder(const char *folder)
{
	struct dirent **names = NULL;
	const int n = scandir(folder, &names, NULL, alphasort);
	int files = 0;
	int bad = 0;

	for (int i = 0; i < n; i++) {
		char path[PATH_MAX];
		const bool hidden = names[i]->d_name[0] == '.';
		const int len = snprintf(path, sizeof(path), "%s/%s", folder, names[i]->d_name);

		free(names[i]);
		if (hidden || len < 0 || (size_t)len >= sizeof(path)) {
			continue;
		}
		files++;
		if (!replay(path)) {
			(void)fprintf(stderr, "%s: cannot be read\n", path);
			bad++;
		}
	}
	free(names);
	if (files == 0) {
		(void)fprintf(stderr, "%s: no corpus file\n", folder);
	}
	return files > 0 && bad == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		(void)fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
		return 64;
	}
	return replay_folder(argv[1]);
}
