import { beforeAll, describe, expect, it } from 'vitest';
import { UnsupportedError } from '../../core/index.ts';
import type { DType } from '../../core/index.ts';
import type { Engine } from '../../engine/engine.ts';
import { input } from '../../graph/index.ts';
import type { OpName } from '../../graph/index.ts';
import { opErrors } from '../tolerances.ts';
import type { ErrorUnits } from '../tolerances.ts';
import { batchSizes } from './case.ts';
import { opCases } from './cases.ts';
import { compareWithReference, isSymbolic } from './compare.ts';
import type { Supports } from './compare.ts';
import { testContract } from './contract.ts';

export interface EngineSuiteOptions {
  /** The engine's support table, by op and working dtype: pairs for which it is false must throw. Default: all true. */
  readonly supports?: Supports;
  /** Where an engine is less exact than `opErrors`; say why beside it. */
  readonly errors?: (op: OpName, dtype: DType) => ErrorUnits | undefined;
}

/**
 * What every engine must pass: each op, for each dtype, over scalars, empty arrays, broadcasting, symbolic sizes and
 * extreme values, forward and gradient, as the reference computes it; and the contract of `Program`.
 */
export function testEngine(
  name: string,
  makeEngine: () => Engine | Promise<Engine>,
  { supports = () => true, errors = () => undefined }: EngineSuiteOptions = {},
): void {
  describe(`engine ${name}`, () => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await makeEngine();
    });

    for (const op of Object.keys(opCases) as OpName[]) {
      for (const dtype of opCases[op].dtypes) {
        const cases = opCases[op].cases(dtype);
        if (!supports(op, dtype)) {
          it(`${op} ${dtype} is refused`, async () => {
            await expect(compileFirst(engine, op, dtype)).rejects.toThrow(UnsupportedError);
          });
          continue;
        }
        it(`${op} ${dtype}`, async () => {
          const comparison = { supports, errors: errors(op, dtype) ?? opErrors[op] };
          const fixed = cases.filter((item) => !isSymbolic(item));
          const symbolic = cases.filter(isSymbolic);
          const problems = [
            ...(fixed.length > 0 ? await compareWithReference(engine, fixed, [1], comparison) : []),
            ...(symbolic.length > 0 ? await compareWithReference(engine, symbolic, batchSizes, comparison) : []),
          ];
          expect(problems).toEqual([]);
        });
      }
    }

    testContract(() => engine);
  });
}

async function compileFirst(engine: Engine, op: OpName, dtype: DType): Promise<void> {
  const first = opCases[op].cases(dtype)[0];
  if (!first) throw new Error(`testEngine: no case for ${op} ${dtype}.`);
  const output = first.build(...first.operands.map((operand, k) => input(`x${k}`, operand.shape, operand.dtype)));
  await (await engine.compile({ outputs: { output } })).dispose();
}
