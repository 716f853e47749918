// Words of machine memory that only compiled code and its glue use. They lie below struct pvm, in the page of address 0.

/** Why a side exit was taken (see Why in emitter.ts); 0 when a dynamic jump's target was returned. */
export const AT_WHY = 0x3f0
