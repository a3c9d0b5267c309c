import { describe, expect, it } from 'vitest';
import { NdArray } from '../../core/index.ts';
import { createVae } from '../../models/index.ts';
import type { Vae } from '../../models/index.ts';
import { add, input, isOp, keyInput, keyWords, matmul, mul, sum, topologicalOrder } from '../../graph/index.ts';
import { initializeParameters, parameterInputs } from '../../nn/index.ts';
import { elboTerms } from '../../objectives/index.ts';
import { key, uniform } from '../../random/index.ts';
import { createEngine } from '../index.ts';
import type { Engine, ProgramSpec } from '../index.ts';
import { partedByInputs } from './constant-part.ts';
import { ParallelProgram } from './parallel-program.ts';

const options = { inputSize: 64, hidden: [64], latent: 3, posterior: 'diagonal' } as const;
const vamp = createVae({ ...options, prior: 'vamp', pseudoInputs: 300 });
const x = new NdArray(Float32Array.from(uniform(key(1), [50, 64]).data, Math.round), [50, 64]);

/** The ELBO's terms of a batch, as evaluation has them. */
function terms(model: Vae) {
  const rows = input('x', ['batch', 64]);
  const output = model.apply(parameterInputs(model.parameters), rows, { key: keyInput('key') });
  return { ...elboTerms({ ...output, x: rows }) };
}

const inputsOf = (outputs: ProgramSpec['outputs']): string[] =>
  topologicalOrder(Object.values(outputs)).flatMap((node) => (isOp(node, 'input') ? [node.attributes.name] : []));

describe('what bound inputs alone decide', () => {
  const engines = ['onnxruntime-node', 'onnxruntime-web', 'reference'] as const;

  it.each(engines)('is computed once, and the bits are those of the whole: %s', async (name) => {
    const engine = await createEngine({ engine: name, threads: 1 });
    const compiled: ProgramSpec[] = [];
    const watched: Engine = {
      name: engine.name,
      threads: 1,
      compile: (spec) => {
        compiled.push(spec);
        return engine.compile(spec);
      },
    };
    const parameters = initializeParameters(vamp.parameters, key(2));
    const outputs = terms(vamp);
    const whole = await engine.compile({ outputs, boundInputs: parameters, threads: 1 });
    const program = await ParallelProgram.compile(watched, { outputs, boundInputs: parameters });
    expect(compiled.map((spec) => inputsOf(spec.outputs).includes('prior.pseudoInputs'))).toEqual(
      name === 'reference' ? [true] : [true, false],
    );
    expect(program.inputs.toSorted()).toEqual(whole.inputs.toSorted());
    for (const rows of [50, 7]) {
      const feeds = { x: new NdArray(x.data.slice(0, 64 * rows), [rows, 64]), key: keyWords(key(3)) };
      expect(await program.run(feeds)).toEqual(await whole.run(feeds));
    }
    await Promise.all([program, whole].map((each) => each.dispose()));
  });

  it('is left where it is little, or where there is none', () => {
    const given = new Set(createVae(options).parameters.map(({ name }) => name));
    expect(partedByInputs(terms(createVae(options)), given)).toBeUndefined();
    const few = createVae({ ...options, prior: 'vamp', pseudoInputs: 5 });
    expect(partedByInputs(terms(few), new Set(few.parameters.map(({ name }) => name)))).toBeUndefined();
    expect(partedByInputs(terms(vamp), new Set())).toBeUndefined();
  });

  it('may be a whole output, which stays as it is', () => {
    const [w, row] = [input('w', [200, 200]), input('row', ['batch', 200])];
    const square = matmul(w, matmul(w, w));
    const { constants, outputs } = partedByInputs({ square, product: matmul(row, square), sum: add(sum(square), sum(mul(row, 2))) }, new Set(['w']))!; // prettier-ignore
    expect(Object.keys(constants)).toEqual(['always 0']);
    expect(outputs.square).toBe(square);
    expect(inputsOf({ product: outputs.product! }).toSorted()).toEqual(['always 0', 'row']);
  });
});
