export { option, optional } from './part.ts';
export type { DataShape, Part, PartKind, PartOption, PartOptions, ValuesOf } from './part.ts';
