export { chosenPart, defaultOf, optionsAmong, partNamed, valuesOf } from './choose.ts';
export type { FlatOptions, PartChoice } from './choose.ts';
export { option, optional } from './part.ts';
export type { DataShape, Part, PartKind, PartOption, PartOptions, ValuesOf } from './part.ts';
export { rule } from '../core/index.ts';
export type { OptionRule } from '../core/index.ts';
