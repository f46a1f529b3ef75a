/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nl.h - requests to the kernel module and its replies, without libnl types.
 */
#ifndef KWASM_CTL_NL_H
#define KWASM_CTL_NL_H

#include "diag.h"
#include "env.h"
#include "uapi/kwasm.h"

struct nlattr;
struct ctl_request;

/* Room for the attributes of any space. */
union ctl_space {
#define SPACE(name, text) char name[KWASM_A_##name##_END];
	KWASM_SPACES(SPACE)
#undef SPACE
};

enum ctl_space_id {
#define SPACE(name, text) CTL_SPACE_##name,
	KWASM_SPACES(SPACE)
#undef SPACE
};

/**
 * struct ctl_fields - the attributes of a message or nest
 * @attr: the last one of each type, by its number in the space of the message or nest
 * @first: the first of all, for repeated ones
 */
struct ctl_fields {
	struct nlattr *attr[sizeof(union ctl_space)];
	struct nlattr *first;
	int len;
};

/** ctl_reply_fn - handles a message of the reply; nonzero stops reading with that value. */
typedef int (*ctl_reply_fn)(const struct ctl_fields *f, u8 cmd, void *arg);

/**
 * ctl_request_new() - begin a request.
 *
 * Return: NULL after printing a message.
 */
struct ctl_request *ctl_request_new(u8 cmd);

void ctl_request_string(struct ctl_request *req, int attr, const char *value);
void ctl_request_u8(struct ctl_request *req, int attr, u8 value);
void ctl_request_u32(struct ctl_request *req, int attr, u32 value);
void ctl_request_s32(struct ctl_request *req, int attr, s32 value);
void ctl_request_u64(struct ctl_request *req, int attr, u64 value);
void ctl_request_flag(struct ctl_request *req, int attr);

/**
 * ctl_request_nest() - begin a nest, the last thing in a request.
 * @space: of its attributes
 *
 * Attributes added up to ctl_request_nest_end() are in the nest.
 */
void ctl_request_nest(struct ctl_request *req, int attr, enum ctl_space_id space);
void ctl_request_nest_end(struct ctl_request *req);

/**
 * ctl_request_try() - send a request, read the reply, free the request; the first call connects to
 * the module.
 * @dump: request a dump
 * @fn: called with each message, or NULL
 *
 * Return: 0, the nonzero value of @fn, or -errno; ctl_request_error() has the message.
 */
int ctl_request_try(struct ctl_request *req, bool dump, ctl_reply_fn fn, void *arg);

/**
 * struct ctl_error - why a request failed
 * @diag: message and place
 * @refused: the kernel refused it; else it was not sent or not answered
 */
struct ctl_error {
	struct kwasm_diag diag;
	bool refused;
};

/** ctl_request_error() - of the last failed request. */
const struct ctl_error *ctl_request_error(void);

/** ctl_request_fail() - report the last failed request, on @file or NULL.  Return: CTL_FAILED. */
int ctl_request_fail(const char *file);

/** ctl_request_do() - ctl_request_try(), printing a failure.  Return: enum ctl_status. */
int ctl_request_do(struct ctl_request *req, bool dump, ctl_reply_fn fn, void *arg);

/** ctl_program_check() - check that a program is loaded.  Return: enum ctl_status. */
int ctl_program_check(const char *name);

/** ctl_events_join() - subscribe to events.  Return: enum ctl_status. */
int ctl_events_join(void);

/**
 * ctl_events_read() - call @fn with each event since ctl_events_join() until it returns nonzero.
 * @fn: its fields are NULL when the module has been unloaded; if it continues, so do the events
 *	once the module is loaded again
 *
 * Dies of SIGPIPE when nobody reads standard output any more, even without an event.
 * Return: that value, or CTL_FAILED if reading failed.
 */
int ctl_events_read(ctl_reply_fn fn, void *arg);

/** ctl_connect() - connect to the module.  Return: enum ctl_status; prints a failure. */
int ctl_connect(void);

/** ctl_module_absent() - is the module neither loaded nor loadable?  Prints nothing. */
bool ctl_module_absent(void);

void ctl_disconnect(void);

/* Fields; an absent one reads as 0, "" or false. */
bool ctl_field_has(const struct ctl_fields *f, int attr);
u64 ctl_field_uint(const struct ctl_fields *f, int attr);
const char *ctl_field_string(const struct ctl_fields *f, int attr);
const u8 *ctl_field_bytes(const struct ctl_fields *f, int attr, size_t *size);
bool ctl_field_nest(const struct ctl_fields *f, int attr, struct ctl_fields *in);

/** ctl_field_next() - the next attribute of a type after @pos; NULL starts with the first. */
struct nlattr *ctl_field_next(const struct ctl_fields *f, int attr, struct nlattr *pos);
bool ctl_attr_nest(struct nlattr *attr, struct ctl_fields *in);

#endif /* KWASM_CTL_NL_H */
