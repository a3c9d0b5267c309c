export { ortBuilds } from './builds.ts';
export { testEngine } from './suite.ts';
export type { EngineSuiteOptions } from './suite.ts';
export { workingDType } from './compare.ts';
export type { Supports } from './compare.ts';
