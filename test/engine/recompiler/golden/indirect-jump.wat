;;   0  shlo_l_imm_64 r10, r7, 1
;;   3  jump_ind r10 + 2
;;   6  add_imm_64 r8, r8, 5
;;   9  jump @L20
;;  11  xor_imm r8, r8, 85
;;  14  jump @L20
;;  16  add_imm_64 r8, r8, 7
;;  19  fallthrough
;;  20  trap
(func $root0
  (block $block8
    (block $block7
      (block $block5
        (block $block
          (block
            (local.set $pc (i32.const 0))
            (local.set $why (i32.const 1))
            (br_if $block (i32.lt_s (local.tee $stack (i32.sub (local.get $stack) (i32.const 1192))) (i32.const 0)))
            (local.set $r7 (i64.load offset=1080 (i32.const 0)))
            (local.set $r8 (i64.load offset=1088 (i32.const 0)))
            (local.set $pc (i32.const 0))
            (local.set $why (i32.const 1))
            (br_if $block (i64.lt_s (local.get $gas) (i64.const 5)))
            (local.set $gas (i64.sub (local.get $gas) (i64.const 2)))
            (local.set $r10 (i64.shl (local.get $r7) (i64.const 1)))
            (local.set $pc (i32.const 3))
            (local.set $why (i32.const 3))
            (local.set $target (i32.add (i32.wrap_i64 (local.get $r10)) (i32.const 2)))
            (block $block6
              (block $block1
                (block $block2
                  (block $block3
                    (block $block4
                      (br_table $block1 $block2 $block3 $block4
                        (i32.rotr (i32.sub (local.get $target) (i32.const 2)) (i32.const 1))))
                    (br_if $block5
                      (i32.ge_u
                        (local.tee $target (i32.rotr (i32.sub (local.get $target) (i32.const 2)) (i32.const 1)))
                        (i32.const 3)))
                    (br_if $block5
                      (i32.eqz (local.tee $target (i32.load offset=16777216 (i32.shl (local.get $target) (i32.const 2))))))
                    (i64.store offset=1104 (i32.const 0) (local.get $r10))
                    (return (call_indirect (type $0) (local.get $gas) (local.get $stack) (local.get $target))))
                  (local.set $gas (i64.sub (local.get $gas) (i64.const 2)))
                  (local.set $r8 (i64.add (local.get $r8) (i64.const 7)))
                  (br $block6))
                (local.set $gas (i64.sub (local.get $gas) (i64.const 2)))
                (local.set $r8 (i64.xor (local.get $r8) (i64.const 85)))
                (br $block6))
              (local.set $gas (i64.sub (local.get $gas) (i64.const 2)))
              (local.set $r8 (i64.add (local.get $r8) (i64.const 5)))
              (br $block6))
            (local.set $gas (i64.sub (local.get $gas) (i64.const 1)))
            (local.set $pc (i32.const 20))
            (local.set $why (i32.const 3))
            (br $block7)
            (unreachable))
          (return (tuple.make 2 (local.get $target) (local.get $gas))))
        (br $block8))
      (i64.store offset=1104 (i32.const 0) (local.get $r10))
      (br $block8))
    (i64.store offset=1088 (i32.const 0) (local.get $r8))
    (i64.store offset=1104 (i32.const 0) (local.get $r10)))
  (i32.store offset=1136 (i32.const 0) (local.get $pc))
  (i32.store offset=1008 (i32.const 0) (local.get $why))
  (tuple.make 2 (i32.const 1) (local.get $gas)))
