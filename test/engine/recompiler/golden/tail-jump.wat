;;   0  load_imm_jump r0, 2, @L5
;;   4  trap
;;   5  branch_eq_imm r7, 0, @L10
;;   8  jump_ind r0
;;  10  load_imm_jump r0, 2, @L15
;;  14  trap
;;  15  jump @L5
(func $root0
  (block $block2
    (block $block1
      (block $block
        (block
          (local.set $pc (i32.const 0))
          (local.set $why (i32.const 1))
          (br_if $block (i32.lt_s (local.tee $stack (i32.sub (local.get $stack) (i32.const 1016))) (i32.const 0)))
          (local.set $r7 (i64.load offset=1080 (i32.const 0)))
          (local.set $pc (i32.const 0))
          (local.set $why (i32.const 1))
          (br_if $block (i64.lt_s (local.get $gas) (i64.const 1)))
          (local.set $gas (i64.sub (local.get $gas) (i64.const 1)))
          (local.set $r0 (i64.const 2))
          (loop $label
            (local.set $pc (i32.const 5))
            (local.set $why (i32.const 1))
            (br_if $block1 (i64.lt_s (local.get $gas) (i64.const 3)))
            (local.set $gas (i64.sub (local.get $gas) (i64.const 1)))
            (if
              (i32.eqz (i32.eqz (i64.eq (local.get $r7) (i64.const 0))))
              (then
                (local.set $gas (i64.sub (local.get $gas) (i64.const 1)))
                (local.set $r0 (i64.const 2))
                (local.set $gas (i64.sub (local.get $gas) (i64.const 1)))
                (br $label)))
            (local.set $gas (i64.sub (local.get $gas) (i64.const 1)))
            (local.set $pc (i32.const 8))
            (local.set $why (i32.const 3))
            (br_if $block1 (i32.ne (i32.wrap_i64 (local.get $r0)) (i32.const 2)))
            (local.set $gas (i64.sub (local.get $gas) (i64.const 1)))
            (local.set $pc (i32.const 4))
            (local.set $why (i32.const 3))
            (br $block1))
          (unreachable))
        (return (tuple.make 2 (local.get $target) (local.get $gas))))
      (br $block2))
    (i64.store offset=1024 (i32.const 0) (local.get $r0)))
  (i32.store offset=1136 (i32.const 0) (local.get $pc))
  (i32.store offset=1008 (i32.const 0) (local.get $why))
  (tuple.make 2 (i32.const 1) (local.get $gas)))
(func $root2
  (block $block2
    (block $block1
      (block $block
        (block
          (local.set $pc (i32.const 5))
          (local.set $why (i32.const 1))
          (br_if $block (i32.lt_s (local.tee $stack (i32.sub (local.get $stack) (i32.const 992))) (i32.const 0)))
          (local.set $r0 (i64.load offset=1024 (i32.const 0)))
          (local.set $r7 (i64.load offset=1080 (i32.const 0)))
          (loop $label
            (local.set $pc (i32.const 5))
            (local.set $why (i32.const 1))
            (br_if $block1 (i64.lt_s (local.get $gas) (i64.const 3)))
            (local.set $gas (i64.sub (local.get $gas) (i64.const 1)))
            (if
              (i32.eqz (i32.eqz (i64.eq (local.get $r7) (i64.const 0))))
              (then
                (local.set $gas (i64.sub (local.get $gas) (i64.const 1)))
                (local.set $r0 (i64.const 2))
                (local.set $gas (i64.sub (local.get $gas) (i64.const 1)))
                (br $label)))
            (local.set $gas (i64.sub (local.get $gas) (i64.const 1)))
            (i64.store offset=1024 (i32.const 0) (local.get $r0))
            (i32.store offset=1136 (i32.const 0) (i32.const 8))
            (return (tuple.make 2 (i32.wrap_i64 (local.get $r0)) (local.get $gas))))
          (unreachable))
        (return (tuple.make 2 (local.get $target) (local.get $gas))))
      (br $block2))
    (i64.store offset=1024 (i32.const 0) (local.get $r0)))
  (i32.store offset=1136 (i32.const 0) (local.get $pc))
  (i32.store offset=1008 (i32.const 0) (local.get $why))
  (tuple.make 2 (i32.const 1) (local.get $gas)))
