// SPDX-License-Identifier: GPL-2.0-only
/*
 * nl_crowd.c - bad requests of many unprivileged tasks at the same time.
 *
 * Each is nobody, and root of a user and a network namespace of its own, as any user can be.  It
 * sends random requests of all commands, well-formed and not, with names that only it has.  Every
 * request is answered, and no text names what is another's.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

#include "nl_raw.h"

#define TASKS 150
#define NOBODY 65534
#define COMMANDS (KWASM_NUM_CMDS + 2)	/* and some that are none */
#define MARK "crowd-"

/**
 * struct member - a task
 * @name: MARK, its number, and more, of another length than its neighbours'
 * @told: what it must be told of @name
 * @answers: of a command, those with the errno
 */
struct member {
	int number;
	unsigned int random;
	char name[64];
	char told[128];
	unsigned int answers[COMMANDS][2];
	unsigned int silent;
	unsigned int wrong;
	char example[256];
};

static unsigned int below(struct member *self, unsigned int bound)
{
	self->random = self->random * 1664525 + 1013904223;
	return (self->random >> 8) % bound;
}

static void put_something(struct message *m, struct member *self)
{
	int type = (int)below(self, 48) | (below(self, 4) ? 0 : NLA_F_NESTED);
	unsigned long long number = self->random;
	unsigned int at;

	switch (below(self, 6)) {
	case 0:
		put(m, type, &number, below(self, sizeof(number) + 1));
		break;
	case 1:
		put_claimed(m, type, self->name, sizeof(self->name), below(self, 200));
		break;
	case 2:
		put(m, type, self->name, strlen(self->name));
		break;
	case 3:
		at = nest_begin(m, type);
		put_string(m, (int)below(self, 48), self->name);
		put(m, (int)below(self, 48), &number, sizeof(number));
		nest_end(m, at);
		break;
	default:
		put_string(m, type, self->name);
	}
}

/* No text has another's name, and each is of letters. */
static bool text_is_own(const struct member *self, const char *text)
{
	const char *at;

	for (at = text; (at = strstr(at, MARK)); at++)
		if (strncmp(at, self->name, strlen(self->name)))
			return false;
	for (at = text; *at; at++)
		if (*at < ' ' || *at > '~')
			return false;
	return true;
}

static void tell(struct member *self, const struct refusal *r, bool good)
{
	if (r->error < 0)
		self->silent++;
	if (r->error < 0 || (good && text_is_own(self, r->ack) && text_is_own(self, r->reason)))
		return;
	if (!self->wrong++)
		snprintf(self->example, sizeof(self->example), "%.60s, %.60s for %.60s", r->ack,
			 r->reason, self->name);
}

/* A request whose refusal is known. */
static void ask_known(int fd, struct member *self)
{
	struct refusal r;
	struct message m;

	begin(&m, KWASM_CMD_GET_PROGRAM, 0);
	put_string(&m, KWASM_A_PROGRAM_NAME, self->name);
	r = exchange_texts(fd, &m);
	tell(self, &r, r.error == ENOENT && !strcmp(r.reason, self->told) &&
	     !strstr(r.ack, MARK));
	self->answers[KWASM_CMD_GET_PROGRAM][r.error > 0]++;
}

static void ask_anything(int fd, struct member *self)
{
	int cmd = (int)below(self, COMMANDS), i;
	struct refusal r;
	struct message m;

	begin(&m, cmd, below(self, 2) ? NLM_F_DUMP : 0);
	for (i = (int)below(self, 4); i > 0; i--)
		put_something(&m, self);
	r = exchange_texts(fd, &m);
	tell(self, &r, true);
	self->answers[cmd][r.error > 0]++;
}

static long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

/* In a child.  @start: ends when all are there.  Return: its status. */
static int take_part(struct member *self, int start, int seconds)
{
	char byte = 0;
	long end;
	int fd;

	if (setresgid(NOBODY, NOBODY, NOBODY) || setresuid(NOBODY, NOBODY, NOBODY) ||
	    unshare(CLONE_NEWUSER | CLONE_NEWNET))
		return 1;
	fd = connect_acks();
	/* One byte of its name for each neighbour. */
	snprintf(self->name, sizeof(self->name), MARK "%03d-%0*d", self->number,
		 1 + self->number % 40, 0);
	snprintf(self->told, sizeof(self->told), "program %s is not loaded", self->name);
	self->random = (unsigned int)self->number;
	while (read(start, &byte, 1) > 0)
		;
	for (end = now() + seconds; now() < end && !self->silent;) {
		ask_known(fd, self);
		ask_anything(fd, self);
	}
	return 0;
}

static void results(const struct member *members)
{
	unsigned int total[2] = { 0, 0 }, sum[2], silent = 0, wrong = 0;
	int cmd, i, unrefused = 0;

	for (cmd = 0; cmd < COMMANDS; cmd++) {
		memset(sum, 0, sizeof(sum));
		for (i = 0; i < TASKS; i++) {
			sum[0] += members[i].answers[cmd][0];
			sum[1] += members[i].answers[cmd][1];
		}
		total[0] += sum[0];
		total[1] += sum[1];
		unrefused += !sum[1];
		printf("# command %d: %u answers, %u of them refusals\n", cmd, sum[0] + sum[1],
		       sum[1]);
	}
	for (i = 0; i < TASKS; i++) {
		silent += members[i].silent;
		wrong += members[i].wrong;
		if (members[i].wrong)
			printf("# %s\n", members[i].example);
	}
	printf("# %u requests, %u refused\n", total[0] + total[1], total[1]);
	ok(!unrefused, "each command has been refused: %d have not", unrefused);
	ok(!silent, "all requests were answered: %u were not", silent);
	ok(!wrong, "nobody was told what was another's: %u answers", wrong);
}

void crowd(int seconds)
{
	size_t size = TASKS * sizeof(struct member);
	int start[2], task, state, failed = 0;
	struct member *members;

	members = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (members == MAP_FAILED || pipe(start)) {
		ok(false, "a crowd is ready");
		return;
	}
	fflush(stdout);
	for (task = 0; task < TASKS; task++) {
		members[task].number = task;
		if (fork())
			continue;
		close(start[1]);
		_exit(take_part(&members[task], start[0], seconds));
	}
	close(start[0]);
	close(start[1]);
	for (task = 0; task < TASKS; task++)
		failed += wait(&state) < 0 || !WIFEXITED(state) || WEXITSTATUS(state);
	ok(!failed, "%d tasks sent bad requests for %d s: %d could not", TASKS, seconds, failed);
	results(members);
	munmap(members, size);
}
