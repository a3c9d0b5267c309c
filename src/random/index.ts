export { bernoulli, choice, permutation, randint, randomBits } from './discrete.ts';
export type { ChoiceOptions, RandintOptions } from './discrete.ts';
export { fillNormal, fillUniform, normal, uniform } from './continuous.ts';
export type { DrawOptions, FloatView, UniformOptions } from './continuous.ts';
export { foldIn, key, split } from './key.ts';
export type { Key } from './key.ts';
export { threefry2x32 } from './threefry.ts';
