// SPDX-License-Identifier: GPL-2.0-only
/*
 * program.c - typical compiled C: loops, switches, calls through pointers, data.
 */
typedef unsigned int (*step_fn)(unsigned int);

static unsigned int twice(unsigned int v)
{
	return v * 2;
}

static unsigned int half(unsigned int v)
{
	return v / 2;
}

static const step_fn steps[] = { twice, half };
static unsigned char table[256];

__attribute__((export_name("crc"))) unsigned int crc(const unsigned char *p, unsigned int len)
{
	unsigned int c = ~0u, i;

	while (len--) {
		c ^= *p++;
		for (i = 0; i < 8; i++)
			c = c & 1 ? c >> 1 ^ 0xedb88320 : c >> 1;
		table[c & 255]++;
	}
	return ~c;
}

__attribute__((export_name("walk"))) unsigned long long walk(unsigned int v, unsigned int n)
{
	unsigned long long sum = 0;

	while (n--) {
		switch (v & 7) {
		case 0:
			v = steps[n & 1](v);
			break;
		case 1:
			v = v * 3 + 1;
			break;
		case 2:
		case 3:
			v ^= 0x55;
			break;
		case 4:
			sum += table[v & 255];
			break;
		case 5:
			return sum;
		default:
			v = v >> 1;
		}
		sum = sum * 31 + v;
	}
	return sum;
}
