// SPDX-License-Identifier: GPL-2.0-only
/*
 * kwasm_spec_main.c - replays command streams of the specification's suite inside the kernel.
 *
 * /dev/kwasm_spec takes one stream for each open file: write it, then read the result, which is
 * text: a line "FAIL LINE SENTENCE" for each of the first failures and, last, a line
 * "COUNTS PASSED FAILED TEXT ERROR".  The stream runs at the first read.
 */
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "../spec/exec.h"

#define STREAM_MAX (8u << 20)
#define TEXT_MAX (16u << 10)
#define TEXT_LAST 80u		/* kept free for the last line */
#define MEMORY_PAGES 10240u	/* binaryen's resizing.wast asks for 10003 */
#define TABLE_ELEMS (1u << 20)
#define CALL_MS 20000u

/**
 * struct spec_file - one open file
 * @stream: room for STREAM_MAX bytes, @size of them written
 * @text: the result, NULL before the run
 */
struct spec_file {
	struct mutex lock;	/* all that follows */
	u8 *stream;
	size_t size;
	char *text;
	size_t len;
};

static __printf(3, 4) void put(struct spec_file *f, size_t end, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	f->len += vscnprintf(f->text + f->len, end - f->len, fmt, args);
	va_end(args);
}

static void report(void *arg, u32 line, const char *text)
{
	struct spec_file *f = arg;

	if (f->len + KWASM_DIAG_TEXT + TEXT_LAST < TEXT_MAX)
		put(f, TEXT_MAX - TEXT_LAST, "FAIL %u %s\n", line, text);
}

static int run(struct spec_file *f)
{
	struct kwasm_limits *limits = kwasm_zalloc(1, sizeof(*limits));
	struct kwasm_spec_counts c;
	struct kwasm_spec_env env = {
		.limits = limits, .atomic_grow = true, .report = report, .arg = f,
	};
	int err;

	f->text = vzalloc(TEXT_MAX);
	if (!f->text || !limits) {
		kwasm_free(limits);
		return -ENOMEM;
	}
	*limits = kwasm_limits_default;
	limits->memory_pages = MEMORY_PAGES;
	limits->table_elems = TABLE_ELEMS;
	limits->call_ms = CALL_MS;
	err = kwasm_spec_run(f->stream, f->size, &env, &c);
	put(f, TEXT_MAX, "COUNTS %u %u %u %d\n", c.passed, c.failed, c.skipped_text, err);
	kwasm_free(limits);
	return 0;
}

static int spec_open(struct inode *inode, struct file *file)
{
	struct spec_file *f = kzalloc(sizeof(*f), GFP_KERNEL);

	if (!f)
		return -ENOMEM;
	f->stream = vmalloc(STREAM_MAX);
	if (!f->stream) {
		kfree(f);
		return -ENOMEM;
	}
	mutex_init(&f->lock);
	file->private_data = f;
	return nonseekable_open(inode, file);
}

static int spec_release(struct inode *inode, struct file *file)
{
	struct spec_file *f = file->private_data;

	vfree(f->text);
	vfree(f->stream);
	kfree(f);
	return 0;
}

static ssize_t spec_write(struct file *file, const char __user *from, size_t len, loff_t *pos)
{
	struct spec_file *f = file->private_data;
	ssize_t ret = len;

	mutex_lock(&f->lock);
	if (f->text)
		ret = -EBUSY;
	else if (len > STREAM_MAX - f->size)
		ret = -EFBIG;
	else if (copy_from_user(f->stream + f->size, from, len))
		ret = -EFAULT;
	else
		f->size += len;
	mutex_unlock(&f->lock);
	return ret;
}

/* Writing leaves the position alone, so that reading starts at the first byte. */
static ssize_t spec_read(struct file *file, char __user *to, size_t len, loff_t *pos)
{
	struct spec_file *f = file->private_data;
	ssize_t ret = 0;

	mutex_lock(&f->lock);
	if (!f->text)
		ret = run(f);
	if (!ret)
		ret = simple_read_from_buffer(to, len, pos, f->text, f->len);
	mutex_unlock(&f->lock);
	return ret;
}

static const struct file_operations spec_fops = {
	.owner = THIS_MODULE,
	.open = spec_open,
	.release = spec_release,
	.write = spec_write,
	.read = spec_read,
};

static struct miscdevice spec_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "kwasm_spec",
	.fops = &spec_fops,
	.mode = 0600,
};

module_misc_device(spec_device);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("kwasm: the WebAssembly specification's suite, replayed in the kernel");
