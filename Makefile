# SPDX-License-Identifier: GPL-2.0-only
# kwasm: everything is built under $(BUILD); `make help` lists the targets.
#
# A directory with its own rules has a Makefile.inc, included below.  It may add
#	NEEDS_<group> += TARGET		what has to be built before the tests of that group
#	TESTS_<group> += PATH		tests of it that are not in tests/<group>/
# tests/<group>/**/*.t and *.sh and tests/unit/*_test.c are tests without being named anywhere; in
# which guests a *.sh runs stands in itself, see scripts/check.

BUILD ?= build$(if $(SAN),-san)
V ?= 0
Q := $(if $(filter 0,$(V)),@)
say = @printf '  %-7s %s\n' $(1) $(2)

CC := gcc
WASM_CC ?= clang
WASM_CXX ?= clang++
WASM_LD ?= wasm-ld
PREFIX ?= /usr/local
KDIR ?= /lib/modules/$(shell uname -r)/build
GUEST_KERNELS ?= 6.1 6.12 7.x
MATRIX_KERNELS ?= 6.1 6.12 6.1-cloud 6.12-cloud 6.12-trixie 7.x 7.x-sid

# The C dialect of the kernel, so that code that compiles here also compiles there.
CFLAGS ?= -O2 -g
override CFLAGS += -std=gnu11 -Wall -Wextra -Werror -Wvla -Wdeclaration-after-statement \
	-Wno-unused-parameter -Wno-missing-field-initializers \
	-fno-strict-aliasing -fno-strict-overflow
ifdef SAN
override CFLAGS += -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
override LDFLAGS += -fsanitize=address,undefined
else
override CFLAGS += -Wframe-larger-than=1024
endif
ifdef STEPS
override CFLAGS += -fsanitize-coverage=trace-pc -Wno-frame-larger-than
endif
override CPPFLAGS += -Icore -MMD -MP

# Prerequisites of tests build on all CPUs, unless make has a -j option.
jobs = $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(shell nproc))

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY:
MAKEFLAGS += --no-builtin-rules

.PHONY: all
all: lib ctl examples ## the library, kwasmctl and the examples

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z][a-z0-9_-]*:.*## / { printf "  %-17s %s\n", $$1, $$2 }' \
		$(filter Makefile %/Makefile.inc,$(MAKEFILE_LIST))
	@echo
	@echo '  KDIR=DIR   kernel headers for `make modules` ($(KDIR))'
	@echo '  BUILD=DIR  output directory ($(BUILD))'
	@echo '  SAN=1      build with ASan and UBSan in build-san'
	@echo '  V=1        print commands'

# ---- the userspace library ------------------------------------------------------------------

include core/objects.mk
include core/user/objects.mk
LIBKWASM := $(BUILD)/libkwasm.a
LIB_OBJS := $(addprefix $(BUILD)/core/,$(KWASM_CORE_OBJS)) \
	$(addprefix $(BUILD)/core/user/,$(KWASM_USER_OBJS))

.PHONY: lib
lib: $(LIBKWASM) ## libkwasm.a: the core as a user-space library

$(LIBKWASM): $(LIB_OBJS) core/objects.mk core/user/objects.mk
	$(if $(strip $(LIB_OBJS)),,$(error core/objects.mk lists no object))
	$(call say,AR,$@)
	$(Q)mkdir -p $(@D)
	$(Q)rm -f $@
	$(Q)ar qcs $@ $(LIB_OBJS)

$(BUILD)/%.o: %.c
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(CFLAGS_$(firstword $(subst /, ,$*))) -c -o $@ $<

$(BUILD)/%.o: %.S
	$(call say,AS,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

# ---- kwasmctl -------------------------------------------------------------------------------

CTL := $(BUILD)/kwasmctl
CTL_PKGS := libnl-3.0 libnl-genl-3.0 jansson libdw libelf libmd
CTL_OBJS := $(patsubst %.c,$(BUILD)/%.o,$(wildcard ctl/*.c))
CFLAGS_ctl = $(shell pkg-config --cflags $(CTL_PKGS))

.PHONY: ctl
ctl: $(CTL) ## kwasmctl

$(CTL): $(CTL_OBJS) $(LIBKWASM)
	$(if $(strip $(CTL_OBJS)),,$(error ctl/ holds no source))
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(CTL_OBJS) $(LIBKWASM) \
		$(shell pkg-config --libs $(CTL_PKGS)) -lpcap

# ---- guests: one .c, one .wasm --------------------------------------------------------------
# The linker runs separately: clang as a linker driver would run wasm-opt if it is installed.

EXAMPLE_SRCS := $(wildcard examples/*/*.c)
EXAMPLES := $(foreach s,$(EXAMPLE_SRCS),$(BUILD)/examples/$(basename $(notdir $(s))).wasm)
# The flags that every guest needs are those of the pkg-config file, as for users outside the tree.

pc_field = $(subst $${includedir},core/uapi,$(shell sed -n 's/^$(1)[:=] *//p' scripts/kwasm.pc.in))
WASM_WARNINGS := -Wall -Wextra -Werror
WASM_CFLAGS := $(call pc_field,Cflags) -std=gnu11 -O2 $(WASM_WARNINGS)
WASM_CXXFLAGS := $(call pc_field,Cflags) $(call pc_field,cxxflags) -std=gnu++17 -O2 $(WASM_WARNINGS)
WASM_LDFLAGS := $(call pc_field,Libs) --strip-debug

.PHONY: examples
examples: $(EXAMPLES) ## the example guests, build/examples/*.wasm
	$(if $(strip $(EXAMPLES)),,$(error examples/ holds no source))
	$(if $(filter-out $(words $(EXAMPLES)),$(words $(sort $(EXAMPLES)))),\
		$(error two examples have the same name))

vpath %.c $(sort $(dir $(EXAMPLE_SRCS)))

$(BUILD)/examples/%.wasm: $(BUILD)/examples/obj/%.o
	$(call say,WASMLD,$@)
	$(Q)$(WASM_LD) $(WASM_LDFLAGS) -o $@ $<

$(BUILD)/examples/obj/%.o: %.c
	$(call say,WASMCC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(WASM_CC) $(WASM_CFLAGS) -MMD -MP -c -o $@ $<

# ---- kernel modules -------------------------------------------------------------------------

.PHONY: modules
modules: ## the kernel modules for KDIR, build/modules-<release>/*.ko
	+$(Q)scripts/build-modules '$(KDIR)' '$(abspath $(BUILD))' V=$(V) $(KMAKEFLAGS)

.PHONY: modules-guests
modules-guests: $(addprefix modules-guest-,$(GUEST_KERNELS)) ## the modules for the guests' kernels

.PHONY: modules-guest-%
modules-guest-%: kernel-%
	+$(Q)scripts/build-modules 'build/kernels/$*/kdir' '$(abspath $(BUILD))' V=$(V)

.PHONY: kernel-%
kernel-%:
	$(Q)scripts/guest-kernel $*

.PHONY: guests
guests: modules-guests ctl examples ## everything that tests/vm/run installs in a guest

# ---- tests ----------------------------------------------------------------------------------

GROUPS := unit ir spec kernel net tools style

.PHONY: check
check: ## every test below; the last line is the count
	+$(Q)CHECK_JOBS='$(jobs)' scripts/check-all '$(abspath $(BUILD))' $(GROUPS)

.PHONY: check-unit check-ir check-spec check-kernel check-net check-tools check-style
check-unit: ## C unit tests of the core and the library
check-ir: ## output of each compiler pass for small functions
check-spec: ## the WebAssembly specification suite, in user space
check-kernel: ## the suite, traps and limits inside guests
check-net: ## packets through handlers, inside guests
check-tools: ## kwasmctl and its errors
check-style: ## checkpatch, sparse, shellcheck and the project's rules

UNIT_TESTS := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/*_test.c))
TESTS_unit := $(UNIT_TESTS)
NEEDS_unit := $(UNIT_TESTS)
NEEDS_ir := lib
NEEDS_spec := lib
NEEDS_kernel := guests
NEEDS_net := guests
NEEDS_tools := ctl examples

include $(wildcard */Makefile.inc) $(wildcard */*/Makefile.inc)

$(BUILD)/tests/unit/%: $(BUILD)/tests/unit/%.o $(LIBKWASM)
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^

define check-group
.PHONY: needs-$(1)
needs-$(1): $$(NEEDS_$(1))
	$$(Q)mkdir -p $$(BUILD)/check
	$$(Q)touch $$(BUILD)/check/$(1).built
check-$(1): deps
	+$$(Q)$$(MAKE) $$(jobs) --no-print-directory needs-$(1)
	$$(Q)scripts/check --build '$$(abspath $$(BUILD))' --kernels '$$(GUEST_KERNELS)' \
		--group $(1) $$(sort $$(TESTS_$(1))) tests/$(1)
endef
$(foreach g,$(GROUPS),$(eval $(call check-group,$(g))))

.PHONY: check-built
check-built:
	$(Q)scripts/check --build '$(abspath $(BUILD))' --kernels '$(GUEST_KERNELS)' \
		$(foreach g,$(GROUPS),--group $(g) $(sort $(TESTS_$(g))) tests/$(g))

# Its tests are those whose headers say so, see scripts/check.
.PHONY: check-kernels
check-kernels: deps ## what depends on the kernel, on each of MATRIX_KERNELS, with a table
	+$(Q)$(MAKE) $(jobs) --no-print-directory guests net-files fpu-files \
		GUEST_KERNELS='$(MATRIX_KERNELS)'
	$(Q)scripts/check --build '$(abspath $(BUILD))' --kernels '$(MATRIX_KERNELS)' --matrix \
		--group kernels tests/kernel tests/net

.PHONY: deps
deps: ## install the Debian packages for building and testing
	$(Q)scripts/install-deps

.PHONY: demo
demo: deps ## build, boot a guest and drop its pings
	+$(Q)$(MAKE) $(jobs) --no-print-directory guests GUEST_KERNELS=6.1
	$(Q)KWASM_BUILD='$(abspath $(BUILD))' scripts/demo

# Created by scripts/guest-kernel, get-checkpatch, get-testsuite and get-languages (npm), and their
# apt lists (apt).
DOWNLOADED := apt checkpatch kernels npm testsuite

.PHONY: clean
clean: ## remove build results, but keep downloads
	$(Q)if [ -d $(BUILD) ]; then find $(BUILD) -mindepth 1 -maxdepth 1 \
		$(patsubst %,! -name %,$(DOWNLOADED)) -exec rm -rf {} +; fi

.PHONY: distclean
distclean: ## remove build results and downloads
	$(Q)rm -rf build build-san

-include $(shell [ -d $(BUILD) ] && find $(BUILD) \( -name kernels -o -name vm -o -name apt \
	-o -name 'modules-*' \) -prune -o -type f -name '*.d' -print)
