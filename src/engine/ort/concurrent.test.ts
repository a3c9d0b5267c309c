import { expect, it } from 'vitest';
import { NdArray } from '../../core/index.ts';
import { add, exp, input, mul } from '../../graph/index.ts';
import { createEngine } from '../create.ts';

// Pages ask a run for several things at once. All sessions of onnxruntime-web are in one WebAssembly module.
it.each(['onnxruntime-web', 'onnxruntime-node'] as const)(
  '%s keeps programs apart that run at the same time',
  async (name) => {
    const engine = await createEngine({ engine: name, threads: 1 });
    const programs = await Promise.all(
      Array.from({ length: 6 }, async (_, k) => {
        const x = input(`x${k}`, ['batch', 3]);
        const outputs = Object.fromEntries(
          Array.from({ length: k + 1 }, (__, n) => [`a long name of an output ${k}.${n}`, add(mul(exp(x), n), k)]),
        );
        return engine.compile({ outputs });
      }),
    );
    const run = async (k: number, round: number): Promise<void> => {
      const rows = 1 + ((k + round) % 4);
      const found = await programs[k]!.run({ [`x${k}`]: NdArray.zeros([rows, 3], 'float32') });
      const values = Object.values(found).map(({ data }) => [...new Set(data)]);
      expect(values).toEqual(Array.from({ length: k + 1 }, (_, n) => [n + k]));
    };
    for (let round = 0; round < 20; round++) await Promise.all(programs.map((_, k) => run(k, round)));
    await Promise.all(programs.map((program) => program.dispose()));
  },
);
