import { describe, expect, it } from 'vitest';
import { encodeModel } from './proto.ts';

/** Bytes of text, of numbers, and of messages (a tag, a length, a body). */
const text = (value: string): number[] => [...new TextEncoder().encode(value)];
const field = (tag: number, body: number[]): number[] => [tag, body.length, ...body];

describe('encodeModel', () => {
  it('writes the bytes that onnx.proto asks for', () => {
    const bytes = encodeModel({
      name: 'a graph',
      nodes: [
        {
          op: 'Gemm',
          inputs: ['x', 'w'],
          output: 'y',
          attributes: { transB: { int: 1 }, p: { ints: [1, 300] }, r: { string: 'add' } },
        },
      ],
      initializers: [{ name: 'w', type: 'float32', shape: [1, 2], data: Float32Array.of(1, -2) }],
      inputs: [{ name: 'x', type: 'float32', shape: ['batch', 2] }],
      outputs: [{ name: 'y', type: 'float64', shape: [] }],
      metadata: { k: 'v' },
    });
    const node = [
      ...[...field(0x0a, text('x')), ...field(0x0a, text('w')), ...field(0x12, text('y')), ...field(0x1a, text('y'))],
      ...field(0x22, text('Gemm')),
      ...field(0x2a, [...field(0x0a, text('transB')), 0x18, 1, 0xa0, 1, 2]), // i, type INT
      ...field(0x2a, [...field(0x0a, text('p')), 0x40, 1, 0x40, 0xac, 2, 0xa0, 1, 7]), // ints, type INTS
      ...field(0x2a, [...field(0x0a, text('r')), ...field(0x22, text('add')), 0xa0, 1, 3]), // s, type STRING
    ];
    const weight = [
      ...[0x08, 1, 0x08, 2, 0x10, 1], // dims 1 and 2, FLOAT
      ...[...field(0x42, text('w')), ...field(0x4a, [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0])],
    ];
    const batch = field(0x0a, field(0x12, text('batch')));
    const two = field(0x0a, [0x08, 2]);
    const valueInfo = (name: string, type: number, shape: number[]): number[] => [
      ...field(0x0a, text(name)),
      ...field(0x12, field(0x0a, [0x08, type, ...field(0x12, shape)])),
    ];
    const graph = [
      ...field(0x0a, node),
      ...field(0x12, text('a graph')),
      ...field(0x2a, weight),
      ...field(0x5a, valueInfo('x', 1, [...batch, ...two])),
      ...field(0x62, valueInfo('y', 11, [])),
    ];
    const length = [(graph.length & 0x7f) | 0x80, graph.length >> 7];
    expect([...bytes]).toEqual([
      ...[0x08, 8], // IR version
      ...field(0x12, text('rootsigma')),
      ...[0x3a, ...length, ...graph],
      ...field(0x42, [0x10, 17]), // opset
      ...field(0x72, [...field(0x0a, text('k')), ...field(0x12, text('v'))]),
    ]);
  });
});
