// SPDX-License-Identifier: GPL-2.0-only
/*
 * main.c - kwasmctl: find the command, parse its arguments, run it.
 *
 * Guarantees: exit status 0 only on success, 1 on failure, 2 for a command line error; every
 * failure prints one message, to standard error or, as JSON, to standard output.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <unistd.h>

#include "ctl.h"
#include "nearest.h"
#include "nl.h"
#include "out.h"

static int run_help(void *args, const struct ctl_words *words);

static const struct ctl_command ctl_help = {
	.name = "help",
	.usage = "[COMMAND]",
	.summary = "describe a command",
	.max_words = 1,
	.run = run_help,
};

/* In the order of the list that `help` prints. */
static const struct ctl_command *const commands[] = {
	&ctl_attach, &ctl_detach, &ctl_load, &ctl_unload, &ctl_replace, &ctl_kill, &ctl_list,
	&ctl_show, &ctl_stats, &ctl_log, &ctl_events, &ctl_test, &ctl_invoke, &ctl_dump,
	&ctl_version, &ctl_help,
};

/* NULL after printing a message. */
static const struct ctl_command *command_unknown(const char *name)
{
	struct ctl_nearest near = { .word = name };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(commands); i++)
		ctl_nearest_add(&near, commands[i]->name, (u32)strlen(commands[i]->name));
	ctl_usage("unknown command \"%s\"%s%s", name, ctl_nearest_text(&near),
		  near.num ? "" : ": see kwasmctl help");
	return NULL;
}

/* By name, or by the beginning of only one name.  NULL after printing a message. */
static const struct ctl_command *command_find(const char *name)
{
	const struct ctl_command *found = NULL;
	char others[128] = "";
	size_t len = strlen(name);
	u32 i;

	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		if (!strcmp(commands[i]->name, name))
			return commands[i];
		if (!len || strncmp(commands[i]->name, name, len))
			continue;
		snprintf(others + strlen(others), sizeof(others) - strlen(others), "%s%s",
			 found ? ", " : "", commands[i]->name);
		found = commands[i];
	}
	if (!found)
		return command_unknown(name);
	if (!strchr(others, ','))
		return found;
	ctl_usage("ambiguous command \"%s\": use one of %s", name, others);
	return NULL;
}

static void help_all(void)
{
	u32 i;

	printf("usage: kwasmctl [OPTION]... COMMAND [ARGUMENT]...\n\n"
	       "Runs WebAssembly programs in the kernel.\n\ncommands:\n");
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		printf("  %-9s %s\n", commands[i]->name, commands[i]->summary);
	printf("\noptions:\n");
	ctl_options_help(ctl_global_options);
	printf("\n`kwasmctl COMMAND --help` describes a command. The beginning of a command's name is enough\n"
	       "if no other command begins with it.\n");
}

static void help_command(const struct ctl_command *cmd)
{
	printf("usage: kwasmctl %s%s%s\n\n%c%s.\n", cmd->name, *cmd->usage ? " " : "", cmd->usage,
	       cmd->summary[0] - 'a' + 'A', cmd->summary + 1);
	if (cmd->details)
		printf("\n%s", cmd->details);
	printf("\noptions:\n");
	if (cmd->options)
		ctl_options_help(cmd->options);
	ctl_options_help(ctl_global_options);
}

static int run_help(void *args, const struct ctl_words *words)
{
	const struct ctl_command *cmd;

	if (!words->num) {
		help_all();
		return CTL_OK;
	}
	cmd = command_find(words->word[0]);
	if (!cmd)
		return CTL_USAGE;
	help_command(cmd);
	return CTL_OK;
}

static int check_words(const struct ctl_command *cmd, const struct ctl_words *words)
{
	if (words->num < cmd->min_words)
		return ctl_usage("missing argument: usage: kwasmctl %s %s", cmd->name, cmd->usage);
	if (words->num > cmd->max_words)
		return ctl_usage("unexpected argument \"%s\": usage: kwasmctl %s%s%s",
				 words->word[cmd->max_words], cmd->name, *cmd->usage ? " " : "",
				 cmd->usage);
	return CTL_OK;
}

static int print_version(void)
{
	ctl_out_object(NULL);
	ctl_out_string("kwasmctl", "kwasmctl %s\n", KWASM_VERSION);
	ctl_out_end();
	return CTL_OK;
}

static int command_run(const struct ctl_command *cmd, char **argv)
{
	struct ctl_words words;
	void *args = calloc(1, cmd->args_size + 1);
	int status;

	if (!args)
		return ctl_fail_memory();
	status = ctl_options_parse(cmd, args, argv, &words);
	if (!status && ctl_globals.help)
		help_command(cmd);
	else if (!status && ctl_globals.version)
		status = print_version();
	else if (!status)
		status = check_words(cmd, &words) ?: cmd->run(args, &words);
	free(args);
	return status;
}

static int line_run(char **argv)
{
	const struct ctl_command *cmd;
	struct ctl_words words;
	int status;

	status = ctl_options_parse(NULL, NULL, argv, &words);
	if (status)
		return status;
	if (ctl_globals.help) {
		help_all();
		return CTL_OK;
	}
	if (ctl_globals.version)
		return print_version();
	if (!words.num && !ctl_out_is_json()) {
		help_all();
		return CTL_USAGE;
	}
	if (!words.num)
		return ctl_usage("missing command: see kwasmctl help");
	cmd = command_find(words.word[0]);
	if (!cmd)
		return CTL_USAGE;
	return command_run(cmd, words.word + 1);
}

/*
 * A file or socket that is opened would take the place of a standard stream that is closed, and get
 * what is printed.  What takes it here can neither be read nor written.
 */
static void streams_occupy(void)
{
	int fd;

	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			open("/", O_PATH);
}

int main(int argc, char **argv)
{
	int status;

	streams_occupy();
	ctl_options_scan(argv + !!argc);
	status = line_run(argv + !!argc);
	ctl_disconnect();
	if (status)
		ctl_out_close();
	else
		status = ctl_out_flush();
	return status;
}
