export { DateCodec } from './codec.ts';
export type { DateFormat } from './codec.ts';
export { findDates, formatFor } from './find.ts';
export type { FoundDates, OrderEvidence } from './find.ts';
export { dateReader, readIsoDate } from './iso.ts';
export { checkDatePattern, hasClock } from './pattern.ts';
export { commonUnit, roundTo } from './units.ts';
