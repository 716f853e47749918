;;   0  load_imm_jump_ind r0, 2, r8
;;   4  xor r7, r7, r8
;;   7  trap
;;   8  add_64 r7, r7, r8
;;  11  jump_ind r0
(func $root0
  (block $block6
    (block $block5
      (block $block
        (block $block3
          (local.set $pc (i32.const 0))
          (local.set $why (i32.const 1))
          (br_if $block (i32.lt_s (local.tee $stack (i32.sub (local.get $stack) (i32.const 1144))) (i32.const 0)))
          (local.set $r7 (i64.load offset=1080 (i32.const 0)))
          (local.set $r8 (i64.load offset=1088 (i32.const 0)))
          (block $block4
            (block $block1
              (block $block2
                (local.set $pc (i32.const 0))
                (local.set $why (i32.const 1))
                (br_if $block (i64.lt_s (local.get $gas) (i64.const 3)))
                (local.set $gas (i64.sub (local.get $gas) (i64.const 1)))
                (local.set $target (i32.wrap_i64 (local.get $r8)))
                (local.set $before (local.get $r0))
                (local.set $r0 (i64.const 2))
                (br_table $block1 $block2 (i32.rotr (i32.sub (local.get $target) (i32.const 4)) (i32.const 1))))
              (local.set $r0 (local.get $before))
              (local.set $pc (i32.const 0))
              (local.set $why (i32.const 3))
              (br_if $block
                (i32.ge_u
                  (local.tee $target (i32.rotr (i32.sub (local.get $target) (i32.const 2)) (i32.const 1)))
                  (i32.const 2)))
              (br_if $block
                (i32.eqz (local.tee $target (i32.load offset=16777216 (i32.shl (local.get $target) (i32.const 2))))))
              (local.set $r0 (i64.const 2))
              (i64.store offset=1024 (i32.const 0) (local.get $r0))
              (br_if $block3
                (i32.ne
                  (local.tee $target
                    (block
                      (result i32)
                      (local.set $scratch_37
                        (tuple.extract 2 0
                          (local.tee $scratch (call_indirect (type $0) (local.get $gas) (local.get $stack) (local.get $target)))))
                      (local.set $gas (tuple.extract 2 1 (local.get $scratch)))
                      (local.get $scratch_37)))
                  (i32.const 2)))
              (local.set $r0 (i64.load offset=1024 (i32.const 0)))
              (local.set $r7 (i64.load offset=1080 (i32.const 0)))
              (local.set $r8 (i64.load offset=1088 (i32.const 0)))
              (br $block4))
            (local.set $gas (i64.sub (local.get $gas) (i64.const 2)))
            (local.set $r7 (i64.add (local.get $r7) (local.get $r8)))
            (local.set $pc (i32.const 11))
            (local.set $why (i32.const 3))
            (br_if $block5 (i32.ne (i32.wrap_i64 (local.get $r0)) (i32.const 2)))
            (br $block4))
          (local.set $pc (i32.const 4))
          (local.set $why (i32.const 1))
          (br_if $block5 (i64.lt_s (local.get $gas) (i64.const 2)))
          (local.set $gas (i64.sub (local.get $gas) (i64.const 2)))
          (local.set $r7 (i64.xor (local.get $r7) (local.get $r8)))
          (local.set $pc (i32.const 7))
          (local.set $why (i32.const 3))
          (br $block5)
          (unreachable))
        (return (tuple.make 2 (local.get $target) (local.get $gas))))
      (br $block6))
    (i64.store offset=1024 (i32.const 0) (local.get $r0))
    (i64.store offset=1080 (i32.const 0) (local.get $r7)))
  (i32.store offset=1136 (i32.const 0) (local.get $pc))
  (i32.store offset=1008 (i32.const 0) (local.get $why))
  (tuple.make 2 (i32.const 1) (local.get $gas)))
(func $root2
  (block
    (block $block
      (block
        (local.set $pc (i32.const 8))
        (local.set $why (i32.const 1))
        (br_if $block (i32.lt_s (local.tee $stack (i32.sub (local.get $stack) (i32.const 904))) (i32.const 0)))
        (local.set $r0 (i64.load offset=1024 (i32.const 0)))
        (local.set $r7 (i64.load offset=1080 (i32.const 0)))
        (local.set $r8 (i64.load offset=1088 (i32.const 0)))
        (local.set $pc (i32.const 8))
        (local.set $why (i32.const 1))
        (br_if $block (i64.lt_s (local.get $gas) (i64.const 2)))
        (local.set $gas (i64.sub (local.get $gas) (i64.const 2)))
        (local.set $r7 (i64.add (local.get $r7) (local.get $r8)))
        (i64.store offset=1080 (i32.const 0) (local.get $r7))
        (i32.store offset=1136 (i32.const 0) (i32.const 11))
        (return (tuple.make 2 (i32.wrap_i64 (local.get $r0)) (local.get $gas)))
        (unreachable))
      (return (tuple.make 2 (local.get $target) (local.get $gas)))))
  (i32.store offset=1136 (i32.const 0) (local.get $pc))
  (i32.store offset=1008 (i32.const 0) (local.get $why))
  (tuple.make 2 (i32.const 1) (local.get $gas)))
