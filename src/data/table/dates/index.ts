export { DateCodec } from './read-and-write-dates.ts';
export type { DateFormat } from './read-and-write-dates.ts';
export { findDates, formatFor } from './find-format.ts';
export type { FoundDates, OrderEvidence } from './find-format.ts';
export { dateReader, readIsoDate } from './iso.ts';
export { checkDatePattern, hasClock } from './pattern.ts';
export { commonUnit, roundTo } from './units.ts';
