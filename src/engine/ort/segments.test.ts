import { describe, expect, it } from 'vitest';
import { add, cholesky, input, keyInput, matmul, mul, randomNormal, sqrtmh, sum } from '../../graph/index.ts';
import type { Tensor } from '../../graph/index.ts';
import { numberValues } from '../onnx/index.ts';
import { cutGraph } from './segments.ts';

/** What each segment is: a host op's name, or the ops of a model and how many values leave it. */
function describeCut(...outputs: Tensor[]): (string | { ops: string[]; leaving: number })[] {
  const graph = numberValues(outputs);
  return cutGraph(graph, new Set(outputs.map(graph.representative))).map((segment) =>
    segment.kind === 'host'
      ? segment.node.op
      : {
          ops: segment.nodes.map((node) => node.op).filter((op) => op !== 'constant'),
          leaving: segment.outputs.length,
        },
  );
}

const x = input('x', [2, 2]);

describe('cutGraph', () => {
  it('leaves a graph without host ops whole', () => {
    expect(describeCut(add(mul(x, 2), x))).toEqual([{ ops: ['mul', 'add'], leaving: 1 }]);
  });

  it('draws noise first, so that the rest is one model', () => {
    const [a, b] = keyInput('key').split(2);
    const y = add(mul(x, 2), randomNormal(a!, [2, 2]));
    const z = mul(y, randomNormal(b!, [2, 2]));
    expect(describeCut(sum(z))).toEqual(['randomNormal', 'randomNormal', { ops: ['mul', 'add', 'mul', 'sum'], leaving: 1 }]); // prettier-ignore
  });

  it('cuts around a host op in the middle', () => {
    const covariance = matmul(x, x, { transposeB: true });
    const y = matmul(cholesky(covariance), x);
    expect(describeCut(y)).toEqual([{ ops: ['matmul'], leaving: 1 }, 'cholesky', { ops: ['matmul'], leaving: 1 }]);
  });

  it('hands over each value that a later segment reads, once', () => {
    const covariance = matmul(x, x, { transposeB: true });
    const shift = mul(x, 3);
    const y = add(add(sqrtmh(covariance), shift), add(covariance, shift));
    expect(describeCut(y)).toEqual([
      { ops: ['matmul', 'mul', 'add'], leaving: 3 },
      'sqrtmh',
      { ops: ['add', 'add'], leaving: 1 },
    ]);
  });

  it('runs independent host ops between the same two models, and chained ones without a model between', () => {
    const covariance = add(matmul(x, x, { transposeB: true }), 1);
    const y = add(sqrtmh(covariance), cholesky(covariance));
    expect(describeCut(y).map((part) => (typeof part === 'string' ? part : 'model'))).toEqual(['model', 'sqrtmh', 'cholesky', 'model']); // prettier-ignore
    expect(describeCut(cholesky(sqrtmh(x)))).toEqual(['sqrtmh', 'cholesky']);
  });

  it('makes one host op of equal ones', () => {
    const draw = (): Tensor => randomNormal(keyInput('key').foldIn(1), [2, 2]);
    expect(describeCut(add(draw(), draw()))).toEqual(['randomNormal', { ops: ['add'], leaving: 1 }]);
  });
});
