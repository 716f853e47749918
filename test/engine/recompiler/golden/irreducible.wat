;;   0  branch_eq_imm r7, 0, @L7
;;   3  add_imm_64 r8, r8, 1
;;   6  fallthrough
;;   7  add_imm_64 r8, r8, 2
;;  10  branch_lt_u_imm r8, 50, @L3
;;  14  trap
(func $root0
  (block $block6
    (block $block5
      (block $block
        (block
          (local.set $pc (i32.const 0))
          (local.set $why (i32.const 1))
          (br_if $block (i32.lt_s (local.tee $stack (i32.sub (local.get $stack) (i32.const 1184))) (i32.const 0)))
          (local.set $r7 (i64.load offset=1080 (i32.const 0)))
          (local.set $r8 (i64.load offset=1088 (i32.const 0)))
          (local.set $state (i32.const 0))
          (loop $label
            (block $block4
              (block $block3
                (block $block2
                  (block $block1
                    (br_table $block1 $block2 $block3 $block4 (local.get $state)))
                  (local.set $pc (i32.const 0))
                  (local.set $why (i32.const 1))
                  (br_if $block (i64.lt_s (local.get $gas) (i64.const 1)))
                  (local.set $gas (i64.sub (local.get $gas) (i64.const 1)))
                  (if
                    (i32.eqz (i32.eqz (i64.eq (local.get $r7) (i64.const 0))))
                    (then
                      (local.set $state (i32.const 1))
                      (br $label)))
                  (local.set $state (i32.const 2))
                  (br $label))
                (local.set $pc (i32.const 7))
                (local.set $why (i32.const 1))
                (br_if $block5 (i64.lt_s (local.get $gas) (i64.const 2)))
                (local.set $gas (i64.sub (local.get $gas) (i64.const 2)))
                (local.set $r8 (i64.add (local.get $r8) (i64.const 2)))
                (if
                  (i32.eqz (i32.eqz (i64.lt_u (local.get $r8) (i64.const 50))))
                  (then
                    (local.set $state (i32.const 2))
                    (br $label)))
                (local.set $state (i32.const 3))
                (br $label))
              (local.set $pc (i32.const 3))
              (local.set $why (i32.const 1))
              (br_if $block5 (i64.lt_s (local.get $gas) (i64.const 2)))
              (local.set $gas (i64.sub (local.get $gas) (i64.const 2)))
              (local.set $r8 (i64.add (local.get $r8) (i64.const 1)))
              (local.set $state (i32.const 1))
              (br $label))
            (local.set $pc (i32.const 14))
            (local.set $why (i32.const 1))
            (br_if $block5 (i64.lt_s (local.get $gas) (i64.const 1)))
            (local.set $gas (i64.sub (local.get $gas) (i64.const 1)))
            (local.set $pc (i32.const 14))
            (local.set $why (i32.const 3))
            (br $block5))
          (unreachable))
        (return (tuple.make 2 (local.get $target) (local.get $gas))))
      (br $block6))
    (i64.store offset=1088 (i32.const 0) (local.get $r8)))
  (i32.store offset=1136 (i32.const 0) (local.get $pc))
  (i32.store offset=1008 (i32.const 0) (local.get $why))
  (tuple.make 2 (i32.const 1) (local.get $gas)))
