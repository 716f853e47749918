;;   0  load_ind_u64 r7, [r1]
;;   2  store_ind_u16 [r2], r7
;;   4  load_ind_u8 r8, [r3]
;;   6  trap
(func $root0
  (block $block3
    (block $block2
      (block $block1
        (block $block
          (block
            (local.set $pc (i32.const 0))
            (local.set $why (i32.const 1))
            (br_if $block (i32.lt_s (local.tee $stack (i32.sub (local.get $stack) (i32.const 1128))) (i32.const 0)))
            (local.set $r1 (i64.load offset=1032 (i32.const 0)))
            (local.set $r2 (i64.load offset=1040 (i32.const 0)))
            (local.set $r3 (i64.load offset=1048 (i32.const 0)))
            (local.set $pc (i32.const 0))
            (local.set $why (i32.const 1))
            (br_if $block (i64.lt_s (local.get $gas) (i64.const 4)))
            (local.set $gas (i64.sub (local.get $gas) (i64.const 4)))
            (local.set $pc (i32.const 0))
            (local.set $why (i32.const 3))
            (local.set $address (i32.add (i32.wrap_i64 (local.get $r1)) (i32.const 102760448)))
            (br_if $block
              (i32.eqz
                (i32.and
                  (i32.and
                    (i32.load8_u offset=8388608 (i32.shr_u (local.get $address) (i32.const 12)))
                    (i32.load8_u offset=8388608 (i32.shr_u (i32.add (local.get $address) (i32.const 7)) (i32.const 12))))
                  (i32.const 1))))
            (local.set $r7 (i64.load align=1 (local.get $address)))
            (local.set $pc (i32.const 2))
            (local.set $why (i32.const 3))
            (local.set $address (i32.add (i32.wrap_i64 (local.get $r2)) (i32.const 102760448)))
            (br_if $block1
              (i32.eqz
                (i32.and
                  (i32.and
                    (i32.load8_u offset=8388608 (i32.shr_u (local.get $address) (i32.const 12)))
                    (i32.load8_u offset=8388608 (i32.shr_u (i32.add (local.get $address) (i32.const 1)) (i32.const 12))))
                  (i32.const 2))))
            (i64.store16 align=1 (local.get $address) (local.get $r7))
            (local.set $pc (i32.const 4))
            (local.set $why (i32.const 3))
            (local.set $address (i32.add (i32.wrap_i64 (local.get $r3)) (i32.const 102760448)))
            (br_if $block1
              (i32.eqz (i32.and (i32.load8_u offset=8388608 (i32.shr_u (local.get $address) (i32.const 12))) (i32.const 1))))
            (local.set $r8 (i64.load8_u (local.get $address)))
            (local.set $pc (i32.const 6))
            (local.set $why (i32.const 3))
            (br $block2)
            (unreachable))
          (return (tuple.make 2 (local.get $target) (local.get $gas))))
        (br $block3))
      (i64.store offset=1080 (i32.const 0) (local.get $r7))
      (br $block3))
    (i64.store offset=1080 (i32.const 0) (local.get $r7))
    (i64.store offset=1088 (i32.const 0) (local.get $r8)))
  (i32.store offset=1136 (i32.const 0) (local.get $pc))
  (i32.store offset=1008 (i32.const 0) (local.get $why))
  (tuple.make 2 (i32.const 1) (local.get $gas)))
