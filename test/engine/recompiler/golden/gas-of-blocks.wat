;;   0  mul_64 r8, r8, r7
;;   3  ecalli 1
;;   5  div_u_64 r8, r8, r7
;;   8  trap
(func $root0
  (block $block2
    (block $block1
      (block $block
        (block
          (local.set $pc (i32.const 0))
          (local.set $why (i32.const 1))
          (br_if $block (i32.lt_s (local.tee $stack (i32.sub (local.get $stack) (i32.const 1088))) (i32.const 0)))
          (local.set $r7 (i64.load offset=1080 (i32.const 0)))
          (local.set $r8 (i64.load offset=1088 (i32.const 0)))
          (local.set $pc (i32.const 0))
          (local.set $why (i32.const 1))
          (br_if $block (i64.lt_s (local.get $gas) (i64.const 101)))
          (local.set $gas (i64.sub (local.get $gas) (i64.const 101)))
          (local.set $r8 (i64.mul (local.get $r8) (local.get $r7)))
          (i64.store offset=1088 (i32.const 0) (local.get $r8))
          (i32.store offset=1136 (i32.const 0) (i32.const 5))
          (i32.store offset=1148 (i32.const 0) (i32.const 1))
          (i64.store offset=1128 (i32.const 0) (i64.add (local.get $gas) (i64.load offset=1000 (i32.const 0))))
          (local.set $why
            (select
              (local.tee $target (call $fimport$0 (i32.const 1) (i32.const 3) (i32.const 5)))
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
                (i32.or
                  (i32.xor (local.tee $pc (i32.load offset=1136 (i32.const 0))) (i32.const 5))
                  (i32.load offset=1160 (i32.const 0)))
                (local.get $target))
              (i32.xor (i32.load offset=1148 (i32.const 0)) (i32.const 1))))
          (br_if $block (i64.gt_u (local.get $gas) (i64.const 2147483647)))
          (local.set $r7 (i64.load offset=1080 (i32.const 0)))
          (local.set $r8 (i64.load offset=1088 (i32.const 0)))
          (local.set $r8
            (if
              (result i64)
              (i64.eqz (local.get $r7))
              (then
                (i64.const -1))
              (else
                (i64.div_u (local.get $r8) (local.get $r7)))))
          (local.set $pc (i32.const 8))
          (local.set $why (i32.const 3))
          (br $block1)
          (unreachable))
        (return (tuple.make 2 (local.get $target) (local.get $gas))))
      (br $block2))
    (i64.store offset=1088 (i32.const 0) (local.get $r8)))
  (i32.store offset=1136 (i32.const 0) (local.get $pc))
  (i32.store offset=1008 (i32.const 0) (local.get $why))
  (tuple.make 2 (i32.const 1) (local.get $gas)))
