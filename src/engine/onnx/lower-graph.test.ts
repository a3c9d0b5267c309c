import { describe, expect, it } from 'vitest';
import { UnsupportedError } from '../../core/index.ts';
import { add, cast, concat, constant, grad, input, isOp, makeNode, matmul, mul, relu, softplus, sub, sum, transpose, withScope } from '../../graph/index.ts'; // prettier-ignore
import type { Tensor } from '../../graph/index.ts';
import { lowerGraph } from './lower-graph.ts';
import type { OnnxModel } from './proto.ts';
import { numberValues } from './value-numbers.ts';

function lower(outputs: Record<string, Tensor>): OnnxModel {
  const graph = numberValues(Object.values(outputs));
  const given = new Map<Tensor, string>();
  for (const node of graph.order) if (isOp(node, 'input')) given.set(node, node.attributes.name);
  const named = new Map(Object.entries(outputs).map(([name, tensor]) => [name, graph.representative(tensor)]));
  return lowerGraph({ name: 'test', graph, nodes: graph.order, given, outputs: named }).model;
}

const opsOf = ({ nodes }: OnnxModel): string[] => nodes.map(({ op }) => op);
const countOf = (model: OnnxModel, op: string): number => opsOf(model).filter((name) => name === op).length;

const x = input('x', ['batch', 3]);
const w = input('w', [3, 2]);

describe('lowerGraph', () => {
  it('computes equal expressions once, also those that are equal only once lowered', () => {
    const twice = add(mul(x, 2), mul(x, 2));
    expect(opsOf(lower({ y: twice }))).toEqual(['Mul', 'Add']);
    const shared = lower({ a: softplus(x), b: add(softplus(mul(x, 1)), makeNode('abs', [x], {})) });
    expect(countOf(shared, 'Exp')).toBe(1);
    expect(countOf(shared, 'Abs')).toBe(1);
  });

  it('keeps constants apart that differ in bits, shape or dtype only', () => {
    const values = [constant([0]), constant([-0]), constant(0), cast(constant([0], 'float32'), 'float64')];
    const model = lower({ y: concat(values.map((value) => add(input('z', [1], 'float64'), value))) });
    expect(model.initializers.filter(({ type }) => type !== 'int64')).toHaveLength(4);
    const same = lower({ y: add(add(x, constant(0.1, 'float32')), constant(0.1, 'float32')) });
    expect(same.initializers).toHaveLength(1);
  });

  it('emits nothing that the outputs do not need', () => {
    expect(opsOf(lower({ y: mul(makeNode('stopGradient', [x], {}), 2) }))).toEqual(['Mul']);
  });

  it('transposes by flags, in a layer and its gradients, and starts a product from its bias', () => {
    const b = input('b', [2]);
    const loss = sum(relu(add(matmul(x, w), b)));
    const [gw, gx] = grad(loss, [w, x]);
    const model = lower({ loss, gw: gw!, gx: gx! });
    expect(countOf(model, 'Gemm')).toBe(3);
    expect(countOf(model, 'Transpose') + countOf(model, 'MatMul') + countOf(model, 'Expand')).toBe(0);
    expect(model.nodes.find(({ op }) => op === 'Gemm')?.inputs).toEqual(['x', 'w', 'b']);
    expect(opsOf(lower({ y: matmul(transpose(w), x, { transposeB: true }) }))).toEqual(['Gemm']);
  });

  it('adds by itself what is no bias, or where the product is read elsewhere too', () => {
    const product = matmul(x, w);
    const column = input('c', ['batch', 1]);
    expect(opsOf(lower({ y: add(product, column) }))).toEqual(['Gemm', 'Add']);
    expect(opsOf(lower({ y: add(product, input('b', [2])), product }))).toEqual(['Gemm', 'Add']);
  });

  it('names outputs after themselves, copying where a value has a name already', () => {
    const y = mul(x, 2);
    const model = lower({ y, again: y, x2: x, c: constant(1) });
    expect(model.outputs.map(({ name }) => name)).toEqual(['y', 'again', 'x2', 'c']);
    expect(opsOf(model)).toEqual(['Mul', 'Identity', 'Identity', 'Identity']);
    expect(model.nodes[0]?.output).toBe('y');
  });

  it('names nodes after the place in the model', () => {
    const y = withScope('encoder.0', () => sub(mul(x, 2), x));
    expect(lower({ y }).nodes[0]?.output).toBe('encoder.0/Mul');
  });

  it('refuses what no kernel runs, naming op, dtype, engine and a way out', () => {
    const u = input('u', [2], 'uint32');
    const y = withScope('head', () => makeNode('pow', [u, u], {}));
    expect(() => lower({ y })).toThrow(UnsupportedError);
    expect(() => lower({ y })).toThrow(/pow \(in head\): onnxruntime-node has no uint32 kernel.*cast/);
  });
});
