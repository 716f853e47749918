;;   0  and_imm r2, r3, 255
;;   4  shlo_l_imm_64 r2, r2, 3
;;   7  add_64 r2, r8, r2
;;  10  load_ind_u64 r3, [r2 + 16]
;;  13  and_imm r2, r4, 255
;;  17  shlo_l_imm_64 r2, r2, 3
;;  20  add_64 r2, r8, r2
;;  23  load_ind_u64 r4, [r2 + 16]
;;  26  and_imm r2, r5, 255
;;  30  shlo_l_imm_64 r2, r2, 3
;;  33  add_64 r2, r8, r2
;;  36  load_ind_u64 r5, [r2 + 16]
;;  39  and_imm r2, r6, 255
;;  43  shlo_l_imm_64 r2, r2, 3
;;  46  add_64 r2, r8, r2
;;  49  load_ind_u64 r6, [r2 + 16]
;;  52  and_imm r2, r7, 255
;;  56  shlo_l_imm_64 r2, r2, 3
;;  59  add_64 r2, r8, r2
;;  62  load_ind_u64 r7, [r2 + 16]
;;  65  trap
(func $root0
  (block $block7
    (block $block6
      (block $block5
        (block $block4
          (block $block3
            (block $block2
              (block $block1
                (block $block
                  (block
                    (local.set $pc (i32.const 0))
                    (local.set $why (i32.const 1))
                    (br_if $block (i32.lt_s (local.tee $stack (i32.sub (local.get $stack) (i32.const 1352))) (i32.const 0)))
                    (local.set $r3 (i64.load offset=1048 (i32.const 0)))
                    (local.set $r4 (i64.load offset=1056 (i32.const 0)))
                    (local.set $r5 (i64.load offset=1064 (i32.const 0)))
                    (local.set $r6 (i64.load offset=1072 (i32.const 0)))
                    (local.set $r7 (i64.load offset=1080 (i32.const 0)))
                    (local.set $r8 (i64.load offset=1088 (i32.const 0)))
                    (local.set $pc (i32.const 0))
                    (local.set $why (i32.const 1))
                    (br_if $block (i64.lt_s (local.get $gas) (i64.const 21)))
                    (local.set $gas (i64.sub (local.get $gas) (i64.const 21)))
                    (local.set $r2 (i64.and (local.get $r3) (i64.const 255)))
                    (local.set $r2 (i64.shl (local.get $r2) (i64.const 3)))
                    (local.set $r2 (i64.add (local.get $r8) (local.get $r2)))
                    (local.set $pc (i32.const 10))
                    (local.set $why (i32.const 3))
                    (local.set $limit (i32.add (i32.wrap_i64 (local.get $r8)) (i32.const 102760464)))
                    (br_if $block1
                      (i32.eqz
                        (i32.and (i32.load8_u offset=8388608 (i32.shr_u (local.get $limit) (i32.const 12))) (i32.const 1))))
                    (local.set $limit
                      (select
                        (i32.add (local.get $limit) (i32.const 2040))
                        (i32.sub (i32.or (local.get $limit) (i32.const 4095)) (i32.const 7))
                        (i32.and
                          (i32.load8_u offset=8388608
                            (i32.shr_u (i32.add (local.get $limit) (i32.const 2047)) (i32.const 12)))
                          (i32.const 1))))
                    (local.set $pc (i32.const 10))
                    (local.set $why (i32.const 3))
                    (br_if $block1
                      (i32.gt_u
                        (local.tee $address (i32.add (i32.wrap_i64 (local.get $r2)) (i32.const 102760464)))
                        (local.get $limit)))
                    (local.set $r3 (i64.load align=1 (local.get $address)))
                    (local.set $r2 (i64.and (local.get $r4) (i64.const 255)))
                    (local.set $r2 (i64.shl (local.get $r2) (i64.const 3)))
                    (local.set $r2 (i64.add (local.get $r8) (local.get $r2)))
                    (local.set $pc (i32.const 23))
                    (local.set $why (i32.const 3))
                    (br_if $block2
                      (i32.gt_u
                        (local.tee $address (i32.add (i32.wrap_i64 (local.get $r2)) (i32.const 102760464)))
                        (local.get $limit)))
                    (local.set $r4 (i64.load align=1 (local.get $address)))
                    (local.set $r2 (i64.and (local.get $r5) (i64.const 255)))
                    (local.set $r2 (i64.shl (local.get $r2) (i64.const 3)))
                    (local.set $r2 (i64.add (local.get $r8) (local.get $r2)))
                    (local.set $pc (i32.const 36))
                    (local.set $why (i32.const 3))
                    (br_if $block3
                      (i32.gt_u
                        (local.tee $address (i32.add (i32.wrap_i64 (local.get $r2)) (i32.const 102760464)))
                        (local.get $limit)))
                    (local.set $r5 (i64.load align=1 (local.get $address)))
                    (local.set $r2 (i64.and (local.get $r6) (i64.const 255)))
                    (local.set $r2 (i64.shl (local.get $r2) (i64.const 3)))
                    (local.set $r2 (i64.add (local.get $r8) (local.get $r2)))
                    (local.set $pc (i32.const 49))
                    (local.set $why (i32.const 3))
                    (br_if $block4
                      (i32.gt_u
                        (local.tee $address (i32.add (i32.wrap_i64 (local.get $r2)) (i32.const 102760464)))
                        (local.get $limit)))
                    (local.set $r6 (i64.load align=1 (local.get $address)))
                    (local.set $r2 (i64.and (local.get $r7) (i64.const 255)))
                    (local.set $r2 (i64.shl (local.get $r2) (i64.const 3)))
                    (local.set $r2 (i64.add (local.get $r8) (local.get $r2)))
                    (local.set $pc (i32.const 62))
                    (local.set $why (i32.const 3))
                    (br_if $block5
                      (i32.gt_u
                        (local.tee $address (i32.add (i32.wrap_i64 (local.get $r2)) (i32.const 102760464)))
                        (local.get $limit)))
                    (local.set $r7 (i64.load align=1 (local.get $address)))
                    (local.set $pc (i32.const 65))
                    (local.set $why (i32.const 3))
                    (br $block6)
                    (unreachable))
                  (return (tuple.make 2 (local.get $target) (local.get $gas))))
                (br $block7))
              (i64.store offset=1040 (i32.const 0) (local.get $r2))
              (br $block7))
            (i64.store offset=1040 (i32.const 0) (local.get $r2))
            (i64.store offset=1048 (i32.const 0) (local.get $r3))
            (br $block7))
          (i64.store offset=1040 (i32.const 0) (local.get $r2))
          (i64.store offset=1048 (i32.const 0) (local.get $r3))
          (i64.store offset=1056 (i32.const 0) (local.get $r4))
          (br $block7))
        (i64.store offset=1040 (i32.const 0) (local.get $r2))
        (i64.store offset=1048 (i32.const 0) (local.get $r3))
        (i64.store offset=1056 (i32.const 0) (local.get $r4))
        (i64.store offset=1064 (i32.const 0) (local.get $r5))
        (br $block7))
      (i64.store offset=1040 (i32.const 0) (local.get $r2))
      (i64.store offset=1048 (i32.const 0) (local.get $r3))
      (i64.store offset=1056 (i32.const 0) (local.get $r4))
      (i64.store offset=1064 (i32.const 0) (local.get $r5))
      (i64.store offset=1072 (i32.const 0) (local.get $r6))
      (br $block7))
    (i64.store offset=1040 (i32.const 0) (local.get $r2))
    (i64.store offset=1048 (i32.const 0) (local.get $r3))
    (i64.store offset=1056 (i32.const 0) (local.get $r4))
    (i64.store offset=1064 (i32.const 0) (local.get $r5))
    (i64.store offset=1072 (i32.const 0) (local.get $r6))
    (i64.store offset=1080 (i32.const 0) (local.get $r7)))
  (i32.store offset=1136 (i32.const 0) (local.get $pc))
  (i32.store offset=1008 (i32.const 0) (local.get $why))
  (tuple.make 2 (i32.const 1) (local.get $gas)))
