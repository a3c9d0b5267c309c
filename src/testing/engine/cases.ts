import type { OpName } from '../../graph/index.ts';
import type { OpCases } from './case.ts';
import { convCases } from './conv-cases.ts';
import { elementwiseCases } from './elementwise-cases.ts';
import { leafCases } from './leaf-cases.ts';
import { linalgCases } from './linalg-cases.ts';
import { productCases } from './product-cases.ts';
import { shapeCases } from './shape-cases.ts';

/** Every op of the language: one that is missing here is a type error. */
export const opCases: Readonly<Record<OpName, OpCases>> = {
  ...elementwiseCases,
  ...leafCases,
  ...shapeCases,
  ...productCases,
  ...convCases,
  ...linalgCases,
};
