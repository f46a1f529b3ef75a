// SPDX-License-Identifier: GPL-2.0-only
/*
 * dump_asm.c - disassemble machine code with objdump, adding functions and offsets in the module.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ctl.h"
#include "dump.h"
#include "out.h"
#include "source.h"

extern char **environ;

/* A memory file that the child opens by its number. */
static int code_file(const struct ctl_code_text *text)
{
	int fd = memfd_create("code", 0);

	if (fd >= 0 && write(fd, text->bytes, text->size) != (ssize_t)text->size) {
		close(fd);
		fd = -1;
	}
	if (fd < 0)
		ctl_fail_memory();
	return fd;
}

/* Start objdump on @fd for all labels; @out receives its output. */
static int start_objdump(const struct ctl_code_text *text, int fd, int *out, pid_t *pid)
{
	const struct ctl_code_label *first = text->labels, *last = first + text->num_labels - 1;
	char vma[64], start[64], stop[64], path[64];
	char *const argv[] = { "objdump", "-D", "-b", "binary", "-m", "i386:x86-64", "-w", vma,
			       start, stop, path, NULL };
	posix_spawn_file_actions_t actions;
	int err, ends[2];

	snprintf(vma, sizeof(vma), "--adjust-vma=0x%llx", (unsigned long long)text->address);
	snprintf(start, sizeof(start), "--start-address=0x%llx",
		 (unsigned long long)text->address + first->start);
	snprintf(stop, sizeof(stop), "--stop-address=0x%llx",
		 (unsigned long long)text->address + last->end);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (pipe2(ends, O_CLOEXEC))
		return ctl_fail("cannot create a pipe: %s", strerror(errno));
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
	err = posix_spawnp(pid, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	if (err) {
		close(ends[0]);
		return ctl_fail("objdump not found: install binutils");
	}
	*out = ends[0];
	return CTL_OK;
}

/* Sites are sorted by machine code offset; NULL if none is at @pc. */
static const struct kwasm_site *site_at(const struct ctl_code_text *text, u32 pc)
{
	u32 low = 0, high = text->num_sites, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (text->sites[mid].pc < pc)
			low = mid + 1;
		else
			high = mid;
	}
	return low < text->num_sites && text->sites[low].pc == pc ? &text->sites[low] : NULL;
}

/**
 * struct walk - state of the listing
 * @next: the next label
 * @end: end of the current label's code, 0 if there is none
 * @last: site printed for the previous instruction
 */
struct walk {
	const struct ctl_code_text *text;
	u32 next;
	u32 end;
	const struct kwasm_site *last;
};

static void label_close(struct walk *w)
{
	if (!w->end)
		return;
	w->end = 0;
	ctl_out_end();
	ctl_out_text("\n");
	ctl_out_end();
}

static void label_open(struct walk *w)
{
	const struct ctl_code_label *label = &w->text->labels[w->next++];

	ctl_out_object(NULL);
	ctl_out_uint("function", "function %llu", label->index);
	ctl_out_string("name", label->name[0] ? " (%s)" : "%s", label->name);
	ctl_out_uint("start", NULL, label->start);
	ctl_out_uint("size", ", %llu bytes\n", label->end - label->start);
	ctl_out_array("instructions");
	w->end = label->end;
}

/* Is @offset in a function?  The thunks between functions are not shown. */
static bool in_function(struct walk *w, u32 offset)
{
	if (w->end && offset >= w->end)
		label_close(w);
	if (w->next < w->text->num_labels && offset >= w->text->labels[w->next].start) {
		label_close(w);
		label_open(w);
	}
	return w->end;
}

static void print_site(const struct ctl_source *source, u32 at)
{
	u32 line;
	const char *file = ctl_source_find(source, at, &line);

	ctl_out_uint("wasm_offset", " ; byte 0x%llx", at);
	if (file) {
		ctl_out_string("file", " %s", file);
		ctl_out_uint("line", ":%llu", line);
	}
}

static void print_instruction(struct walk *w, u32 offset, u32 len, const char *bytes,
			      const char *code)
{
	const struct ctl_code_text *text = w->text;
	bool call = !strncmp(code, "call", 4);
	const struct kwasm_site *site;

	/*
	 * The site of a trap by a call is the call's last byte, that of a fault the instruction's
	 * first.
	 */
	site = text->sites ? site_at(text, call ? offset + len - 1 : offset) : NULL;
	if (site && !call && site == w->last)
		site = NULL;
	w->last = site;
	ctl_out_object(NULL);
	ctl_out_uint("offset", "%6llx:  ", offset);
	ctl_out_string("bytes", "%-30s ", bytes);
	ctl_out_string("text", site ? "%-48s" : "%s", code);
	if (site)
		print_site(text->source, site->at);
	ctl_out_text("\n");
	ctl_out_end();
}

/* "  401000:\t55                   \tpush   %rbp": address, bytes, text. */
static void read_line(struct walk *w, char *line)
{
	unsigned long long address;
	char *end, *bytes, *code;
	u32 offset, len = 0;

	line[strcspn(line, "\n")] = 0;
	address = strtoull(line, &end, 16);
	if (end == line || *end != ':' || address < w->text->address)
		return;
	bytes = end + 1 + (end[1] == '\t');
	code = strchr(bytes, '\t');
	for (end = bytes; isxdigit((unsigned char)end[0]) && isxdigit((unsigned char)end[1]);
	     end += 3)
		len++;
	offset = (u32)(address - w->text->address);
	if (!len || !in_function(w, offset))
		return;
	end[-1] = 0;
	print_instruction(w, offset, len, bytes, code ? code + 1 : "");
}

static int list_code(const struct ctl_code_text *text, int fd)
{
	struct walk walk = { .text = text };
	int status, out = -1, state = 0;
	char *line = NULL;
	size_t room = 0;
	pid_t pid;
	FILE *in;

	status = start_objdump(text, fd, &out, &pid);
	if (status)
		return status;
	in = fdopen(out, "r");
	while (in && getline(&line, &room, in) > 0)
		read_line(&walk, line);
	label_close(&walk);
	free(line);
	if (in)
		fclose(in);
	waitpid(pid, &state, 0);
	return WIFEXITED(state) && !WEXITSTATUS(state) ? CTL_OK : ctl_fail("objdump failed");
}

int ctl_dump_asm(const struct ctl_code_text *text)
{
	int status = CTL_OK, fd = code_file(text);

	if (fd < 0)
		return CTL_FAILED;
	ctl_out_array(NULL);
	if (text->num_labels)
		status = list_code(text, fd);
	close(fd);
	if (!status)
		ctl_out_end();
	return status;
}
