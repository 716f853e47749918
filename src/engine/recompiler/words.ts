// Words of machine memory that only compiled code and its glue use. They lie below struct pvm, in the page of address 0.

/** Why a side exit was taken (see Why in emitter.ts); 0 when a dynamic jump's target was returned. */
export const AT_WHY = 0x3f0
/** Gas that compiled code got no sight of (i64): what exceeds the slice. Host calls add it to what they show. */
export const AT_RESERVE = 0x3e8
/** Gas compiled code gets at most at once (i64), see runtime.ts. */
export const AT_SLICE = 0x3e0
