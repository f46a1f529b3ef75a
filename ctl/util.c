// SPDX-License-Identifier: GPL-2.0-only
/*
 * util.c - files and names for every command.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl.h"

#define FILE_MAX (256u << 20)	/* larger than any module; limits the input from a pipe */

/* The kernel reads only regular files, and those whole: copy what is left of another one. */
static int copy_to_memory(int from, const char *path)
{
	static char buf[65536];
	int to = memfd_create("kwasm", MFD_CLOEXEC);
	size_t total = 0;
	ssize_t n;

	if (to < 0) {
		ctl_fail_memory();
		return -1;
	}
	while ((n = read(from, buf, sizeof(buf))) > 0) {
		total += (size_t)n;
		if (total > FILE_MAX) {
			ctl_fail("%s is larger than %u MiB", path, FILE_MAX >> 20);
			goto close;
		}
		if (write(to, buf, (size_t)n) != n) {
			ctl_fail_memory();
			goto close;
		}
	}
	if (!n)
		return to;
	ctl_fail("cannot read %s: %s", path, strerror(errno));
close:
	close(to);
	return -1;
}

/* The files in use, so that no output overwrites one of them under any name. */
static struct {
	const char *name;
	dev_t dev;
	ino_t ino;
} used[8];
static u32 num_used;

static void file_note(const struct stat *st, const char *name)
{
	if (num_used == ARRAY_SIZE(used))
		return;
	used[num_used].name = name;
	used[num_used].dev = st->st_dev;
	used[num_used++].ino = st->st_ino;
}

/* The name under which a file is in use, NULL if it is not. */
static const char *file_used(const struct stat *st)
{
	u32 i;

	for (i = 0; i < num_used && S_ISREG(st->st_mode); i++)
		if (used[i].dev == st->st_dev && used[i].ino == st->st_ino)
			return used[i].name;
	return NULL;
}

int ctl_input_note(int fd, const char *name)
{
	struct stat st, out;

	if (fstat(fd, &st) || !S_ISREG(st.st_mode))
		return CTL_OK;
	if (!fstat(STDOUT_FILENO, &out) && out.st_dev == st.st_dev && out.st_ino == st.st_ino)
		return ctl_fail("standard output is %s, which is to be read", name);
	file_note(&st, name);
	return CTL_OK;
}

FILE *ctl_output_open(const char *path, const char *option)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	FILE *out = NULL;
	const char *name;
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		goto failed;
	name = file_used(&st);
	if (name) {
		ctl_fail("%s is in use as %s: choose another file for --%s", path, name, option);
		close(fd);
		return NULL;
	}
	if (S_ISREG(st.st_mode) && ftruncate(fd, 0))
		goto failed;
	out = fdopen(fd, "wb");
	if (!out)
		goto failed;
	file_note(&st, path);
	return out;
failed:
	ctl_fail("cannot write %s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return NULL;
}

int ctl_file_open(const char *path)
{
	bool standard = !strcmp(path, "-");
	int copy, fd = standard ? dup(0) : open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (standard)
		path = "standard input";
	if (fd < 0) {
		ctl_fail("cannot open %s: %s", path, strerror(errno));
		return -1;
	}
	if (ctl_input_note(fd, path)) {
		close(fd);
		return -1;
	}
	/* From its beginning, and its size is known, unlike those in /proc. */
	if (!fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_size && !lseek(fd, 0, SEEK_CUR))
		return fd;
	copy = copy_to_memory(fd, path);
	close(fd);
	return copy;
}

u8 *ctl_file_read(int fd, const char *path, size_t *size)
{
	struct stat st = { 0 };
	size_t got = 0;
	ssize_t n = 0;
	u8 *data;

	if (fstat(fd, &st) || st.st_size > FILE_MAX) {
		ctl_fail("%s is larger than %u MiB", path, FILE_MAX >> 20);
		return NULL;
	}
	data = malloc((size_t)st.st_size + 1);
	if (!data)
		ctl_fail_memory();
	while (data && got < (size_t)st.st_size &&
	       (n = pread(fd, data + got, (size_t)st.st_size - got, (off_t)got)) > 0)
		got += (size_t)n;
	if (data && n < 0) {
		ctl_fail("cannot read %s: %s", path, strerror(errno));
		free(data);
		data = NULL;
	}
	*size = got;
	return data;
}

static bool name_valid(const char *name)
{
	size_t i;

	for (i = 0; name[i]; i++)
		if (!isalnum((unsigned char)name[i]) && !strchr("_-.", name[i]))
			return false;
	return i && i < CTL_NAME_MAX;
}

int ctl_program_name(const char *given, const char *path, char name[CTL_NAME_MAX])
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	size_t len = strlen(base);

	if (given) {
		if (!name_valid(given))
			return ctl_usage("invalid program name \"%s\": use at most %d letters, digits, '_', '-' and '.'",
					 given, CTL_NAME_MAX - 1);
		strcpy(name, given);
		return CTL_OK;
	}
	if (len > 5 && !strcmp(base + len - 5, ".wasm"))
		len -= 5;
	if (len < CTL_NAME_MAX) {
		memcpy(name, base, len);
		name[len] = 0;
		if (strcmp(path, "-") && name_valid(name))
			return CTL_OK;
	}
	return ctl_usage("cannot derive a program name from \"%s\": use --name", base);
}
