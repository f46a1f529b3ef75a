// SPDX-License-Identifier: GPL-2.0-only
/* nbody.c - five bodies under gravity, by steps of velocity and position. */
#include "../kernel.h"

#define BODIES 5u

struct body {
	double x, y, z, vx, vy, vz, mass;
};

static struct body bodies[BODIES];

static NOINLINE void advance(double dt)
{
	uint32_t i, j;

	for (i = 0; i < BODIES; i++) {
		struct body *a = &bodies[i];

		for (j = i + 1; j < BODIES; j++) {
			struct body *b = &bodies[j];
			double dx = a->x - b->x, dy = a->y - b->y, dz = a->z - b->z;
			double square = dx * dx + dy * dy + dz * dz;
			double pull = dt / (square * __builtin_sqrt(square));

			a->vx -= dx * b->mass * pull;
			a->vy -= dy * b->mass * pull;
			a->vz -= dz * b->mass * pull;
			b->vx += dx * a->mass * pull;
			b->vy += dy * a->mass * pull;
			b->vz += dz * a->mass * pull;
		}
	}
	for (i = 0; i < BODIES; i++) {
		bodies[i].x += dt * bodies[i].vx;
		bodies[i].y += dt * bodies[i].vy;
		bodies[i].z += dt * bodies[i].vz;
	}
}

KERNEL(n)
{
	uint32_t sum = 0, i;

	for (i = 0; i < BODIES; i++)
		bodies[i] = (struct body){ i * 5.0, i * 0.75 - 1, 0.25 - i * 0.125,
					   0.5 - i * 0.25, i ? 1.0 / i : 0, 0.125 * i,
					   i ? 0.01 / i : 40 };
	for (i = 0; i < n; i++)
		advance(0.01);
	for (i = 0; i < BODIES; i++)
		sum = mix_double(mix_double(sum, bodies[i].x), bodies[i].vy);
	return sum;
}
