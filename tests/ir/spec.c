// SPDX-License-Identifier: GPL-2.0-only
/*
 * spec.c - replays wast2json's commands on the IR interpreter.
 *
 * assert_return, assert_trap, assert_exhaustion and actions on modules that import nothing but
 * "spectest"; what needs linking is counted as not executed.
 */
#include <jansson.h>
#include <libgen.h>

#include "../unit/float_ops.h"
#include "interp.h"
#include "spec.h"

#define MAX_NAMED 64

struct named {
	char *name;
	struct interp *in;
};

/* @all: every instance, for cleanup */
struct spec {
	unsigned int passes;
	char *dir;
	struct interp *current;
	struct interp **all;
	unsigned int num_all;
	struct named named[MAX_NAMED];
	unsigned int num_named;
	unsigned int passed, failed, skipped;
};

static const char *str(json_t *j, const char *key)
{
	const char *s = json_string_value(json_object_get(j, key));

	return s ? s : "";
}

static void fail(struct spec *s, json_t *cmd, const char *what)
{
	s->failed++;
	printf("# line %lld: %s: %s\n", (long long)json_integer_value(json_object_get(cmd, "line")),
	       str(cmd, "type"), what);
}

static void load(struct spec *s, json_t *cmd)
{
	struct kwasm_module *module;
	u64 results[INTERP_MAX_RESULTS];
	char path[4096];
	int err;

	snprintf(path, sizeof(path), "%s/%s", s->dir, str(cmd, "filename"));
	module = module_read(path);
	s->current = NULL;
	if (!module) {
		s->skipped++;
		return;
	}
	s->current = calloc(1, sizeof(*s->current));
	s->all = realloc(s->all, (s->num_all + 1) * sizeof(*s->all));
	s->all[s->num_all++] = s->current;
	err = interp_init(s->current, module, s->passes);
	if (err == -ENOTSUP) {
		s->skipped++;
		s->current = NULL;
		return;
	}
	if (!err && module->has_start)
		err = interp_call(s->current, module->start, NULL, results);
	if (err)
		fail(s, cmd, "does not instantiate");
	if (*str(cmd, "name") && s->num_named < MAX_NAMED) {
		s->named[s->num_named].name = strdup(str(cmd, "name"));
		s->named[s->num_named++].in = s->current;
	}
}

static struct interp *target(struct spec *s, json_t *action)
{
	const char *name = str(action, "module");
	unsigned int i;

	if (!*name)
		return s->current;
	for (i = s->num_named; i--;)
		if (!strcmp(s->named[i].name, name))
			return s->named[i].in;
	return NULL;
}

static bool value_read(json_t *j, u64 *v)
{
	const char *type = str(j, "type");
	const char *value = str(j, "value");

	if (*type == 'i' || *type == 'f') {
		*v = strtoull(value, NULL, 10);
	} else if (strstr(type, "ref")) {
		*v = strcmp(value, "null") ? strtoull(value, NULL, 10) + 1 : 0;
	} else {
		return false;
	}
	return true;
}

/* Return: 0 or a trap, or a negative errno when it cannot be executed here. */
static int act(struct spec *s, json_t *action, u64 *results)
{
	struct interp *in = target(s, action);
	const char *field = str(action, "field");
	bool invoke = !strcmp(str(action, "type"), "invoke");
	const struct kwasm_export *e;
	u64 args[INTERP_MAX_RESULTS];
	size_t i;
	json_t *j;

	if (!in)
		return -ENOTSUP;
	e = kwasm_module_export(in->module, field, strlen(field),
				invoke ? KWASM_EXTERN_FUNC : KWASM_EXTERN_GLOBAL);
	if (!e)
		return -ENOTSUP;
	if (!invoke) {
		results[0] = in->globals[e->index];
		return 0;
	}
	json_array_foreach(json_object_get(action, "args"), i, j)
		if (!value_read(j, &args[i]))
			return -ENOTSUP;
	in->steps = 0;
	return interp_call(in, e->index, args, results);
}

/* Does @have match the suite's expectation, a value or any NaN of a class?  @want: its value. */
static bool is_expected(json_t *j, u64 want, u64 have)
{
	u32 type = strcmp(str(j, "type"), "f32") ? IR_F64 : IR_F32;
	const char *value = str(j, "value");

	if (strstr(str(j, "type"), "ref") && !*value)
		return true;
	if (!strcmp(value, "nan:canonical"))
		return float_is_canonical(type, have);
	if (!strcmp(value, "nan:arithmetic"))
		return float_is_nan(type, have) && (have & float_quiet(type)) == float_quiet(type);
	return want == have;
}

static void assert_return(struct spec *s, json_t *cmd)
{
	u64 results[INTERP_MAX_RESULTS];
	int err = act(s, json_object_get(cmd, "action"), results);
	char what[200];
	u64 want;
	size_t i;
	json_t *j;

	if (err < 0 && err != -EINVAL) {
		s->skipped++;
		return;
	}
	if (err) {
		fail(s, cmd, err > 0 ? kwasm_trap_text(err) : "invalid IR");
		return;
	}
	json_array_foreach(json_object_get(cmd, "expected"), i, j) {
		if (!value_read(j, &want)) {
			s->skipped++;
			return;
		}
		if (!is_expected(j, want, results[i])) {
			snprintf(what, sizeof(what), "expected %llu, got %llu",
				 (unsigned long long)want, (unsigned long long)results[i]);
			fail(s, cmd, what);
			return;
		}
	}
	s->passed++;
}

static void assert_trap(struct spec *s, json_t *cmd)
{
	const char *text = str(cmd, "text");
	u64 results[INTERP_MAX_RESULTS];
	int err = act(s, json_object_get(cmd, "action"), results);
	const char *got;

	if (err < 0 && err != -EINVAL) {
		s->skipped++;
		return;
	}
	got = err > 0 ? kwasm_trap_text(err) : "no trap";
	/* the suite appends details: "uninitialized element 2" */
	if (strncmp(text, got, strlen(got)) && strncmp(text, got, strlen(text)))
		fail(s, cmd, got);
	else
		s->passed++;
}

static void command(struct spec *s, json_t *cmd)
{
	const char *type = str(cmd, "type");
	u64 results[INTERP_MAX_RESULTS];

	if (!strcmp(type, "module"))
		load(s, cmd);
	else if (!strcmp(type, "assert_return"))
		assert_return(s, cmd);
	else if (!strcmp(type, "assert_trap") || !strcmp(type, "assert_exhaustion"))
		assert_trap(s, cmd);
	else if (!strcmp(type, "action"))
		act(s, json_object_get(cmd, "action"), results);
}

static void finish(struct spec *s)
{
	struct kwasm_module *module;

	while (s->num_named)
		free(s->named[--s->num_named].name);
	while (s->num_all) {
		module = s->all[--s->num_all]->module;
		interp_fini(s->all[s->num_all]);
		kwasm_module_destroy(module);
		free(s->all[s->num_all]);
	}
	free(s->all);
}

int spec_run(unsigned int passes, const char *path)
{
	struct spec s = { .passes = passes };
	json_error_t error;
	json_t *root = json_load_file(path, 0, &error);
	char *copy = strdup(path);
	size_t i;
	json_t *cmd;

	if (!root) {
		fprintf(stderr, "%s: %s\n", path, error.text);
		return 2;
	}
	s.dir = dirname(copy);
	json_array_foreach(json_object_get(root, "commands"), i, cmd)
		command(&s, cmd);
	printf("%u passed, %u failed, %u not executed\n", s.passed, s.failed, s.skipped);
	finish(&s);
	json_decref(root);
	free(copy);
	return s.failed ? 1 : 0;
}
