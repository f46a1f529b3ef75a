// SPDX-License-Identifier: GPL-2.0-only
/*
 * log.c - log, events, version: what the kernel side has to say.
 */
#include <time.h>

#include "ctl.h"
#include "nl.h"
#include "out.h"
#include "trap.h"

#define POLL_MS 100	/* how often a followed log is read */
#define SEEN_MAX 256	/* programs of a namespace whose place in their logs is kept */

struct log_args {
	bool follow;
};

static const struct ctl_option log_options[] = {
	{ "follow", 'f', CTL_FLAG, offsetof(struct log_args, follow), NULL,
	  "go on with lines as they come; one JSON document a line" },
	{ }
};

/**
 * struct log_reader - where the reading of each program's log stands
 * @next: number of the next line to print
 * @fresh: number behind the last line of the running dump
 */
struct log_reader {
	struct {
		char name[KWASM_NAME_LEN];
		u64 next;
		u64 fresh;
	} seen[SEEN_MAX];
	u32 num;
};

static int find_seen(struct log_reader *r, const char *name)
{
	u32 i;

	for (i = 0; i < r->num; i++)
		if (!strcmp(r->seen[i].name, name))
			return (int)i;
	if (r->num == SEEN_MAX)
		return -1;
	memset(&r->seen[r->num], 0, sizeof(r->seen[0]));
	snprintf(r->seen[r->num].name, KWASM_NAME_LEN, "%s", name);
	return (int)r->num++;
}

static int print_line(const struct ctl_fields *f, u8 cmd, void *arg)
{
	struct log_reader *r = arg;
	struct ctl_fields l;
	u64 number;
	int i;

	if (!ctl_field_nest(f, KWASM_A_LOG, &l))
		return 0;
	number = ctl_field_uint(&l, KWASM_A_COUNT);
	i = find_seen(r, ctl_field_string(&l, KWASM_A_NAME));
	if (i >= 0) {
		r->seen[i].fresh = number + 1;
		if (number < r->seen[i].next)
			return 0;
	}
	ctl_out_object(NULL);
	ctl_out_date("time", "%s", ctl_field_uint(&l, KWASM_A_TIME_NS));
	ctl_out_string("name", " %s", ctl_field_string(&l, KWASM_A_NAME));
	ctl_out_uint("cpu", "[%llu]", ctl_field_uint(&l, KWASM_A_CPU));
	ctl_out_uint("number", NULL, number);
	ctl_out_string("text", " %s\n", ctl_field_string(&l, KWASM_A_TEXT));
	ctl_out_end();
	return 0;
}

static int read_log(const char *name, struct log_reader *r)
{
	struct ctl_request *req = ctl_request_new(KWASM_CMD_GET_LOG);
	int status;
	u32 i;

	for (i = 0; i < r->num; i++)
		r->seen[i].fresh = 0;
	if (req && name)
		ctl_request_string(req, KWASM_A_NAME, name);
	status = ctl_request_do(req, true, print_line, r);
	/* Behind a replaced program's last line stands the new one's: it begins at 0 again. */
	for (i = 0; i < r->num; i++)
		r->seen[i].next = r->seen[i].fresh;
	return status;
}

static int run_log(void *arg, const struct ctl_words *words)
{
	const struct timespec pause = { .tv_nsec = POLL_MS * 1000000 };
	const struct log_args *args = arg;
	const char *name = words->num ? words->word[0] : NULL;
	struct log_reader *r;
	int status = CTL_OK;

	if (name)
		status = ctl_program_check(name);
	if (status)
		return status;
	r = calloc(1, sizeof(*r));
	if (!r)
		return ctl_fail_memory();
	if (!args->follow)
		ctl_out_array(NULL);
	status = read_log(name, r);
	if (!args->follow && !status)
		ctl_out_end();
	while (args->follow && !status) {
		ctl_out_flush();
		nanosleep(&pause, NULL);
		status = read_log(name, r);
	}
	free(r);
	return status;
}

static const char *event_name(u64 event)
{
	static const char *const words[] = {
#define EVENT(name, word) word,
		KWASM_EVENTS(EVENT)
#undef EVENT
	};

	return event < ARRAY_SIZE(words) ? words[event] : "?";
}

static void print_event_trap(const struct ctl_fields *a)
{
	struct ctl_fields t;
	struct ctl_trap trap;
	char text[256];

	if (!ctl_field_nest(a, KWASM_A_TRAP, &t))
		return;
	ctl_trap_from_fields(&trap, &t);
	ctl_out_text(": %s", ctl_trap_format(&trap, text, sizeof(text)));
	ctl_out_object("trap");
	ctl_trap_out(&trap);
	ctl_out_end();
}

static int print_event(const struct ctl_fields *f, u8 cmd, void *arg)
{
	struct ctl_fields in;
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	ctl_out_object(NULL);
	ctl_out_date("time", "%s", (u64)now.tv_sec * 1000000000 + (u64)now.tv_nsec);
	ctl_out_string("event", " %s", event_name(ctl_field_uint(f, KWASM_A_EVENT)));
	if (ctl_field_nest(f, KWASM_A_PROGRAM, &in)) {
		ctl_out_string("name", " program %s", ctl_field_string(&in, KWASM_A_NAME));
		ctl_out_uint("id", " id %llu", ctl_field_uint(&in, KWASM_A_ID));
	} else if (ctl_field_nest(f, KWASM_A_ATTACHMENT, &in)) {
		ctl_out_uint("id", " attachment %llu", ctl_field_uint(&in, KWASM_A_ID));
		ctl_out_string("name", " program %s", ctl_field_string(&in, KWASM_A_NAME));
		ctl_out_string("hook", " at %s", ctl_field_string(&in, KWASM_A_HOOK));
		if (ctl_field_uint(f, KWASM_A_EVENT) == KWASM_EVENT_TRAP)
			print_event_trap(&in);
	} else if (ctl_field_nest(f, KWASM_A_LOG, &in)) {
		ctl_out_string("name", " program %s", ctl_field_string(&in, KWASM_A_NAME));
		ctl_out_string("text", ": %s", ctl_field_string(&in, KWASM_A_TEXT));
	}
	ctl_out_text("\n");
	ctl_out_end();
	ctl_out_flush();
	return 0;
}

static int run_events(void *arg, const struct ctl_words *words)
{
	return ctl_events_read(print_event, NULL);
}

static int print_info(const struct ctl_fields *f, u8 cmd, void *arg)
{
	ctl_out_string("module", "module   %s\n", ctl_field_string(f, KWASM_A_VERSION));
	ctl_out_uint("programs", "programs %llu", ctl_field_uint(f, KWASM_A_PROGRAMS));
	ctl_out_uint("attachments", ", attachments %llu\n", ctl_field_uint(f, KWASM_A_ATTACHMENTS));
	ctl_out_uint("memories", "memories %llu", ctl_field_uint(f, KWASM_A_MEMORIES));
	ctl_out_uint("memories_max", " of %llu", ctl_field_uint(f, KWASM_A_MEMORIES_MAX));
	ctl_out_uint("pages", ", pages %llu", ctl_field_uint(f, KWASM_A_PAGES));
	ctl_out_uint("pages_max", " of %llu\n", ctl_field_uint(f, KWASM_A_PAGES_MAX));
	ctl_out_time("time_limit_ns", "time     limit %s", ctl_field_uint(f, KWASM_A_TIME_LIMIT));
	ctl_out_uint("time_scale", ", scale %llu\n", ctl_field_uint(f, KWASM_A_TIME_SCALE));
	return 0;
}

static int run_version(void *arg, const struct ctl_words *words)
{
	bool absent = ctl_module_absent();
	int status = absent ? CTL_OK : ctl_connect();

	if (status)
		return status;
	ctl_out_object(NULL);
	ctl_out_string("kwasmctl", "kwasmctl %s\n", KWASM_VERSION);
	if (absent)
		ctl_out_text("module   not loaded\n");
	else
		status = ctl_request_do(ctl_request_new(KWASM_CMD_GET_INFO), false, print_info,
					NULL);
	if (!status)
		ctl_out_end();
	return status;
}

const struct ctl_command ctl_log = {
	.name = "log", .usage = "[-f] [NAME]",
	.summary = "what programs have logged",
	.options = log_options, .args_size = sizeof(struct log_args),
	.max_words = 1, .run = run_log,
};

const struct ctl_command ctl_events = {
	.name = "events", .usage = "",
	.summary = "what happens to programs and attachments, as it happens",
	.details = "Ends when it is interrupted. With --json, one document a line.\n",
	.run = run_events,
};

const struct ctl_command ctl_version = {
	.name = "version", .usage = "",
	.summary = "versions of the tool and of the loaded module",
	.run = run_version,
};
