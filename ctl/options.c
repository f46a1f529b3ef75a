// SPDX-License-Identifier: GPL-2.0-only
/*
 * options.c - parse command lines according to the option tables of commands.
 *
 * Options may precede or follow words; "--" ends them, and a word that begins like a number ("-5")
 * is not an option.
 */
#include <ctype.h>

#include "ctl.h"
#include "nearest.h"
#include "uapi/kwasm.h"

struct ctl_globals ctl_globals;

const struct ctl_option ctl_global_options[] = {
	{ "json", 'j', CTL_FLAG, offsetof(struct ctl_globals, json), NULL, "print JSON" },
	{ "pretty", 'p', CTL_FLAG, offsetof(struct ctl_globals, pretty), NULL,
	  "print indented JSON" },
	{ "netns", 'n', CTL_STRING, offsetof(struct ctl_globals, netns), "NS",
	  "operate in this network namespace" },
	{ "help", 'h', CTL_FLAG, offsetof(struct ctl_globals, help), NULL, "describe the command" },
	{ "version", 'V', CTL_FLAG, offsetof(struct ctl_globals, version), NULL,
	  "print the version of kwasmctl" },
	{ }
};

static const struct {
	const char *name;
	u8 number;
} families[] = {
	{ "inet", 1 },	/* NFPROTO_INET */
	{ "ip", 2 },	/* NFPROTO_IPV4 */
	{ "ip6", 10 },	/* NFPROTO_IPV6 */
	{ "netdev", 5 },	/* NFPROTO_NETDEV */
};

const char *ctl_family_name(u32 family)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(families); i++)
		if (families[i].number == family)
			return families[i].name;
	return "?";
}

static int parse_family(const char *text, u8 *to)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(families); i++) {
		if (!strcmp(text, families[i].name)) {
			*to = families[i].number;
			return CTL_OK;
		}
	}
	return ctl_usage("unknown family \"%s\": use inet, ip, ip6 or netdev", text);
}

static const char *const policies[] = {
#define POLICY(name, word) word,
	KWASM_POLICIES(POLICY)
#undef POLICY
};

const char *ctl_policy_name(u32 policy)
{
	return policy < ARRAY_SIZE(policies) ? policies[policy] : "?";
}

static int parse_policy(const char *text, struct ctl_s32 *to)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(policies); i++) {
		if (!strcmp(text, policies[i])) {
			to->given = true;
			to->value = (s32)i;
			return CTL_OK;
		}
	}
	return ctl_usage("unknown trap policy \"%s\": use accept, drop, detach or restart",
			 text);
}

static int parse_s32(const char *name, const char *text, struct ctl_s32 *to)
{
	char *end;
	long v;

	errno = 0;
	v = strtol(text, &end, ctl_number_base(text));
	if (end == text || *end || errno || v < S32_MIN || v > S32_MAX)
		return ctl_usage("--%s: invalid number \"%s\"", name, text);
	to->given = true;
	to->value = (s32)v;
	return CTL_OK;
}

/* The names of nft. */
static const struct {
	const char *name;
	s32 priority;
} priorities[] = {
	{ "raw", -300 }, { "mangle", -150 }, { "dstnat", -100 },
	{ "filter", 0 }, { "security", 50 }, { "srcnat", 100 },
};

const char *ctl_priority_name(s32 priority)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(priorities); i++)
		if (priorities[i].priority == priority)
			return priorities[i].name;
	return NULL;
}

/* "mangle", "mangle+5", "mangle - 5" */
static int parse_priority(const char *text, struct ctl_s32 *to)
{
	size_t len = strcspn(text, " +-0123456789");
	const char *sign = text + len + strspn(text + len, " ");
	long offset = 0;
	char *end = "";
	u32 i;

	for (i = 0; i < ARRAY_SIZE(priorities); i++)
		if (strlen(priorities[i].name) == len && !memcmp(text, priorities[i].name, len))
			break;
	if (i == ARRAY_SIZE(priorities))
		return len ? ctl_usage("unknown priority \"%s\": use a number, or raw, mangle, dstnat, filter, security or srcnat, with +N or -N",
				       text) : parse_s32("priority", text, to);
	if (*sign) {
		errno = 0;
		offset = strtol(sign + 1 + strspn(sign + 1, " "), &end, 10);
	}
	if ((*sign && *sign != '+' && *sign != '-') || *end || errno || offset < 0 ||
	    offset > 1 << 30 || (*sign && !isdigit((unsigned char)end[-1])))
		return ctl_usage("--priority: invalid offset in \"%s\": use %s+N or %s-N", text,
				 priorities[i].name, priorities[i].name);
	to->given = true;
	to->value = priorities[i].priority + (s32)(*sign == '-' ? -offset : offset);
	return CTL_OK;
}

struct unit {
	const char *name;
	u64 factor;
};

static const struct unit time_units[] = {
	{ "ns", 1 }, { "us", 1000 }, { "ms", 1000000 }, { "s", 1000000000 }, { }
};

static const struct unit size_units[] = {
	{ "", 1 }, { "K", 1 << 10 }, { "M", 1 << 20 }, { "G", 1 << 30 }, { }
};

/* A decimal number and a unit.  False if invalid or above 2^63. */
static bool parse_units(const char *text, const struct unit *units, u64 *to)
{
	char *end;
	double v;

	if (!isdigit((unsigned char)text[0]))
		return false;
	v = strtod(text, &end);
	for (; units->name; units++) {
		if (!strcasecmp(end, units->name)) {
			v = v * (double)units->factor + 0.5;
			if (v >= 9.2e18)
				return false;
			*to = (u64)v;
			return true;
		}
	}
	return false;
}

static int parse_time(const char *name, const char *text, struct ctl_amount *to)
{
	to->text = text;
	if (!parse_units(text, time_units, &to->value) || !to->value)
		return ctl_usage("--%s: invalid time \"%s\": use a number with s, ms, us or ns",
				 name, text);
	return CTL_OK;
}

/* Of memory: less than a page is none. */
static int parse_size(const char *name, const char *text, struct ctl_amount *to)
{
	to->text = text;
	if (!parse_units(text, size_units, &to->value) || !to->value)
		return ctl_usage("--%s: invalid size \"%s\": use bytes, or a number with K, M or G",
				 name, text);
	if (to->value < 65536)
		return ctl_usage("--%s: \"%s\" is less than a page of WebAssembly: use at least 64K",
				 name, text);
	return CTL_OK;
}

static const struct unit *unit_of(const char *text)
{
	const char *name = text + strspn(text, "0123456789.eE+-");
	const struct unit *unit;

	for (unit = size_units; unit->name; unit++)
		if (!strcasecmp(unit->name, name))
			return unit;
	for (unit = time_units; unit->name && strcasecmp(unit->name, name); unit++)
		;
	return unit;
}

int ctl_amount_check(const char *option, const struct ctl_amount *amount, u64 max,
		     const char *parameter)
{
	const struct unit *unit;

	if (amount->value <= max)
		return CTL_OK;
	unit = unit_of(amount->text);
	return ctl_usage("--%s %s exceeds the maximum of %.15g%s%s%s%s", option, amount->text,
			 (double)max / (double)unit->factor, unit->name,
			 parameter ? " (parameter " : "", parameter ?: "", parameter ? ")" : "");
}

static int parse_list(const char *name, const char *text, struct ctl_list *to)
{
	if (to->num == CTL_LIST_MAX)
		return ctl_usage("option --%s given more than %d times", name, CTL_LIST_MAX);
	to->items[to->num++] = text;
	return CTL_OK;
}

static int option_set(const struct ctl_option *opt, void *base, const char *text)
{
	void *to = (u8 *)base + opt->offset;

	/* An unset variable of a script must not widen what it asks for. */
	if (text && !*text)
		return ctl_usage("option --%s requires a value: --%s %s", opt->name, opt->name,
				 opt->value);
	switch ((enum ctl_option_type)opt->type) {
	case CTL_FLAG:
		*(bool *)to = true;
		return CTL_OK;
	case CTL_STRING:
		*(const char **)to = text;
		return CTL_OK;
	case CTL_LIST:
		return parse_list(opt->name, text, to);
	case CTL_S32:
		return parse_s32(opt->name, text, to);
	case CTL_PRIORITY:
		return parse_priority(text, to);
	case CTL_TIME:
		return parse_time(opt->name, text, to);
	case CTL_SIZE:
		return parse_size(opt->name, text, to);
	case CTL_FAMILY:
		return parse_family(text, to);
	case CTL_POLICY:
		return parse_policy(text, to);
	}
	return CTL_USAGE;
}

static const struct ctl_option *find_in(const struct ctl_option *opt, const char *name, size_t len,
					char letter)
{
	for (; opt && opt->name; opt++)
		if (letter ? opt->letter == letter :
		    strlen(opt->name) == len && !memcmp(opt->name, name, len))
			return opt;
	return NULL;
}

static const struct ctl_option *find_option(const struct ctl_command *cmd, const char *name,
					    size_t len, char letter, void *args, void **base)
{
	const struct ctl_option *opt = find_in(cmd ? cmd->options : NULL, name, len, letter);

	*base = args;
	if (opt)
		return opt;
	*base = &ctl_globals;
	return find_in(ctl_global_options, name, len, letter);
}

static void near_options(struct ctl_nearest *near, const struct ctl_option *opt)
{
	for (; opt && opt->name; opt++)
		ctl_nearest_add(near, opt->name, (u32)strlen(opt->name));
}

/* @option: "--name" or "-n" */
static int unknown(const struct ctl_command *cmd, const char *option)
{
	char name[64] = "";
	struct ctl_nearest near = { .word = name };

	if (option[1] == '-') {
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(option + 2, "="), option + 2);
		near_options(&near, cmd ? cmd->options : NULL);
		near_options(&near, ctl_global_options);
	}
	if (near.num)
		return ctl_usage("unknown option \"%s\": did you mean --%s?", option,
				 near.names[0]);
	return ctl_usage("unknown option \"%s\": see kwasmctl %s%s--help", option,
			 cmd ? cmd->name : "", cmd ? " " : "");
}

/* "--name", "--name=value", "--name value"; leaves @argv at the last word consumed. */
static int parse_long(const struct ctl_command *cmd, void *args, char ***argv)
{
	const char *word = **argv, *name = word + 2, *equals = strchr(name, '=');
	const struct ctl_option *opt;
	const char *value = NULL;
	void *base;

	opt = find_option(cmd, name, equals ? (size_t)(equals - name) : strlen(name), 0, args,
			  &base);
	if (!opt)
		return unknown(cmd, word);
	if (opt->type == CTL_FLAG) {
		if (equals)
			return ctl_usage("option --%s does not take a value", opt->name);
	} else if (equals) {
		value = equals + 1;
	} else {
		value = (*argv)[1];
		if (!value)
			return ctl_usage("option --%s requires a value: --%s %s", opt->name,
					 opt->name, opt->value);
		(*argv)++;
	}
	return option_set(opt, base, value);
}

/* "-j", "-jp", "-nNS", "-n NS" */
static int parse_short(const struct ctl_command *cmd, void *args, char ***argv)
{
	const char *letter = **argv + 1;
	const struct ctl_option *opt;
	char shown[3] = "-";
	void *base;
	int status;

	for (; *letter; letter++) {
		shown[1] = *letter;
		opt = find_option(cmd, NULL, 0, *letter, args, &base);
		if (!opt)
			return unknown(cmd, shown);
		if (opt->type != CTL_FLAG) {
			if (letter[1])
				return option_set(opt, base, letter + 1);
			if (!(*argv)[1])
				return ctl_usage("option -%c requires a value: -%c %s", *letter,
						 *letter, opt->value);
			(*argv)++;
			return option_set(opt, base, **argv);
		}
		status = option_set(opt, base, NULL);
		if (status)
			return status;
	}
	return CTL_OK;
}

int ctl_number_base(const char *text)
{
	text += *text == '-' || *text == '+';
	return text[0] == '0' && (text[1] == 'x' || text[1] == 'X') ? 16 : 10;
}

/* "-5", "-.5"; among words that may be real numbers also "-inf", "-nan". */
static bool is_negative(const char *word, bool real)
{
	char *end;

	if (word[0] != '-')
		return false;
	if (isdigit((unsigned char)word[1]) || word[1] == '.')
		return true;
	if (!real)
		return false;
	strtod(word, &end);
	return end != word && !*end;
}

static void scan_letters(const char *letters)
{
	for (; *letters; letters++) {
		ctl_globals.json |= *letters == 'j';
		ctl_globals.pretty |= *letters == 'p';
	}
}

void ctl_options_scan(char **argv)
{
	for (; *argv && strcmp(*argv, "--"); argv++) {
		const char *word = *argv;

		if (!strcmp(word, "--json"))
			ctl_globals.json = true;
		else if (!strcmp(word, "--pretty"))
			ctl_globals.pretty = true;
		else if (word[0] == '-' && word[1] && !word[1 + strspn(word + 1, "jpvfhV")])
			scan_letters(word + 1);
	}
}

int ctl_options_parse(const struct ctl_command *cmd, void *args, char **argv,
		      struct ctl_words *words)
{
	bool ended = false, real;
	int status;

	words->word = argv;
	words->num = 0;
	for (; *argv; argv++) {
		real = cmd && cmd->reals && words->num >= cmd->min_words;
		if (ended || (*argv)[0] != '-' || !(*argv)[1] || is_negative(*argv, real)) {
			if (!cmd) {
				words->word = argv;
				words->num = 1;
				return CTL_OK;
			}
			words->word[words->num++] = *argv;
		} else if (!strcmp(*argv, "--")) {
			ended = true;
		} else {
			status = (*argv)[1] == '-' ? parse_long(cmd, args, &argv) :
				 parse_short(cmd, args, &argv);
			if (status)
				return status;
		}
	}
	return CTL_OK;
}

void ctl_options_help(const struct ctl_option *opt)
{
	char left[64];

	for (; opt->name; opt++) {
		snprintf(left, sizeof(left), "--%s%s%s", opt->name, opt->value ? " " : "",
			 opt->value ?: "");
		if (opt->letter)
			printf("  -%c, %-24s %s\n", opt->letter, left, opt->help);
		else
			printf("      %-24s %s\n", left, opt->help);
	}
}
