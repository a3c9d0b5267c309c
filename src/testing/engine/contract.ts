import { describe, expect, it } from 'vitest';
import { DTypeError, LinearAlgebraError, NdArray, ShapeError, ValueError } from '../../core/index.ts';
import type { Engine } from '../../engine/engine.ts';
import { add, constant, grad, input, keyInput, keyWords, matmul, mul, randomNormal, sqrtmh, square, sub, sum, tanh } from '../../graph/index.ts'; // prettier-ignore
import type { Tensor } from '../../graph/index.ts';
import { foldIn, key, normal } from '../../random/index.ts';
import { expectAllClose } from '../matchers.ts';

const array = (values: number | number[] | number[][]): NdArray<'float32'> => NdArray.from(values, 'float32');

/** What an engine promises beside right values: bindings, state, errors, independence of runs. */
export function testContract(engineOf: () => Engine): void {
  describe('inputs and outputs', () => {
    testInputs(engineOf);
  });
  describe('bindings', () => {
    testBindings(engineOf);
  });
  describe('state', () => {
    testState(engineOf);
  });
  describe('host ops', () => {
    testHostOps(engineOf);
  });
  describe('refusals', () => {
    testRefusals(engineOf);
  });
}

function testInputs(engineOf: () => Engine): void {
  const x = input('x', ['batch', 2]);

  it('returns inputs, constants, repeated and shared outputs', async () => {
    const y = mul(x, 2);
    const program = await engineOf().compile({ outputs: { x, y, again: y, c: constant([1, 2]), twice: mul(y, 2) } });
    expect(program.inputs).toEqual(['x']);
    const result = await program.run({ x: array([[1, 2]]) });
    expect(Object.keys(result).sort()).toEqual(['again', 'c', 'twice', 'x', 'y']);
    expect(result.x).toEqual(array([[1, 2]]));
    expect(result.again).toEqual(array([[2, 4]]));
    expect(result.c).toEqual(NdArray.from([1, 2]));
    expect(result.twice).toEqual(array([[4, 8]]));
    await program.dispose();
  });

  it('needs no inputs at all', async () => {
    const program = await engineOf().compile({ outputs: { y: add(constant([1, 2], 'float32'), 1) } });
    expect(program.inputs).toEqual([]);
    expect((await program.run()).y).toEqual(array([2, 3]));
    await program.dispose();
  });

  it('takes expressions of one name as one input', async () => {
    const program = await engineOf().compile({ outputs: { y: add(input('x', [1]), input('x', [1])) } });
    expect(program.inputs).toEqual(['x']);
    expect((await program.run({ x: array([2]) })).y).toEqual(array([4]));
    await program.dispose();
  });

  it('never changes what an earlier run returned or what it was fed', async () => {
    const program = await engineOf().compile({ outputs: { x, y: mul(x, 3) } });
    const fed = array([[1, 2]]);
    const first = await program.run({ x: fed });
    const second = await program.run({ x: array([[5, 6]]) });
    expect([first.y, second.y]).toEqual([array([[3, 6]]), array([[15, 18]])]);
    second.x?.data.fill(9);
    second.y?.data.fill(9);
    expect([fed, first.x, first.y]).toEqual([array([[1, 2]]), array([[1, 2]]), array([[3, 6]])]);
    await program.dispose();
  });

  it('keeps runs apart that are started together', async () => {
    const program = await engineOf().compile({ outputs: { y: tanh(sum(square(x), [1])) } });
    const feeds = [1, 2, 3].map((n) => array([[n / 4, 0]]));
    const results = await Promise.all(feeds.map((feed) => program.run({ x: feed })));
    results.forEach(({ y }, k) => {
      expectAllClose(y ?? [], [Math.tanh(((k + 1) / 4) ** 2)], { rtol: 1e-6, atol: 1e-6 });
    });
    await program.dispose();
  });

  it('runs deep graphs', async () => {
    let y: Tensor = input('x', []);
    for (let k = 0; k < 2000; k++) y = add(y, 1);
    const program = await engineOf().compile({ outputs: { y } });
    expect((await program.run({ x: array(1) })).y?.item()).toBe(2001);
    await program.dispose();
  });
}

function testBindings(engineOf: () => Engine): void {
  it('reads bound inputs anew and writes bound outputs in place', async () => {
    const weights = array([[1, 2], [3, 4]]); // prettier-ignore
    const gradient = NdArray.zeros([2, 2], 'float32');
    const w = input('w', [2, 2]);
    const x = input('x', ['batch', 2]);
    const loss = sum(matmul(x, w));
    const program = await engineOf().compile({
      outputs: { loss, gradient: grad(loss, [w])[0] ?? w },
      boundInputs: { w: weights, unused: array([1]) },
      boundOutputs: { gradient },
    });
    expect(program.inputs).toEqual(['x']);
    const first = await program.run({ x: array([[1, 10]]) });
    expect(first.gradient).toBe(gradient);
    expect(first.loss?.item()).toBe(73);
    expect(gradient).toEqual(array([[1, 1], [10, 10]])); // prettier-ignore
    weights.data.fill(0);
    expect((await program.run({ x: array([[1, 2], [3, 4]]) })).loss?.item()).toBe(0); // prettier-ignore
    expect(gradient).toEqual(array([[4, 4], [6, 6]])); // prettier-ignore
    await program.dispose();
  });

  it('binds views into a larger buffer, and outputs of every dtype', async () => {
    const store = new Float32Array(8).fill(7);
    const target = new NdArray(store.subarray(2, 4), [2]);
    const source = new NdArray(store.subarray(5, 7), [2]);
    const doubles = NdArray.zeros([2], 'float64');
    const x = input('x', [2]);
    const program = await engineOf().compile({
      outputs: { y: mul(x, 2), d: add(input('d', [2], 'float64'), 1) },
      boundInputs: { x: source },
      boundOutputs: { y: target, d: doubles },
    });
    source.data.set([1, 2]);
    const result = await program.run({ d: NdArray.from([1, 2]) });
    expect([...store]).toEqual([7, 7, 2, 4, 7, 1, 2, 7]);
    expect(result.y).toBe(target);
    expect([...doubles.data]).toEqual([2, 3]);
    await program.dispose();
  });

  it('may bind an input as an output, and one expression to several', async () => {
    const x = input('x', [2]);
    const [a, b, c] = [array([0, 0]), array([0, 0]), array([0, 0])];
    const y = mul(x, 2);
    const program = await engineOf().compile({ outputs: { a: x, b: y, c: y }, boundOutputs: { a, b, c } });
    await program.run({ x: array([1, 2]) });
    expect([a, b, c]).toEqual([array([1, 2]), array([2, 4]), array([2, 4])]);
    await program.dispose();
  });
}

function testState(engineOf: () => Engine): void {
  it('updates state after a run, which sees the old one', async () => {
    const total = array([0]);
    const state = input('total', [1]);
    const next = add(state, input('x', [1]));
    const program = await engineOf().compile({
      outputs: { before: state, next },
      boundInputs: { total },
      state: { total: next },
    });
    expect(program.inputs).toEqual(['x']);
    await program.run({ x: array([2]) });
    const { before, next: after } = await program.run({ x: array([3]) });
    expect([before, after, total]).toEqual([array([2]), array([5]), array([5])]);
    await program.dispose();
  });

  it('exchanges two slots', async () => {
    const [a, b] = [array([1, 2]), array([3, 4])];
    const [inA, inB] = [input('a', [2]), input('b', [2])];
    const program = await engineOf().compile({
      outputs: { difference: sub(inA, inB) },
      boundInputs: { a, b },
      state: { a: inB, b: inA },
    });
    expect((await program.run()).difference).toEqual(array([-2, -2]));
    expect([a, b]).toEqual([array([3, 4]), array([1, 2])]);
    expect((await program.run()).difference).toEqual(array([2, 2]));
    await program.dispose();
  });
}

function testHostOps(engineOf: () => Engine): void {
  it('draws between segments, from the key that is fed, with gradients through what surrounds it', async () => {
    const key0 = keyInput('key');
    const [first, second] = key0.split(2);
    const x = input('x', ['batch', 2]);
    const scale = tanh(x);
    const h = add(x, mul(scale, randomNormal(first ?? key0, ['batch', 2])));
    const y = mul(tanh(h), randomNormal(second ?? key0, ['batch', 2]));
    const loss = sum(y);
    const program = await engineOf().compile({ outputs: { loss, gradient: grad(loss, [x])[0] ?? x } });
    const fed = array([[0.1, -0.2], [0.3, 0.4], [-0.5, 0.6]]); // prettier-ignore
    for (const seed of [1, 2]) {
      const result = await program.run({ x: fed, key: keyWords(key(seed)) });
      const e1 = normal(foldIn(key(seed), 0), [3, 2]).data;
      const e2 = normal(foldIn(key(seed), 1), [3, 2]).data;
      const t = fed.data.map((v, i) => Math.tanh(v + Math.tanh(v) * (e1[i] ?? NaN)));
      const total = t.reduce((acc, v, i) => acc + v * (e2[i] ?? NaN), 0);
      const slope = Array.from(fed.data, (v, i) => (1 + (e1[i] ?? NaN) * (1 - Math.tanh(v) ** 2)) * (1 - (t[i] ?? NaN) ** 2) * (e2[i] ?? NaN)); // prettier-ignore
      expectAllClose(result.loss ?? [], total, { atol: 4e-6 });
      expectAllClose(result.gradient?.data ?? [], slope, { atol: 4e-6 });
    }
    await program.dispose();
  });

  it('takes a key computed in the graph and one that is constant', async () => {
    const words = input('key', [2], 'uint32');
    const constantKey = randomNormal(key(5), [3]);
    const program = await engineOf().compile({
      outputs: { c: constantKey, d: randomNormal(key(6).high === 0 ? key(6) : key(7), [2]), k: add(words, 1) },
    });
    const result = await program.run({ key: keyWords(key(1)) });
    expect(result.c).toEqual(normal(key(5), [3]));
    expect(result.d).toEqual(normal(key(6), [2]));
    expect(result.k).toEqual(NdArray.from([1, 2], 'uint32'));
    await program.dispose();
  });
}

function testRefusals(engineOf: () => Engine): void {
  const x = input('x', ['batch', 2]);
  const y = input('y', ['batch', 2]);
  const one = array([[1, 2]]);

  it.each([
    ['a missing input', { x: one }, ValueError, /'y'/],
    ['an unknown input', { x: one, y: one, z: one }, ValueError, /'z'/],
    ['another dtype', { x: one, y: NdArray.from([[1, 2]]) }, DTypeError, /'y'.*float32.*float64/],
    ['another size', { x: array([[1, 2, 3]]), y: one }, ShapeError, /'x'.*\[batch, 2\].*\[1, 3\]/],
    ['another rank', { x: array([1, 2]), y: one }, ShapeError, /'x'.*\[batch, 2\].*\[2\]/],
    ['two sizes for one name', { x: one, y: array([[1, 2], [3, 4]]) }, ShapeError, /'batch'.*'x'.*'y'/], // prettier-ignore
  ])('of %s name it, and the program goes on', async (_, feeds, kind, message) => {
    const program = await engineOf().compile({ outputs: { z: add(x, y) } });
    const refused = expect(program.run(feeds as Record<string, NdArray>)).rejects;
    await refused.toSatisfy((error) => error instanceof kind && message.test(error.message));
    expect((await program.run({ x: one, y: one })).z).toEqual(array([[2, 4]]));
    await program.dispose();
  });

  it('of feeding a bound input', async () => {
    const program = await engineOf().compile({ outputs: { x }, boundInputs: { x: one } });
    await expect(program.run({ x: one })).rejects.toThrow(/'x' is bound/);
    await program.dispose();
  });

  it('of bindings that do not fit', async () => {
    const engine = engineOf();
    const outputs = { z: add(x, 1) };
    await expect(engine.compile({ outputs, boundOutputs: { other: one } })).rejects.toThrow(ValueError);
    await expect(engine.compile({ outputs, boundOutputs: { z: array([1]) } })).rejects.toThrow(ShapeError);
    await expect(engine.compile({ outputs, boundInputs: { x: array([1]) } })).rejects.toThrow(ShapeError);
    await expect(engine.compile({ outputs, boundInputs: { x: NdArray.from([[1, 2]]) } })).rejects.toThrow(DTypeError);
    await expect(engine.compile({ outputs, state: { x: add(x, 1) } })).rejects.toThrow(ValueError);
    await expect(engine.compile({ outputs: { z: add(input('x', [1]), input('x', [2, 1])) } })).rejects.toThrow(/'x'/);
  });

  it("of a matrix outside a host op's domain, and the program goes on", async () => {
    const program = await engineOf().compile({ outputs: { root: mul(sqrtmh(input('s', [2, 2])), 1) } });
    await expect(program.run({ s: array([[1, 2], [2, 1]]) })).rejects.toThrow(LinearAlgebraError); // prettier-ignore
    expectAllClose((await program.run({ s: array([[4, 0], [0, 9]]) })).root ?? [], [[2, 0], [0, 3]], { atol: 1e-6 }); // prettier-ignore
    await program.dispose();
  });

  it('of an output that outgrows its array', async () => {
    const program = await engineOf().compile({ outputs: { z: add(x, 1) }, boundOutputs: { z: array([[0, 0]]) } });
    await expect(program.run({ x: array([[1, 2], [3, 4]]) })).rejects.toThrow(ShapeError); // prettier-ignore
    await program.dispose();
  });

  it('of running after dispose', async () => {
    const program = await engineOf().compile({ outputs: { z: add(x, 1) } });
    await program.dispose();
    await expect(program.run({ x: one })).rejects.toThrow(/disposed/);
  });
}
