import { describe, expect, it } from 'vitest';
import { NdArray } from '../core/index.ts';
import { add, asTensors, constant, plainDType, input, mul, withPlainDType } from './index.ts';

describe('withPlainDType', () => {
  it('is the type of numbers and nested arrays with nothing typed beside them', () => {
    const types = (): string[] => [constant(1), constant([[1], [2]]), add(1, 2), ...asTensors('test', 1, [2])].map(({ dtype }) => dtype); // prettier-ignore
    expect(new Set(types())).toEqual(new Set(['float64']));
    expect(new Set(withPlainDType('float32', types))).toEqual(new Set(['float32']));
    expect(new Set(types())).toEqual(new Set(['float64']));
  });

  it('changes nothing that has a type', () => {
    withPlainDType('float32', () => {
      expect(constant(new Float64Array(2)).dtype).toBe('float64');
      expect(constant(NdArray.from([1], 'float64')).dtype).toBe('float64');
      expect(constant([1, 2], 'float64').dtype).toBe('float64');
      expect(constant(new Uint32Array(2)).dtype).toBe('uint32');
      expect(mul(input('x', [2], 'float64'), 2).dtype).toBe('float64');
    });
  });

  it('ends with what is built in it, also where that fails, and may stand in another', () => {
    expect(() =>
      withPlainDType('float32', () => {
        throw new Error('in it');
      }),
    ).toThrow('in it');
    expect(plainDType).toBe('float64');
    withPlainDType('float32', () => {
      withPlainDType('float64', () => {
        expect(plainDType).toBe('float64');
      });
      expect(plainDType).toBe('float32');
    });
  });
});
