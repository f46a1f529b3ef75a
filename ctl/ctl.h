/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ctl.h - shared by all commands of kwasmctl: commands, options, errors, files.
 *
 * A command is a row of a table.  The descriptions of its options drive the parser, --help and the
 * completion.
 */
#ifndef KWASM_CTL_H
#define KWASM_CTL_H

#include <stdio.h>

#include "diag.h"
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
	CTL_PRIORITY,	/* struct ctl_s32, from "-5" or "mangle+5" */
	CTL_TIME,	/* struct ctl_amount in nanoseconds, from "1ms" */
	CTL_SIZE,	/* struct ctl_amount in bytes, from "64K" */
	CTL_FAMILY,	/* u8 NFPROTO_* */
	CTL_POLICY,	/* struct ctl_s32 that holds an enum kwasm_policy */
};

/* A number that may be absent. */
struct ctl_s32 {
	bool given;
	s32 value;
};

/**
 * struct ctl_amount - a time or a size
 * @value: 0 if it is absent
 * @text: as it was given
 */
struct ctl_amount {
	u64 value;
	const char *text;
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
 * @offset: offset of its value in the command's argument structure
 * @value: name of the value in --help, NULL for flags
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

/* Options of every command that runs a handler, of members that have the option's name. */
#define CTL_ENTRY_OPTION(type)							\
	{ "entry", 0, CTL_STRING, offsetof(type, entry), "EXPORT",		\
	  "exported function to run (kwasm_packet)" }
#define CTL_LIMIT_OPTION(type)							\
	{ "limit", 0, CTL_LIST, offsetof(type, limits), "NAME=N",		\
	  "set a limit of modules, as max_locals=100000; may be repeated" }
#define CTL_ON_TRAP_OPTION(type)						\
	{ "on-trap", 0, CTL_POLICY, offsetof(type, on_trap), "POLICY",		\
	  "accept, drop, detach or restart (accept)" }

/* The words of a command line that are not options or their values. */
struct ctl_words {
	char **word;
	u32 num;
};

/**
 * struct ctl_command - one command
 * @usage: words and main options, for the first line of --help
 * @summary: one line for the list of commands
 * @details: the rest of --help, or NULL
 * @options: terminated by an option without a name, or NULL
 * @args_size: size of its argument structure in bytes
 * @min_words: minimum number of words after the command
 * @max_words: maximum number of words
 * @reals: words after the first @min_words may be real numbers; "-inf" is then not an option
 * @run: runs the command; returns enum ctl_status
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

/* Options of every command. */
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
 * ctl_options_parse() - split a command line into options and words.
 * @cmd: command whose options are parsed; NULL: only global options, up to the first word
 * @args: the command's argument structure
 * @argv: words after the command's name, terminated by NULL; reordered
 * @words: set to the words that are not options
 *
 * Return: CTL_OK, or CTL_USAGE after printing a message.
 */
int ctl_options_parse(const struct ctl_command *cmd, void *args, char **argv,
		      struct ctl_words *words);

/**
 * ctl_options_scan() - notice --json and --pretty ahead of ctl_options_parse(), so that errors in
 * front of them are JSON too.
 * @argv: as there
 */
void ctl_options_scan(char **argv);

/**
 * ctl_amount_check() - report that an amount exceeds a maximum, in the unit in which it was given.
 * @option: its option
 * @parameter: what sets the maximum, or NULL
 *
 * Return: CTL_USAGE, or CTL_OK if it does not.
 */
int ctl_amount_check(const char *option, const struct ctl_amount *amount, u64 max,
		     const char *parameter);

/** ctl_priority_name() - "mangle" for -150 and so on, as in nft; NULL for other priorities. */
const char *ctl_priority_name(s32 priority);

/** ctl_number_base() - base of the integer in @text: 16 with "0x", else 10. */
int ctl_number_base(const char *text);

/** ctl_options_help() - print @options for --help. */
void ctl_options_help(const struct ctl_option *options);

extern const struct ctl_option ctl_global_options[];

/**
 * ctl_complain() - print a message: a failure in JSON to standard output, else to standard error.
 *
 * Return: @status.
 */
int ctl_complain(int status, const char *fmt, ...) __printf(2, 3);

/** ctl_fail() - report a failure.  Return: CTL_FAILED. */
#define ctl_fail(...) ctl_complain(CTL_FAILED, __VA_ARGS__)

/** ctl_usage() - report a wrong command line.  Return: CTL_USAGE. */
#define ctl_usage(...) ctl_complain(CTL_USAGE, __VA_ARGS__)

/** ctl_warn() - report what is not a failure of the command. */
#define ctl_warn(...) ((void)ctl_complain(CTL_OK, __VA_ARGS__))

/** ctl_fail_file() - report a failure that is about @file.  Return: CTL_FAILED. */
int ctl_fail_file(const char *file, const char *fmt, ...) __printf(2, 3);

/**
 * ctl_fail_at() - report a failure with its place.
 * @file: the binary that it is about, or NULL
 * @diag: text, function and byte
 * @hint: what follows the text, or NULL
 *
 * Return: CTL_FAILED.
 */
int ctl_fail_at(const char *file, const struct kwasm_diag *diag, const char *hint);

/** ctl_fail_memory() - report that memory is exhausted. */
int ctl_fail_memory(void);

/**
 * ctl_file_open() - open a binary for reading.
 * @path: "-" for standard input; other than a regular file, the input is first copied to memory
 *
 * Return: a file descriptor, or -1 after printing a message.
 */
int ctl_file_open(const char *path);

/**
 * ctl_input_note() - remember an input, which no output may overwrite.
 * @name: in messages, not copied
 *
 * ctl_file_open() does it.  Return: CTL_OK, or CTL_FAILED if standard output is that file.
 */
int ctl_input_note(int fd, const char *name);

/**
 * ctl_output_open() - create or empty a file, unless it is in use as an input or an output, under
 * whatever name.
 * @option: its option, for messages
 *
 * Return: NULL after printing a message.
 */
FILE *ctl_output_open(const char *path, const char *option);

/**
 * ctl_file_read() - read all of a file opened by ctl_file_open(); the caller calls free().
 * @path: name in messages
 *
 * Return: NULL after printing a message.
 */
u8 *ctl_file_read(int fd, const char *path, size_t *size);

#define CTL_NAME_MAX 64

/**
 * ctl_program_name() - program name for a file: its base name without ".wasm".
 *
 * Return: CTL_OK, or CTL_USAGE if neither @given nor the file name is a valid name.
 */
int ctl_program_name(const char *given, const char *path, char name[CTL_NAME_MAX]);

/** ctl_family_name() - "inet" and so on; "?" for an unknown one. */
const char *ctl_family_name(u32 family);

/** ctl_state_name() - state of an attachment, "active" and so on; "?" for an unknown one. */
const char *ctl_state_name(u32 state);

/** ctl_policy_name() - "accept" and so on; "?" for an unknown one. */
const char *ctl_policy_name(u32 policy);

/**
 * struct ctl_hook - a hook for handlers
 * @module: kernel module that provides it
 * @number: number that the guest sees
 * @in: its packets have an ingress device; @out: an egress device
 * @bound: its attachments are bound to a device, and there is no verdict queue
 */
struct ctl_hook {
	const char *name;
	const char *module;
	u32 number;
	bool in;
	bool out;
	bool bound;
};

/** ctl_hook_find() - find a hook by name, or NULL. */
const struct ctl_hook *ctl_hook_find(const char *name);

/**
 * ctl_hook_unknown() - report that there is no hook of that name, or why its module
 * does not offer it.
 *
 * Return: CTL_USAGE or CTL_FAILED.
 */
int ctl_hook_unknown(const char *name);

/**
 * ctl_hook_check() - can there be a hook of that name?  Other kernel modules may add hooks, so once
 * module kwasm is loaded the kernel decides.
 * @name: NULL is correct
 *
 * Return: enum ctl_status.
 */
int ctl_hook_check(const char *name);

/* The names of the hooks, "nf_pre, nf_in" and so on. */
extern const char ctl_hook_names[];
#define CTL_HOOK_NAMES (&ctl_hook_names[2])

#endif /* KWASM_CTL_H */
