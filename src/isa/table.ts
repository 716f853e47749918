// The instruction table: one line per opcode, everything the engines need to know about an instruction.
// Not a decoder and not an executor: `format.ts` decodes operands, `semantics.ts` reads the effect column.
import type { Format } from './format.ts'

/**
 * What kind of thing an instruction does. `trap`, `fallthrough`, `jump`, `djump` and `branch` are the
 * terminators T of GP A.3; everything else continues in its basic block.
 */
export type InstructionKind =
  | 'alu'
  | 'load'
  | 'store'
  | 'jump'
  | 'djump'
  | 'branch'
  | 'trap'
  | 'fallthrough'
  | 'nop'
  | 'host'
  | 'sbrk'
  | 'memset'

/** One line of the table, see the legend above `ROWS`. */
type Row = readonly [
  gp072: number | null,
  gp080: number | null,
  latest64: number | null,
  name: string,
  format: Format,
  kind: InstructionKind,
  effect: string,
  cost: string,
]

const __ = null

// Columns
//   0.7.2, 0.8.0, L64   opcode byte in GP 0.7.2, in GP 0.8.0 (= PolkaVM JamV1), in PolkaVM Latest64; __ = not defined there
//   name                the Gray Paper's name
//   format              operand format, GP A.5.1 to A.5.13, see format.ts
//   effect              A B D registers, X Y immediates (64 bit, sign-extended), T jump target. Function names are
//                       WebAssembly's operators: add is i64.add, add32 is i32.add, w wraps to 32 bits, sx and zx extend a
//                       32-bit value, ext8 and ext16 sign-extend inside 64 bits. divu, divs, remu, rems are guarded as in
//                       GP A.5.13 (they never trap). The C core and the recompiler are generated from this column.
//   cost                0.8.0 pipeline model (GP A.9): cycles, decode slots, execution units.
//                       cycles: m = load latency, b = branch. slots: Pn/m = n if the destination is among the sources,
//                       else m; PSn/m = n if it is the first source. units: A alu L load S store M multiply D divide.
// biome-ignore format: a table
const ROWS: Row[] = [
  // 0.7.2 0.8.0 L64
  [  0,   0,   0, 'trap',                 'none',            'trap',        'panic()',                            '2 1 -'],
  [  1,   1,   1, 'fallthrough',          'none',            'fallthrough', 'fallthrough()',                      '2 1 -'],
  [ __,   2,   3, 'unlikely',             'none',            'nop',         'nop()',                              '40 1 -'],
  [ __,  __,   2, 'memset',               'none',            'memset',      'memset()',                           '100 4 A'],
  [ 10,  10,  10, 'ecalli',               'imm',             'host',        'host(X)',                            '100 4 A'],
  [ 20,  20,  20, 'load_imm_64',          'reg_imm64',       'alu',         'A = X',                              '1 2 -'],
  [ 30,  30,  30, 'store_imm_u8',         'imm_imm',         'store',       'store8(X, Y)',                       '25 1 AS'],
  [ 31,  31,  31, 'store_imm_u16',        'imm_imm',         'store',       'store16(X, Y)',                      '25 1 AS'],
  [ 32,  32,  32, 'store_imm_u32',        'imm_imm',         'store',       'store32(X, Y)',                      '25 1 AS'],
  [ 33,  33,  33, 'store_imm_u64',        'imm_imm',         'store',       'store64(X, Y)',                      '25 1 AS'],
  [ 40,  40,  40, 'jump',                 'off',             'jump',        'jump(T)',                            '15 1 -'],
  [ 50,  50,  50, 'jump_ind',             'reg_imm',         'djump',       'djump(add(A, X))',                   '22 1 -'],
  [ 51,  51,  51, 'load_imm',             'reg_imm',         'alu',         'A = X',                              '1 1 -'],
  [ 52,  52,  52, 'load_u8',              'reg_imm',         'load',        'A = load_u8(X)',                     'm 1 AL'],
  [ 53,  53,  53, 'load_i8',              'reg_imm',         'load',        'A = load_i8(X)',                     'm 1 AL'],
  [ 54,  54,  54, 'load_u16',             'reg_imm',         'load',        'A = load_u16(X)',                    'm 1 AL'],
  [ 55,  55,  55, 'load_i16',             'reg_imm',         'load',        'A = load_i16(X)',                    'm 1 AL'],
  [ 56,  56,  56, 'load_u32',             'reg_imm',         'load',        'A = load_u32(X)',                    'm 1 AL'],
  [ 57,  57,  57, 'load_i32',             'reg_imm',         'load',        'A = load_i32(X)',                    'm 1 AL'],
  [ 58,  58,  58, 'load_u64',             'reg_imm',         'load',        'A = load_u64(X)',                    'm 1 AL'],
  [ 59,  59,  59, 'store_u8',             'reg_imm',         'store',       'store8(X, A)',                       '25 1 AS'],
  [ 60,  60,  60, 'store_u16',            'reg_imm',         'store',       'store16(X, A)',                      '25 1 AS'],
  [ 61,  61,  61, 'store_u32',            'reg_imm',         'store',       'store32(X, A)',                      '25 1 AS'],
  [ 62,  62,  62, 'store_u64',            'reg_imm',         'store',       'store64(X, A)',                      '25 1 AS'],
  [ 70,  70,  70, 'store_imm_ind_u8',     'reg_imm_imm',     'store',       'store8(add(A, X), Y)',               '25 1 AS'],
  [ 71,  71,  71, 'store_imm_ind_u16',    'reg_imm_imm',     'store',       'store16(add(A, X), Y)',              '25 1 AS'],
  [ 72,  72,  72, 'store_imm_ind_u32',    'reg_imm_imm',     'store',       'store32(add(A, X), Y)',              '25 1 AS'],
  [ 73,  73,  73, 'store_imm_ind_u64',    'reg_imm_imm',     'store',       'store64(add(A, X), Y)',              '25 1 AS'],
  [ 80,  80,  80, 'load_imm_jump',        'reg_imm_off',     'jump',        'A = X; jump(T)',                     '15 1 -'],
  [ 81,  81,  81, 'branch_eq_imm',        'reg_imm_off',     'branch',      'branch(eq(A, X), T)',                'b 1 A'],
  [ 82,  82,  82, 'branch_ne_imm',        'reg_imm_off',     'branch',      'branch(ne(A, X), T)',                'b 1 A'],
  [ 83,  83,  83, 'branch_lt_u_imm',      'reg_imm_off',     'branch',      'branch(lt_u(A, X), T)',              'b 1 A'],
  [ 84,  84,  84, 'branch_le_u_imm',      'reg_imm_off',     'branch',      'branch(le_u(A, X), T)',              'b 1 A'],
  [ 85,  85,  85, 'branch_ge_u_imm',      'reg_imm_off',     'branch',      'branch(ge_u(A, X), T)',              'b 1 A'],
  [ 86,  86,  86, 'branch_gt_u_imm',      'reg_imm_off',     'branch',      'branch(gt_u(A, X), T)',              'b 1 A'],
  [ 87,  87,  87, 'branch_lt_s_imm',      'reg_imm_off',     'branch',      'branch(lt_s(A, X), T)',              'b 1 A'],
  [ 88,  88,  88, 'branch_le_s_imm',      'reg_imm_off',     'branch',      'branch(le_s(A, X), T)',              'b 1 A'],
  [ 89,  89,  89, 'branch_ge_s_imm',      'reg_imm_off',     'branch',      'branch(ge_s(A, X), T)',              'b 1 A'],
  [ 90,  90,  90, 'branch_gt_s_imm',      'reg_imm_off',     'branch',      'branch(gt_s(A, X), T)',              'b 1 A'],
  [100, 100, 100, 'move_reg',             'reg_reg',         'alu',         'D = A',                              '0 1 -'],
  [101,  __, 101, 'sbrk',                 'reg_reg',         'sbrk',        'D = sbrk(A)',                        '100 4 A'],
  [102, 101, 102, 'count_set_bits_64',    'reg_reg',         'alu',         'D = popcnt(A)',                      '1 1 A'],
  [103, 102, 103, 'count_set_bits_32',    'reg_reg',         'alu',         'D = zx(popcnt32(w(A)))',             '1 1 A'],
  [104, 103, 104, 'leading_zero_bits_64', 'reg_reg',         'alu',         'D = clz(A)',                         '1 1 A'],
  [105, 104, 105, 'leading_zero_bits_32', 'reg_reg',         'alu',         'D = zx(clz32(w(A)))',                '1 1 A'],
  [106, 105, 106, 'trailing_zero_bits_64', 'reg_reg',         'alu',         'D = ctz(A)',                         '2 1 AA'],
  [107, 106, 107, 'trailing_zero_bits_32', 'reg_reg',         'alu',         'D = zx(ctz32(w(A)))',                '2 1 AA'],
  [108, 107, 108, 'sign_extend_8',        'reg_reg',         'alu',         'D = ext8(A)',                        '1 1 A'],
  [109, 108, 109, 'sign_extend_16',       'reg_reg',         'alu',         'D = ext16(A)',                       '1 1 A'],
  [110, 109, 110, 'zero_extend_16',       'reg_reg',         'alu',         'D = and(A, 0xffff)',                 '1 1 A'],
  [111, 110, 111, 'reverse_bytes',        'reg_reg',         'alu',         'D = bswap(A)',                       '1 P1/2 A'],
  [120, 120, 120, 'store_ind_u8',         'reg_reg_imm',     'store',       'store8(add(B, X), A)',               '25 1 AS'],
  [121, 121, 121, 'store_ind_u16',        'reg_reg_imm',     'store',       'store16(add(B, X), A)',              '25 1 AS'],
  [122, 122, 122, 'store_ind_u32',        'reg_reg_imm',     'store',       'store32(add(B, X), A)',              '25 1 AS'],
  [123, 123, 123, 'store_ind_u64',        'reg_reg_imm',     'store',       'store64(add(B, X), A)',              '25 1 AS'],
  [124, 124, 124, 'load_ind_u8',          'reg_reg_imm',     'load',        'A = load_u8(add(B, X))',             'm 1 AL'],
  [125, 125, 125, 'load_ind_i8',          'reg_reg_imm',     'load',        'A = load_i8(add(B, X))',             'm 1 AL'],
  [126, 126, 126, 'load_ind_u16',         'reg_reg_imm',     'load',        'A = load_u16(add(B, X))',            'm 1 AL'],
  [127, 127, 127, 'load_ind_i16',         'reg_reg_imm',     'load',        'A = load_i16(add(B, X))',            'm 1 AL'],
  [128, 128, 128, 'load_ind_u32',         'reg_reg_imm',     'load',        'A = load_u32(add(B, X))',            'm 1 AL'],
  [129, 129, 129, 'load_ind_i32',         'reg_reg_imm',     'load',        'A = load_i32(add(B, X))',            'm 1 AL'],
  [130, 130, 130, 'load_ind_u64',         'reg_reg_imm',     'load',        'A = load_u64(add(B, X))',            'm 1 AL'],
  [131, 131, 131, 'add_imm_32',           'reg_reg_imm',     'alu',         'A = sx(add32(w(B), w(X)))',          '2 P2/3 A'],
  [132, 132, 132, 'and_imm',              'reg_reg_imm',     'alu',         'A = and(B, X)',                      '1 P1/2 A'],
  [133, 133, 133, 'xor_imm',              'reg_reg_imm',     'alu',         'A = xor(B, X)',                      '1 P1/2 A'],
  [134, 134, 134, 'or_imm',               'reg_reg_imm',     'alu',         'A = or(B, X)',                       '1 P1/2 A'],
  [135, 135, 135, 'mul_imm_32',           'reg_reg_imm',     'alu',         'A = sx(mul32(w(B), w(X)))',          '4 P2/3 AM'],
  [136, 136, 136, 'set_lt_u_imm',         'reg_reg_imm',     'alu',         'A = zx(lt_u(B, X))',                 '3 3 A'],
  [137, 137, 137, 'set_lt_s_imm',         'reg_reg_imm',     'alu',         'A = zx(lt_s(B, X))',                 '3 3 A'],
  [138, 138, 138, 'shlo_l_imm_32',        'reg_reg_imm',     'alu',         'A = sx(shl32(w(B), w(X)))',          '2 P2/3 A'],
  [139, 139, 139, 'shlo_r_imm_32',        'reg_reg_imm',     'alu',         'A = sx(shr_u32(w(B), w(X)))',        '2 P2/3 A'],
  [140, 140, 140, 'shar_r_imm_32',        'reg_reg_imm',     'alu',         'A = sx(shr_s32(w(B), w(X)))',        '2 P2/3 A'],
  [141, 141, 141, 'neg_add_imm_32',       'reg_reg_imm',     'alu',         'A = sx(sub32(w(X), w(B)))',          '3 4 A'],
  [142, 142, 142, 'set_gt_u_imm',         'reg_reg_imm',     'alu',         'A = zx(gt_u(B, X))',                 '3 3 A'],
  [143, 143, 143, 'set_gt_s_imm',         'reg_reg_imm',     'alu',         'A = zx(gt_s(B, X))',                 '3 3 A'],
  [144, 144, 144, 'shlo_l_imm_alt_32',    'reg_reg_imm',     'alu',         'A = sx(shl32(w(X), w(B)))',          '2 4 A'],
  [145, 145, 145, 'shlo_r_imm_alt_32',    'reg_reg_imm',     'alu',         'A = sx(shr_u32(w(X), w(B)))',        '2 4 A'],
  [146, 146, 146, 'shar_r_imm_alt_32',    'reg_reg_imm',     'alu',         'A = sx(shr_s32(w(X), w(B)))',        '2 4 A'],
  [147, 147, 147, 'cmov_iz_imm',          'reg_reg_imm',     'alu',         'A = select(eqz(B), X, A)',           '2 3 A'],
  [148, 148, 148, 'cmov_nz_imm',          'reg_reg_imm',     'alu',         'A = select(eqz(B), A, X)',           '2 3 A'],
  [149, 149, 149, 'add_imm_64',           'reg_reg_imm',     'alu',         'A = add(B, X)',                      '1 P1/2 A'],
  [150, 150, 150, 'mul_imm_64',           'reg_reg_imm',     'alu',         'A = mul(B, X)',                      '3 P1/2 AM'],
  [151, 151, 151, 'shlo_l_imm_64',        'reg_reg_imm',     'alu',         'A = shl(B, X)',                      '1 P1/2 A'],
  [152, 152, 152, 'shlo_r_imm_64',        'reg_reg_imm',     'alu',         'A = shr_u(B, X)',                    '1 P1/2 A'],
  [153, 153, 153, 'shar_r_imm_64',        'reg_reg_imm',     'alu',         'A = shr_s(B, X)',                    '1 P1/2 A'],
  [154, 154, 154, 'neg_add_imm_64',       'reg_reg_imm',     'alu',         'A = sub(X, B)',                      '2 3 A'],
  [155, 155, 155, 'shlo_l_imm_alt_64',    'reg_reg_imm',     'alu',         'A = shl(X, B)',                      '1 3 A'],
  [156, 156, 156, 'shlo_r_imm_alt_64',    'reg_reg_imm',     'alu',         'A = shr_u(X, B)',                    '1 3 A'],
  [157, 157, 157, 'shar_r_imm_alt_64',    'reg_reg_imm',     'alu',         'A = shr_s(X, B)',                    '1 3 A'],
  [158, 158, 158, 'rot_r_64_imm',         'reg_reg_imm',     'alu',         'A = rotr(B, X)',                     '1 P1/2 A'],
  [159, 159, 159, 'rot_r_64_imm_alt',     'reg_reg_imm',     'alu',         'A = rotr(X, B)',                     '1 3 A'],
  [160, 160, 160, 'rot_r_32_imm',         'reg_reg_imm',     'alu',         'A = sx(rotr32(w(B), w(X)))',         '2 P2/3 A'],
  [161, 161, 161, 'rot_r_32_imm_alt',     'reg_reg_imm',     'alu',         'A = sx(rotr32(w(X), w(B)))',         '2 4 A'],
  [170, 170, 170, 'branch_eq',            'reg_reg_off',     'branch',      'branch(eq(A, B), T)',                'b 1 A'],
  [171, 171, 171, 'branch_ne',            'reg_reg_off',     'branch',      'branch(ne(A, B), T)',                'b 1 A'],
  [172, 172, 172, 'branch_lt_u',          'reg_reg_off',     'branch',      'branch(lt_u(A, B), T)',              'b 1 A'],
  [173, 173, 173, 'branch_lt_s',          'reg_reg_off',     'branch',      'branch(lt_s(A, B), T)',              'b 1 A'],
  [174, 174, 174, 'branch_ge_u',          'reg_reg_off',     'branch',      'branch(ge_u(A, B), T)',              'b 1 A'],
  [175, 175, 175, 'branch_ge_s',          'reg_reg_off',     'branch',      'branch(ge_s(A, B), T)',              'b 1 A'],
  [180, 180, 180, 'load_imm_jump_ind',    'reg_reg_imm_imm', 'djump',       'A = X; djump(add(B, Y))',            '22 1 -'],
  [190, 190, 190, 'add_32',               'reg_reg_reg',     'alu',         'D = sx(add32(w(A), w(B)))',          '2 P2/3 A'],
  [191, 191, 191, 'sub_32',               'reg_reg_reg',     'alu',         'D = sx(sub32(w(A), w(B)))',          '2 P2/3 A'],
  [192, 192, 192, 'mul_32',               'reg_reg_reg',     'alu',         'D = sx(mul32(w(A), w(B)))',          '4 P2/3 AM'],
  [193, 193, 193, 'div_u_32',             'reg_reg_reg',     'alu',         'D = sx(divu32(w(A), w(B)))',         '60 4 AD'],
  [194, 194, 194, 'div_s_32',             'reg_reg_reg',     'alu',         'D = sx(divs32(w(A), w(B)))',         '60 4 AD'],
  [195, 195, 195, 'rem_u_32',             'reg_reg_reg',     'alu',         'D = sx(remu32(w(A), w(B)))',         '60 4 AD'],
  [196, 196, 196, 'rem_s_32',             'reg_reg_reg',     'alu',         'D = sx(rems32(w(A), w(B)))',         '60 4 AD'],
  [197, 197, 197, 'shlo_l_32',            'reg_reg_reg',     'alu',         'D = sx(shl32(w(A), w(B)))',          '2 PS3/4 A'],
  [198, 198, 198, 'shlo_r_32',            'reg_reg_reg',     'alu',         'D = sx(shr_u32(w(A), w(B)))',        '2 PS3/4 A'],
  [199, 199, 199, 'shar_r_32',            'reg_reg_reg',     'alu',         'D = sx(shr_s32(w(A), w(B)))',        '2 PS3/4 A'],
  [200, 200, 200, 'add_64',               'reg_reg_reg',     'alu',         'D = add(A, B)',                      '1 P1/2 A'],
  [201, 201, 201, 'sub_64',               'reg_reg_reg',     'alu',         'D = sub(A, B)',                      '1 P1/2 A'],
  [202, 202, 202, 'mul_64',               'reg_reg_reg',     'alu',         'D = mul(A, B)',                      '3 P1/2 AM'],
  [203, 203, 203, 'div_u_64',             'reg_reg_reg',     'alu',         'D = divu(A, B)',                     '60 4 AD'],
  [204, 204, 204, 'div_s_64',             'reg_reg_reg',     'alu',         'D = divs(A, B)',                     '60 4 AD'],
  [205, 205, 205, 'rem_u_64',             'reg_reg_reg',     'alu',         'D = remu(A, B)',                     '60 4 AD'],
  [206, 206, 206, 'rem_s_64',             'reg_reg_reg',     'alu',         'D = rems(A, B)',                     '60 4 AD'],
  [207, 207, 207, 'shlo_l_64',            'reg_reg_reg',     'alu',         'D = shl(A, B)',                      '1 PS2/3 A'],
  [208, 208, 208, 'shlo_r_64',            'reg_reg_reg',     'alu',         'D = shr_u(A, B)',                    '1 PS2/3 A'],
  [209, 209, 209, 'shar_r_64',            'reg_reg_reg',     'alu',         'D = shr_s(A, B)',                    '1 PS2/3 A'],
  [210, 210, 210, 'and',                  'reg_reg_reg',     'alu',         'D = and(A, B)',                      '1 P1/2 A'],
  [211, 211, 211, 'xor',                  'reg_reg_reg',     'alu',         'D = xor(A, B)',                      '1 P1/2 A'],
  [212, 212, 212, 'or',                   'reg_reg_reg',     'alu',         'D = or(A, B)',                       '1 P1/2 A'],
  [213, 213, 213, 'mul_upper_s_s',        'reg_reg_reg',     'alu',         'D = mulh_ss(A, B)',                  '4 4 AM'],
  [214, 214, 214, 'mul_upper_u_u',        'reg_reg_reg',     'alu',         'D = mulh_uu(A, B)',                  '4 4 AM'],
  [215, 215, 215, 'mul_upper_s_u',        'reg_reg_reg',     'alu',         'D = mulh_su(A, B)',                  '6 4 AM'],
  [216, 216, 216, 'set_lt_u',             'reg_reg_reg',     'alu',         'D = zx(lt_u(A, B))',                 '3 3 A'],
  [217, 217, 217, 'set_lt_s',             'reg_reg_reg',     'alu',         'D = zx(lt_s(A, B))',                 '3 3 A'],
  [218, 218, 218, 'cmov_iz',              'reg_reg_reg',     'alu',         'D = select(eqz(B), A, D)',           '2 2 A'],
  [219, 219, 219, 'cmov_nz',              'reg_reg_reg',     'alu',         'D = select(eqz(B), D, A)',           '2 2 A'],
  [220, 220, 220, 'rot_l_64',             'reg_reg_reg',     'alu',         'D = rotl(A, B)',                     '1 PS2/3 A'],
  [221, 221, 221, 'rot_l_32',             'reg_reg_reg',     'alu',         'D = sx(rotl32(w(A), w(B)))',         '2 PS3/4 A'],
  [222, 222, 222, 'rot_r_64',             'reg_reg_reg',     'alu',         'D = rotr(A, B)',                     '1 PS2/3 A'],
  [223, 223, 223, 'rot_r_32',             'reg_reg_reg',     'alu',         'D = sx(rotr32(w(A), w(B)))',         '2 PS3/4 A'],
  [224, 224, 224, 'and_inv',              'reg_reg_reg',     'alu',         'D = and(A, not(B))',                 '2 3 A'],
  [225, 225, 225, 'or_inv',               'reg_reg_reg',     'alu',         'D = or(A, not(B))',                  '2 3 A'],
  [226, 226, 226, 'xnor',                 'reg_reg_reg',     'alu',         'D = not(xor(A, B))',                 '2 P2/3 A'],
  [227, 227, 227, 'max',                  'reg_reg_reg',     'alu',         'D = select(gt_s(A, B), A, B)',       '3 P2/3 A'],
  [228, 228, 228, 'max_u',                'reg_reg_reg',     'alu',         'D = select(gt_u(A, B), A, B)',       '3 P2/3 A'],
  [229, 229, 229, 'min',                  'reg_reg_reg',     'alu',         'D = select(lt_s(A, B), A, B)',       '3 P2/3 A'],
  [230, 230, 230, 'min_u',                'reg_reg_reg',     'alu',         'D = select(lt_u(A, B), A, B)',       '3 P2/3 A'],
]

// What 32-bit programs have under the number of another instruction, see set.ts. Registers hold their 32 bits sign-extended.
// biome-ignore format: a table
const ROWS_32: readonly Row[] = [
  [ __,  __,  __, 'reverse_bytes_32',     'reg_reg',         'alu',         'D = shr_s(bswap(A), 32)',            '1 P1/2 A'],
  [ __,  __,  __, 'mul_upper_s_s_32',     'reg_reg_reg',     'alu',         'D = shr_s(mul(A, B), 32)',           '4 4 AM'],
  [ __,  __,  __, 'mul_upper_u_u_32',     'reg_reg_reg',     'alu',         'D = shr_s(mul(zx(w(A)), zx(w(B))), 32)', '4 4 AM'],
  [ __,  __,  __, 'mul_upper_s_u_32',     'reg_reg_reg',     'alu',         'D = shr_s(mul(A, zx(w(B))), 32)',    '6 4 AM'],
]

// biome-ignore lint/suspicious/noConfusingLabels: dropped from the entry `coulis/interpreter` (scripts/build-library.mjs)
WHOLE: ROWS.push(...ROWS_32)

/** An instruction, independent of its number in any instruction set. */
export interface Instruction {
  /** Index in `INSTRUCTIONS`; the engines' internal opcode. Stable within one version of coulis only. */
  readonly id: number
  readonly name: string
  readonly format: Format
  readonly kind: InstructionKind
  /** Whether it ends a basic block (GP A.3, the set T). */
  readonly terminator: boolean
  /** The effect column of the table. */
  readonly effect: string
  /** The cost column of the table. */
  readonly cost: string
  readonly opcodes: { readonly gp072: number | null; readonly gp080: number | null; readonly latest64: number | null }
}

const TERMINATORS: ReadonlySet<InstructionKind> = new Set<InstructionKind>([
  'trap',
  'fallthrough',
  'jump',
  'djump',
  'branch',
])

/** All instructions of all instruction sets, in table order. Index 0 is `trap`. */
export const INSTRUCTIONS: readonly Instruction[] = ROWS.map(
  ([gp072, gp080, latest64, name, format, kind, effect, cost], id) => ({
    id,
    name,
    format,
    kind,
    terminator: TERMINATORS.has(kind),
    effect,
    cost,
    opcodes: { gp072, gp080, latest64 },
  }),
)

const BY_NAME: ReadonlyMap<string, Instruction> = new Map(INSTRUCTIONS.map(i => [i.name, i]))

/** The instruction of that Gray Paper name, or undefined. */
export function instructionNamed(name: string): Instruction | undefined {
  return BY_NAME.get(name)
}

/** The id of `trap`, what every undefined opcode acts as under lenient loading (GP 0.7.2 A.4). */
export const TRAP_ID = 0
