/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ctl.h - what every command of kwasmctl shares: commands, options, errors, files.
 *
 * A command is a row of a table: its options are described once, and that description parses the
 * command line, prints --help and feeds the completion.
 */
#ifndef KWASM_CTL_H
#define KWASM_CTL_H

#include "env.h"

enum ctl_status {
	CTL_OK = 0,
	CTL_FAILED = 1,
	CTL_USAGE = 2,
};

enum ctl_option_type {
	CTL_FLAG,	/* bool */
	CTL_STRING,	/* const char * */
	CTL_LIST,	/* struct ctl_list, may be repeated */
	CTL_S32,	/* struct ctl_s32 */
	CTL_TIME,	/* u64 nanoseconds, from "1ms" */
	CTL_SIZE,	/* u64 bytes, from "64K" */
	CTL_FAMILY,	/* u8 NFPROTO_* */
	CTL_POLICY,	/* struct ctl_s32 that holds an enum kwasm_policy */
};

/* A number that may be absent. */
struct ctl_s32 {
	bool given;
	s32 value;
};

#define CTL_LIST_MAX 16

struct ctl_list {
	const char *items[CTL_LIST_MAX];
	u32 num;
};

/**
 * struct ctl_option - one option
 * @name: long name without dashes
 * @letter: short name or 0
 * @type: enum ctl_option_type
 * @offset: where its value goes in the command's argument structure
 * @value: what --help calls the value, NULL for flags
 * @help: one line
 */
struct ctl_option {
	const char *name;
	char letter;
	u8 type;
	u16 offset;
	const char *value;
	const char *help;
};

/* The words of a command line that belong to no option. */
struct ctl_words {
	char **word;
	u32 num;
};

/**
 * struct ctl_command - one command
 * @usage: its words and main options, for the first line of --help
 * @summary: one line for the list of commands
 * @details: the rest of --help, or NULL
 * @options: ended by an option without name, or NULL
 * @args_size: bytes of its argument structure
 * @min_words: fewest words behind the command
 * @max_words: most of them
 * @reals: words behind the first @min_words may be real numbers, of which "-inf" looks like options
 * @run: does it; returns enum ctl_status
 */
struct ctl_command {
	const char *name;
	const char *usage;
	const char *summary;
	const char *details;
	const struct ctl_option *options;
	u32 args_size;
	u32 min_words;
	u32 max_words;
	bool reals;
	int (*run)(void *args, const struct ctl_words *words);
};

/* Options that every command takes. */
struct ctl_globals {
	bool json;
	bool pretty;
	bool help;
	bool version;
	const char *netns;
};

extern struct ctl_globals ctl_globals;

extern const struct ctl_command ctl_attach, ctl_detach, ctl_dump, ctl_events, ctl_invoke, ctl_kill,
	ctl_list, ctl_load, ctl_log, ctl_replace, ctl_show, ctl_stats, ctl_test, ctl_unload,
	ctl_version;

/**
 * ctl_options_parse() - sort a command line into options and words.
 * @cmd: whose options; NULL for the global ones alone, which end at the first word
 * @args: the command's argument structure
 * @argv: behind the command's name, NULL at the end; reordered
 * @words: what is no option
 *
 * Return: CTL_OK, or CTL_USAGE with the sentence printed.
 */
int ctl_options_parse(const struct ctl_command *cmd, void *args, char **argv,
		      struct ctl_words *words);

/** ctl_number_base() - of the integer that @text is: 16 with "0x", else 10. */
int ctl_number_base(const char *text);

/** ctl_options_help() - the list of @options for --help. */
void ctl_options_help(const struct ctl_option *options);

extern const struct ctl_option ctl_global_options[];

/** ctl_fail() - print one sentence to standard error.  Return: CTL_FAILED. */
int ctl_fail(const char *fmt, ...) __printf(1, 2);

/** ctl_usage() - the same for a wrong command line.  Return: CTL_USAGE. */
int ctl_usage(const char *fmt, ...) __printf(1, 2);

/** ctl_warn() - print a sentence about what is no failure of the command. */
void ctl_warn(const char *fmt, ...) __printf(1, 2);

/** ctl_fail_memory() - there is none left. */
int ctl_fail_memory(void);

/**
 * ctl_file_open() - open a binary for reading.
 * @path: "-" for standard input; what is no regular file is copied into memory first
 *
 * Return: a file descriptor, or -1 with the sentence printed.
 */
int ctl_file_open(const char *path);

/**
 * ctl_file_read() - the whole of a file that ctl_file_open() has opened; free() it.
 * @path: what messages call it
 *
 * Return: NULL with the sentence printed.
 */
u8 *ctl_file_read(int fd, const char *path, size_t *size);

#define CTL_NAME_MAX 64

/**
 * ctl_program_name() - the name a file's program gets: its base name without ".wasm".
 *
 * Return: CTL_OK, or CTL_USAGE where that is no name and @given names none.
 */
int ctl_program_name(const char *given, const char *path, char name[CTL_NAME_MAX]);

/** ctl_family_name() - "inet"; "?" for what kwasm does not know. */
const char *ctl_family_name(u32 family);

/** ctl_policy_name() - "accept"; "?" for what kwasm does not know. */
const char *ctl_policy_name(u32 policy);

/**
 * struct ctl_hook - where handlers can be attached
 * @number: what the guest is told
 * @in: packets there have come in by a device; @out: will go out by one
 */
struct ctl_hook {
	const char *name;
	u32 number;
	bool in;
	bool out;
};

/** ctl_hook_find() - by name; NULL where there is none. */
const struct ctl_hook *ctl_hook_find(const char *name);

/* The names of the hooks as a text, "nf_pre, nf_in" and so on. */
extern const char ctl_hook_names[];
#define CTL_HOOK_NAMES (&ctl_hook_names[2])

#endif /* KWASM_CTL_H */
