// SPDX-License-Identifier: GPL-2.0-only
/*
 * defer.c - requests that are carried out by their caller, but without generic netlink's lock.
 *
 * Guarantees: a deferred request runs in the task that made it, with its credentials, memory cgroup
 * and signals, while no lock is held; for user space nothing differs: sendmsg() returns after it,
 * replies and acks come in the order of the requests.
 *
 * While a generic netlink request is handled, a semaphore is held that every registration of a
 * family on the machine waits for, and then every further request.  So a request that takes long is
 * only kept by its handler, which drops the last reference to a file made for the purpose: the
 * kernel calls the file's release() when the task leaves the kernel, be it to return to user space
 * or to die, and keeps this module until that has returned.
 */
#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <net/sock.h>

#include "defer.h"

/* What may wait in a batch besides its first message, which is as large as the socket allows. */
#define BATCH_BYTES ((size_t)SZ_1M)

/**
 * struct batch - the requests of one call into the kernel, in their order; its task's alone
 * @node: in the list of batches; batches_lock
 * @task: the task, which has not returned to user space since the first of them
 * @bytes: kept by the requests after the first
 */
struct batch {
	struct list_head node;
	struct task_struct *task;
	struct list_head requests;
	size_t bytes;
};

/**
 * struct deferred - a request
 * @skb: its message, to which the pointers in @info refer
 * @sender: the socket that it came from, whose options netlink_ack() reads
 */
struct deferred {
	struct list_head node;
	struct sk_buff *skb;
	struct sock *sender;
	struct genl_info info;
	struct netlink_ext_ack extack;
	int (*act)(struct genl_info *info);
	struct nlattr *attrs[];
};

static DEFINE_SPINLOCK(batches_lock);
static LIST_HEAD(batches);		/* batches_lock */

static struct batch *current_batch(void)
{
	struct batch *batch, *found = NULL;

	spin_lock(&batches_lock);
	list_for_each_entry(batch, &batches, node)
		if (batch->task == current)
			found = batch;
	spin_unlock(&batches_lock);
	return found;
}

bool kwasm_defer_pending(void)
{
	return current_batch();
}

static void deferred_free(struct deferred *d)
{
	struct net *net = genl_info_net(&d->info);

	consume_skb(d->skb);	/* charged to a socket of the namespace */
	sock_put(d->sender);
	put_net(net);
	kfree(d);
}

static void carry_out(struct deferred *d)
{
	struct nlmsghdr *header = (struct nlmsghdr *)d->info.nlhdr;
	int err = -EINTR;

	/*
	 * A worker of io_uring may exit first: then it has neither files nor namespaces.  Too late
	 * even for that, the kernel would have a thread of its own release the file.
	 */
	if (!(current->flags & (PF_EXITING | PF_KTHREAD)))
		err = d->act(&d->info);
	if (err || header->nlmsg_flags & NLM_F_ACK)
		netlink_ack(d->skb, header, err, &d->extack);
}

/* The last reference is gone: no lock is held. */
static int batch_release(struct inode *inode, struct file *file)
{
	struct batch *batch = file->private_data;
	struct deferred *d, *next;

	list_for_each_entry_safe(d, next, &batch->requests, node) {
		carry_out(d);
		deferred_free(d);
		cond_resched();
	}
	spin_lock(&batches_lock);
	list_del(&batch->node);
	spin_unlock(&batches_lock);
	kfree(batch);
	return 0;
}

static const struct file_operations batch_ops = {
	.owner = THIS_MODULE,
	.release = batch_release,
};

/* Bytes of memory that one more request keeps. */
static size_t bytes_of(const struct batch *batch, const struct sk_buff *skb)
{
	if (list_last_entry(&batch->requests, struct deferred, node)->skb == skb)
		return sizeof(struct deferred);
	return sizeof(struct deferred) + skb->truesize;
}

static struct batch *batch_create(void)
{
	struct batch *batch = kzalloc(sizeof(*batch), GFP_KERNEL_ACCOUNT);
	struct file *file;

	if (!batch)
		return ERR_PTR(-ENOMEM);
	INIT_LIST_HEAD(&batch->requests);
	batch->task = current;
	file = anon_inode_getfile("[kwasm]", &batch_ops, batch, 0);
	if (IS_ERR(file)) {
		kfree(batch);
		return ERR_CAST(file);
	}
	spin_lock(&batches_lock);
	list_add(&batch->node, &batches);
	spin_unlock(&batches_lock);
	fput(file);
	return batch;
}

static struct deferred *deferred_create(struct sk_buff *skb, struct genl_info *info,
					u32 max_attr, int (*act)(struct genl_info *info))
{
	struct deferred *d = kzalloc(struct_size(d, attrs, max_attr + 1), GFP_KERNEL_ACCOUNT);

	if (!d)
		return NULL;
	d->skb = skb_get(skb);
	d->sender = NETLINK_CB(skb).sk;
	sock_hold(d->sender);
	get_net(genl_info_net(info));
	memcpy(d->attrs, info->attrs, (max_attr + 1) * sizeof(*d->attrs));
	d->info = *info;
	d->info.attrs = d->attrs;
	d->info.extack = &d->extack;
	d->act = act;
	return d;
}

int kwasm_defer_request(struct sk_buff *skb, struct genl_info *info, u32 max_attr,
			int (*act)(struct genl_info *info))
{
	struct batch *batch = current_batch();
	struct deferred *d;

	/* The file of a kernel thread would be released in a worker, by anybody. */
	if (current->flags & PF_KTHREAD) {
		NL_SET_ERR_MSG(info->extack, "this request has to come from user space");
		return -EOPNOTSUPP;
	}
	if (batch && batch->bytes + bytes_of(batch, skb) > BATCH_BYTES) {
		NL_SET_ERR_MSG(info->extack, "too many requests at once: send them one by one");
		return -EBUSY;
	}
	d = deferred_create(skb, info, max_attr, act);
	if (!d)
		return -ENOMEM;
	if (batch)
		batch->bytes += bytes_of(batch, skb);
	else
		batch = batch_create();
	if (IS_ERR(batch)) {
		deferred_free(d);
		return PTR_ERR(batch);
	}
	list_add_tail(&d->node, &batch->requests);
	return -EINTR;
}
