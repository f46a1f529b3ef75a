;; SPDX-License-Identifier: GPL-2.0-only

;; a join makes a phi only for the local on which its edges differ
(module (func (param i32 i32 i32) (result i32)
	local.get 0
	if
		i32.const 5
		local.set 1
		local.get 2
		local.set 2
	end
	local.get 1
	local.get 2
	i32.add))
;; after build
;;	func 0
;;	b0:
;;		v1 = param.i32 #0
;;		v2 = param.i32 #1
;;		v3 = param.i32 #2
;;		br v1 b1 b2
;;	b1: preds b0
;;		v4 = const.i32 0x5
;;		jmp b2
;;	b2: preds b1 b0
;;		v5 = phi.i32 v4, v2
;;		v6 = add.i32 v5, v3
;;		ret v6

;; a loop's header has phis for the locals that the loop assigns, and only for them
(module (func (param i32 i32) (result i32) (local i32)
	loop
		local.get 2
		local.get 0
		i32.add
		local.tee 2
		local.get 1
		i32.lt_u
		br_if 0
	end
	local.get 2))
;; after build
;;	func 0
;;	b0:
;;		v1 = param.i32 #0
;;		v2 = param.i32 #1
;;		v3 = const.i32 0x0
;;		jmp b1
;;	b1: preds b0 b1; loop b1 depth 1
;;		v4 = phi.i32 v3, v5
;;		v5 = add.i32 v4, v1
;;		v6 = ltu.i32 v5, v2
;;		br v6 b1 b2
;;	b2: preds b1
;;		ret v5

;; a loop without a branch back is not a loop, unreachable code is not built
(module (func (result i32)
	loop (result i32)
		i32.const 1
		return
		unreachable
		loop
			br 0
		end
	end))
;; after build
;;	func 0
;;	b0:
;;		v1 = const.i32 0x1
;;		ret v1

;; all edges of a table to one block are one edge; operands travel through phis
(module (func (param i32) (result i32)
	block (result i32)
		block (result i32)
			i32.const 7
			local.get 0
			br_table 0 1 0 1
		end
		i32.const 1
		i32.add
	end))
;; after build
;;	func 0
;;	b0:
;;		v1 = param.i32 #0
;;		v2 = const.i32 0x7
;;		switch v1 [b1 b2 b1 b2]
;;	b1: preds b0
;;		v3 = const.i32 0x1
;;		v4 = add.i32 v2, v3
;;		jmp b2
;;	b2: preds b0 b1
;;		v5 = phi.i32 v2, v4
;;		ret v5

;; results after the first directly follow their call
(module
	(import "spectest" "two" (func $two (param i32) (result i32 i64)))
	(func (param i32) (result i32 i64)
		local.get 0
		call $two))
;; after build
;;	func 1
;;	b0:
;;		v1 = param.i32 #0
;;		v2 = call.i32 v1 #0
;;		v3 = result.i64 #1
;;		ret v2, v3

;; run-time functions get indices after the operands
(module (memory 1) (table 1 funcref) (elem func)
	(func
		i32.const 1
		i32.const 2
		i32.const 3
		table.init 0
		i32.const 1
		ref.null func
		table.set 0
		i32.const 1
		memory.grow
		drop))
;; after build
;;	func 0
;;	b0:
;;		v1 = const.i32 0x1
;;		v2 = const.i32 0x2
;;		v3 = const.i32 0x3
;;		v4 = const.i32 0x0
;;		v5 = const.i32 0x0
;;		callrt v1, v2, v3, v4, v5 #11
;;		v6 = const.i32 0x1
;;		v7 = const.i64 0x0
;;		v8 = const.i32 0x0
;;		callrt v6, v7, v8 #6
;;		v9 = const.i32 0x1
;;		v10 = callrt.i32 v9 #0
;;		ret

;; floats
(module (memory 1) (func (param f32 f64) (result i64)
	i32.const 8
	local.get 0
	f64.promote_f32
	local.get 1
	f64.add
	i32.const 16
	f64.load
	f64.max
	f64.store
	local.get 0
	f32.const 1.5
	f32.lt
	if (result i64)
		local.get 1
		i64.trunc_sat_f64_u
	else
		local.get 1
		i64.reinterpret_f64
	end))
;; after build
;;	func 0
;;	b0:
;;		v1 = param.f32 #0
;;		v2 = param.f64 #1
;;		v3 = const.i32 0x8
;;		v4 = promote.f64.f32 v1
;;		v5 = fadd.f64 v4, v2
;;		v6 = const.i32 0x10
;;		v7 = load.f64.u64 v6
;;		v8 = fmax.f64 v5, v7
;;		store.f64.u64 v3, v8
;;		v9 = const.f32 0x3fc00000
;;		v10 = flt.f32 v1, v9
;;		br v10 b1 b2
;;	b1: preds b0
;;		v11 = truncsatu.i64.f64 v2
;;		jmp b3
;;	b2: preds b0
;;		v12 = bitcast.i64.f64 v2
;;		jmp b3
;;	b3: preds b1 b2
;;		v13 = phi.i64 v11, v12
;;		ret v13
