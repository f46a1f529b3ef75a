;; SPDX-License-Identifier: GPL-2.0-only

;; a block on every edge from a branch to a join, none on others
(module (func (param i32 i32) (result i32)
	block
		local.get 0
		br_if 0
		loop
			local.get 1
			local.get 0
			i32.add
			local.tee 1
			br_if 0
		end
	end
	local.get 1))
;; after split
;;	func 0
;;	b0:
;;		v1 = param.i32 #0
;;		v2 = param.i32 #1
;;		br v1 b1 b2
;;	b1: preds b0
;;		jmp b3
;;	b2: preds b0
;;		jmp b4
;;	b4: preds b2 b5; loop b4 depth 1
;;		v3 = phi.i32 v2, v4
;;		v4 = add.i32 v3, v1
;;		br v4 b5 b6
;;	b5: preds b4; loop b4 depth 1
;;		jmp b4
;;	b6: preds b4
;;		jmp b3
;;	b3: preds b1 b6
;;		v5 = phi.i32 v2, v4
;;		ret v5

;; loops stay contiguous: blocks that only leave them come after
(module (func (param i32) (result i32)
	loop
		local.get 0
		i32.const 5
		i32.eq
		if
			unreachable
		end
		local.get 0
		i32.const 1
		i32.sub
		local.tee 0
		br_if 0
	end
	local.get 0))
;; after dce
;;	func 0
;;	b0:
;;		v1 = param.i32 #0
;;		jmp b1
;;	b1: preds b0 b2; loop b1 depth 1
;;		v2 = phi.i32 v1, v3
;;		v4 = const.i32 0x5
;;		v5 = eq.i32 v2, v4
;;		br v5 b3 b2
;;	b2: preds b1; loop b1 depth 1
;;		v6 = const.i32 0xffffffff
;;		v3 = add.i32 v2, v6
;;		br v3 b1 b4
;;	b3: preds b1; cold
;;		trap #1
;;	b4: preds b2
;;		ret v3
