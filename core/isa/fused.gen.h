/* Made by `npm run core` from scripts/fused-sequences.ts. Do not edit.
 * Superinstructions: op OP_FUSED + n of a record stands for it and the records behind it. */
#ifndef PVM_FUSED_CASES
enum { FUSED_COUNT = 54 };

/* The first instruction of each. */
static const uint8_t pvm_fused_first[FUSED_COUNT] = {
  100, 110, 110, 110, 110, 62, 80, 80, 80, 80, 80, 80, 80, 80, 80, 80,
  80, 80, 12, 12, 60, 61, 61, 61, 61, 61, 61, 61, 61, 55, 55, 55,
  55, 55, 39, 39, 102, 112, 112, 91, 67, 82, 82, 82, 82, 82, 24, 54,
  54, 54, 51, 121, 121, 121,
};

/* A tree: nodes are the instructions by id, then beginnings of sequences. Where an instruction goes on from a node. */
typedef struct {
  uint8_t id;     /* of the instruction that follows */
  uint8_t takes;  /* the operand that has to be the result of the one before: 0 none, 1 A, 2 B, 3 A after B may change places with it */
  uint8_t to;     /* the node */
  uint8_t op;     /* its superinstruction, FUSED_COUNT where it is none */
} pvm_fused_edge;
static const pvm_fused_edge pvm_fused_edges[81] = {
  {95, 0, 167, 18},
  {39, 0, 168, 54},
  {110, 0, 212, 54},
  {12, 0, 196, 34},
  {39, 0, 197, 35},
  {80, 0, 218, 54},
  {61, 0, 214, 54},
  {39, 0, 216, 48},
  {54, 0, 217, 49},
  {80, 0, 186, 54},
  {51, 0, 193, 54},
  {80, 0, 170, 54},
  {110, 3, 173, 21},
  {54, 1, 183, 27},
  {80, 0, 175, 54},
  {61, 0, 177, 24},
  {54, 0, 182, 27},
  {62, 0, 151, 54},
  {110, 0, 202, 54},
  {94, 3, 161, 13},
  {30, 1, 162, 14},
  {54, 2, 164, 54},
  {110, 0, 153, 6},
  {80, 0, 154, 7},
  {63, 0, 158, 54},
  {95, 0, 160, 12},
  {28, 0, 163, 15},
  {110, 3, 204, 41},
  {83, 2, 208, 44},
  {121, 3, 209, 54},
  {91, 0, 201, 39},
  {62, 0, 145, 54},
  {100, 3, 198, 36},
  {110, 3, 147, 1},
  {121, 3, 149, 3},
  {54, 0, 148, 2},
  {110, 3, 199, 37},
  {89, 2, 224, 54},
  {110, 0, 220, 54},
  {91, 0, 222, 54},
  {30, 1, 146, 0},
  {89, 2, 150, 4},
  {94, 0, 152, 5},
  {95, 0, 155, 8},
  {94, 0, 156, 9},
  {30, 0, 157, 10},
  {30, 1, 159, 11},
  {54, 0, 165, 16},
  {54, 0, 166, 17},
  {12, 0, 169, 19},
  {80, 0, 171, 54},
  {95, 0, 172, 20},
  {61, 0, 174, 22},
  {11, 0, 176, 23},
  {112, 3, 178, 54},
  {111, 2, 180, 54},
  {110, 3, 179, 25},
  {95, 1, 181, 26},
  {80, 0, 184, 54},
  {80, 0, 185, 28},
  {67, 2, 189, 30},
  {80, 0, 187, 54},
  {82, 0, 190, 54},
  {51, 0, 192, 32},
  {29, 0, 188, 29},
  {59, 2, 191, 31},
  {80, 0, 194, 54},
  {80, 0, 195, 33},
  {80, 0, 200, 38},
  {101, 1, 203, 40},
  {60, 2, 205, 54},
  {61, 2, 207, 43},
  {11, 1, 206, 42},
  {83, 2, 210, 54},
  {121, 3, 211, 45},
  {95, 1, 213, 46},
  {110, 3, 215, 47},
  {94, 3, 219, 50},
  {110, 0, 221, 51},
  {121, 3, 223, 52},
  {110, 3, 225, 53},
};

/* First edge by node; those of the next node begin where its end. */
static const uint16_t pvm_fused_edges_of[227] = {
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 2,
  2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3,
  3, 3, 3, 3, 3, 3, 3, 3, 5, 5, 5, 5, 5, 5, 5, 5,
  5, 5, 5, 5, 6, 6, 6, 9, 11, 11, 11, 11, 11, 12, 17, 18,
  18, 18, 18, 18, 19, 19, 19, 19, 19, 19, 19, 19, 19, 19, 19, 19,
  19, 27, 27, 30, 30, 30, 30, 30, 30, 30, 30, 30, 31, 31, 31, 31,
  31, 31, 31, 31, 31, 32, 32, 33, 33, 33, 33, 33, 33, 33, 33, 36,
  36, 37, 37, 37, 37, 37, 37, 37, 37, 37, 40, 40, 40, 40, 40, 40,
  40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40,
  40, 40, 41, 41, 41, 41, 42, 42, 43, 43, 43, 46, 46, 46, 46, 47,
  47, 47, 47, 47, 47, 48, 49, 49, 49, 50, 50, 51, 52, 52, 53, 53,
  54, 54, 56, 57, 57, 58, 58, 58, 59, 60, 60, 64, 65, 65, 65, 66,
  66, 66, 67, 68, 68, 68, 68, 68, 69, 69, 69, 70, 70, 72, 73, 73,
  73, 73, 74, 75, 75, 76, 76, 77, 77, 77, 77, 78, 78, 79, 79, 80,
  80, 81, 81,
};
#else
case OP_FUSED + 0: { /* add_32 add_imm_32 branch_ne_imm:A */
  DO_ALU(v0, D, op_sx(op_add32(op_w(A), op_w(B))))
  DO_ALU(v1, A, op_sx(op_add32(op_w(B), op_w(X))))
  DO_BRANCH(op_ne(v1, X))
  continue;
}
case OP_FUSED + 1: { /* add_64 add_64:A */
  DO_ALU(v0, D, op_add(A, B))
  DO_ALU(v1, D, op_add(v0, B))
  continue;
}
case OP_FUSED + 2: { /* add_64 store_ind_u64 */
  DO_ALU(v0, D, op_add(A, B))
  DO_STORE(slots_of(OP_STORE_IND_U64), uint64_t, op_add(B, X), A)
  continue;
}
case OP_FUSED + 3: { /* add_64 xor:A */
  DO_ALU(v0, D, op_add(A, B))
  DO_ALU(v1, D, op_xor(v0, B))
  continue;
}
case OP_FUSED + 4: { /* add_64 xor:A rot_r_64_imm:B */
  DO_ALU(v0, D, op_add(A, B))
  DO_ALU(v1, D, op_xor(v0, B))
  DO_ALU(v2, A, op_rotr(v1, X))
  continue;
}
case OP_FUSED + 5: { /* add_imm_32 add_imm_32 branch_ne */
  DO_ALU(v0, A, op_sx(op_add32(op_w(B), op_w(X))))
  DO_ALU(v1, A, op_sx(op_add32(op_w(B), op_w(X))))
  DO_BRANCH(op_ne(A, B))
  continue;
}
case OP_FUSED + 6: { /* add_imm_64 add_64 */
  DO_ALU(v0, A, op_add(B, X))
  DO_ALU(v1, D, op_add(A, B))
  continue;
}
case OP_FUSED + 7: { /* add_imm_64 add_imm_64 */
  DO_ALU(v0, A, op_add(B, X))
  DO_ALU(v1, A, op_add(B, X))
  continue;
}
case OP_FUSED + 8: { /* add_imm_64 add_imm_64 branch_lt_u */
  DO_ALU(v0, A, op_add(B, X))
  DO_ALU(v1, A, op_add(B, X))
  DO_BRANCH(op_lt_u(A, B))
  continue;
}
case OP_FUSED + 9: { /* add_imm_64 add_imm_64 branch_ne */
  DO_ALU(v0, A, op_add(B, X))
  DO_ALU(v1, A, op_add(B, X))
  DO_BRANCH(op_ne(A, B))
  continue;
}
case OP_FUSED + 10: { /* add_imm_64 add_imm_64 branch_ne_imm */
  DO_ALU(v0, A, op_add(B, X))
  DO_ALU(v1, A, op_add(B, X))
  DO_BRANCH(op_ne(A, X))
  continue;
}
case OP_FUSED + 11: { /* add_imm_64 and_imm branch_ne_imm:A */
  DO_ALU(v0, A, op_add(B, X))
  DO_ALU(v1, A, op_and(B, X))
  DO_BRANCH(op_ne(v1, X))
  continue;
}
case OP_FUSED + 12: { /* add_imm_64 branch_lt_u */
  DO_ALU(v0, A, op_add(B, X))
  DO_BRANCH(op_lt_u(A, B))
  continue;
}
case OP_FUSED + 13: { /* add_imm_64 branch_ne:A */
  DO_ALU(v0, A, op_add(B, X))
  DO_BRANCH(op_ne(v0, B))
  continue;
}
case OP_FUSED + 14: { /* add_imm_64 branch_ne_imm:A */
  DO_ALU(v0, A, op_add(B, X))
  DO_BRANCH(op_ne(v0, X))
  continue;
}
case OP_FUSED + 15: { /* add_imm_64 load_imm_jump */
  DO_ALU(v0, A, op_add(B, X))
  DO_CALL(X)
  continue;
}
case OP_FUSED + 16: { /* add_imm_64 store_ind_u64:B store_ind_u64 */
  DO_ALU(v0, A, op_add(B, X))
  DO_STORE(slots_of(OP_STORE_IND_U64), uint64_t, op_add(v0, X), A)
  DO_STORE(slots_of(OP_STORE_IND_U64), uint64_t, op_add(B, X), A)
  continue;
}
case OP_FUSED + 17: { /* add_imm_64 store_ind_u64:B store_ind_u64 store_ind_u64 */
  DO_ALU(v0, A, op_add(B, X))
  DO_STORE(slots_of(OP_STORE_IND_U64), uint64_t, op_add(v0, X), A)
  DO_STORE(slots_of(OP_STORE_IND_U64), uint64_t, op_add(B, X), A)
  DO_STORE(slots_of(OP_STORE_IND_U64), uint64_t, op_add(B, X), A)
  continue;
}
case OP_FUSED + 18: { /* load_imm branch_lt_u */
  DO_ALU(v0, A, X)
  DO_BRANCH(op_lt_u(A, B))
  continue;
}
case OP_FUSED + 19: { /* load_imm move_reg load_imm */
  DO_ALU(v0, A, X)
  DO_ALU(v1, D, A)
  DO_ALU(v2, A, X)
  continue;
}
case OP_FUSED + 20: { /* load_ind_i32 add_imm_64 add_imm_64 branch_lt_u */
  DO_LOAD(v0, int32_t, op_add(B, X))
  DO_ALU(v1, A, op_add(B, X))
  DO_ALU(v2, A, op_add(B, X))
  DO_BRANCH(op_lt_u(A, B))
  continue;
}
case OP_FUSED + 21: { /* load_ind_u64 add_64:A */
  DO_LOAD(v0, uint64_t, op_add(B, X))
  DO_ALU(v1, D, op_add(v0, B))
  continue;
}
case OP_FUSED + 22: { /* load_ind_u64 add_64:A load_ind_u64 */
  DO_LOAD(v0, uint64_t, op_add(B, X))
  DO_ALU(v1, D, op_add(v0, B))
  DO_LOAD(v2, uint64_t, op_add(B, X))
  continue;
}
case OP_FUSED + 23: { /* load_ind_u64 add_imm_64 jump_ind */
  DO_LOAD(v0, uint64_t, op_add(B, X))
  DO_ALU(v1, A, op_add(B, X))
  DO_JUMP_IND(op_add(A, X))
  continue;
}
case OP_FUSED + 24: { /* load_ind_u64 load_ind_u64 */
  DO_LOAD(v0, uint64_t, op_add(B, X))
  DO_LOAD(v1, uint64_t, op_add(B, X))
  continue;
}
case OP_FUSED + 25: { /* load_ind_u64 load_ind_u64 mul_64:A add_64:A */
  DO_LOAD(v0, uint64_t, op_add(B, X))
  DO_LOAD(v1, uint64_t, op_add(B, X))
  DO_ALU(v2, D, op_mul(v1, B))
  DO_ALU(v3, D, op_add(v2, B))
  continue;
}
case OP_FUSED + 26: { /* load_ind_u64 load_ind_u64 sub_64:B branch_lt_u:A */
  DO_LOAD(v0, uint64_t, op_add(B, X))
  DO_LOAD(v1, uint64_t, op_add(B, X))
  DO_ALU(v2, D, op_sub(A, v1))
  DO_BRANCH(op_lt_u(v2, B))
  continue;
}
case OP_FUSED + 27: { /* load_ind_u64 store_ind_u64 */
  DO_LOAD(v0, uint64_t, op_add(B, X))
  DO_STORE(slots_of(OP_STORE_IND_U64), uint64_t, op_add(B, X), A)
  continue;
}
case OP_FUSED + 28: { /* load_ind_u64 store_ind_u64:A add_imm_64 add_imm_64 */
  DO_LOAD(v0, uint64_t, op_add(B, X))
  DO_STORE(slots_of(OP_STORE_IND_U64), uint64_t, op_add(B, X), v0)
  DO_ALU(v2, A, op_add(B, X))
  DO_ALU(v3, A, op_add(B, X))
  continue;
}
case OP_FUSED + 29: { /* load_ind_u8 add_imm_64 add_imm_64 branch_eq_imm */
  DO_LOAD(v0, uint8_t, op_add(B, X))
  DO_ALU(v1, A, op_add(B, X))
  DO_ALU(v2, A, op_add(B, X))
  DO_BRANCH(op_eq(A, X))
  continue;
}
case OP_FUSED + 30: { /* load_ind_u8 add_imm_64 set_lt_u_imm:B */
  DO_LOAD(v0, uint8_t, op_add(B, X))
  DO_ALU(v1, A, op_add(B, X))
  DO_ALU(v2, A, op_zx(op_lt_u(v1, X)))
  continue;
}
case OP_FUSED + 31: { /* load_ind_u8 add_imm_64 shlo_l_imm_64 load_ind_u32:B */
  DO_LOAD(v0, uint8_t, op_add(B, X))
  DO_ALU(v1, A, op_add(B, X))
  DO_ALU(v2, A, op_shl(B, X))
  DO_LOAD(v3, uint32_t, op_add(v2, X))
  continue;
}
case OP_FUSED + 32: { /* load_ind_u8 add_imm_64 store_ind_u8 */
  DO_LOAD(v0, uint8_t, op_add(B, X))
  DO_ALU(v1, A, op_add(B, X))
  DO_STORE(slots_of(OP_STORE_IND_U8), uint8_t, op_add(B, X), A)
  continue;
}
case OP_FUSED + 33: { /* load_ind_u8 store_ind_u8 add_imm_64 add_imm_64 */
  DO_LOAD(v0, uint8_t, op_add(B, X))
  DO_STORE(slots_of(OP_STORE_IND_U8), uint8_t, op_add(B, X), A)
  DO_ALU(v2, A, op_add(B, X))
  DO_ALU(v3, A, op_add(B, X))
  continue;
}
case OP_FUSED + 34: { /* move_reg load_imm */
  DO_ALU(v0, D, A)
  DO_ALU(v1, A, X)
  continue;
}
case OP_FUSED + 35: { /* move_reg move_reg */
  DO_ALU(v0, D, A)
  DO_ALU(v1, D, A)
  continue;
}
case OP_FUSED + 36: { /* mul_32 add_32:A */
  DO_ALU(v0, D, op_sx(op_mul32(op_w(A), op_w(B))))
  DO_ALU(v1, D, op_sx(op_add32(op_w(v0), op_w(B))))
  continue;
}
case OP_FUSED + 37: { /* mul_64 add_64:A */
  DO_ALU(v0, D, op_mul(A, B))
  DO_ALU(v1, D, op_add(v0, B))
  continue;
}
case OP_FUSED + 38: { /* mul_64 add_64:A add_imm_64 */
  DO_ALU(v0, D, op_mul(A, B))
  DO_ALU(v1, D, op_add(v0, B))
  DO_ALU(v2, A, op_add(B, X))
  continue;
}
case OP_FUSED + 39: { /* rot_r_32_imm rot_r_32_imm */
  DO_ALU(v0, A, op_sx(op_rotr32(op_w(B), op_w(X))))
  DO_ALU(v1, A, op_sx(op_rotr32(op_w(B), op_w(X))))
  continue;
}
case OP_FUSED + 40: { /* set_lt_u_imm add_64 sub_32:A */
  DO_ALU(v0, A, op_zx(op_lt_u(B, X)))
  DO_ALU(v1, D, op_add(A, B))
  DO_ALU(v2, D, op_sx(op_sub32(op_w(v1), op_w(B))))
  continue;
}
case OP_FUSED + 41: { /* shlo_l_imm_64 add_64:A */
  DO_ALU(v0, A, op_shl(B, X))
  DO_ALU(v1, D, op_add(v0, B))
  continue;
}
case OP_FUSED + 42: { /* shlo_l_imm_64 add_64:A load_ind_i32:B jump_ind:A */
  DO_ALU(v0, A, op_shl(B, X))
  DO_ALU(v1, D, op_add(v0, B))
  DO_LOAD(v2, int32_t, op_add(v1, X))
  DO_JUMP_IND(op_add(v2, X))
  continue;
}
case OP_FUSED + 43: { /* shlo_l_imm_64 add_64:A load_ind_u64:B */
  DO_ALU(v0, A, op_shl(B, X))
  DO_ALU(v1, D, op_add(v0, B))
  DO_LOAD(v2, uint64_t, op_add(v1, X))
  continue;
}
case OP_FUSED + 44: { /* shlo_l_imm_64 shlo_r_imm_64:B */
  DO_ALU(v0, A, op_shl(B, X))
  DO_ALU(v1, A, op_shr_u(v0, X))
  continue;
}
case OP_FUSED + 45: { /* shlo_l_imm_64 xor:A shlo_r_imm_64:B xor:A */
  DO_ALU(v0, A, op_shl(B, X))
  DO_ALU(v1, D, op_xor(v0, B))
  DO_ALU(v2, A, op_shr_u(v1, X))
  DO_ALU(v3, D, op_xor(v2, B))
  continue;
}
case OP_FUSED + 46: { /* store_imm_ind_u8 add_64 branch_lt_u:A */
  DO_STORE(slots_of(OP_STORE_IMM_IND_U8), uint8_t, op_add(A, X), Y)
  DO_ALU(v1, D, op_add(A, B))
  DO_BRANCH(op_lt_u(v1, B))
  continue;
}
case OP_FUSED + 47: { /* store_ind_u64 load_ind_u64 add_64:A */
  DO_STORE(slots_of(OP_STORE_IND_U64), uint64_t, op_add(B, X), A)
  DO_LOAD(v1, uint64_t, op_add(B, X))
  DO_ALU(v2, D, op_add(v1, B))
  continue;
}
case OP_FUSED + 48: { /* store_ind_u64 move_reg */
  DO_STORE(slots_of(OP_STORE_IND_U64), uint64_t, op_add(B, X), A)
  DO_ALU(v1, D, A)
  continue;
}
case OP_FUSED + 49: { /* store_ind_u64 store_ind_u64 */
  DO_STORE(slots_of(OP_STORE_IND_U64), uint64_t, op_add(B, X), A)
  DO_STORE(slots_of(OP_STORE_IND_U64), uint64_t, op_add(B, X), A)
  continue;
}
case OP_FUSED + 50: { /* store_ind_u8 add_imm_64 branch_ne:A */
  DO_STORE(slots_of(OP_STORE_IND_U8), uint8_t, op_add(B, X), A)
  DO_ALU(v1, A, op_add(B, X))
  DO_BRANCH(op_ne(v1, B))
  continue;
}
case OP_FUSED + 51: { /* xor add_64 add_64 */
  DO_ALU(v0, D, op_xor(A, B))
  DO_ALU(v1, D, op_add(A, B))
  DO_ALU(v2, D, op_add(A, B))
  continue;
}
case OP_FUSED + 52: { /* xor rot_r_32_imm xor:A */
  DO_ALU(v0, D, op_xor(A, B))
  DO_ALU(v1, A, op_sx(op_rotr32(op_w(B), op_w(X))))
  DO_ALU(v2, D, op_xor(v1, B))
  continue;
}
case OP_FUSED + 53: { /* xor rot_r_64_imm:B add_64:A */
  DO_ALU(v0, D, op_xor(A, B))
  DO_ALU(v1, A, op_rotr(v0, X))
  DO_ALU(v2, D, op_add(v1, B))
  continue;
}
#endif
