/* BLAKE2b (RFC 7693), as a WebAssembly module of its own. It is no part of the machine: the service host hashes with it.
 * src/hash/blake2b-wasm.ts calls blake2b_begin. Then it copies a part of the message into blake2b_buffer and calls
 * blake2b_absorb, until there is no more. The hash stands in blake2b_state afterwards. */
typedef unsigned long long u64;
typedef unsigned int u32;

enum { BLOCK = 128, ROUNDS = 12, BUFFER = 1 << 15 };

/* A part of the message, as long as can be absorbed at a time. The caller fills the last block up with zeros. */
_Alignas(16) unsigned char blake2b_buffer[BUFFER];
/* The chaining value h: eight words, little-endian. */
_Alignas(16) u64 blake2b_state[8];
/* How many bytes of the message have been absorbed. */
static u64 absorbed;

static const u64 INITIAL[8] = {
    0x6a09e667f3bcc908u, 0xbb67ae8584caa73bu, 0x3c6ef372fe94f82bu, 0xa54ff53a5f1d36f1u,
    0x510e527fade682d1u, 0x9b05688c2b3e6c1fu, 0x1f83d9abfb41bd6bu, 0x5be0cd19137e2179u,
};

/* The word `a` xor `b`, rotated right. */
static inline u64 mixed(u64 a, u64 b, int bits)
{
    u64 x = a ^ b;
    return x >> bits | x << (64 - bits);
}

/* The mixing step G (section 3.1): it mixes words a, b, c, d of the block's state with two words of the message. */
#define MIX(a, b, c, d, x, y)                                                                                                  \
    v[a] += v[b] + m[x];                                                                                                       \
    v[d] = mixed(v[d], v[a], 32);                                                                                              \
    v[c] += v[d];                                                                                                              \
    v[b] = mixed(v[b], v[c], 24);                                                                                              \
    v[a] += v[b] + m[y];                                                                                                       \
    v[d] = mixed(v[d], v[a], 16);                                                                                              \
    v[c] += v[d];                                                                                                              \
    v[b] = mixed(v[b], v[c], 63);

/* One round. The sixteen numbers are its row of the table in section 2.7. */
#define ROUND(a, b, c, d, e, f, g, h, i, j, k, l, n, o, p, q)                                                                  \
    MIX(0, 4, 8, 12, a, b)                                                                                                     \
    MIX(1, 5, 9, 13, c, d)                                                                                                     \
    MIX(2, 6, 10, 14, e, f)                                                                                                    \
    MIX(3, 7, 11, 15, g, h)                                                                                                    \
    MIX(0, 5, 10, 15, i, j)                                                                                                    \
    MIX(1, 6, 11, 12, k, l)                                                                                                    \
    MIX(2, 7, 8, 13, n, o)                                                                                                     \
    MIX(3, 4, 9, 14, p, q)

/* The compression function F (section 3.2). `count` is the number of message bytes up to the end of this block. */
static void compress(const unsigned char *block, u64 count, u64 last)
{
    u64 m[16], v[16];
    __builtin_memcpy(m, block, BLOCK);
    for (int i = 0; i < 8; i++) {
        v[i] = blake2b_state[i];
        v[8 + i] = INITIAL[i];
    }
    v[12] ^= count;
    v[14] ^= 0 - last;
    ROUND(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
    ROUND(14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3)
    ROUND(11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4)
    ROUND(7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8)
    ROUND(9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13)
    ROUND(2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9)
    ROUND(12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11)
    ROUND(13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10)
    ROUND(6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5)
    ROUND(10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0)
    ROUND(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
    ROUND(14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3)
    for (int i = 0; i < 8; i++) blake2b_state[i] ^= v[i] ^ v[8 + i];
}

/* Begins a message whose digest has `length` bytes, 1 to 64. There is no key. */
void blake2b_begin(u32 length)
{
    for (int i = 0; i < 8; i++) blake2b_state[i] = INITIAL[i];
    blake2b_state[0] ^= 0x01010000u ^ length;
    absorbed = 0;
}

/* Absorbs the first `length` bytes of the buffer. All blocks are full, except perhaps the last of the message. */
void blake2b_absorb(u32 length, u32 last)
{
    u32 at = 0;
    do {
        u32 end = length - at < BLOCK ? length : at + BLOCK;
        compress(blake2b_buffer + at, absorbed + end, last && end == length);
        at = end;
    } while (at < length);
    absorbed += length;
}
