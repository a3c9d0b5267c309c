export { bernoulli, choice, permutation, randint, randomBits } from './discrete.ts';
export type { ChoiceOptions, RandintOptions } from './discrete.ts';
export { normal, uniform } from './continuous.ts';
export type { DrawOptions, UniformOptions } from './continuous.ts';
export { fillBernoulli, fillNormal, fillUniform } from './fill.ts';
export type { FloatView } from './fill.ts';
export { foldIn, key, split, wordsOf } from './key.ts';
export type { Key } from './key.ts';
export { threefry2x32 } from './threefry.ts';
