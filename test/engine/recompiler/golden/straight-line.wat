;;   0  add_imm_64 r7, r8, 1
;;   3  xor r9, r7, r8
;;   6  rot_r_64_imm r9, r9, 13
;;   9  div_u_64 r10, r9, r7
;;  12  cmov_iz r10, r7, r8
;;  15  trap
(func $root0
  (block $block2
    (block $block1
      (block $block
        (block
          (local.set $pc (i32.const 0))
          (local.set $why (i32.const 1))
          (br_if $block (i32.lt_s (local.tee $stack (i32.sub (local.get $stack) (i32.const 936))) (i32.const 0)))
          (local.set $r8 (i64.load offset=1088 (i32.const 0)))
          (local.set $pc (i32.const 0))
          (local.set $why (i32.const 1))
          (br_if $block (i64.lt_s (local.get $gas) (i64.const 6)))
          (local.set $gas (i64.sub (local.get $gas) (i64.const 6)))
          (local.set $r7 (i64.add (local.get $r8) (i64.const 1)))
          (local.set $r9 (i64.xor (local.get $r7) (local.get $r8)))
          (local.set $r9 (i64.rotr (local.get $r9) (i64.const 13)))
          (local.set $r10
            (if
              (result i64)
              (i64.eqz (local.get $r7))
              (then
                (i64.const -1))
              (else
                (i64.div_u (local.get $r9) (local.get $r7)))))
          (local.set $r10 (select (local.get $r7) (local.get $r10) (i64.eqz (local.get $r8))))
          (local.set $pc (i32.const 15))
          (local.set $why (i32.const 3))
          (br $block1)
          (unreachable))
        (return (tuple.make 2 (local.get $target) (local.get $gas))))
      (br $block2))
    (i64.store offset=1080 (i32.const 0) (local.get $r7))
    (i64.store offset=1096 (i32.const 0) (local.get $r9))
    (i64.store offset=1104 (i32.const 0) (local.get $r10)))
  (i32.store offset=1136 (i32.const 0) (local.get $pc))
  (i32.store offset=1008 (i32.const 0) (local.get $why))
  (tuple.make 2 (i32.const 1) (local.get $gas)))
