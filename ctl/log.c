// SPDX-License-Identifier: GPL-2.0-only
/*
 * log.c - the commands log, events and version.
 */
#include "ctl.h"
#include "field.h"
#include "nl.h"
#include "out.h"
#include "trap.h"

#define UNLOADED 100	/* ends the following of a log; differs from any enum ctl_status */

struct log_args {
	bool follow;
};

static const struct ctl_option log_options[] = {
	{ "follow", 'f', CTL_FLAG, offsetof(struct log_args, follow), NULL,
	  "keep printing new lines; JSON: one document per line" },
	{ }
};

/* Identifies a line, even if a replaced program restarts counting at 0. */
struct line_id {
	char name[KWASM_NAME_LEN];
	u64 number;
	u64 time;
};

/**
 * struct log_reader - state of reading a log
 * @name: program; NULL for all
 * @follow: continue with events
 * @dumped: lines printed before the events, then sorted; some of them also arrive as events
 */
struct log_reader {
	const char *name;
	bool follow;
	struct line_id *dumped;
	u32 num;
	u32 room;
};

static struct line_id line_id(const struct ctl_fields *l)
{
	struct line_id id = { .number = ctl_field_uint(l, KWASM_A_LOG_NUMBER) };

	id.time = ctl_field_uint(l, KWASM_A_LOG_TIME_NS);
	snprintf(id.name, sizeof(id.name), "%s", ctl_field_string(l, KWASM_A_LOG_NAME));
	return id;
}

static int compare_lines(const void *a, const void *b)
{
	const struct line_id *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	if (order)
		return order;
	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	return (x->time > y->time) - (x->time < y->time);
}

static int remember(struct log_reader *r, const struct ctl_fields *l)
{
	u32 room = r->room ? 2 * r->room : 64;
	struct line_id *dumped;

	if (r->num == r->room) {
		dumped = realloc(r->dumped, room * sizeof(*dumped));
		if (!dumped)
			return ctl_fail_memory();
		r->dumped = dumped;
		r->room = room;
	}
	r->dumped[r->num++] = line_id(l);
	return CTL_OK;
}

static bool is_dumped(const struct log_reader *r, const struct ctl_fields *l)
{
	struct line_id id = line_id(l);

	return r->num && bsearch(&id, r->dumped, r->num, sizeof(id), compare_lines);
}

static const struct ctl_row line_rows[] = {
	{ KWASM_A_LOG_TIME_NS, "time", "%s", ctl_out_date },
	{ KWASM_A_LOG_NAME, "name", " %s" },
	{ KWASM_A_LOG_CPU, "cpu", "[%llu]", ctl_out_uint },
	{ KWASM_A_LOG_NUMBER, "number", NULL, ctl_out_uint },
	{ KWASM_A_LOG_TEXT, "text", " %s\n" },
	{ }
};

static void print_line(const struct ctl_fields *l)
{
	ctl_out_object(NULL);
	ctl_rows_print(line_rows, l);
	ctl_out_end();
}

static int on_dumped(const struct ctl_fields *f, u8 cmd, void *arg)
{
	struct log_reader *r = arg;

	print_line(f);
	return r->follow ? remember(r, f) : 0;
}

static bool is_wanted(const struct log_reader *r, const char *name)
{
	return !r->name || !strcmp(r->name, name);
}

/* The module is gone, and with it every program. */
static int on_absence(const char *name)
{
	if (name) {
		ctl_warn("program %s was unloaded", name);
		return UNLOADED;
	}
	ctl_warn("module kwasm was unloaded: waiting until it is loaded again");
	return 0;
}

static int on_followed(const struct ctl_fields *f, u8 cmd, void *arg)
{
	const struct log_reader *r = arg;
	struct ctl_fields in;
	u64 event;

	if (!f)
		return on_absence(r->name);
	event = ctl_field_uint(f, KWASM_A_EVENT_KIND);

	if (ctl_field_nest(f, KWASM_A_EVENT_LOG, &in)) {
		if (!is_wanted(r, ctl_field_string(&in, KWASM_A_LOG_NAME)) || is_dumped(r, &in))
			return 0;
		print_line(&in);
		return ctl_out_flush();
	}
	if ((event == KWASM_EVENT_UNLOAD || event == KWASM_EVENT_KILL) && r->name &&
	    ctl_field_nest(f, KWASM_A_EVENT_PROGRAM, &in) &&
	    is_wanted(r, ctl_field_string(&in, KWASM_A_PROGRAM_NAME))) {
		ctl_warn("program %s was unloaded", r->name);
		return UNLOADED;
	}
	return 0;
}

static int dump_log(struct log_reader *r)
{
	struct ctl_request *req = ctl_request_new(KWASM_CMD_GET_LOG);

	if (req && r->name)
		ctl_request_string(req, KWASM_A_LOG_NAME, r->name);
	return ctl_request_do(req, true, on_dumped, r);
}

static int read_log(struct log_reader *r)
{
	int status;

	/* Subscribe first, so that no line is lost between the dump and the events. */
	status = r->follow ? ctl_events_join() : CTL_OK;
	if (!status && r->name)
		status = ctl_program_check(r->name);
	if (status)
		return status;
	if (!r->follow)
		ctl_out_array(NULL);
	status = dump_log(r);
	if (status)
		return status;
	if (!r->follow) {
		ctl_out_end();
		return CTL_OK;
	}
	status = ctl_out_flush();
	if (status)
		return status;
	if (r->num)
		qsort(r->dumped, r->num, sizeof(*r->dumped), compare_lines);
	status = ctl_events_read(on_followed, r);
	return status == UNLOADED ? CTL_OK : status;
}

static int run_log(void *arg, const struct ctl_words *words)
{
	const struct log_args *args = arg;
	struct log_reader r = {
		.name = words->num ? words->word[0] : NULL, .follow = args->follow,
	};
	int status = read_log(&r);

	free(r.dumped);
	return status;
}

static const char *event_name(u32 event)
{
	static const char *const words[] = {
#define EVENT(name, word) word,
		KWASM_EVENTS(EVENT)
#undef EVENT
	};

	return event < ARRAY_SIZE(words) ? words[event] : "?";
}

static const struct ctl_row event_rows[] = {
	{ KWASM_A_EVENT_TIME_NS, "time", "%s", ctl_out_date },
	{ KWASM_A_EVENT_KIND, "event", " %s", .word = event_name },
	{ }
};

/* Of what nobody has asked for there are none. */
static const struct ctl_row requester_rows[] = {
	{ KWASM_A_EVENT_UID, "uid", " by uid %llu", ctl_out_uint, .optional = true },
	{ KWASM_A_EVENT_PID, "pid", " pid %llu", ctl_out_uint, .optional = true },
	{ }
};

static int print_event(const struct ctl_fields *f, u8 cmd, void *arg)
{
	struct ctl_fields in;

	if (!f)
		return on_absence(NULL);
	ctl_out_object(NULL);
	ctl_rows_print(event_rows, f);
	if (ctl_field_nest(f, KWASM_A_EVENT_PROGRAM, &in)) {
		ctl_out_string("name", " program %s", ctl_field_string(&in, KWASM_A_PROGRAM_NAME));
		ctl_out_uint("id", " id %llu", ctl_field_uint(&in, KWASM_A_PROGRAM_ID));
	} else if (ctl_field_nest(f, KWASM_A_EVENT_ATTACHMENT, &in)) {
		ctl_out_uint("id", " attachment %llu", ctl_field_uint(&in, KWASM_A_ATTACHMENT_ID));
		ctl_out_string("name", " program %s",
			       ctl_field_string(&in, KWASM_A_ATTACHMENT_NAME));
		ctl_out_string("hook", " at %s", ctl_field_string(&in, KWASM_A_ATTACHMENT_HOOK));
		if (ctl_field_uint(f, KWASM_A_EVENT_KIND) == KWASM_EVENT_TRAP)
			ctl_trap_print(&in, NULL, "trap", ": ", "");
	} else if (ctl_field_nest(f, KWASM_A_EVENT_LOG, &in)) {
		ctl_out_string("name", " program %s", ctl_field_string(&in, KWASM_A_LOG_NAME));
		ctl_out_string("text", ": %s", ctl_field_string(&in, KWASM_A_LOG_TEXT));
	}
	ctl_rows_print(requester_rows, f);
	ctl_out_text("\n");
	ctl_out_end();
	return ctl_out_flush();
}

static int run_events(void *arg, const struct ctl_words *words)
{
	return ctl_events_join() ?: ctl_events_read(print_event, NULL);
}

static const struct ctl_row info_rows[] = {
	{ KWASM_A_INFO_VERSION, "module", "module   %s\n" },
	{ KWASM_A_INFO_PROGRAMS, "programs", "programs %llu", ctl_out_uint },
	{ KWASM_A_INFO_ATTACHMENTS, "attachments", ", attachments %llu\n", ctl_out_uint },
	{ KWASM_A_INFO_MEMORIES, "memories", "memories %llu", ctl_out_uint },
	{ KWASM_A_INFO_MEMORIES_MAX, "memories_max", " of %llu", ctl_out_uint },
	{ KWASM_A_INFO_PAGES, "pages", ", pages %llu", ctl_out_uint },
	{ KWASM_A_INFO_PAGES_MAX, "pages_max", " of %llu\n", ctl_out_uint },
	{ KWASM_A_INFO_TOTAL_BYTES, "total_bytes", "total    %s", ctl_out_size },
	{ KWASM_A_INFO_TOTAL_LIMIT, "total_limit", " of %s", ctl_out_size },
	{ KWASM_A_INFO_PROGRAM_LIMIT, "program_limit", ", a program at most %s\n", ctl_out_size },
	{ KWASM_A_INFO_TIME_LIMIT, "time_limit_ns", "time     limit %s", ctl_out_time },
	{ KWASM_A_INFO_TIME_LIMIT_MAX, "time_limit_max_ns", " of %s", ctl_out_time,
	  .optional = true },
	{ KWASM_A_INFO_INVOKE_LIMIT, "invoke_limit_ns", ", invoke %s", ctl_out_time,
	  .optional = true },
	{ KWASM_A_INFO_MEMORY_LIMIT, "memory_limit", NULL, ctl_out_size, .optional = true },
	{ KWASM_A_INFO_TIME_SCALE, "time_scale", ", scale %llu\n", ctl_out_uint },
	{ }
};

static int print_info(const struct ctl_fields *f, u8 cmd, void *arg)
{
	ctl_rows_print(info_rows, f);
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
	.summary = "show the log of programs",
	.details = "With -f, runs until it is interrupted or program NAME is unloaded.\n",
	.options = log_options, .args_size = sizeof(struct log_args),
	.max_words = 1, .run = run_log,
};

const struct ctl_command ctl_events = {
	.name = "events", .usage = "",
	.summary = "print events of programs and attachments as they happen",
	.details = "Runs until it is interrupted, also while the module is reloaded.\n"
		   "With --json, one document per line.\n",
	.run = run_events,
};

const struct ctl_command ctl_version = {
	.name = "version", .usage = "",
	.summary = "show the versions of kwasmctl and of the loaded module",
	.run = run_version,
};
