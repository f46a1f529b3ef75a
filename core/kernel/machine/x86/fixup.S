/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fixup.S - where execution resumes after a fault of compiled code with an exception table, see
 * extable.c.
 *
 * The kernel returns here from the exception, with the registers of the guest except r11: that has,
 * sign-extended, the lower half of the faulting byte's offset in its text.  The upper half is the
 * number of the fixup.  The guest's frames are no longer needed: its stack is abandoned first, as
 * in kwasm_leave.  If the fault was the fetch after an indirect branch, the CPU may still expect an
 * endbr64, so each fixup starts with one, which the kernel must not remove as unused.
 */
#include <linux/linkage.h>
#include <asm/ibt.h>
#include <asm/unwind_hints.h>

#include "x64/entry.h"
#include "extable.h"

	.text

	.balign KWASM_EXTABLE_FIXUP_BYTES
SYM_CODE_START(kwasm_extable_fixups)
.set .Lgroup, 0
.rept KWASM_EXTABLE_GROUPS
	.balign KWASM_EXTABLE_FIXUP_BYTES, 0xcc
	UNWIND_HINT_FUNC
1:	ENDBR
	mov	$(.Lgroup << 16), %esi
	jmp	.Lfaulted
	.pushsection .discard.ibt_endbr_noseal, "a"
	.quad	1b
	.popsection
.set .Lgroup, .Lgroup + 1
.endr
	.balign KWASM_EXTABLE_FIXUP_BYTES, 0xcc
.Lfaulted:
	mov	X64_CTX_SAVED_RSP(%r15), %rsp
	UNWIND_HINT_FUNC
	movzwl	%r11w, %eax
	or	%eax, %esi
	mov	%r15, %rdi
	sub	$8, %rsp
	call	kwasm_extable_faulted
	add	$8, %rsp
	jmp	kwasm_leave
SYM_CODE_END(kwasm_extable_fixups)
