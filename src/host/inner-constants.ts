// Sizes of the inner-machine calls (GP B.8), shared by their prices and their implementation.

/** The parameter block of `invoke`: gas and 13 registers, 8 bytes each. */
export const INVOKE_BLOCK_SIZE = 112
/** There may be so many machines at a time (GP 0.8.0 B.8). */
export const MAX_MACHINES_080 = 63
/** GP main B.8: so many module handles at a time. */
export const MAX_MODULES = 128
