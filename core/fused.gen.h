/* Made by `npm run core` from scripts/fused-sequences.ts. Do not edit.
 * Superinstructions: op OP_FUSED + n of a record stands for it and the records behind it. */
#ifndef PVM_FUSED_CASES
enum { FUSED_COUNT = 105 };

/* The first instruction of each. */
static const uint8_t pvm_fused_first[FUSED_COUNT] = {
  100, 100, 100, 110, 110, 110, 110, 110, 110, 110, 110, 110, 110, 80, 80, 80,
  80, 80, 80, 80, 80, 80, 80, 80, 80, 80, 80, 80, 80, 63, 12, 12,
  12, 12, 60, 60, 60, 61, 61, 61, 61, 61, 61, 61, 61, 61, 61, 61,
  61, 61, 61, 61, 61, 55, 55, 55, 55, 55, 55, 55, 55, 55, 55, 39,
  39, 39, 39, 39, 39, 39, 112, 112, 91, 67, 67, 69, 82, 82, 82, 82,
  82, 82, 82, 82, 82, 82, 70, 83, 83, 24, 24, 54, 54, 54, 54, 54,
  51, 51, 51, 121, 121, 121, 121, 121, 121,
};

/* A tree: nodes are the instructions by id, then the superinstructions. Where an instruction goes on from a node. */
typedef struct {
  uint8_t id;     /* of the instruction that follows */
  uint8_t takes;  /* the operand that has to be the result of the one before: 0 none, 1 A, 2 B, 3 A after B may change places with it */
  uint16_t to;    /* superinstruction */
} pvm_fused_edge;
static const pvm_fused_edge pvm_fused_edges[105] = {
  {95, 0, 30},
  {30, 0, 31},
  {39, 0, 32},
  {110, 0, 89},
  {110, 0, 63},
  {31, 0, 65},
  {12, 0, 66},
  {28, 0, 68},
  {39, 0, 69},
  {110, 0, 96},
  {80, 0, 97},
  {30, 0, 91},
  {61, 0, 92},
  {39, 0, 94},
  {54, 0, 95},
  {80, 0, 53},
  {51, 0, 60},
  {80, 0, 34},
  {110, 3, 37},
  {54, 1, 49},
  {121, 3, 52},
  {80, 0, 40},
  {61, 0, 42},
  {39, 0, 47},
  {54, 0, 48},
  {30, 1, 29},
  {110, 0, 73},
  {121, 3, 75},
  {121, 3, 86},
  {94, 3, 21},
  {30, 1, 22},
  {53, 1, 25},
  {54, 2, 26},
  {110, 0, 13},
  {80, 0, 14},
  {63, 0, 18},
  {95, 0, 20},
  {1, 0, 23},
  {28, 0, 24},
  {110, 3, 76},
  {35, 1, 80},
  {83, 2, 82},
  {121, 3, 83},
  {12, 0, 81},
  {121, 3, 88},
  {10, 0, 87},
  {91, 0, 72},
  {121, 3, 2},
  {62, 0, 0},
  {110, 3, 3},
  {55, 2, 6},
  {121, 3, 11},
  {95, 0, 5},
  {39, 0, 8},
  {54, 0, 10},
  {110, 3, 70},
  {89, 2, 103},
  {110, 0, 99},
  {91, 0, 101},
  {30, 1, 1},
  {110, 3, 4},
  {30, 1, 7},
  {93, 0, 9},
  {89, 2, 12},
  {95, 0, 15},
  {94, 0, 16},
  {30, 0, 17},
  {30, 1, 19},
  {54, 0, 27},
  {54, 0, 28},
  {12, 0, 33},
  {80, 0, 35},
  {95, 0, 36},
  {61, 0, 38},
  {54, 0, 39},
  {11, 0, 41},
  {112, 3, 43},
  {111, 2, 45},
  {110, 3, 44},
  {95, 1, 46},
  {80, 0, 50},
  {80, 0, 51},
  {67, 2, 56},
  {80, 0, 54},
  {82, 0, 57},
  {51, 0, 59},
  {29, 0, 55},
  {59, 2, 58},
  {80, 0, 61},
  {80, 0, 62},
  {97, 2, 64},
  {39, 0, 67},
  {80, 0, 71},
  {101, 1, 74},
  {60, 2, 77},
  {61, 2, 79},
  {11, 1, 78},
  {83, 2, 84},
  {121, 3, 85},
  {95, 1, 90},
  {110, 3, 93},
  {94, 3, 98},
  {110, 0, 100},
  {121, 3, 102},
  {110, 3, 104},
};

/* First edge by node; those of the next node begin where its end. */
static const uint16_t pvm_fused_edges_of[247] = {
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 3, 3,
  3, 3, 3, 3, 3, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4,
  4, 4, 4, 4, 4, 4, 4, 4, 9, 9, 9, 9, 9, 9, 9, 9,
  9, 9, 9, 9, 11, 11, 11, 15, 17, 17, 17, 17, 17, 18, 25, 25,
  26, 26, 26, 26, 27, 27, 28, 29, 29, 29, 29, 29, 29, 29, 29, 29,
  29, 39, 39, 44, 46, 46, 46, 46, 46, 46, 46, 46, 47, 47, 47, 47,
  47, 47, 47, 47, 47, 49, 49, 49, 49, 49, 49, 49, 49, 49, 49, 55,
  55, 56, 56, 56, 56, 56, 56, 56, 56, 56, 59, 59, 59, 59, 59, 59,
  59, 59, 59, 59, 59, 59, 59, 59, 59, 59, 59, 59, 59, 59, 60, 60,
  60, 61, 61, 61, 62, 62, 63, 63, 63, 64, 64, 64, 67, 67, 67, 67,
  68, 68, 68, 68, 68, 68, 68, 68, 69, 70, 70, 70, 70, 70, 71, 71,
  72, 73, 73, 75, 75, 75, 76, 76, 78, 79, 79, 80, 80, 80, 80, 81,
  82, 82, 82, 86, 87, 87, 87, 88, 88, 88, 89, 90, 90, 91, 91, 91,
  92, 92, 92, 92, 93, 93, 93, 94, 94, 94, 96, 97, 97, 97, 97, 97,
  97, 98, 99, 99, 99, 99, 99, 100, 100, 100, 101, 101, 101, 101, 101, 102,
  102, 103, 103, 104, 104, 105, 105,
};
#else
case OP_FUSED + 0: { /* add_32 add_imm_32 */
  DO_ALU(v0, D, op_sx(op_add32(op_w(A), op_w(B))))
  DO_ALU(v1, A, op_sx(op_add32(op_w(B), op_w(X))))
  continue;
}
case OP_FUSED + 1: { /* add_32 add_imm_32 branch_ne_imm:A */
  DO_ALU(v0, D, op_sx(op_add32(op_w(A), op_w(B))))
  DO_ALU(v1, A, op_sx(op_add32(op_w(B), op_w(X))))
  DO_BRANCH(op_ne(v1, X))
  continue;
}
case OP_FUSED + 2: { /* add_32 xor:A */
  DO_ALU(v0, D, op_sx(op_add32(op_w(A), op_w(B))))
  DO_ALU(v1, D, op_xor(v0, B))
  continue;
}
case OP_FUSED + 3: { /* add_64 add_64:A */
  DO_ALU(v0, D, op_add(A, B))
  DO_ALU(v1, D, op_add(v0, B))
  continue;
}
case OP_FUSED + 4: { /* add_64 add_64:A add_64:A */
  DO_ALU(v0, D, op_add(A, B))
  DO_ALU(v1, D, op_add(v0, B))
  DO_ALU(v2, D, op_add(v1, B))
  continue;
}
case OP_FUSED + 5: { /* add_64 branch_lt_u */
  DO_ALU(v0, D, op_add(A, B))
  DO_BRANCH(op_lt_u(A, B))
  continue;
}
case OP_FUSED + 6: { /* add_64 load_ind_u8:B */
  DO_ALU(v0, D, op_add(A, B))
  DO_LOAD(v1, uint8_t, op_add(v0, X))
  continue;
}
case OP_FUSED + 7: { /* add_64 load_ind_u8:B branch_ne_imm:A */
  DO_ALU(v0, D, op_add(A, B))
  DO_LOAD(v1, uint8_t, op_add(v0, X))
  DO_BRANCH(op_ne(v1, X))
  continue;
}
case OP_FUSED + 8: { /* add_64 move_reg */
  DO_ALU(v0, D, op_add(A, B))
  DO_ALU(v1, D, A)
  continue;
}
case OP_FUSED + 9: { /* add_64 move_reg branch_eq */
  DO_ALU(v0, D, op_add(A, B))
  DO_ALU(v1, D, A)
  DO_BRANCH(op_eq(A, B))
  continue;
}
case OP_FUSED + 10: { /* add_64 store_ind_u64 */
  DO_ALU(v0, D, op_add(A, B))
  DO_STORE(slots_of(OP_STORE_IND_U64), uint64_t, op_add(B, X), A)
  continue;
}
case OP_FUSED + 11: { /* add_64 xor:A */
  DO_ALU(v0, D, op_add(A, B))
  DO_ALU(v1, D, op_xor(v0, B))
  continue;
}
case OP_FUSED + 12: { /* add_64 xor:A rot_r_64_imm:B */
  DO_ALU(v0, D, op_add(A, B))
  DO_ALU(v1, D, op_xor(v0, B))
  DO_ALU(v2, A, op_rotr(v1, X))
  continue;
}
case OP_FUSED + 13: { /* add_imm_64 add_64 */
  DO_ALU(v0, A, op_add(B, X))
  DO_ALU(v1, D, op_add(A, B))
  continue;
}
case OP_FUSED + 14: { /* add_imm_64 add_imm_64 */
  DO_ALU(v0, A, op_add(B, X))
  DO_ALU(v1, A, op_add(B, X))
  continue;
}
case OP_FUSED + 15: { /* add_imm_64 add_imm_64 branch_lt_u */
  DO_ALU(v0, A, op_add(B, X))
  DO_ALU(v1, A, op_add(B, X))
  DO_BRANCH(op_lt_u(A, B))
  continue;
}
case OP_FUSED + 16: { /* add_imm_64 add_imm_64 branch_ne */
  DO_ALU(v0, A, op_add(B, X))
  DO_ALU(v1, A, op_add(B, X))
  DO_BRANCH(op_ne(A, B))
  continue;
}
case OP_FUSED + 17: { /* add_imm_64 add_imm_64 branch_ne_imm */
  DO_ALU(v0, A, op_add(B, X))
  DO_ALU(v1, A, op_add(B, X))
  DO_BRANCH(op_ne(A, X))
  continue;
}
case OP_FUSED + 18: { /* add_imm_64 and_imm */
  DO_ALU(v0, A, op_add(B, X))
  DO_ALU(v1, A, op_and(B, X))
  continue;
}
case OP_FUSED + 19: { /* add_imm_64 and_imm branch_ne_imm:A */
  DO_ALU(v0, A, op_add(B, X))
  DO_ALU(v1, A, op_and(B, X))
  DO_BRANCH(op_ne(v1, X))
  continue;
}
case OP_FUSED + 20: { /* add_imm_64 branch_lt_u */
  DO_ALU(v0, A, op_add(B, X))
  DO_BRANCH(op_lt_u(A, B))
  continue;
}
case OP_FUSED + 21: { /* add_imm_64 branch_ne:A */
  DO_ALU(v0, A, op_add(B, X))
  DO_BRANCH(op_ne(v0, B))
  continue;
}
case OP_FUSED + 22: { /* add_imm_64 branch_ne_imm:A */
  DO_ALU(v0, A, op_add(B, X))
  DO_BRANCH(op_ne(v0, X))
  continue;
}
case OP_FUSED + 23: { /* add_imm_64 fallthrough */
  DO_ALU(v0, A, op_add(B, X))
  DO_JUMP()
  continue;
}
case OP_FUSED + 24: { /* add_imm_64 load_imm_jump */
  DO_ALU(v0, A, op_add(B, X))
  DO_CALL(X)
  continue;
}
case OP_FUSED + 25: { /* add_imm_64 store_ind_u32:A */
  DO_ALU(v0, A, op_add(B, X))
  DO_STORE(slots_of(OP_STORE_IND_U32), uint32_t, op_add(B, X), v0)
  continue;
}
case OP_FUSED + 26: { /* add_imm_64 store_ind_u64:B */
  DO_ALU(v0, A, op_add(B, X))
  DO_STORE(slots_of(OP_STORE_IND_U64), uint64_t, op_add(v0, X), A)
  continue;
}
case OP_FUSED + 27: { /* add_imm_64 store_ind_u64:B store_ind_u64 */
  DO_ALU(v0, A, op_add(B, X))
  DO_STORE(slots_of(OP_STORE_IND_U64), uint64_t, op_add(v0, X), A)
  DO_STORE(slots_of(OP_STORE_IND_U64), uint64_t, op_add(B, X), A)
  continue;
}
case OP_FUSED + 28: { /* add_imm_64 store_ind_u64:B store_ind_u64 store_ind_u64 */
  DO_ALU(v0, A, op_add(B, X))
  DO_STORE(slots_of(OP_STORE_IND_U64), uint64_t, op_add(v0, X), A)
  DO_STORE(slots_of(OP_STORE_IND_U64), uint64_t, op_add(B, X), A)
  DO_STORE(slots_of(OP_STORE_IND_U64), uint64_t, op_add(B, X), A)
  continue;
}
case OP_FUSED + 29: { /* and_imm branch_ne_imm:A */
  DO_ALU(v0, A, op_and(B, X))
  DO_BRANCH(op_ne(v0, X))
  continue;
}
case OP_FUSED + 30: { /* load_imm branch_lt_u */
  DO_ALU(v0, A, X)
  DO_BRANCH(op_lt_u(A, B))
  continue;
}
case OP_FUSED + 31: { /* load_imm branch_ne_imm */
  DO_ALU(v0, A, X)
  DO_BRANCH(op_ne(A, X))
  continue;
}
case OP_FUSED + 32: { /* load_imm move_reg */
  DO_ALU(v0, A, X)
  DO_ALU(v1, D, A)
  continue;
}
case OP_FUSED + 33: { /* load_imm move_reg load_imm */
  DO_ALU(v0, A, X)
  DO_ALU(v1, D, A)
  DO_ALU(v2, A, X)
  continue;
}
case OP_FUSED + 34: { /* load_ind_i32 add_imm_64 */
  DO_LOAD(v0, int32_t, op_add(B, X))
  DO_ALU(v1, A, op_add(B, X))
  continue;
}
case OP_FUSED + 35: { /* load_ind_i32 add_imm_64 add_imm_64 */
  DO_LOAD(v0, int32_t, op_add(B, X))
  DO_ALU(v1, A, op_add(B, X))
  DO_ALU(v2, A, op_add(B, X))
  continue;
}
case OP_FUSED + 36: { /* load_ind_i32 add_imm_64 add_imm_64 branch_lt_u */
  DO_LOAD(v0, int32_t, op_add(B, X))
  DO_ALU(v1, A, op_add(B, X))
  DO_ALU(v2, A, op_add(B, X))
  DO_BRANCH(op_lt_u(A, B))
  continue;
}
case OP_FUSED + 37: { /* load_ind_u64 add_64:A */
  DO_LOAD(v0, uint64_t, op_add(B, X))
  DO_ALU(v1, D, op_add(v0, B))
  continue;
}
case OP_FUSED + 38: { /* load_ind_u64 add_64:A load_ind_u64 */
  DO_LOAD(v0, uint64_t, op_add(B, X))
  DO_ALU(v1, D, op_add(v0, B))
  DO_LOAD(v2, uint64_t, op_add(B, X))
  continue;
}
case OP_FUSED + 39: { /* load_ind_u64 add_64:A store_ind_u64 */
  DO_LOAD(v0, uint64_t, op_add(B, X))
  DO_ALU(v1, D, op_add(v0, B))
  DO_STORE(slots_of(OP_STORE_IND_U64), uint64_t, op_add(B, X), A)
  continue;
}
case OP_FUSED + 40: { /* load_ind_u64 add_imm_64 */
  DO_LOAD(v0, uint64_t, op_add(B, X))
  DO_ALU(v1, A, op_add(B, X))
  continue;
}
case OP_FUSED + 41: { /* load_ind_u64 add_imm_64 jump_ind */
  DO_LOAD(v0, uint64_t, op_add(B, X))
  DO_ALU(v1, A, op_add(B, X))
  DO_JUMP_IND(op_add(A, X))
  continue;
}
case OP_FUSED + 42: { /* load_ind_u64 load_ind_u64 */
  DO_LOAD(v0, uint64_t, op_add(B, X))
  DO_LOAD(v1, uint64_t, op_add(B, X))
  continue;
}
case OP_FUSED + 43: { /* load_ind_u64 load_ind_u64 mul_64:A */
  DO_LOAD(v0, uint64_t, op_add(B, X))
  DO_LOAD(v1, uint64_t, op_add(B, X))
  DO_ALU(v2, D, op_mul(v1, B))
  continue;
}
case OP_FUSED + 44: { /* load_ind_u64 load_ind_u64 mul_64:A add_64:A */
  DO_LOAD(v0, uint64_t, op_add(B, X))
  DO_LOAD(v1, uint64_t, op_add(B, X))
  DO_ALU(v2, D, op_mul(v1, B))
  DO_ALU(v3, D, op_add(v2, B))
  continue;
}
case OP_FUSED + 45: { /* load_ind_u64 load_ind_u64 sub_64:B */
  DO_LOAD(v0, uint64_t, op_add(B, X))
  DO_LOAD(v1, uint64_t, op_add(B, X))
  DO_ALU(v2, D, op_sub(A, v1))
  continue;
}
case OP_FUSED + 46: { /* load_ind_u64 load_ind_u64 sub_64:B branch_lt_u:A */
  DO_LOAD(v0, uint64_t, op_add(B, X))
  DO_LOAD(v1, uint64_t, op_add(B, X))
  DO_ALU(v2, D, op_sub(A, v1))
  DO_BRANCH(op_lt_u(v2, B))
  continue;
}
case OP_FUSED + 47: { /* load_ind_u64 move_reg */
  DO_LOAD(v0, uint64_t, op_add(B, X))
  DO_ALU(v1, D, A)
  continue;
}
case OP_FUSED + 48: { /* load_ind_u64 store_ind_u64 */
  DO_LOAD(v0, uint64_t, op_add(B, X))
  DO_STORE(slots_of(OP_STORE_IND_U64), uint64_t, op_add(B, X), A)
  continue;
}
case OP_FUSED + 49: { /* load_ind_u64 store_ind_u64:A */
  DO_LOAD(v0, uint64_t, op_add(B, X))
  DO_STORE(slots_of(OP_STORE_IND_U64), uint64_t, op_add(B, X), v0)
  continue;
}
case OP_FUSED + 50: { /* load_ind_u64 store_ind_u64:A add_imm_64 */
  DO_LOAD(v0, uint64_t, op_add(B, X))
  DO_STORE(slots_of(OP_STORE_IND_U64), uint64_t, op_add(B, X), v0)
  DO_ALU(v2, A, op_add(B, X))
  continue;
}
case OP_FUSED + 51: { /* load_ind_u64 store_ind_u64:A add_imm_64 add_imm_64 */
  DO_LOAD(v0, uint64_t, op_add(B, X))
  DO_STORE(slots_of(OP_STORE_IND_U64), uint64_t, op_add(B, X), v0)
  DO_ALU(v2, A, op_add(B, X))
  DO_ALU(v3, A, op_add(B, X))
  continue;
}
case OP_FUSED + 52: { /* load_ind_u64 xor:A */
  DO_LOAD(v0, uint64_t, op_add(B, X))
  DO_ALU(v1, D, op_xor(v0, B))
  continue;
}
case OP_FUSED + 53: { /* load_ind_u8 add_imm_64 */
  DO_LOAD(v0, uint8_t, op_add(B, X))
  DO_ALU(v1, A, op_add(B, X))
  continue;
}
case OP_FUSED + 54: { /* load_ind_u8 add_imm_64 add_imm_64 */
  DO_LOAD(v0, uint8_t, op_add(B, X))
  DO_ALU(v1, A, op_add(B, X))
  DO_ALU(v2, A, op_add(B, X))
  continue;
}
case OP_FUSED + 55: { /* load_ind_u8 add_imm_64 add_imm_64 branch_eq_imm */
  DO_LOAD(v0, uint8_t, op_add(B, X))
  DO_ALU(v1, A, op_add(B, X))
  DO_ALU(v2, A, op_add(B, X))
  DO_BRANCH(op_eq(A, X))
  continue;
}
case OP_FUSED + 56: { /* load_ind_u8 add_imm_64 set_lt_u_imm:B */
  DO_LOAD(v0, uint8_t, op_add(B, X))
  DO_ALU(v1, A, op_add(B, X))
  DO_ALU(v2, A, op_zx(op_lt_u(v1, X)))
  continue;
}
case OP_FUSED + 57: { /* load_ind_u8 add_imm_64 shlo_l_imm_64 */
  DO_LOAD(v0, uint8_t, op_add(B, X))
  DO_ALU(v1, A, op_add(B, X))
  DO_ALU(v2, A, op_shl(B, X))
  continue;
}
case OP_FUSED + 58: { /* load_ind_u8 add_imm_64 shlo_l_imm_64 load_ind_u32:B */
  DO_LOAD(v0, uint8_t, op_add(B, X))
  DO_ALU(v1, A, op_add(B, X))
  DO_ALU(v2, A, op_shl(B, X))
  DO_LOAD(v3, uint32_t, op_add(v2, X))
  continue;
}
case OP_FUSED + 59: { /* load_ind_u8 add_imm_64 store_ind_u8 */
  DO_LOAD(v0, uint8_t, op_add(B, X))
  DO_ALU(v1, A, op_add(B, X))
  DO_STORE(slots_of(OP_STORE_IND_U8), uint8_t, op_add(B, X), A)
  continue;
}
case OP_FUSED + 60: { /* load_ind_u8 store_ind_u8 */
  DO_LOAD(v0, uint8_t, op_add(B, X))
  DO_STORE(slots_of(OP_STORE_IND_U8), uint8_t, op_add(B, X), A)
  continue;
}
case OP_FUSED + 61: { /* load_ind_u8 store_ind_u8 add_imm_64 */
  DO_LOAD(v0, uint8_t, op_add(B, X))
  DO_STORE(slots_of(OP_STORE_IND_U8), uint8_t, op_add(B, X), A)
  DO_ALU(v2, A, op_add(B, X))
  continue;
}
case OP_FUSED + 62: { /* load_ind_u8 store_ind_u8 add_imm_64 add_imm_64 */
  DO_LOAD(v0, uint8_t, op_add(B, X))
  DO_STORE(slots_of(OP_STORE_IND_U8), uint8_t, op_add(B, X), A)
  DO_ALU(v2, A, op_add(B, X))
  DO_ALU(v3, A, op_add(B, X))
  continue;
}
case OP_FUSED + 63: { /* move_reg add_64 */
  DO_ALU(v0, D, A)
  DO_ALU(v1, D, op_add(A, B))
  continue;
}
case OP_FUSED + 64: { /* move_reg add_64 branch_ge_u:B */
  DO_ALU(v0, D, A)
  DO_ALU(v1, D, op_add(A, B))
  DO_BRANCH(op_ge_u(A, v1))
  continue;
}
case OP_FUSED + 65: { /* move_reg branch_lt_u_imm */
  DO_ALU(v0, D, A)
  DO_BRANCH(op_lt_u(A, X))
  continue;
}
case OP_FUSED + 66: { /* move_reg load_imm */
  DO_ALU(v0, D, A)
  DO_ALU(v1, A, X)
  continue;
}
case OP_FUSED + 67: { /* move_reg load_imm move_reg */
  DO_ALU(v0, D, A)
  DO_ALU(v1, A, X)
  DO_ALU(v2, D, A)
  continue;
}
case OP_FUSED + 68: { /* move_reg load_imm_jump */
  DO_ALU(v0, D, A)
  DO_CALL(X)
  continue;
}
case OP_FUSED + 69: { /* move_reg move_reg */
  DO_ALU(v0, D, A)
  DO_ALU(v1, D, A)
  continue;
}
case OP_FUSED + 70: { /* mul_64 add_64:A */
  DO_ALU(v0, D, op_mul(A, B))
  DO_ALU(v1, D, op_add(v0, B))
  continue;
}
case OP_FUSED + 71: { /* mul_64 add_64:A add_imm_64 */
  DO_ALU(v0, D, op_mul(A, B))
  DO_ALU(v1, D, op_add(v0, B))
  DO_ALU(v2, A, op_add(B, X))
  continue;
}
case OP_FUSED + 72: { /* rot_r_32_imm rot_r_32_imm */
  DO_ALU(v0, A, op_sx(op_rotr32(op_w(B), op_w(X))))
  DO_ALU(v1, A, op_sx(op_rotr32(op_w(B), op_w(X))))
  continue;
}
case OP_FUSED + 73: { /* set_lt_u_imm add_64 */
  DO_ALU(v0, A, op_zx(op_lt_u(B, X)))
  DO_ALU(v1, D, op_add(A, B))
  continue;
}
case OP_FUSED + 74: { /* set_lt_u_imm add_64 sub_32:A */
  DO_ALU(v0, A, op_zx(op_lt_u(B, X)))
  DO_ALU(v1, D, op_add(A, B))
  DO_ALU(v2, D, op_sx(op_sub32(op_w(v1), op_w(B))))
  continue;
}
case OP_FUSED + 75: { /* shlo_l_imm_32 xor:A */
  DO_ALU(v0, A, op_sx(op_shl32(op_w(B), op_w(X))))
  DO_ALU(v1, D, op_xor(v0, B))
  continue;
}
case OP_FUSED + 76: { /* shlo_l_imm_64 add_64:A */
  DO_ALU(v0, A, op_shl(B, X))
  DO_ALU(v1, D, op_add(v0, B))
  continue;
}
case OP_FUSED + 77: { /* shlo_l_imm_64 add_64:A load_ind_i32:B */
  DO_ALU(v0, A, op_shl(B, X))
  DO_ALU(v1, D, op_add(v0, B))
  DO_LOAD(v2, int32_t, op_add(v1, X))
  continue;
}
case OP_FUSED + 78: { /* shlo_l_imm_64 add_64:A load_ind_i32:B jump_ind:A */
  DO_ALU(v0, A, op_shl(B, X))
  DO_ALU(v1, D, op_add(v0, B))
  DO_LOAD(v2, int32_t, op_add(v1, X))
  DO_JUMP_IND(op_add(v2, X))
  continue;
}
case OP_FUSED + 79: { /* shlo_l_imm_64 add_64:A load_ind_u64:B */
  DO_ALU(v0, A, op_shl(B, X))
  DO_ALU(v1, D, op_add(v0, B))
  DO_LOAD(v2, uint64_t, op_add(v1, X))
  continue;
}
case OP_FUSED + 80: { /* shlo_l_imm_64 branch_lt_s_imm:A */
  DO_ALU(v0, A, op_shl(B, X))
  DO_BRANCH(op_lt_s(v0, X))
  continue;
}
case OP_FUSED + 81: { /* shlo_l_imm_64 load_imm */
  DO_ALU(v0, A, op_shl(B, X))
  DO_ALU(v1, A, X)
  continue;
}
case OP_FUSED + 82: { /* shlo_l_imm_64 shlo_r_imm_64:B */
  DO_ALU(v0, A, op_shl(B, X))
  DO_ALU(v1, A, op_shr_u(v0, X))
  continue;
}
case OP_FUSED + 83: { /* shlo_l_imm_64 xor:A */
  DO_ALU(v0, A, op_shl(B, X))
  DO_ALU(v1, D, op_xor(v0, B))
  continue;
}
case OP_FUSED + 84: { /* shlo_l_imm_64 xor:A shlo_r_imm_64:B */
  DO_ALU(v0, A, op_shl(B, X))
  DO_ALU(v1, D, op_xor(v0, B))
  DO_ALU(v2, A, op_shr_u(v1, X))
  continue;
}
case OP_FUSED + 85: { /* shlo_l_imm_64 xor:A shlo_r_imm_64:B xor:A */
  DO_ALU(v0, A, op_shl(B, X))
  DO_ALU(v1, D, op_xor(v0, B))
  DO_ALU(v2, A, op_shr_u(v1, X))
  DO_ALU(v3, D, op_xor(v2, B))
  continue;
}
case OP_FUSED + 86: { /* shlo_r_imm_32 xor:A */
  DO_ALU(v0, A, op_sx(op_shr_u32(op_w(B), op_w(X))))
  DO_ALU(v1, D, op_xor(v0, B))
  continue;
}
case OP_FUSED + 87: { /* shlo_r_imm_64 jump */
  DO_ALU(v0, A, op_shr_u(B, X))
  DO_JUMP()
  continue;
}
case OP_FUSED + 88: { /* shlo_r_imm_64 xor:A */
  DO_ALU(v0, A, op_shr_u(B, X))
  DO_ALU(v1, D, op_xor(v0, B))
  continue;
}
case OP_FUSED + 89: { /* store_imm_ind_u8 add_64 */
  DO_STORE(slots_of(OP_STORE_IMM_IND_U8), uint8_t, op_add(A, X), Y)
  DO_ALU(v1, D, op_add(A, B))
  continue;
}
case OP_FUSED + 90: { /* store_imm_ind_u8 add_64 branch_lt_u:A */
  DO_STORE(slots_of(OP_STORE_IMM_IND_U8), uint8_t, op_add(A, X), Y)
  DO_ALU(v1, D, op_add(A, B))
  DO_BRANCH(op_lt_u(v1, B))
  continue;
}
case OP_FUSED + 91: { /* store_ind_u64 branch_ne_imm */
  DO_STORE(slots_of(OP_STORE_IND_U64), uint64_t, op_add(B, X), A)
  DO_BRANCH(op_ne(A, X))
  continue;
}
case OP_FUSED + 92: { /* store_ind_u64 load_ind_u64 */
  DO_STORE(slots_of(OP_STORE_IND_U64), uint64_t, op_add(B, X), A)
  DO_LOAD(v1, uint64_t, op_add(B, X))
  continue;
}
case OP_FUSED + 93: { /* store_ind_u64 load_ind_u64 add_64:A */
  DO_STORE(slots_of(OP_STORE_IND_U64), uint64_t, op_add(B, X), A)
  DO_LOAD(v1, uint64_t, op_add(B, X))
  DO_ALU(v2, D, op_add(v1, B))
  continue;
}
case OP_FUSED + 94: { /* store_ind_u64 move_reg */
  DO_STORE(slots_of(OP_STORE_IND_U64), uint64_t, op_add(B, X), A)
  DO_ALU(v1, D, A)
  continue;
}
case OP_FUSED + 95: { /* store_ind_u64 store_ind_u64 */
  DO_STORE(slots_of(OP_STORE_IND_U64), uint64_t, op_add(B, X), A)
  DO_STORE(slots_of(OP_STORE_IND_U64), uint64_t, op_add(B, X), A)
  continue;
}
case OP_FUSED + 96: { /* store_ind_u8 add_64 */
  DO_STORE(slots_of(OP_STORE_IND_U8), uint8_t, op_add(B, X), A)
  DO_ALU(v1, D, op_add(A, B))
  continue;
}
case OP_FUSED + 97: { /* store_ind_u8 add_imm_64 */
  DO_STORE(slots_of(OP_STORE_IND_U8), uint8_t, op_add(B, X), A)
  DO_ALU(v1, A, op_add(B, X))
  continue;
}
case OP_FUSED + 98: { /* store_ind_u8 add_imm_64 branch_ne:A */
  DO_STORE(slots_of(OP_STORE_IND_U8), uint8_t, op_add(B, X), A)
  DO_ALU(v1, A, op_add(B, X))
  DO_BRANCH(op_ne(v1, B))
  continue;
}
case OP_FUSED + 99: { /* xor add_64 */
  DO_ALU(v0, D, op_xor(A, B))
  DO_ALU(v1, D, op_add(A, B))
  continue;
}
case OP_FUSED + 100: { /* xor add_64 add_64 */
  DO_ALU(v0, D, op_xor(A, B))
  DO_ALU(v1, D, op_add(A, B))
  DO_ALU(v2, D, op_add(A, B))
  continue;
}
case OP_FUSED + 101: { /* xor rot_r_32_imm */
  DO_ALU(v0, D, op_xor(A, B))
  DO_ALU(v1, A, op_sx(op_rotr32(op_w(B), op_w(X))))
  continue;
}
case OP_FUSED + 102: { /* xor rot_r_32_imm xor:A */
  DO_ALU(v0, D, op_xor(A, B))
  DO_ALU(v1, A, op_sx(op_rotr32(op_w(B), op_w(X))))
  DO_ALU(v2, D, op_xor(v1, B))
  continue;
}
case OP_FUSED + 103: { /* xor rot_r_64_imm:B */
  DO_ALU(v0, D, op_xor(A, B))
  DO_ALU(v1, A, op_rotr(v0, X))
  continue;
}
case OP_FUSED + 104: { /* xor rot_r_64_imm:B add_64:A */
  DO_ALU(v0, D, op_xor(A, B))
  DO_ALU(v1, A, op_rotr(v0, X))
  DO_ALU(v2, D, op_add(v1, B))
  continue;
}
#endif
