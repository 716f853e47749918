;;   0  add_imm_64 r7, r7, -1
;;   3  branch_lt_u_imm r7, 100, @L14
;;   7  xor r8, r8, r7
;;  10  add_64 r8, r8, r7
;;  13  fallthrough
;;  14  branch_ne_imm r7, 0, @L0
;;  17  trap
(func $root0
  (block $block3
    (block $block1
      (block $block
        (block
          (local.set $pc (i32.const 0))
          (local.set $why (i32.const 1))
          (br_if $block (i32.lt_s (local.tee $stack (i32.sub (local.get $stack) (i32.const 1000))) (i32.const 0)))
          (local.set $r7 (i64.load offset=1080 (i32.const 0)))
          (local.set $r8 (i64.load offset=1088 (i32.const 0)))
          (loop $label
            (block $block2
              (local.set $pc (i32.const 0))
              (local.set $why (i32.const 1))
              (br_if $block1 (i64.lt_s (local.get $gas) (i64.const 7)))
              (local.set $gas (i64.sub (local.get $gas) (i64.const 2)))
              (local.set $r7 (i64.add (local.get $r7) (i64.const -1)))
              (br_if $block2 (i64.lt_u (local.get $r7) (i64.const 100)))
              (local.set $gas (i64.sub (local.get $gas) (i64.const 3)))
              (local.set $r8 (i64.xor (local.get $r8) (local.get $r7)))
              (local.set $r8 (i64.add (local.get $r8) (local.get $r7)))
              (br $block2))
            (local.set $gas (i64.sub (local.get $gas) (i64.const 1)))
            (br_if $label (i64.ne (local.get $r7) (i64.const 0)))
            (local.set $gas (i64.sub (local.get $gas) (i64.const 1)))
            (local.set $pc (i32.const 17))
            (local.set $why (i32.const 3))
            (br $block1))
          (unreachable))
        (return (tuple.make 2 (local.get $target) (local.get $gas))))
      (br $block3))
    (i64.store offset=1080 (i32.const 0) (local.get $r7))
    (i64.store offset=1088 (i32.const 0) (local.get $r8)))
  (i32.store offset=1136 (i32.const 0) (local.get $pc))
  (i32.store offset=1008 (i32.const 0) (local.get $why))
  (tuple.make 2 (i32.const 1) (local.get $gas)))
