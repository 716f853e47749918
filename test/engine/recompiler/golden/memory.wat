;;   0  load_ind_u64 r7, [r1]
;;   2  load_ind_i32 r8, [r1 + 16]
;;   5  add_imm_64 r2, r1, 24
;;   8  load_ind_u8 r9, [r2]
;;  10  store_ind_u32 [r1 + 8], r7
;;  13  store_imm_u16 [0x20000], 77
;;  19  load_ind_i16 r10, [r3 + 2]
;;  22  trap
(func $root0
  (block $block3
    (block $block2
      (block $block1
        (block $block
          (block
            (local.set $pc (i32.const 0))
            (local.set $why (i32.const 1))
            (br_if $block (i32.lt_s (local.tee $stack (i32.sub (local.get $stack) (i32.const 1112))) (i32.const 0)))
            (local.set $r1 (i64.load offset=1032 (i32.const 0)))
            (local.set $r3 (i64.load offset=1048 (i32.const 0)))
            (local.set $pc (i32.const 0))
            (local.set $why (i32.const 1))
            (br_if $block (i64.lt_s (local.get $gas) (i64.const 8)))
            (local.set $gas (i64.sub (local.get $gas) (i64.const 8)))
            (local.set $pc (i32.const 0))
            (local.set $why (i32.const 3))
            (local.set $group0 (i32.add (i32.wrap_i64 (local.get $r1)) (i32.const 102760448)))
            (br_if $block
              (i32.ne
                (i32.and
                  (i32.and
                    (i32.load8_u offset=8388608 (i32.shr_u (local.get $group0) (i32.const 12)))
                    (i32.load8_u offset=8388608 (i32.shr_u (i32.add (local.get $group0) (i32.const 24)) (i32.const 12))))
                  (i32.const 3))
                (i32.const 3)))
            (local.set $r7 (i64.load align=1 (local.get $group0)))
            (local.set $r8 (i64.load32_s offset=16 align=1 (local.get $group0)))
            (local.set $r2 (i64.add (local.get $r1) (i64.const 24)))
            (local.set $r9 (i64.load8_u offset=24 (local.get $group0)))
            (i64.store32 offset=8 align=1 (local.get $group0) (local.get $r7))
            (local.set $pc (i32.const 13))
            (local.set $why (i32.const 3))
            (br_if $block1
              (i32.eqz
                (i32.and
                  (i32.load8_u offset=8388608
                    (i32.shr_u (i32.rotr (local.tee $address (i32.const 102891520)) (i32.const 1)) (i32.const 11)))
                  (i32.const 2))))
            (i64.store16 align=1 (local.get $address) (i64.const 77))
            (local.set $pc (i32.const 19))
            (local.set $why (i32.const 3))
            (br_if $block1
              (i32.eqz
                (i32.and
                  (i32.load8_u offset=8388608
                    (i32.shr_u
                      (i32.rotr
                        (local.tee $address (i32.add (i32.wrap_i64 (local.get $r3)) (i32.const 102760450)))
                        (i32.const 1))
                      (i32.const 11)))
                  (i32.const 1))))
            (local.set $r10 (i64.load16_s align=1 (local.get $address)))
            (local.set $pc (i32.const 22))
            (local.set $why (i32.const 3))
            (br $block2)
            (unreachable))
          (return (tuple.make 2 (local.get $target) (local.get $gas))))
        (br $block3))
      (i64.store offset=1040 (i32.const 0) (local.get $r2))
      (i64.store offset=1080 (i32.const 0) (local.get $r7))
      (i64.store offset=1088 (i32.const 0) (local.get $r8))
      (i64.store offset=1096 (i32.const 0) (local.get $r9))
      (br $block3))
    (i64.store offset=1040 (i32.const 0) (local.get $r2))
    (i64.store offset=1080 (i32.const 0) (local.get $r7))
    (i64.store offset=1088 (i32.const 0) (local.get $r8))
    (i64.store offset=1096 (i32.const 0) (local.get $r9))
    (i64.store offset=1104 (i32.const 0) (local.get $r10)))
  (i32.store offset=1136 (i32.const 0) (local.get $pc))
  (i32.store offset=1008 (i32.const 0) (local.get $why))
  (tuple.make 2 (i32.const 1) (local.get $gas)))
