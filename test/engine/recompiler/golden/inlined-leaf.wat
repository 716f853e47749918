;;   0  add_imm_64 r7, r7, 1
;;   3  load_imm_jump r0, 2, @L11
;;   7  xor r7, r7, r8
;;  10  trap
;;  11  add_64 r7, r7, r8
;;  14  jump_ind r0
(func $root0
  (block $block2
    (block $block1
      (block $block
        (block
          (local.set $pc (i32.const 0))
          (local.set $why (i32.const 1))
          (br_if $block (i32.lt_s (local.tee $stack (i32.sub (local.get $stack) (i32.const 944))) (i32.const 0)))
          (local.set $r7 (i64.load offset=1080 (i32.const 0)))
          (local.set $r8 (i64.load offset=1088 (i32.const 0)))
          (local.set $pc (i32.const 0))
          (local.set $why (i32.const 1))
          (br_if $block (i64.lt_s (local.get $gas) (i64.const 6)))
          (local.set $gas (i64.sub (local.get $gas) (i64.const 2)))
          (local.set $r7 (i64.add (local.get $r7) (i64.const 1)))
          (local.set $r0 (i64.const 2))
          (local.set $gas (i64.sub (local.get $gas) (i64.const 2)))
          (local.set $r7 (i64.add (local.get $r7) (local.get $r8)))
          (local.set $pc (i32.const 14))
          (local.set $why (i32.const 3))
          (br_if $block1 (i32.ne (i32.wrap_i64 (local.get $r0)) (i32.const 2)))
          (local.set $gas (i64.sub (local.get $gas) (i64.const 2)))
          (local.set $r7 (i64.xor (local.get $r7) (local.get $r8)))
          (local.set $pc (i32.const 10))
          (local.set $why (i32.const 3))
          (br $block1)
          (unreachable))
        (return (tuple.make 2 (local.get $target) (local.get $gas))))
      (br $block2))
    (i64.store offset=1024 (i32.const 0) (local.get $r0))
    (i64.store offset=1080 (i32.const 0) (local.get $r7)))
  (i32.store offset=1136 (i32.const 0) (local.get $pc))
  (i32.store offset=1008 (i32.const 0) (local.get $why))
  (tuple.make 2 (i32.const 1) (local.get $gas)))
(func $root2
  (block
    (block $block
      (block
        (local.set $pc (i32.const 11))
        (local.set $why (i32.const 1))
        (br_if $block (i32.lt_s (local.tee $stack (i32.sub (local.get $stack) (i32.const 904))) (i32.const 0)))
        (local.set $r0 (i64.load offset=1024 (i32.const 0)))
        (local.set $r7 (i64.load offset=1080 (i32.const 0)))
        (local.set $r8 (i64.load offset=1088 (i32.const 0)))
        (local.set $pc (i32.const 11))
        (local.set $why (i32.const 1))
        (br_if $block (i64.lt_s (local.get $gas) (i64.const 2)))
        (local.set $gas (i64.sub (local.get $gas) (i64.const 2)))
        (local.set $r7 (i64.add (local.get $r7) (local.get $r8)))
        (i64.store offset=1080 (i32.const 0) (local.get $r7))
        (i32.store offset=1136 (i32.const 0) (i32.const 14))
        (return (tuple.make 2 (i32.wrap_i64 (local.get $r0)) (local.get $gas)))
        (unreachable))
      (return (tuple.make 2 (local.get $target) (local.get $gas)))))
  (i32.store offset=1136 (i32.const 0) (local.get $pc))
  (i32.store offset=1008 (i32.const 0) (local.get $why))
  (tuple.make 2 (i32.const 1) (local.get $gas)))
