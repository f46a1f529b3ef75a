/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * device.h - the name of a network device.
 */
#ifndef KWASM_CTL_DEVICE_H
#define KWASM_CTL_DEVICE_H

#include <linux/if.h>

/**
 * ctl_device_find() - find a device by its name or an alternative name.
 * @found: its own name, empty if there is no such device
 *
 * In the namespace of this process, which the first request to the module enters.
 * Return: enum ctl_status.
 */
int ctl_device_find(const char *name, char found[IFNAMSIZ]);

#endif /* KWASM_CTL_DEVICE_H */
