/* Made by `npm run core` from src/isa/table.ts. Do not edit. */
#ifndef PVM_OPCODES_H
#define PVM_OPCODES_H
#include <stdint.h>

enum { /* the ids of src/isa/table.ts */
  OP_TRAP = 0,
  OP_FALLTHROUGH = 1,
  OP_UNLIKELY = 2,
  OP_MEMSET = 3,
  OP_ECALLI = 4,
  OP_LOAD_IMM_64 = 5,
  OP_STORE_IMM_U8 = 6,
  OP_STORE_IMM_U16 = 7,
  OP_STORE_IMM_U32 = 8,
  OP_STORE_IMM_U64 = 9,
  OP_JUMP = 10,
  OP_JUMP_IND = 11,
  OP_LOAD_IMM = 12,
  OP_LOAD_U8 = 13,
  OP_LOAD_I8 = 14,
  OP_LOAD_U16 = 15,
  OP_LOAD_I16 = 16,
  OP_LOAD_U32 = 17,
  OP_LOAD_I32 = 18,
  OP_LOAD_U64 = 19,
  OP_STORE_U8 = 20,
  OP_STORE_U16 = 21,
  OP_STORE_U32 = 22,
  OP_STORE_U64 = 23,
  OP_STORE_IMM_IND_U8 = 24,
  OP_STORE_IMM_IND_U16 = 25,
  OP_STORE_IMM_IND_U32 = 26,
  OP_STORE_IMM_IND_U64 = 27,
  OP_LOAD_IMM_JUMP = 28,
  OP_BRANCH_EQ_IMM = 29,
  OP_BRANCH_NE_IMM = 30,
  OP_BRANCH_LT_U_IMM = 31,
  OP_BRANCH_LE_U_IMM = 32,
  OP_BRANCH_GE_U_IMM = 33,
  OP_BRANCH_GT_U_IMM = 34,
  OP_BRANCH_LT_S_IMM = 35,
  OP_BRANCH_LE_S_IMM = 36,
  OP_BRANCH_GE_S_IMM = 37,
  OP_BRANCH_GT_S_IMM = 38,
  OP_MOVE_REG = 39,
  OP_SBRK = 40,
  OP_COUNT_SET_BITS_64 = 41,
  OP_COUNT_SET_BITS_32 = 42,
  OP_LEADING_ZERO_BITS_64 = 43,
  OP_LEADING_ZERO_BITS_32 = 44,
  OP_TRAILING_ZERO_BITS_64 = 45,
  OP_TRAILING_ZERO_BITS_32 = 46,
  OP_SIGN_EXTEND_8 = 47,
  OP_SIGN_EXTEND_16 = 48,
  OP_ZERO_EXTEND_16 = 49,
  OP_REVERSE_BYTES = 50,
  OP_STORE_IND_U8 = 51,
  OP_STORE_IND_U16 = 52,
  OP_STORE_IND_U32 = 53,
  OP_STORE_IND_U64 = 54,
  OP_LOAD_IND_U8 = 55,
  OP_LOAD_IND_I8 = 56,
  OP_LOAD_IND_U16 = 57,
  OP_LOAD_IND_I16 = 58,
  OP_LOAD_IND_U32 = 59,
  OP_LOAD_IND_I32 = 60,
  OP_LOAD_IND_U64 = 61,
  OP_ADD_IMM_32 = 62,
  OP_AND_IMM = 63,
  OP_XOR_IMM = 64,
  OP_OR_IMM = 65,
  OP_MUL_IMM_32 = 66,
  OP_SET_LT_U_IMM = 67,
  OP_SET_LT_S_IMM = 68,
  OP_SHLO_L_IMM_32 = 69,
  OP_SHLO_R_IMM_32 = 70,
  OP_SHAR_R_IMM_32 = 71,
  OP_NEG_ADD_IMM_32 = 72,
  OP_SET_GT_U_IMM = 73,
  OP_SET_GT_S_IMM = 74,
  OP_SHLO_L_IMM_ALT_32 = 75,
  OP_SHLO_R_IMM_ALT_32 = 76,
  OP_SHAR_R_IMM_ALT_32 = 77,
  OP_CMOV_IZ_IMM = 78,
  OP_CMOV_NZ_IMM = 79,
  OP_ADD_IMM_64 = 80,
  OP_MUL_IMM_64 = 81,
  OP_SHLO_L_IMM_64 = 82,
  OP_SHLO_R_IMM_64 = 83,
  OP_SHAR_R_IMM_64 = 84,
  OP_NEG_ADD_IMM_64 = 85,
  OP_SHLO_L_IMM_ALT_64 = 86,
  OP_SHLO_R_IMM_ALT_64 = 87,
  OP_SHAR_R_IMM_ALT_64 = 88,
  OP_ROT_R_64_IMM = 89,
  OP_ROT_R_64_IMM_ALT = 90,
  OP_ROT_R_32_IMM = 91,
  OP_ROT_R_32_IMM_ALT = 92,
  OP_BRANCH_EQ = 93,
  OP_BRANCH_NE = 94,
  OP_BRANCH_LT_U = 95,
  OP_BRANCH_LT_S = 96,
  OP_BRANCH_GE_U = 97,
  OP_BRANCH_GE_S = 98,
  OP_LOAD_IMM_JUMP_IND = 99,
  OP_ADD_32 = 100,
  OP_SUB_32 = 101,
  OP_MUL_32 = 102,
  OP_DIV_U_32 = 103,
  OP_DIV_S_32 = 104,
  OP_REM_U_32 = 105,
  OP_REM_S_32 = 106,
  OP_SHLO_L_32 = 107,
  OP_SHLO_R_32 = 108,
  OP_SHAR_R_32 = 109,
  OP_ADD_64 = 110,
  OP_SUB_64 = 111,
  OP_MUL_64 = 112,
  OP_DIV_U_64 = 113,
  OP_DIV_S_64 = 114,
  OP_REM_U_64 = 115,
  OP_REM_S_64 = 116,
  OP_SHLO_L_64 = 117,
  OP_SHLO_R_64 = 118,
  OP_SHAR_R_64 = 119,
  OP_AND = 120,
  OP_XOR = 121,
  OP_OR = 122,
  OP_MUL_UPPER_S_S = 123,
  OP_MUL_UPPER_U_U = 124,
  OP_MUL_UPPER_S_U = 125,
  OP_SET_LT_U = 126,
  OP_SET_LT_S = 127,
  OP_CMOV_IZ = 128,
  OP_CMOV_NZ = 129,
  OP_ROT_L_64 = 130,
  OP_ROT_L_32 = 131,
  OP_ROT_R_64 = 132,
  OP_ROT_R_32 = 133,
  OP_AND_INV = 134,
  OP_OR_INV = 135,
  OP_XNOR = 136,
  OP_MAX = 137,
  OP_MAX_U = 138,
  OP_MIN = 139,
  OP_MIN_U = 140,
  OP_COUNT = 141,
  OP_UNDEFINED = 255
};

enum { /* operand formats, GP A.5.1 to A.5.13 */
  FORMAT_NONE = 0,
  FORMAT_IMM = 1,
  FORMAT_REG_IMM64 = 2,
  FORMAT_IMM_IMM = 3,
  FORMAT_OFF = 4,
  FORMAT_REG_IMM = 5,
  FORMAT_REG_IMM_IMM = 6,
  FORMAT_REG_IMM_OFF = 7,
  FORMAT_REG_REG = 8,
  FORMAT_REG_REG_IMM = 9,
  FORMAT_REG_REG_OFF = 10,
  FORMAT_REG_REG_IMM_IMM = 11,
  FORMAT_REG_REG_REG = 12,
};

enum { /* what an instruction does; from KIND_TRAP on it ends a basic block */
  KIND_ALU = 0,
  KIND_LOAD = 1,
  KIND_STORE = 2,
  KIND_NOP = 3,
  KIND_SBRK = 4,
  KIND_MEMSET = 5,
  KIND_HOST = 6,
  KIND_TRAP = 7,
  KIND_FALLTHROUGH = 8,
  KIND_JUMP = 9,
  KIND_DJUMP = 10,
  KIND_BRANCH = 11,
};

/* Format by id. */
static const uint8_t pvm_format_of[141] = {
  0, 0, 0, 0, 1, 2, 3, 3, 3, 3, 4, 5, 5, 5, 5, 5,
  5, 5, 5, 5, 5, 5, 5, 5, 6, 6, 6, 6, 7, 7, 7, 7,
  7, 7, 7, 7, 7, 7, 7, 8, 8, 8, 8, 8, 8, 8, 8, 8,
  8, 8, 8, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9,
  9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9,
  9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 10, 10, 10,
  10, 10, 10, 11, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12,
  12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12,
  12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12,
};

/* Kind by id. */
static const uint8_t pvm_kind_of[141] = {
  7, 8, 3, 5, 6, 0, 2, 2, 2, 2, 9, 10, 0, 1, 1, 1,
  1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 9, 11, 11, 11,
  11, 11, 11, 11, 11, 11, 11, 0, 4, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 11, 11, 11,
  11, 11, 11, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
};

/* Register operands read by id: A 1, B 2, D 4. */
static const uint8_t pvm_reads_of[141] = {
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0,
  0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1,
  1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
  1, 1, 1, 3, 3, 3, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2,
  2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3,
  2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3,
  3, 3, 3, 2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
  3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
  7, 7, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
};

/* Register operands written by id. */
static const uint8_t pvm_writes_of[141] = {
  0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1,
  1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 4, 4, 4, 4, 4, 4, 4, 4, 4,
  4, 4, 4, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1,
  1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
  1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0,
  0, 0, 0, 1, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4,
  4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4,
  4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4,
};

/* Register operand that is the base of a load or store by id, 0 for none. */
static const uint8_t pvm_access_base[141] = {
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
};

/* Memory access: log2 of its bytes by id. */
static const uint8_t pvm_access_log2[141] = {
  0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 0, 0, 0, 0, 0, 1,
  1, 2, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 1, 2, 3, 0, 0, 1, 1, 2, 2, 3, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
};

/* Id by opcode byte, 256 for each of PVM_SET_*. */
static const uint8_t pvm_ids[1024] = {
  0, 1, 255, 255, 255, 255, 255, 255, 255, 255, 4, 255, 255, 255, 255, 255,
  255, 255, 255, 255, 5, 255, 255, 255, 255, 255, 255, 255, 255, 255, 6, 7,
  8, 9, 255, 255, 255, 255, 255, 255, 10, 255, 255, 255, 255, 255, 255, 255,
  255, 255, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 255,
  255, 255, 255, 255, 255, 255, 24, 25, 26, 27, 255, 255, 255, 255, 255, 255,
  28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 255, 255, 255, 255, 255,
  255, 255, 255, 255, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50,
  255, 255, 255, 255, 255, 255, 255, 255, 51, 52, 53, 54, 55, 56, 57, 58,
  59, 60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74,
  75, 76, 77, 78, 79, 80, 81, 82, 83, 84, 85, 86, 87, 88, 89, 90,
  91, 92, 255, 255, 255, 255, 255, 255, 255, 255, 93, 94, 95, 96, 97, 98,
  255, 255, 255, 255, 99, 255, 255, 255, 255, 255, 255, 255, 255, 255, 100, 101,
  102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112, 113, 114, 115, 116, 117,
  118, 119, 120, 121, 122, 123, 124, 125, 126, 127, 128, 129, 130, 131, 132, 133,
  134, 135, 136, 137, 138, 139, 140, 255, 255, 255, 255, 255, 255, 255, 255, 255,
  255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
  0, 1, 2, 255, 255, 255, 255, 255, 255, 255, 4, 255, 255, 255, 255, 255,
  255, 255, 255, 255, 5, 255, 255, 255, 255, 255, 255, 255, 255, 255, 6, 7,
  8, 9, 255, 255, 255, 255, 255, 255, 10, 255, 255, 255, 255, 255, 255, 255,
  255, 255, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 255,
  255, 255, 255, 255, 255, 255, 24, 25, 26, 27, 255, 255, 255, 255, 255, 255,
  28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 255, 255, 255, 255, 255,
  255, 255, 255, 255, 39, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 255,
  255, 255, 255, 255, 255, 255, 255, 255, 51, 52, 53, 54, 55, 56, 57, 58,
  59, 60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74,
  75, 76, 77, 78, 79, 80, 81, 82, 83, 84, 85, 86, 87, 88, 89, 90,
  91, 92, 255, 255, 255, 255, 255, 255, 255, 255, 93, 94, 95, 96, 97, 98,
  255, 255, 255, 255, 99, 255, 255, 255, 255, 255, 255, 255, 255, 255, 100, 101,
  102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112, 113, 114, 115, 116, 117,
  118, 119, 120, 121, 122, 123, 124, 125, 126, 127, 128, 129, 130, 131, 132, 133,
  134, 135, 136, 137, 138, 139, 140, 255, 255, 255, 255, 255, 255, 255, 255, 255,
  255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
  0, 1, 3, 2, 255, 255, 255, 255, 255, 255, 4, 255, 255, 255, 255, 255,
  255, 255, 255, 255, 5, 255, 255, 255, 255, 255, 255, 255, 255, 255, 6, 7,
  8, 9, 255, 255, 255, 255, 255, 255, 10, 255, 255, 255, 255, 255, 255, 255,
  255, 255, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 255,
  255, 255, 255, 255, 255, 255, 24, 25, 26, 27, 255, 255, 255, 255, 255, 255,
  28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 255, 255, 255, 255, 255,
  255, 255, 255, 255, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50,
  255, 255, 255, 255, 255, 255, 255, 255, 51, 52, 53, 54, 55, 56, 57, 58,
  59, 60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74,
  75, 76, 77, 78, 79, 80, 81, 82, 83, 84, 85, 86, 87, 88, 89, 90,
  91, 92, 255, 255, 255, 255, 255, 255, 255, 255, 93, 94, 95, 96, 97, 98,
  255, 255, 255, 255, 99, 255, 255, 255, 255, 255, 255, 255, 255, 255, 100, 101,
  102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112, 113, 114, 115, 116, 117,
  118, 119, 120, 121, 122, 123, 124, 125, 126, 127, 128, 129, 130, 131, 132, 133,
  134, 135, 136, 137, 138, 139, 140, 255, 255, 255, 255, 255, 255, 255, 255, 255,
  255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
  0, 1, 3, 255, 255, 255, 255, 255, 255, 255, 4, 255, 255, 255, 255, 255,
  255, 255, 255, 255, 5, 255, 255, 255, 255, 255, 255, 255, 255, 255, 6, 7,
  8, 9, 255, 255, 255, 255, 255, 255, 10, 255, 255, 255, 255, 255, 255, 255,
  255, 255, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 255,
  255, 255, 255, 255, 255, 255, 24, 25, 26, 27, 255, 255, 255, 255, 255, 255,
  28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 255, 255, 255, 255, 255,
  255, 255, 255, 255, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50,
  255, 255, 255, 255, 255, 255, 255, 255, 51, 52, 53, 54, 55, 56, 57, 58,
  59, 60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74,
  75, 76, 77, 78, 79, 80, 81, 82, 83, 84, 85, 86, 87, 88, 89, 90,
  91, 92, 255, 255, 255, 255, 255, 255, 255, 255, 93, 94, 95, 96, 97, 98,
  255, 255, 255, 255, 99, 255, 255, 255, 255, 255, 255, 255, 255, 255, 100, 101,
  102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112, 113, 114, 115, 116, 117,
  118, 119, 120, 121, 122, 123, 124, 125, 126, 127, 128, 129, 130, 131, 132, 133,
  134, 135, 136, 137, 138, 139, 140, 255, 255, 255, 255, 255, 255, 255, 255, 255,
  255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
};

/* OP(name, destination, value); load_imm_64 is not here, its immediate takes two slots */
#define PVM_ALU(OP) \
  OP(LOAD_IMM, A, X) \
  OP(MOVE_REG, D, A) \
  OP(COUNT_SET_BITS_64, D, op_popcnt(A)) \
  OP(COUNT_SET_BITS_32, D, op_zx(op_popcnt32(op_w(A)))) \
  OP(LEADING_ZERO_BITS_64, D, op_clz(A)) \
  OP(LEADING_ZERO_BITS_32, D, op_zx(op_clz32(op_w(A)))) \
  OP(TRAILING_ZERO_BITS_64, D, op_ctz(A)) \
  OP(TRAILING_ZERO_BITS_32, D, op_zx(op_ctz32(op_w(A)))) \
  OP(SIGN_EXTEND_8, D, op_ext8(A)) \
  OP(SIGN_EXTEND_16, D, op_ext16(A)) \
  OP(ZERO_EXTEND_16, D, op_and(A, UINT64_C(65535))) \
  OP(REVERSE_BYTES, D, op_bswap(A)) \
  OP(ADD_IMM_32, A, op_sx(op_add32(op_w(B), op_w(X)))) \
  OP(AND_IMM, A, op_and(B, X)) \
  OP(XOR_IMM, A, op_xor(B, X)) \
  OP(OR_IMM, A, op_or(B, X)) \
  OP(MUL_IMM_32, A, op_sx(op_mul32(op_w(B), op_w(X)))) \
  OP(SET_LT_U_IMM, A, op_zx(op_lt_u(B, X))) \
  OP(SET_LT_S_IMM, A, op_zx(op_lt_s(B, X))) \
  OP(SHLO_L_IMM_32, A, op_sx(op_shl32(op_w(B), op_w(X)))) \
  OP(SHLO_R_IMM_32, A, op_sx(op_shr_u32(op_w(B), op_w(X)))) \
  OP(SHAR_R_IMM_32, A, op_sx(op_shr_s32(op_w(B), op_w(X)))) \
  OP(NEG_ADD_IMM_32, A, op_sx(op_sub32(op_w(X), op_w(B)))) \
  OP(SET_GT_U_IMM, A, op_zx(op_gt_u(B, X))) \
  OP(SET_GT_S_IMM, A, op_zx(op_gt_s(B, X))) \
  OP(SHLO_L_IMM_ALT_32, A, op_sx(op_shl32(op_w(X), op_w(B)))) \
  OP(SHLO_R_IMM_ALT_32, A, op_sx(op_shr_u32(op_w(X), op_w(B)))) \
  OP(SHAR_R_IMM_ALT_32, A, op_sx(op_shr_s32(op_w(X), op_w(B)))) \
  OP(CMOV_IZ_IMM, A, op_select(op_eqz(B), X, A)) \
  OP(CMOV_NZ_IMM, A, op_select(op_eqz(B), A, X)) \
  OP(ADD_IMM_64, A, op_add(B, X)) \
  OP(MUL_IMM_64, A, op_mul(B, X)) \
  OP(SHLO_L_IMM_64, A, op_shl(B, X)) \
  OP(SHLO_R_IMM_64, A, op_shr_u(B, X)) \
  OP(SHAR_R_IMM_64, A, op_shr_s(B, X)) \
  OP(NEG_ADD_IMM_64, A, op_sub(X, B)) \
  OP(SHLO_L_IMM_ALT_64, A, op_shl(X, B)) \
  OP(SHLO_R_IMM_ALT_64, A, op_shr_u(X, B)) \
  OP(SHAR_R_IMM_ALT_64, A, op_shr_s(X, B)) \
  OP(ROT_R_64_IMM, A, op_rotr(B, X)) \
  OP(ROT_R_64_IMM_ALT, A, op_rotr(X, B)) \
  OP(ROT_R_32_IMM, A, op_sx(op_rotr32(op_w(B), op_w(X)))) \
  OP(ROT_R_32_IMM_ALT, A, op_sx(op_rotr32(op_w(X), op_w(B)))) \
  OP(ADD_32, D, op_sx(op_add32(op_w(A), op_w(B)))) \
  OP(SUB_32, D, op_sx(op_sub32(op_w(A), op_w(B)))) \
  OP(MUL_32, D, op_sx(op_mul32(op_w(A), op_w(B)))) \
  OP(DIV_U_32, D, op_sx(op_divu32(op_w(A), op_w(B)))) \
  OP(DIV_S_32, D, op_sx(op_divs32(op_w(A), op_w(B)))) \
  OP(REM_U_32, D, op_sx(op_remu32(op_w(A), op_w(B)))) \
  OP(REM_S_32, D, op_sx(op_rems32(op_w(A), op_w(B)))) \
  OP(SHLO_L_32, D, op_sx(op_shl32(op_w(A), op_w(B)))) \
  OP(SHLO_R_32, D, op_sx(op_shr_u32(op_w(A), op_w(B)))) \
  OP(SHAR_R_32, D, op_sx(op_shr_s32(op_w(A), op_w(B)))) \
  OP(ADD_64, D, op_add(A, B)) \
  OP(SUB_64, D, op_sub(A, B)) \
  OP(MUL_64, D, op_mul(A, B)) \
  OP(DIV_U_64, D, op_divu(A, B)) \
  OP(DIV_S_64, D, op_divs(A, B)) \
  OP(REM_U_64, D, op_remu(A, B)) \
  OP(REM_S_64, D, op_rems(A, B)) \
  OP(SHLO_L_64, D, op_shl(A, B)) \
  OP(SHLO_R_64, D, op_shr_u(A, B)) \
  OP(SHAR_R_64, D, op_shr_s(A, B)) \
  OP(AND, D, op_and(A, B)) \
  OP(XOR, D, op_xor(A, B)) \
  OP(OR, D, op_or(A, B)) \
  OP(MUL_UPPER_S_S, D, op_mulh_ss(A, B)) \
  OP(MUL_UPPER_U_U, D, op_mulh_uu(A, B)) \
  OP(MUL_UPPER_S_U, D, op_mulh_su(A, B)) \
  OP(SET_LT_U, D, op_zx(op_lt_u(A, B))) \
  OP(SET_LT_S, D, op_zx(op_lt_s(A, B))) \
  OP(CMOV_IZ, D, op_select(op_eqz(B), A, D)) \
  OP(CMOV_NZ, D, op_select(op_eqz(B), D, A)) \
  OP(ROT_L_64, D, op_rotl(A, B)) \
  OP(ROT_L_32, D, op_sx(op_rotl32(op_w(A), op_w(B)))) \
  OP(ROT_R_64, D, op_rotr(A, B)) \
  OP(ROT_R_32, D, op_sx(op_rotr32(op_w(A), op_w(B)))) \
  OP(AND_INV, D, op_and(A, op_not(B))) \
  OP(OR_INV, D, op_or(A, op_not(B))) \
  OP(XNOR, D, op_not(op_xor(A, B))) \
  OP(MAX, D, op_select(op_gt_s(A, B), A, B)) \
  OP(MAX_U, D, op_select(op_gt_u(A, B), A, B)) \
  OP(MIN, D, op_select(op_lt_s(A, B), A, B)) \
  OP(MIN_U, D, op_select(op_lt_u(A, B), A, B))

/* Id of the form with a base register, by id; what is no load or store at an absolute address is itself. */
static const uint8_t pvm_indirect_of[141] = {
  0, 1, 2, 3, 4, 5, 24, 25, 26, 27, 10, 11, 12, 55, 56, 57,
  58, 59, 60, 61, 51, 52, 53, 54, 24, 25, 26, 27, 28, 29, 30, 31,
  32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47,
  48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63,
  64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 77, 78, 79,
  80, 81, 82, 83, 84, 85, 86, 87, 88, 89, 90, 91, 92, 93, 94, 95,
  96, 97, 98, 99, 100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111,
  112, 113, 114, 115, 116, 117, 118, 119, 120, 121, 122, 123, 124, 125, 126, 127,
  128, 129, 130, 131, 132, 133, 134, 135, 136, 137, 138, 139, 140,
};

/* OP(name, type, address): the destination is A */
#define PVM_LOADS(OP) \
  OP(LOAD_IND_U8, uint8_t, op_add(B, X)) \
  OP(LOAD_IND_I8, int8_t, op_add(B, X)) \
  OP(LOAD_IND_U16, uint16_t, op_add(B, X)) \
  OP(LOAD_IND_I16, int16_t, op_add(B, X)) \
  OP(LOAD_IND_U32, uint32_t, op_add(B, X)) \
  OP(LOAD_IND_I32, int32_t, op_add(B, X)) \
  OP(LOAD_IND_U64, uint64_t, op_add(B, X))

/* The same at absolute addresses */
#define PVM_DIRECT_LOADS(OP) \
  OP(LOAD_U8, uint8_t, X) \
  OP(LOAD_I8, int8_t, X) \
  OP(LOAD_U16, uint16_t, X) \
  OP(LOAD_I16, int16_t, X) \
  OP(LOAD_U32, uint32_t, X) \
  OP(LOAD_I32, int32_t, X) \
  OP(LOAD_U64, uint64_t, X)

/* OP(name, type, address, value) */
#define PVM_STORES(OP) \
  OP(STORE_IMM_IND_U8, uint8_t, op_add(A, X), Y) \
  OP(STORE_IMM_IND_U16, uint16_t, op_add(A, X), Y) \
  OP(STORE_IMM_IND_U32, uint32_t, op_add(A, X), Y) \
  OP(STORE_IMM_IND_U64, uint64_t, op_add(A, X), Y) \
  OP(STORE_IND_U8, uint8_t, op_add(B, X), A) \
  OP(STORE_IND_U16, uint16_t, op_add(B, X), A) \
  OP(STORE_IND_U32, uint32_t, op_add(B, X), A) \
  OP(STORE_IND_U64, uint64_t, op_add(B, X), A)

/* The same at absolute addresses */
#define PVM_DIRECT_STORES(OP) \
  OP(STORE_IMM_U8, uint8_t, X, Y) \
  OP(STORE_IMM_U16, uint16_t, X, Y) \
  OP(STORE_IMM_U32, uint32_t, X, Y) \
  OP(STORE_IMM_U64, uint64_t, X, Y) \
  OP(STORE_U8, uint8_t, X, A) \
  OP(STORE_U16, uint16_t, X, A) \
  OP(STORE_U32, uint32_t, X, A) \
  OP(STORE_U64, uint64_t, X, A)

/* OP(name, condition) */
#define PVM_BRANCHES(OP) \
  OP(BRANCH_EQ_IMM, op_eq(A, X)) \
  OP(BRANCH_NE_IMM, op_ne(A, X)) \
  OP(BRANCH_LT_U_IMM, op_lt_u(A, X)) \
  OP(BRANCH_LE_U_IMM, op_le_u(A, X)) \
  OP(BRANCH_GE_U_IMM, op_ge_u(A, X)) \
  OP(BRANCH_GT_U_IMM, op_gt_u(A, X)) \
  OP(BRANCH_LT_S_IMM, op_lt_s(A, X)) \
  OP(BRANCH_LE_S_IMM, op_le_s(A, X)) \
  OP(BRANCH_GE_S_IMM, op_ge_s(A, X)) \
  OP(BRANCH_GT_S_IMM, op_gt_s(A, X)) \
  OP(BRANCH_EQ, op_eq(A, B)) \
  OP(BRANCH_NE, op_ne(A, B)) \
  OP(BRANCH_LT_U, op_lt_u(A, B)) \
  OP(BRANCH_LT_S, op_lt_s(A, B)) \
  OP(BRANCH_GE_U, op_ge_u(A, B)) \
  OP(BRANCH_GE_S, op_ge_s(A, B))

#endif
