;;   0  store_imm_ind_u8 [r8], 0
;;   2  add_imm_64 r8, r8, 1
;;   5  branch_ne r8, r9, @L0
;;   8  trap
(func $root0
  (block $block4
    (block $block1
      (block $block
        (block
          (local.set $pc (i32.const 0))
          (local.set $why (i32.const 1))
          (br_if $block (i32.lt_s (local.tee $stack (i32.sub (local.get $stack) (i32.const 1840))) (i32.const 0)))
          (local.set $r8 (i64.load offset=1088 (i32.const 0)))
          (local.set $r9 (i64.load offset=1096 (i32.const 0)))
          (local.set $count (i32.sub (i32.const 8) (local.get $pairs2)))
          (loop $label
            (block $block2
              (local.set $pc (i32.const 0))
              (local.set $why (i32.const 1))
              (br_if $block1 (i64.lt_s (local.get $gas) (i64.const 4)))
              (local.set $gas (i64.sub (local.get $gas) (i64.const 3)))
              (local.set $pc (i32.const 0))
              (local.set $why (i32.const 3))
              (br_if $block1
                (i32.eqz
                  (i32.and
                    (i32.load8_u offset=8388608
                      (i32.shr_u
                        (local.tee $address (i32.add (i32.wrap_i64 (local.get $r8)) (i32.const 102760448)))
                        (i32.const 12)))
                    (i32.const 2))))
              (i64.store8 (local.get $address) (i64.const 0))
              (local.set $r8 (i64.add (local.get $r8) (i64.const 1)))
              (br_if $block2 (i32.eqz (i64.ne (local.get $r8) (local.get $r9))))
              (br_if $label (local.tee $count (i32.sub (local.get $count) (i32.const 1))))
              (local.set $count (i32.const 2147483647))
              (if
                (i32.ge_u
                  (local.tee $target
                    (i32.sub
                      (local.tee $address (i32.add (i32.wrap_i64 (local.get $r8)) (i32.const 102760448)))
                      (local.get $pairs0)))
                  (local.get $pairs1))
                (then
                  (local.set $pairs0
                    (block
                      (result i32)
                      (local.set $scratch_40
                        (tuple.extract 2 0 (local.tee $scratch (call $0 (local.get $address) (i32.const 1) (i32.const 2)))))
                      (local.set $pairs1 (tuple.extract 2 1 (local.get $scratch)))
                      (local.get $scratch_40)))
                  (local.set $target (i32.sub (local.get $address) (local.get $pairs0)))))
              (if
                (i32.ge_u (local.get $target) (local.get $pairs1))
                (then
                  (local.set $count (i32.const 8))
                  (br $label)))
              (local.set $count
                (select
                  (local.tee $target
                    (i32.add
                      (i32.div_u (i32.sub (i32.sub (local.get $pairs1) (i32.const 1)) (local.get $target)) (i32.const 1))
                      (i32.const 1)))
                  (local.get $count)
                  (i32.lt_u (local.get $target) (local.get $count))))
              (local.set $floor
                (i64.add
                  (select
                    (local.tee $floor
                      (i64.add
                        (i64.sub (local.get $gas) (i64.mul (i64.extend_i32_u (local.get $count)) (i64.const 3)))
                        (i64.const 1)))
                    (i64.const 4)
                    (i64.gt_s (local.get $floor) (i64.const 4)))
                  (i64.const 21)))
              (local.set $count (i32.const 1))
              (local.set $before (local.get $gas))
              (if
                (i32.ge_s
                  (local.tee $target (i32.div_s (i32.wrap_i64 (i64.sub (local.get $gas) (local.get $floor))) (i32.const 3)))
                  (i32.const 8))
                (then
                  (local.set $target
                    (select
                      (i32.wrap_i64
                        (i64.shr_u (i64.sub (i64.sub (local.get $r9) (local.get $r8)) (i64.const 1)) (i64.const 0)))
                      (local.get $target)
                      (i64.lt_u
                        (i64.shr_u (i64.sub (i64.sub (local.get $r9) (local.get $r8)) (i64.const 1)) (i64.const 0))
                        (i64.extend_i32_u (local.get $target)))))
                  (if
                    (i32.ge_u (local.get $target) (i32.const 8))
                    (then
                      (memory.fill
                        (i32.add (i32.wrap_i64 (local.get $r8)) (i32.const 102760448))
                        (i32.const 0)
                        (i32.shl (local.get $target) (i32.const 0)))
                      (local.set $gas (i64.sub (local.get $gas) (i64.mul (i64.extend_i32_u (local.get $target)) (i64.const 3))))
                      (local.set $r8
                        (i64.add (local.get $r8) (i64.mul (i64.extend_i32_u (local.get $target)) (i64.const 1))))))))
              (block $block3
                (loop $label1
                  (br_if $label (i64.lt_s (local.get $gas) (local.get $floor)))
                  (local.set $gas (i64.sub (local.get $gas) (i64.const 3)))
                  (local.set $address (i32.add (i32.wrap_i64 (local.get $r8)) (i32.const 102760448)))
                  (i64.store8 (local.get $address) (i64.const 0))
                  (local.set $r8 (i64.add (local.get $r8) (i64.const 1)))
                  (br_if $block3 (i32.eqz (i64.ne (local.get $r8) (local.get $r9))))
                  (local.set $gas (i64.sub (local.get $gas) (i64.const 3)))
                  (local.set $address (i32.add (i32.wrap_i64 (local.get $r8)) (i32.const 102760448)))
                  (i64.store8 (local.get $address) (i64.const 0))
                  (local.set $r8 (i64.add (local.get $r8) (i64.const 1)))
                  (br_if $block3 (i32.eqz (i64.ne (local.get $r8) (local.get $r9))))
                  (local.set $gas (i64.sub (local.get $gas) (i64.const 3)))
                  (local.set $address (i32.add (i32.wrap_i64 (local.get $r8)) (i32.const 102760448)))
                  (i64.store8 (local.get $address) (i64.const 0))
                  (local.set $r8 (i64.add (local.get $r8) (i64.const 1)))
                  (br_if $block3 (i32.eqz (i64.ne (local.get $r8) (local.get $r9))))
                  (local.set $gas (i64.sub (local.get $gas) (i64.const 3)))
                  (local.set $address (i32.add (i32.wrap_i64 (local.get $r8)) (i32.const 102760448)))
                  (i64.store8 (local.get $address) (i64.const 0))
                  (local.set $r8 (i64.add (local.get $r8) (i64.const 1)))
                  (br_if $block3 (i32.eqz (i64.ne (local.get $r8) (local.get $r9))))
                  (local.set $gas (i64.sub (local.get $gas) (i64.const 3)))
                  (local.set $address (i32.add (i32.wrap_i64 (local.get $r8)) (i32.const 102760448)))
                  (i64.store8 (local.get $address) (i64.const 0))
                  (local.set $r8 (i64.add (local.get $r8) (i64.const 1)))
                  (br_if $block3 (i32.eqz (i64.ne (local.get $r8) (local.get $r9))))
                  (local.set $gas (i64.sub (local.get $gas) (i64.const 3)))
                  (local.set $address (i32.add (i32.wrap_i64 (local.get $r8)) (i32.const 102760448)))
                  (i64.store8 (local.get $address) (i64.const 0))
                  (local.set $r8 (i64.add (local.get $r8) (i64.const 1)))
                  (br_if $block3 (i32.eqz (i64.ne (local.get $r8) (local.get $r9))))
                  (local.set $gas (i64.sub (local.get $gas) (i64.const 3)))
                  (local.set $address (i32.add (i32.wrap_i64 (local.get $r8)) (i32.const 102760448)))
                  (i64.store8 (local.get $address) (i64.const 0))
                  (local.set $r8 (i64.add (local.get $r8) (i64.const 1)))
                  (br_if $block3 (i32.eqz (i64.ne (local.get $r8) (local.get $r9))))
                  (local.set $gas (i64.sub (local.get $gas) (i64.const 3)))
                  (local.set $address (i32.add (i32.wrap_i64 (local.get $r8)) (i32.const 102760448)))
                  (i64.store8 (local.get $address) (i64.const 0))
                  (local.set $r8 (i64.add (local.get $r8) (i64.const 1)))
                  (br_if $label1 (i64.ne (local.get $r8) (local.get $r9)))))
              (local.set $pairs2
                (select (i32.const 7) (i32.const 0) (i64.ge_s (i64.sub (local.get $before) (local.get $gas)) (i64.const 48))))
              (br $block2))
            (local.set $gas (i64.sub (local.get $gas) (i64.const 1)))
            (local.set $pc (i32.const 8))
            (local.set $why (i32.const 3))
            (br $block1))
          (unreachable))
        (return (tuple.make 2 (local.get $target) (local.get $gas))))
      (br $block4))
    (i64.store offset=1088 (i32.const 0) (local.get $r8)))
  (i32.store offset=1136 (i32.const 0) (local.get $pc))
  (i32.store offset=1008 (i32.const 0) (local.get $why))
  (tuple.make 2 (i32.const 1) (local.get $gas)))
