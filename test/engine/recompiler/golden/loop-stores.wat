;;   0  load_imm r7, 5
;;   3  load_imm r8, 3
;;   6  fallthrough
;;   7  ecalli 1
;;   9  add_imm_64 r8, r8, -1
;;  12  branch_ne_imm r8, 0, @L7
;;  15  jump_ind r0
(func $root0
  (block $block2
    (block $block1
      (block $block
        (block
          (local.set $pc (i32.const 0))
          (local.set $why (i32.const 1))
          (br_if $block (i32.lt_s (local.tee $stack (i32.sub (local.get $stack) (i32.const 1184))) (i32.const 0)))
          (local.set $pc (i32.const 0))
          (local.set $why (i32.const 1))
          (br_if $block (i64.lt_s (local.get $gas) (i64.const 3)))
          (local.set $gas (i64.sub (local.get $gas) (i64.const 3)))
          (local.set $r7 (i64.const 5))
          (local.set $r8 (i64.const 3))
          (i64.store offset=1080 (i32.const 0) (local.get $r7))
          (loop $label
            (local.set $pc (i32.const 7))
            (local.set $why (i32.const 1))
            (br_if $block1 (i64.lt_s (local.get $gas) (i64.const 1)))
            (local.set $gas (i64.sub (local.get $gas) (i64.const 1)))
            (i64.store offset=1088 (i32.const 0) (local.get $r8))
            (i32.store offset=1136 (i32.const 0) (i32.const 9))
            (i64.store offset=1128 (i32.const 0) (i64.add (local.get $gas) (i64.load offset=1000 (i32.const 0))))
            (local.set $why
              (select
                (local.tee $target (call $fimport$0 (i32.const 1) (i32.const 7) (i32.const 9)))
                (i32.const 9)
                (local.get $target)))
            (local.set $gas
              (i64.sub
                (i64.or
                  (i64.load32_u offset=1128 (i32.const 0))
                  (i64.shl (i64.load32_u offset=1132 (i32.const 0)) (i64.const 32)))
                (i64.load offset=1000 (i32.const 0))))
            (br_if $block
              (i32.or
                (i32.or
                  (i32.xor (local.tee $pc (i32.load offset=1136 (i32.const 0))) (i32.const 9))
                  (i32.load offset=1160 (i32.const 0)))
                (local.get $target)))
            (br_if $block (i64.gt_u (local.get $gas) (i64.const 2147483647)))
            (local.set $r0 (i64.load offset=1024 (i32.const 0)))
            (local.set $r8 (i64.load offset=1088 (i32.const 0)))
            (local.set $pc (i32.const 9))
            (local.set $why (i32.const 7))
            (br_if $block (i64.lt_s (local.get $gas) (i64.const 3)))
            (local.set $gas (i64.sub (local.get $gas) (i64.const 2)))
            (local.set $r8 (i64.add (local.get $r8) (i64.const -1)))
            (br_if $label (i64.ne (local.get $r8) (i64.const 0)))
            (local.set $gas (i64.sub (local.get $gas) (i64.const 1)))
            (local.set $pc (i32.const 15))
            (local.set $why (i32.const 3))
            (local.set $target (i32.wrap_i64 (local.get $r0)))
            (br_if $block1
              (i32.ge_u (local.tee $target (i32.rotr (i32.sub (local.get $target) (i32.const 2)) (i32.const 1))) (i32.const 0)))
            (br_if $block1 (i32.eqz (local.tee $target (i32.load offset=16777216 (i32.shl (local.get $target) (i32.const 2))))))
            (i64.store offset=1088 (i32.const 0) (local.get $r8))
            (return (call_indirect (type $0) (local.get $gas) (local.get $stack) (local.get $target))))
          (unreachable))
        (return (tuple.make 2 (local.get $target) (local.get $gas))))
      (br $block2))
    (i64.store offset=1088 (i32.const 0) (local.get $r8)))
  (i32.store offset=1136 (i32.const 0) (local.get $pc))
  (i32.store offset=1008 (i32.const 0) (local.get $why))
  (tuple.make 2 (i32.const 1) (local.get $gas)))
