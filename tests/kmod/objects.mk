# SPDX-License-Identifier: GPL-2.0-only
# Test modules, see Kbuild.
obj-m += kwasm_selftest.o
kwasm_selftest-y := $(addprefix tests/kmod/,selftest.o guest_code.o test_text.o test_memory.o \
	test_traps.o test_watchdog.o test_thread.o)

obj-m += kwasm_spec.o
kwasm_spec-y := tests/kmod/kwasm_spec_main.o tests/spec/exec.o tests/spec/spectest.o

obj-m += kwasm_testhost.o
kwasm_testhost-y := tests/kmod/kwasm_testhost_main.o

obj-m += kwasm_bench.o
kwasm_bench-y := tests/kmod/kwasm_bench_main.o

obj-m += kwasm_fputest.o
kwasm_fputest-y := $(addprefix tests/kmod/,kwasm_fputest_main.o fputest_load.o)

obj-m += kwasm_testprovider.o
kwasm_testprovider-y := tests/kmod/kwasm_testprovider_main.o

obj-m += kwasm_testcaller.o
kwasm_testcaller-y := tests/kmod/kwasm_testcaller_main.o
