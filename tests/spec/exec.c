// SPDX-License-Identifier: GPL-2.0-only
/*
 * exec.c - run a command stream from wast2cmds with the public interface of the core.
 *
 * Guarantees: the same source tests user space and kernel; only assertions on the text format are
 * skipped.
 */
#include "compile.h"
#include "exec.h"
#include "spectest.h"

enum spec_op {
	OP_MODULE,
	OP_REGISTER,
	OP_ACTION,
	OP_RETURN,
	OP_TRAP,
	OP_EXHAUSTION,
	OP_INVALID,
	OP_MALFORMED,
	OP_UNLINKABLE,
	OP_UNINSTANTIABLE,
	OP_TEXT,
};

enum value_class {
	VALUE_BITS,
	VALUE_NAN_CANONICAL,
	VALUE_NAN_ARITHMETIC,
	VALUE_REFERENCE,
};

#define HEADER_BYTES 8u
#define COMMAND_BYTES 12u
#define VALUE_BYTES 10u
#define MAX_VALUES 1024u	/* parameters or results of one function */
#define MAX_MODULES 65536u

/* Positive results of a command, beside 0 for passed and negative errnos. */
#define FAILED 1
#define SKIPPED_TEXT 2

/* The unread rest of the stream; @bad if it was too short. */
struct input {
	const u8 *p;
	size_t left;
	bool bad;
};

/* A module that must live as long as the store. */
struct loaded {
	struct kwasm_module *module;
	struct kwasm_code *code;
	struct kwasm_instance *inst;
	struct loaded *next;
};

struct registered {
	struct kwasm_name name;
	struct loaded *loaded;
	struct registered *next;
};

/**
 * struct spec - the state of a run
 * @slots: @num_slots modules by number, NULL if one could not be instantiated
 */
struct spec {
	const struct kwasm_spec_env *env;
	struct kwasm_spec_counts *counts;
	struct kwasm_store *store;
	struct kwasm_spectest spectest;
	struct loaded **slots;
	u32 num_slots, next_slot;
	struct loaded *all;
	struct registered *registered;
	u32 line;
	struct kwasm_diag diag;
	struct kwasm_trap_info trap;
	char text[KWASM_DIAG_TEXT + 64];
	u64 values[MAX_VALUES];
};

static const u8 *take(struct input *in, size_t n)
{
	const u8 *p = in->p;

	if (in->left < n) {
		in->bad = true;
		in->left = 0;
		return NULL;
	}
	in->p += n;
	in->left -= n;
	return p;
}

static u8 take_u8(struct input *in)
{
	const u8 *p = take(in, 1);

	return p ? *p : 0;
}

static u32 take_u32(struct input *in)
{
	const u8 *p = take(in, 4);

	return p ? kwasm_get_le32(p) : 0;
}

static struct kwasm_name take_blob(struct input *in)
{
	struct kwasm_name name = { NULL, take_u32(in) };

	name.str = (const char *)take(in, name.len);
	if (!name.str)
		name.len = 0;
	return name;
}

/* Reports one failure and counts nothing. */
static int __printf(2, 3) fail(struct spec *s, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(s->text, sizeof(s->text), fmt, args);
	va_end(args);
	s->env->report(s->env->arg, s->line, s->text);
	return FAILED;
}

/* Either message, the suite's or ours, may be longer. */
static bool same_text(const char *have, const struct kwasm_name *want)
{
	size_t len = strlen(have);

	return len && !memcmp(have, want->str, min_t(size_t, len, want->len));
}

static int link(void *arg, const struct kwasm_module *module, u32 index,
		struct kwasm_externval *ext)
{
	const struct kwasm_import *import = &module->imports[index];
	struct spec *s = arg;
	struct registered *r;

	for (r = s->registered; r; r = r->next) {
		if (r->name.len != import->module.len ||
		    memcmp(r->name.str, import->module.str, r->name.len))
			continue;
		return kwasm_instance_externval(r->loaded->inst, import->field.str,
					      import->field.len, ext);
	}
	if (import->module.len == 8 && !memcmp(import->module.str, "spectest", 8))
		return kwasm_spectest_externval(&s->spectest, &import->field, ext);
	return -ENOENT;
}

/* Decode and validate; on success the module belongs to the run. */
static int load(struct spec *s, const struct kwasm_name *bytes, struct loaded **out)
{
	struct loaded *l = kwasm_zalloc(1, sizeof(*l));
	int err;

	if (!l)
		return -ENOMEM;
	err = kwasm_module_decode((const u8 *)bytes->str, bytes->len, s->env->limits, &s->diag,
				  &l->module);
	if (err) {
		kwasm_free(l);
		return err;
	}
	l->next = s->all;
	s->all = l;
	*out = l;
	return 0;
}

/* Check the imports, then compile. */
static int match_and_compile(struct spec *s, struct loaded *l)
{
	static const struct kwasm_provider *const providers[] = { &kwasm_spectest_provider };
	struct kwasm_compile_opts opts = {
		.dump_func = KWASM_DIAG_NONE,
		.verify = s->env->verify,
	};
	struct kwasm_bindings bindings = { 0 };
	int err;

	err = kwasm_bindings_resolve(l->module, providers, 1, false, &s->diag, &bindings);
	if (err)
		return err;
	err = kwasm_instance_match(l->module, &bindings, link, s, &s->diag);
	err = err ?: kwasm_code_compile(l->module, &bindings, &opts, &s->diag, &l->code);
	if (err)
		kwasm_bindings_release(&bindings);
	return err;
}

static int instantiate(struct spec *s, const struct kwasm_name *bytes, struct loaded **out)
{
	struct loaded *l;
	int err;

	err = load(s, bytes, &l);
	err = err ?: match_and_compile(s, l);
	if (err)
		return err;
	*out = l;
	return kwasm_instance_create(s->store, l->code, link, s, &s->diag, &s->trap, &l->inst);
}

static int diag_fail(struct spec *s, const char *what, int err)
{
	char diag[KWASM_DIAG_TEXT];

	if (err == -ENOMEM || err == -EINTR)
		return err;
	kwasm_diag_format(&s->diag, diag, sizeof(diag));
	return fail(s, "%s: %s (%d)", what, diag, err);
}

static int run_module(struct spec *s, struct input *in)
{
	struct kwasm_name bytes;
	struct loaded *l = NULL;
	int err;

	take_blob(in);
	bytes = take_blob(in);
	if (in->bad || s->next_slot == s->num_slots)
		return -EINVAL;
	err = instantiate(s, &bytes, &l);
	s->slots[s->next_slot++] = err ? NULL : l;
	return err ? diag_fail(s, "module", err) : 0;
}

static int run_register(struct spec *s, struct input *in)
{
	u32 slot = take_u32(in);
	struct kwasm_name name = take_blob(in);
	struct registered *r;

	if (in->bad || slot >= s->num_slots)
		return -EINVAL;
	if (!s->slots[slot])
		return fail(s, "register: the module was not instantiated");
	r = kwasm_zalloc(1, sizeof(*r));
	if (!r)
		return -ENOMEM;
	r->name = name;
	r->loaded = s->slots[slot];
	r->next = s->registered;
	s->registered = r;
	return 0;
}

/*
 * Malformed, invalid, of a later version of the language that the suite does not know, or larger
 * than a limit: refused in each case.
 */
static bool is_refusal(int err)
{
	return err == -ENOEXEC || err == -EOPNOTSUPP || err == -E2BIG;
}

/* Assertions that a module is refused, or traps while it is instantiated. */
static int run_refused(struct spec *s, struct input *in, u8 op)
{
	struct kwasm_name text = take_blob(in);
	struct kwasm_name bytes = take_blob(in);
	struct loaded *l = NULL;
	int err;

	if (in->bad)
		return -EINVAL;
	if (op == OP_INVALID || op == OP_MALFORMED) {
		err = load(s, &bytes, &l);
		if (is_refusal(err))
			return 0;
		return err ? diag_fail(s, "wrong error", err) :
			     fail(s, "accepted, expected: %.*s", KWASM_NAME_ARGS(text));
	}
	err = instantiate(s, &bytes, &l);
	if (op == OP_UNLINKABLE) {
		if ((err == -ENOENT || err == -EPROTOTYPE) && same_text(s->diag.text, &text))
			return 0;
		return err ? diag_fail(s, "wrong error", err) :
			     fail(s, "linked, expected: %.*s", KWASM_NAME_ARGS(text));
	}
	if (err == -EFAULT && same_text(kwasm_trap_text(s->trap.kind), &text))
		return 0;
	return err ? diag_fail(s, "wrong error", err) :
		     fail(s, "instantiated, expected: %.*s", KWASM_NAME_ARGS(text));
}

static bool value_is(u8 type, u8 class, u64 want, u64 have)
{
	u64 quiet = type == KWASM_F32 ? 0x7fc00000 : 0x7ff8000000000000;
	u64 sign = type == KWASM_F32 ? 0x80000000 : 0x8000000000000000;

	if (type == KWASM_I32 || type == KWASM_F32)
		have = (u32)have;
	switch (class) {
	case VALUE_NAN_CANONICAL:
		return (have & ~sign) == quiet;
	case VALUE_NAN_ARITHMETIC:
		return (have & quiet) == quiet;
	case VALUE_REFERENCE:
		return have != 0;
	default:
		return have == want;
	}
}

/* Arguments into s->values; @n values are left to read. */
static int take_args(struct spec *s, struct input *in, u32 n, const struct kwasm_functype *type)
{
	u32 i;

	if (n != type->num_params || type->num_params > MAX_VALUES ||
	    type->num_results > MAX_VALUES)
		return fail(s, "the function takes %u arguments", type->num_params);
	for (i = 0; i < n; i++) {
		const u8 *v = take(in, VALUE_BYTES);

		if (!v)
			return -EINVAL;
		if (v[0] != type->params[i])
			return fail(s, "argument %u has another type", i);
		s->values[i] = kwasm_get_le64(v + 2);
	}
	return 0;
}

static int check_results(struct spec *s, struct input *in, u32 n, u32 num_results,
			 const u8 *types)
{
	u32 i;

	if (n != num_results)
		return fail(s, "%u results, expected %u", num_results, n);
	for (i = 0; i < n; i++) {
		const u8 *v = take(in, VALUE_BYTES);

		if (!v)
			return -EINVAL;
		if (v[0] != types[i])
			return fail(s, "result %u is %s", i, kwasm_type_name(types[i]));
		if (!value_is(v[0], v[1], kwasm_get_le64(v + 2), s->values[i]))
			return fail(s, "result %u is 0x%llx, expected 0x%llx", i,
				    (unsigned long long)s->values[i],
				    (unsigned long long)kwasm_get_le64(v + 2));
	}
	return 0;
}

static int call(struct spec *s, struct kwasm_func *func)
{
	int err;

	if (func->ctx && s->env->enter)
		s->env->enter(s->env->arg, func->ctx);
	err = kwasm_call(func, s->values, &s->trap);
	if (func->ctx && s->env->leave)
		s->env->leave(s->env->arg, func->ctx);
	return err;
}

static int check_trap(struct spec *s, u8 op, const struct kwasm_name *text)
{
	const char *have = kwasm_trap_text(s->trap.kind);

	if (op == OP_EXHAUSTION && s->trap.kind == KWASM_TRAP_STACK)
		return 0;
	if (op == OP_TRAP && same_text(have, text))
		return 0;
	if (op == OP_TRAP || op == OP_EXHAUSTION)
		return fail(s, "trap: %s, expected: %.*s", have, KWASM_NAME_ARGS(*text));
	return fail(s, "trap: %s (function %d, byte 0x%x)", have, (int)s->trap.func,
		    s->trap.offset);
}

static int run_invoke(struct spec *s, struct input *in, const u8 *command,
		      struct kwasm_func *func, const struct kwasm_name *text)
{
	int err;

	err = take_args(s, in, command[1], func->type);
	if (err)
		return err;
	if (call(s, func))
		return check_trap(s, command[0], text);
	if (command[0] == OP_TRAP || command[0] == OP_EXHAUSTION)
		return fail(s, "returned, expected: %.*s", KWASM_NAME_ARGS(*text));
	if (command[0] == OP_ACTION)
		return 0;
	return check_results(s, in, command[2], func->type->num_results,
			     kwasm_functype_results(func->type));
}

static int run_action(struct spec *s, struct input *in, const u8 *command)
{
	bool get = take_u8(in);
	u32 slot = take_u32(in);
	struct kwasm_name name = take_blob(in);
	struct kwasm_name text = take_blob(in);
	struct kwasm_externval b;

	if (in->bad || slot >= s->num_slots)
		return -EINVAL;
	if (!s->slots[slot])
		return fail(s, "the module was not instantiated");
	if (kwasm_instance_externval(s->slots[slot]->inst, name.str, name.len, &b) ||
	    b.kind != (get ? KWASM_EXTERN_GLOBAL : KWASM_EXTERN_FUNC))
		return fail(s, "no export \"%.*s\"", KWASM_NAME_ARGS(name));
	if (!get)
		return run_invoke(s, in, command, b.func, &text);
	s->values[0] = b.global->cell->lo;
	return check_results(s, in, command[2], 1, &b.global->type.type);
}

static int run_command(struct spec *s, struct input *in, const u8 *command)
{
	kwasm_diag_init(&s->diag);
	switch (command[0]) {
	case OP_MODULE:
		return run_module(s, in);
	case OP_REGISTER:
		return run_register(s, in);
	case OP_ACTION:
	case OP_RETURN:
	case OP_TRAP:
	case OP_EXHAUSTION:
		return run_action(s, in, command);
	case OP_INVALID:
	case OP_MALFORMED:
	case OP_UNLINKABLE:
	case OP_UNINSTANTIABLE:
		return run_refused(s, in, command[0]);
	case OP_TEXT:
		return SKIPPED_TEXT;
	default:
		return -EINVAL;
	}
}

static void count(struct spec *s, u8 op, int result)
{
	bool assertion = op >= OP_RETURN;

	if (result == FAILED)
		s->counts->failed++;
	else if (assertion && result == SKIPPED_TEXT)
		s->counts->skipped_text++;
	else if (assertion)
		s->counts->passed++;
}

static int run_stream(struct spec *s, struct input *all)
{
	struct input in = { 0 };
	const u8 *command;
	int result;

	while (all->left) {
		result = kwasm_checkpoint();
		if (result)
			return result;
		command = take(all, COMMAND_BYTES);
		if (!command)
			return -EINVAL;
		s->line = kwasm_get_le32(command + 4);
		in.left = kwasm_get_le32(command + 8);
		in.p = take(all, in.left);
		if (!in.p)
			return -EINVAL;
		result = run_command(s, &in, command);
		if (result < 0)
			return result;
		count(s, command[0], result);
	}
	return 0;
}

static void destroy(struct spec *s)
{
	struct registered *r;
	struct loaded *l;

	kwasm_store_destroy(s->store);
	while ((r = s->registered)) {
		s->registered = r->next;
		kwasm_free(r);
	}
	while ((l = s->all)) {
		s->all = l->next;
		kwasm_code_destroy(l->code);
		kwasm_module_destroy(l->module);
		kwasm_free(l);
	}
	kwasm_free(s->slots);
	kwasm_free(s);
}

int kwasm_spec_run(const u8 *stream, size_t size, const struct kwasm_spec_env *env,
		   struct kwasm_spec_counts *counts)
{
	struct input all = { stream, size };
	struct spec *s;
	int err;

	memset(counts, 0, sizeof(*counts));
	if (size < HEADER_BYTES || memcmp(take(&all, 4), "kwsp", 4))
		return -EINVAL;
	s = kwasm_zalloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->env = env;
	s->counts = counts;
	s->num_slots = min(take_u32(&all), MAX_MODULES);
	s->slots = kwasm_zalloc(max(s->num_slots, 1u), sizeof(*s->slots));
	s->store = kwasm_store_create(env->limits, env->atomic_grow);
	err = s->slots && s->store ? kwasm_spectest_create(s->store, &s->spectest) : -ENOMEM;
	err = err ?: run_stream(s, &all);
	destroy(s);
	return err;
}
