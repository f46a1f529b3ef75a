;; SPDX-License-Identifier: GPL-2.0-only

;; constants fold, a division that traps stays
(module (func (result i32)
	i32.const 6
	i32.const 7
	i32.mul
	i32.const 1
	i32.const 0
	i32.div_u
	i32.add))
;; after dce
;;	func 0
;;	b0:
;;		v1 = const.i32 0x2a
;;		v2 = const.i32 0x1
;;		v3 = const.i32 0x0
;;		v4 = divu.i32 v2, v3
;;		v5 = add.i32 v4, v1
;;		ret v5

;; a division overflows: it stays
(module (func (result i32)
	i32.const 0x80000000
	i32.const -1
	i32.div_s))
;; after dce
;;	func 0
;;	b0:
;;		v1 = const.i32 0x80000000
;;		v2 = const.i32 0xffffffff
;;		v3 = divs.i32 v1, v2
;;		ret v3

;; chains of additions of constants are one
(module (func (param i64) (result i64)
	local.get 0
	i64.const 5
	i64.add
	i64.const 3
	i64.sub
	i64.const -9
	i64.add))
;; after dce
;;	func 0
;;	b0:
;;		v1 = param.i64 #0
;;		v2 = const.i64 0xfffffffffffffff9
;;		v3 = add.i64 v1, v2
;;		ret v3

;; shifts left and right by as much extend or mask
(module
	(func (param i32) (result i32)
		local.get 0
		i32.const 24
		i32.shl
		i32.const 24
		i32.shr_s)
	(func (param i64) (result i64)
		local.get 0
		i64.const 32
		i64.shl
		i64.const 32
		i64.shr_u))
;; after dce
;;	func 0
;;	b0:
;;		v1 = param.i32 #0
;;		v2 = ext8s.i32 v1
;;		ret v2
;;	func 1
;;	b0:
;;		v1 = param.i64 #0
;;		v2 = wrap.i32 v1
;;		v3 = zext.i64 v2
;;		ret v3

;; eqz of a comparison is its opposite, of eqz the comparison
(module (func (param i32 i32) (result i32)
	local.get 0
	local.get 1
	i32.lt_s
	i32.eqz
	i32.eqz
	i32.eqz))
;; after dce
;;	func 0
;;	b0:
;;		v1 = param.i32 #0
;;		v2 = param.i32 #1
;;		v3 = ges.i32 v1, v2
;;		ret v3

;; a branch on eqz exchanges its ends
(module (func (param i32) (result i32)
	local.get 0
	i32.eqz
	if
		i32.const 1
		return
	end
	i32.const 2))
;; after dce
;;	func 0
;;	b0:
;;		v1 = param.i32 #0
;;		br v1 b1 b2
;;	b2: preds b0
;;		v2 = const.i32 0x1
;;		ret v2
;;	b1: preds b0
;;		v3 = const.i32 0x2
;;		ret v3

;; a branch on a constant leaves one way, the phi goes with the other
(module (func (param i32) (result i32)
	i32.const 0
	if (result i32)
		i32.const 1
	else
		local.get 0
	end
	i32.const 3
	i32.add))
;; after dce
;;	func 0
;;	b0:
;;		v1 = param.i32 #0
;;		v2 = const.i32 0x3
;;		v3 = add.i32 v1, v2
;;		ret v3

;; unsigned division by ten multiplies, by eight shifts, by a variable stays
(module (func (param i32 i32) (result i32)
	local.get 0
	i32.const 10
	i32.div_u
	local.get 0
	i32.const 8
	i32.div_u
	i32.xor
	local.get 0
	local.get 1
	i32.div_u
	i32.xor))
;; after dce
;;	func 0
;;	b0:
;;		v1 = param.i32 #0
;;		v2 = param.i32 #1
;;		v3 = zext.i64 v1
;;		v4 = const.i64 0xcccccccd
;;		v5 = mul.i64 v3, v4
;;		v6 = const.i64 0x23
;;		v7 = shru.i64 v5, v6
;;		v8 = wrap.i32 v7
;;		v9 = const.i32 0x3
;;		v10 = shru.i32 v1, v9
;;		v11 = xor.i32 v8, v10
;;		v12 = divu.i32 v1, v2
;;		v13 = xor.i32 v11, v12
;;		ret v13

;; a signed remainder by a power of two
(module (func (param i32) (result i32)
	local.get 0
	i32.const 4
	i32.rem_s))
;; after dce
;;	func 0
;;	b0:
;;		v1 = param.i32 #0
;;		v2 = const.i32 0x1f
;;		v3 = shrs.i32 v1, v2
;;		v4 = const.i32 0x1e
;;		v5 = shru.i32 v3, v4
;;		v6 = add.i32 v1, v5
;;		v7 = const.i32 0xfffffffc
;;		v8 = and.i32 v6, v7
;;		v9 = sub.i32 v1, v8
;;		ret v9

;; what a store does not write is not computed; a mask of a byte read is nothing
(module (memory 1) (func (param i32 i32)
	local.get 0
	local.get 1
	i32.const 255
	i32.and
	i32.store8
	local.get 0
	local.get 0
	i32.load8_u offset=1
	i32.const 255
	i32.and
	i32.store8 offset=2))
;; after dce
;;	func 0
;;	b0:
;;		v1 = param.i32 #0
;;		v2 = param.i32 #1
;;		store.i32.u8 v1, v2
;;		v3 = load.i32.u8 v1 +1
;;		store.i32.u8 v1, v3 +2
;;		ret

;; a phi of a loop that never changes is removed, through an inner loop too
(module (func (param i32 i32) (result i32)
	loop
		loop
			local.get 0
			local.set 0
			local.get 1
			local.set 0
			local.get 1
			br_if 0
		end
		local.get 1
		br_if 0
	end
	local.get 0))
;; after dce
;;	func 0
;;	b0:
;;		v1 = param.i32 #1
;;		jmp b1
;;	b1: preds b0 b2; loop b1 depth 1
;;		jmp b3
;;	b3: preds b1 b3; loop b3 depth 2
;;		br v1 b3 b2
;;	b2: preds b3; loop b1 depth 1
;;		br v1 b1 b4
;;	b4: preds b2
;;		ret v1

;; an immutable global is its value
(module (global i32 (i32.const 40)) (func (result i32)
	global.get 0
	i32.const 2
	i32.add))
;; after dce
;;	func 0
;;	b0:
;;		v1 = const.i32 0x2a
;;		ret v1

;; a select between one and zero is the comparison
(module (func (param i64) (result i32)
	i32.const 0
	i32.const 1
	local.get 0
	i64.eqz
	select))
;; after dce
;;	func 0
;;	b0:
;;		v1 = param.i64 #0
;;		v2 = const.i64 0x0
;;		v3 = ne.i64 v1, v2
;;		ret v3

;; signs and bits of floats
(module (func (param f64 f64) (result f64 f64 f64 f64 i64 i32)
	(f64.abs (f64.neg (f64.abs (local.get 0))))
	(f64.neg (f64.neg (local.get 0)))
	(f64.copysign (f64.neg (local.get 0)) (local.get 1))
	(f64.copysign (local.get 0) (f64.const -2))
	(i64.reinterpret_f64 (f64.reinterpret_i64 (i64.reinterpret_f64 (local.get 0))))
	(i32.reinterpret_f32 (f32.neg (f32.abs (f32.const -1))))))
;; after dce
;;	func 0
;;	b0:
;;		v1 = param.f64 #0
;;		v2 = param.f64 #1
;;		v3 = fabs.f64 v1
;;		v4 = fneg.f64 v3
;;		v5 = fcopysign.f64 v1, v2
;;		v6 = bitcast.i64.f64 v1
;;		v7 = const.i32 0xbf800000
;;		ret v3, v1, v5, v4, v6, v7

;; a float that was stored, and a global that does not change
(module (memory 1) (global f32 (f32.const 0.5)) (func (param i32 f32) (result f32 f32)
	(f32.store (local.get 0) (local.get 1))
	(f32.load (local.get 0))
	global.get 0))
;; after dce
;;	func 0
;;	b0:
;;		v1 = param.i32 #0
;;		v2 = param.f32 #1
;;		store.f32.u32 v1, v2
;;		v3 = const.f32 0x3f000000
;;		ret v2, v3

;; whether an addition wrapped around is a question to the sum alone
(module (func (param i32 i32) (result i32)
	local.get 0
	i32.const 7
	i32.add
	local.tee 1
	local.get 0
	i32.lt_u
	local.get 0
	local.get 1
	i32.le_u
	i32.xor))
;; after dce
;;	func 0
;;	b0:
;;		v1 = param.i32 #0
;;		v2 = const.i32 0x7
;;		v3 = add.i32 v1, v2
;;		v4 = ltu.i32 v3, v2
;;		v5 = geu.i32 v3, v2
;;		v6 = xor.i32 v4, v5
;;		ret v6

;; a sum compared stays: what it was made from may end here
(module (func (param i32) (result i32)
	local.get 0
	i32.const 1
	i32.add
	i32.const 64
	i32.eq))
;; after dce
;;	func 0
;;	b0:
;;		v1 = param.i32 #0
;;		v2 = const.i32 0x1
;;		v3 = add.i32 v1, v2
;;		v4 = const.i32 0x40
;;		v5 = eq.i32 v3, v4
;;		ret v5
