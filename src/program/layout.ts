// What memory a program starts with, under the name that all who run programs know. Not how formats lay it out: blob/.
export {
  Access,
  ARGUMENTS_SIZE,
  alignTo,
  HALT_ADDRESS,
  type MemoryLayout,
  PAGE_COUNT,
  PAGE_SIZE,
  pageAlign,
  type Region,
  ZONE_SIZE,
} from '../blob/address-space.ts'
