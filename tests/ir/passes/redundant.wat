;; SPDX-License-Identifier: GPL-2.0-only

;; computed before, on every way here: not computed again
(module (func (param i32 i32) (result i32)
	local.get 0
	local.get 1
	i32.mul
	local.get 0
	if (result i32)
		local.get 1
		local.get 0
		i32.mul
	else
		i32.const 3
	end
	i32.add))
;; after dce
;;	func 0
;;	b0:
;;		v1 = param.i32 #0
;;		v2 = param.i32 #1
;;		v3 = mul.i32 v1, v2
;;		br v1 b1 b2
;;	b1: preds b0
;;		jmp b3
;;	b2: preds b0
;;		v4 = const.i32 0x3
;;		jmp b3
;;	b3: preds b1 b2
;;		v5 = phi.i32 v3, v4
;;		v6 = add.i32 v3, v5
;;		ret v6

;; computed in one arm of an if: computed again in the other
(module (func (param i32 i32) (result i32)
	local.get 0
	if (result i32)
		local.get 1
		local.get 0
		i32.mul
	else
		local.get 1
		local.get 0
		i32.mul
		i32.const 3
		i32.add
	end))
;; after dce
;;	func 0
;;	b0:
;;		v1 = param.i32 #0
;;		v2 = param.i32 #1
;;		br v1 b1 b2
;;	b1: preds b0
;;		v3 = mul.i32 v2, v1
;;		jmp b3
;;	b2: preds b0
;;		v4 = mul.i32 v2, v1
;;		v5 = const.i32 0x3
;;		v6 = add.i32 v4, v5
;;		jmp b3
;;	b3: preds b1 b2
;;		v7 = phi.i32 v3, v6
;;		ret v7

;; a read is not repeated until something may have written there
(module (memory 1) (func (param i32 i32) (result i32)
	local.get 0
	i32.load offset=4
	local.get 0
	i32.load offset=4
	i32.add
	local.get 0
	local.get 1
	i32.store offset=8
	local.get 0
	i32.load offset=4
	i32.add
	local.get 1
	local.get 1
	i32.store
	local.get 0
	i32.load offset=4
	i32.add))
;; after dce
;;	func 0
;;	b0:
;;		v1 = param.i32 #0
;;		v2 = param.i32 #1
;;		v3 = load.i32.u32 v1 +4
;;		v4 = add.i32 v3, v3
;;		store.i32.u32 v1, v2 +8
;;		v5 = add.i32 v4, v3
;;		store.i32.u32 v2, v2
;;		v6 = load.i32.u32 v1 +4 notrap
;;		v7 = add.i32 v5, v6
;;		ret v7

;; what was stored is not read back; a narrow read gets it converted
(module (memory 1) (func (param i32 i32) (result i32)
	local.get 0
	local.get 1
	i32.store16
	local.get 0
	i32.load16_s
	local.get 0
	i32.load16_u
	i32.add
	local.get 0
	i32.load8_u
	i32.add))
;; after dce
;;	func 0
;;	b0:
;;		v1 = param.i32 #0
;;		v2 = param.i32 #1
;;		store.i32.u16 v1, v2
;;		v3 = ext16s.i32 v2
;;		v4 = const.i32 0xffff
;;		v5 = and.i32 v2, v4
;;		v6 = add.i32 v3, v5
;;		v7 = load.i32.u8 v1 notrap
;;		v8 = add.i32 v6, v7
;;		ret v8

;; an unused read stays, for it may trap; the second one of the place cannot any more
(module (memory 1) (func (param i32)
	local.get 0
	i32.load offset=8
	drop
	local.get 0
	local.get 0
	i32.store
	local.get 0
	i32.load16_u offset=4
	drop
	local.get 0
	i32.load offset=9
	drop
	i32.const 65532
	i32.load
	drop
	i32.const 65533
	i32.load
	drop))
;; after dce
;;	func 0
;;	b0:
;;		v1 = param.i32 #0
;;		v2 = load.i32.u32 v1 +8
;;		store.i32.u32 v1, v1 notrap
;;		v3 = load.i32.u32 v1 +9
;;		v4 = const.i32 0xfffd
;;		v5 = load.i32.u32 v4
;;		ret

;; reads before a join are not reused after it
(module (memory 1) (func (param i32 i32) (result i32)
	local.get 1
	if
		local.get 0
		i32.load
		local.set 1
	else
		local.get 0
		i32.const 1
		i32.store
	end
	local.get 0
	i32.load
	local.get 1
	i32.add))
;; after dce
;;	func 0
;;	b0:
;;		v1 = param.i32 #0
;;		v2 = param.i32 #1
;;		br v2 b1 b2
;;	b1: preds b0
;;		v3 = load.i32.u32 v1
;;		jmp b3
;;	b2: preds b0
;;		v4 = const.i32 0x1
;;		store.i32.u32 v1, v4
;;		jmp b3
;;	b3: preds b1 b2
;;		v5 = phi.i32 v3, v2
;;		v6 = load.i32.u32 v1
;;		v7 = add.i32 v6, v5
;;		ret v7

;; a global is known until it is set or something is called
(module (global (mut i32) (i32.const 0)) (func $f (result i32)
	global.get 0
	global.get 0
	i32.add
	i32.const 4
	global.set 0
	global.get 0
	i32.add
	call $f
	i32.add
	global.get 0
	i32.add))
;; after dce
;;	func 0
;;	b0:
;;		v1 = gget.i32 #0
;;		v2 = add.i32 v1, v1
;;		v3 = const.i32 0x4
;;		gset.i32 v3 #0
;;		v4 = add.i32 v2, v3
;;		v5 = call.i32 #0
;;		v6 = add.i32 v4, v5
;;		v7 = gget.i32 #0
;;		v8 = add.i32 v6, v7
;;		ret v8

;; invariant work leaves the loop, what may trap and what reads memory does not
(module (memory 1) (func (param i32 i32 i32) (result i32) (local i32)
	loop
		local.get 1
		i32.const 3
		i32.add
		local.get 2
		i32.mul
		local.get 1
		local.get 2
		i32.div_u
		i32.add
		local.get 1
		i32.load
		i32.add
		local.get 3
		i32.add
		local.tee 3
		local.get 0
		i32.lt_u
		br_if 0
	end
	local.get 3))
;; after dce
;;	func 0
;;	b0:
;;		v1 = param.i32 #0
;;		v2 = param.i32 #1
;;		v3 = param.i32 #2
;;		v4 = const.i32 0x0
;;		v5 = const.i32 0x3
;;		v6 = add.i32 v2, v5
;;		v7 = mul.i32 v6, v3
;;		jmp b1
;;	b1: preds b0 b1; loop b1 depth 1
;;		v8 = phi.i32 v4, v9
;;		v10 = divu.i32 v2, v3
;;		v11 = add.i32 v7, v10
;;		v12 = load.i32.u32 v2
;;		v13 = add.i32 v11, v12
;;		v9 = add.i32 v13, v8
;;		v14 = ltu.i32 v9, v1
;;		br v14 b1 b2
;;	b2: preds b1
;;		ret v9
