;;   0  add_imm_64 r1, r1, -16
;;   3  store_ind_u64 [r1], r0
;;   5  store_ind_u64 [r1 + 8], r6
;;   8  branch_lt_u_imm r6, 2, @L23
;;  12  add_imm_64 r6, r6, -1
;;  15  load_imm_jump r0, 2, @L0
;;  19  add_64 r7, r7, r6
;;  22  fallthrough
;;  23  load_ind_u64 r0, [r1]
;;  25  load_ind_u64 r6, [r1 + 8]
;;  28  add_imm_64 r1, r1, 16
;;  31  jump_ind r0
(func $root0
  (block $block5
    (block $block4
      (block $block1
        (block $block
          (block $block3
            (local.set $pc (i32.const 0))
            (local.set $why (i32.const 1))
            (br_if $block (i32.lt_s (local.tee $stack (i32.sub (local.get $stack) (i32.const 1240))) (i32.const 0)))
            (local.set $r0 (i64.load offset=1024 (i32.const 0)))
            (local.set $r1 (i64.load offset=1032 (i32.const 0)))
            (local.set $r6 (i64.load offset=1072 (i32.const 0)))
            (local.set $r7 (i64.load offset=1080 (i32.const 0)))
            (block $block2
              (local.set $pc (i32.const 0))
              (local.set $why (i32.const 1))
              (br_if $block (i64.lt_s (local.get $gas) (i64.const 8)))
              (local.set $gas (i64.sub (local.get $gas) (i64.const 4)))
              (local.set $r1 (i64.add (local.get $r1) (i64.const -16)))
              (local.set $pc (i32.const 3))
              (local.set $why (i32.const 3))
              (local.set $group0 (i32.add (i32.wrap_i64 (local.get $r1)) (i32.const 102760448)))
              (br_if $block1
                (i32.eqz
                  (i32.and
                    (i32.and
                      (i32.load8_u offset=8388608 (i32.shr_u (local.get $group0) (i32.const 12)))
                      (i32.load8_u offset=8388608 (i32.shr_u (i32.add (local.get $group0) (i32.const 15)) (i32.const 12))))
                    (i32.const 2))))
              (i64.store align=1 (local.get $group0) (local.get $r0))
              (i64.store offset=8 align=1 (local.get $group0) (local.get $r6))
              (br_if $block2 (i64.lt_u (local.get $r6) (i64.const 2)))
              (local.set $gas (i64.sub (local.get $gas) (i64.const 2)))
              (local.set $r6 (i64.add (local.get $r6) (i64.const -1)))
              (local.set $r0 (i64.const 2))
              (i64.store offset=1024 (i32.const 0) (local.get $r0))
              (i64.store offset=1032 (i32.const 0) (local.get $r1))
              (i64.store offset=1072 (i32.const 0) (local.get $r6))
              (br_if $block3
                (i32.ne
                  (local.tee $target
                    (block
                      (result i32)
                      (local.set $scratch_37
                        (tuple.extract 2 0 (local.tee $scratch (call $1 (local.get $gas) (local.get $stack)))))
                      (local.set $gas (tuple.extract 2 1 (local.get $scratch)))
                      (local.get $scratch_37)))
                  (i32.const 2)))
              (local.set $r1 (i64.load offset=1032 (i32.const 0)))
              (local.set $r6 (i64.load offset=1072 (i32.const 0)))
              (local.set $r7 (i64.load offset=1080 (i32.const 0)))
              (local.set $pc (i32.const 19))
              (local.set $why (i32.const 1))
              (br_if $block (i64.lt_s (local.get $gas) (i64.const 6)))
              (local.set $gas (i64.sub (local.get $gas) (i64.const 2)))
              (local.set $r7 (i64.add (local.get $r7) (local.get $r6)))
              (br $block2))
            (local.set $gas (i64.sub (local.get $gas) (i64.const 4)))
            (local.set $pc (i32.const 23))
            (local.set $why (i32.const 3))
            (local.set $group0 (i32.add (i32.wrap_i64 (local.get $r1)) (i32.const 102760448)))
            (br_if $block4
              (i32.eqz
                (i32.and
                  (i32.and
                    (i32.load8_u offset=8388608 (i32.shr_u (local.get $group0) (i32.const 12)))
                    (i32.load8_u offset=8388608 (i32.shr_u (i32.add (local.get $group0) (i32.const 15)) (i32.const 12))))
                  (i32.const 1))))
            (local.set $r0 (i64.load align=1 (local.get $group0)))
            (local.set $r6 (i64.load offset=8 align=1 (local.get $group0)))
            (local.set $r1 (i64.add (local.get $r1) (i64.const 16)))
            (i64.store offset=1024 (i32.const 0) (local.get $r0))
            (i64.store offset=1032 (i32.const 0) (local.get $r1))
            (i64.store offset=1072 (i32.const 0) (local.get $r6))
            (i64.store offset=1080 (i32.const 0) (local.get $r7))
            (i32.store offset=1136 (i32.const 0) (i32.const 31))
            (return (tuple.make 2 (i32.wrap_i64 (local.get $r0)) (local.get $gas)))
            (unreachable))
          (return (tuple.make 2 (local.get $target) (local.get $gas))))
        (br $block5))
      (i64.store offset=1032 (i32.const 0) (local.get $r1))
      (br $block5))
    (i64.store offset=1032 (i32.const 0) (local.get $r1))
    (i64.store offset=1080 (i32.const 0) (local.get $r7)))
  (i32.store offset=1136 (i32.const 0) (local.get $pc))
  (i32.store offset=1008 (i32.const 0) (local.get $why))
  (tuple.make 2 (i32.const 1) (local.get $gas)))
