// SPDX-License-Identifier: GPL-2.0-only
/*
 * test.c - run a handler on a capture, without root and without the module.
 *
 * Guarantees: the handler sees the same packets as at NF_INET_PRE_ROUTING, and each gets the
 * kernel's verdict, including the bound on repeats and the trap policy.
 */
#include <pcap/pcap.h>

#include "capture.h"
#include "cause.h"
#include "ctl.h"
#include "flow.h"
#include "guest.h"
#include "out.h"
#include "tally.h"

#include "../core/run/verdict.h"
#include "../core/uapi/kwasm.h"

#define TIME_LIMIT_NS 100000000	/* wall clock on a busy machine, so far above the kernel's 1 ms */
#define HOOK_DEFAULT "nf_pre"
#define IFINDEX 1		/* index of the capture's single device */

struct test_args {
	const char *pcap;
	const char *write;
	const char *write_dropped;
	const char *entry;
	const char *hook;
	struct ctl_amount time_limit;
	struct ctl_amount memory_limit;
	struct ctl_s32 on_trap;
	struct ctl_list limits;
	bool verbose;
};

static const struct ctl_option test_options[] = {
	{ "pcap", 0, CTL_STRING, offsetof(struct test_args, pcap), "FILE",
	  "capture to run the handler on; \"-\" for standard input" },
	{ "write", 0, CTL_STRING, offsetof(struct test_args, write), "FILE",
	  "write accepted packets to this capture" },
	{ "write-dropped", 0, CTL_STRING, offsetof(struct test_args, write_dropped), "FILE",
	  "write dropped packets to this capture" },
	CTL_ENTRY_OPTION(struct test_args),
	{ "hook", 0, CTL_STRING, offsetof(struct test_args, hook), "HOOK",
	  "hook that the handler sees (nf_pre)" },
	CTL_ON_TRAP_OPTION(struct test_args),
	{ "time-limit", 0, CTL_TIME, offsetof(struct test_args, time_limit), "TIME",
	  "end an invocation after this time (100ms)" },
	{ "memory-limit", 0, CTL_SIZE, offsetof(struct test_args, memory_limit), "SIZE",
	  "limit the program's memory" },
	CTL_LIMIT_OPTION(struct test_args),
	{ "verbose", 'v', CTL_FLAG, offsetof(struct test_args, verbose), NULL,
	  "print each packet and each log line of the program" },
	{ }
};

/**
 * struct test - a run
 * @func: the handler
 * @detached: the trap policy has detached the handler
 * @log: destination of the guest's log lines
 */
struct test {
	const struct test_args *args;
	struct ctl_guest guest;
	u32 func;
	const struct ctl_hook *hook;
	bool detached;
	struct kwasm_user_log log;
	pcap_t *capture;
	pcap_dumper_t *passed;
	pcap_dumper_t *dropped;
	int link;
	struct ctl_tally tally;
};

static void on_log(void *arg, const char *text, u32 len)
{
	struct test *t = arg;

	ctl_tally_log(&t->tally, text, len);
	if (t->args->verbose)
		ctl_out_text("%8llu  log: %.*s\n", (unsigned long long)t->tally.frames, (int)len,
			     text);
}

/* The required type is that of the kernel: no parameters, one i32. */
static int find_handler(struct test *t)
{
	const char *entry = t->args->entry ?: KWASM_ENTRY_DEFAULT;
	const struct kwasm_export *export = ctl_guest_export(&t->guest, entry, true);

	if (!export)
		return CTL_FAILED;
	if (!ctl_cause_is_handler(t->guest.module, export->index))
		return ctl_fail_file(t->guest.path, "%s is not a packet handler: it must have no parameters and return one i32",
				     entry);
	t->func = export->index;
	return CTL_OK;
}

static u64 time_limit(const struct test *t)
{
	return t->args->time_limit.value ?: TIME_LIMIT_NS;
}

static int guest_ready(struct test *t, bool again)
{
	if (again)
		return ctl_guest_restart(&t->guest);
	t->guest.log = &t->log;
	return ctl_guest_start(&t->guest, &t->args->memory_limit, time_limit(t));
}

/* Bytes that can be read again, since they stay in the stream's buffer. */
static u32 peek(FILE *in)
{
	u8 magic[4] = { 0 };
	size_t n = fread(magic, 1, sizeof(magic), in);
	u32 value = kwasm_get_le32(magic);

	while (n)
		ungetc(magic[--n], in);
	return value;
}

/* Microseconds are written as such; everything else keeps its nanoseconds. */
static u32 precision_of(u32 magic)
{
	switch (magic) {
	case 0xa1b2c3d4:
	case 0xd4c3b2a1:
	case 0xa1b2cd34:
	case 0x34cdb2a1:
		return PCAP_TSTAMP_PRECISION_MICRO;
	}
	return PCAP_TSTAMP_PRECISION_NANO;
}

/* What a file that is no capture is likely to be. */
static const char *hint_of(u32 magic)
{
	if ((magic & 0xffffff) == 0x088b1f)
		return ": it is compressed: decompress it first";
	return magic == 0x6d736100 ? ": it is a program" : "";
}

static int open_stream(struct test *t, FILE **in)
{
	bool standard = !strcmp(t->args->pcap, "-");
	char error[PCAP_ERRBUF_SIZE] = "";
	int status;
	u32 magic;

	*in = standard ? stdin : fopen(t->args->pcap, "rbe");
	if (!*in)
		return ctl_fail("cannot read capture %s: %s", t->args->pcap,
				strerror(errno));
	status = ctl_input_note(fileno(*in), standard ? "standard input" : t->args->pcap);
	if (status)
		return status;
	magic = peek(*in);
	t->capture = pcap_fopen_offline_with_tstamp_precision(*in, precision_of(magic), error);
	return t->capture ? CTL_OK : ctl_fail("cannot read capture %s: %s%s", t->args->pcap, error,
					      hint_of(magic));
}

static int open_output(struct test *t, pcap_dumper_t **to, const char *path, const char *option)
{
	FILE *out = path ? ctl_output_open(path, option) : NULL;

	if (!out)
		return path ? CTL_FAILED : CTL_OK;
	*to = pcap_dump_fopen(t->capture, out);
	if (*to)
		return CTL_OK;
	fclose(out);
	return ctl_fail("cannot write %s: %s", path, pcap_geterr(t->capture));
}

static int flush_output(pcap_dumper_t *out, const char *path)
{
	if (out && pcap_dump_flush(out))
		return ctl_fail("cannot write %s: %s", path, strerror(errno));
	return CTL_OK;
}

static int open_capture(struct test *t)
{
	FILE *in = NULL;
	int status;

	status = open_stream(t, &in);
	/* Once it is open libpcap closes the stream. */
	if (!t->capture && in && in != stdin)
		fclose(in);
	if (status)
		return status;
	t->link = pcap_datalink(t->capture);
	if (!ctl_link_known(t->link))
		return ctl_fail("capture %s has unsupported link type %s: use Ethernet, raw IP, Linux cooked or null",
				t->args->pcap, pcap_datalink_val_to_name(t->link) ?: "unknown");
	return open_output(t, &t->passed, t->args->write, "write") ?:
	       open_output(t, &t->dropped, t->args->write_dropped, "write-dropped");
}

/* Apply the trap policy: the packet's verdict and the handler's state. */
static int apply_policy(struct test *t, u32 *verdict)
{
	s32 policy = t->args->on_trap.given ? t->args->on_trap.value : KWASM_POLICY_ACCEPT;

	*verdict = kwasm_verdict_trapped((u32)policy);
	if (policy == KWASM_POLICY_DETACH)
		t->detached = true;
	if (policy != KWASM_POLICY_RESTART)
		return CTL_OK;
	t->tally.stats.restarts++;
	return guest_ready(t, true);
}

/**
 * struct decision - outcome for a packet
 * @call: outcome of the last run
 * @ns: of its longest run
 */
struct decision {
	u32 verdict;
	struct ctl_call call;
	u64 ns;
};

/* Run it until the verdict is not repeat, like the kernel's hook. */
static int run_handler(struct test *t, struct kwasm_packet *packet, struct decision *d)
{
	int status;
	u32 runs = 0;
	u64 value;

	t->tally.stats.bytes += packet->len;
	do {
		kwasm_user_packet_set(t->guest.inst->ctx, packet);
		value = 0;
		status = ctl_guest_call(&t->guest, t->func, &value, time_limit(t), &d->call);
		kwasm_user_packet_set(t->guest.inst->ctx, NULL);
		if (status)
			return status;
		d->ns = max(d->ns, d->call.ns);
		ctl_tally_time(&t->tally, d->call.ns);
		d->verdict = (u32)value;
		if (!d->call.trapped && !kwasm_verdict_valid(d->verdict, !t->hook->bound)) {
			d->call.trapped = true;
			d->call.trap = (struct ctl_trap) {
				.kind = KWASM_TRAP_VERDICT, .value = d->verdict,
			};
		}
		if (d->call.trapped)
			return CTL_OK;
		t->tally.stats.repeated += d->verdict == KWASM_VERDICT_REPEAT;
	} while (kwasm_verdict_again(d->verdict, ++runs));
	d->verdict = kwasm_verdict_final(d->verdict);
	return CTL_OK;
}

static void print_packet(const struct test *t, const struct kwasm_packet *packet,
			 const struct decision *d)
{
	struct ctl_flow flow;
	char text[400];

	ctl_flow_read(&flow, packet);
	ctl_out_object(NULL);
	ctl_out_uint("number", "%8llu  ", t->tally.frames);
	ctl_out_string("verdict", "%-7s", kwasm_verdict_name(d->verdict));
	ctl_out_string("family", "%-3s", ctl_family_name(packet->family));
	ctl_out_uint("length", "%6llu bytes", packet->len);
	ctl_out_time("time_ns", "  %7s  ", d->ns);
	ctl_flow_out(&flow);
	if (d->call.trapped) {
		ctl_out_text("  trap: %s", ctl_trap_format(&d->call.trap, text, sizeof(text)));
		ctl_out_object("trap");
		ctl_trap_out(&d->call.trap);
		ctl_out_end();
	}
	ctl_out_text("\n");
	ctl_out_end();
}

static void print_unseen(const struct test *t, enum ctl_sight sight)
{
	ctl_out_object(NULL);
	ctl_out_uint("number", "%8llu  ", t->tally.frames);
	ctl_out_string("unseen", NULL, ctl_sight_key(sight));
	ctl_out_text("unseen  %s\n", ctl_sight_text(sight));
	ctl_out_end();
}

/* @to: the output that gets the frame, or NULL */
static int test_packet(struct test *t, struct kwasm_packet *packet, pcap_dumper_t **to)
{
	struct decision d = { .verdict = KWASM_VERDICT_ACCEPT };
	int status = CTL_OK;

	packet->hook = t->hook->number;
	packet->in = t->hook->in ? IFINDEX : 0;
	packet->out = t->hook->out ? IFINDEX : 0;
	if (t->detached) {
		t->tally.stats.skipped++;
	} else {
		status = run_handler(t, packet, &d);
		if (!status && d.call.trapped) {
			status = apply_policy(t, &d.verdict);
			ctl_tally_trap(&t->tally, &d.call.trap, d.verdict);
		} else if (!status) {
			ctl_tally_verdict(&t->tally, d.verdict);
		}
	}
	if (status)
		return status;
	if (t->args->verbose)
		print_packet(t, packet, &d);
	*to = d.verdict == KWASM_VERDICT_ACCEPT ? t->passed :
	      d.verdict == KWASM_VERDICT_DROP ? t->dropped : NULL;
	return status;
}

/* @to: as for test_packet().  Return: enum ctl_status. */
static int test_frame(struct test *t, const struct ctl_frame *frame, pcap_dumper_t **to)
{
	struct kwasm_packet packet = { 0 };
	enum ctl_sight sight;

	t->tally.frames++;
	*to = NULL;
	sight = ctl_frame_packet(frame, t->link, &packet);
	t->tally.sights[sight]++;
	if (sight != CTL_SIGHT_SEEN) {
		if (t->args->verbose)
			print_unseen(t, sight);
		return CTL_OK;
	}
	return test_packet(t, &packet, to);
}

static int run_capture(struct test *t)
{
	struct pcap_pkthdr *header;
	struct ctl_frame frame;
	int more, status = CTL_OK;
	const u8 *data;
	pcap_dumper_t *to;

	while (!status && (more = pcap_next_ex(t->capture, &header, &data)) == 1) {
		frame = (struct ctl_frame) { data, header->caplen, header->len };
		status = test_frame(t, &frame, &to);
		if (!status && to)
			pcap_dump((u8 *)to, header, data);
	}
	if (!status && more == PCAP_ERROR)
		return ctl_fail("cannot read all of capture %s: %s", t->args->pcap,
				pcap_geterr(t->capture));
	return status ?: flush_output(t->passed, t->args->write) ?:
	       flush_output(t->dropped, t->args->write_dropped);
}

static int run_all(struct test *t)
{
	int status = CTL_OK;

	ctl_out_object(NULL);
	ctl_out_uint("functions", "%llu functions", t->guest.module->num_funcs);
	ctl_out_uint("wasm_bytes", ", %llu bytes of WebAssembly", t->guest.module->size);
	ctl_out_uint("code_bytes", ", %llu bytes of code", t->guest.code->text_used);
	ctl_out_time("compile_ns", ", compiled in %s\n", t->guest.code->compile_ns);
	ctl_warn_module(t->guest.module);
	if (t->capture) {
		if (t->args->verbose)
			ctl_out_array("decisions");
		status = run_capture(t);
		if (t->args->verbose)
			ctl_out_end();
		if (!status)
			ctl_tally_print(&t->tally);
	}
	if (!status)
		ctl_out_end();
	return status;
}

static int check_output(const struct test *t, const char *path, const char *option)
{
	if (path && !t->args->pcap)
		return ctl_usage("--%s requires --pcap", option);
	if (path && !strcmp(path, "-"))
		return ctl_usage("--%s requires a file: standard output is used for the results",
				 option);
	return CTL_OK;
}

static int run_test(void *arg, const struct ctl_words *words)
{
	struct test t = { .args = arg };
	int status;

	status = check_output(&t, t.args->write, "write") ?:
		 check_output(&t, t.args->write_dropped, "write-dropped");
	if (status)
		return status;
	t.hook = ctl_hook_find(t.args->hook ?: HOOK_DEFAULT);
	if (!t.hook)
		return ctl_hook_unknown(t.args->hook);
	t.log = (struct kwasm_user_log) { on_log, &t };
	status = ctl_guest_decode(&t.guest, words->word[0], &t.args->limits);
	if (!status)
		status = find_handler(&t);
	if (!status)
		status = ctl_guest_compile(&t.guest, NULL);
	if (!status)
		status = guest_ready(&t, false);
	if (!status && t.args->pcap)
		status = open_capture(&t);
	if (!status)
		status = run_all(&t);
	if (t.passed)
		pcap_dump_close(t.passed);
	if (t.dropped)
		pcap_dump_close(t.dropped);
	if (t.capture)
		pcap_close(t.capture);
	ctl_tally_release(&t.tally);
	ctl_guest_close(&t.guest);
	return status;
}

const struct ctl_command ctl_test = {
	.name = "test", .usage = "[OPTION]... FILE.wasm",
	.summary = "run a handler on a capture in this process, without root",
	.details = "Without --pcap, the program is only validated, compiled and instantiated.\n"
		   "Packets that the kernel would drop before the first hook are counted as unseen.\n",
	.options = test_options, .args_size = sizeof(struct test_args),
	.min_words = 1, .max_words = 1, .run = run_test,
};
