import { describe, expect, it } from 'vitest';
import { NdArray } from '../../core/index.ts';
import { add, constant, div, exp, input, log, mul, sub, where, greater, withScope } from '../../graph/index.ts';
import { firstNonFinite } from './index.ts';

describe('firstNonFinite', () => {
  const x = input('x', [2, 2], 'float32');
  const feed = (values: number[][]): Record<string, NdArray> => ({ x: NdArray.from(values, 'float32') });
  const loss = withScope('decoder', () => withScope('0', () => add(exp(log(x)), 1)));

  it('is undefined where all is finite', () => {
    expect(firstNonFinite([loss], feed([[1, 2], [3, 4]]))).toBeUndefined(); // prettier-ignore
  });

  it('names the first node, its scope and the element', () => {
    const found = firstNonFinite({ loss }, feed([[1, 2], [-3, 4]])); // prettier-ignore
    expect(found).toMatchObject({ op: 'log', scope: 'decoder.0', shape: [2, 2], index: [1, 0], value: NaN });
  });

  it('names what was fed', () => {
    const found = firstNonFinite([loss], feed([[1, Infinity], [3, 4]])); // prettier-ignore
    expect(found).toMatchObject({ op: 'input', index: [0, 1], value: Infinity });
    expect(found?.node).toBe(x);
  });

  it('overflows where float32 does', () => {
    const square = mul(x, x);
    expect(firstNonFinite([square], feed([[1, 1], [1, 1e25]]))).toMatchObject({ op: 'mul', index: [1, 1] }); // prettier-ignore
    const wide = input('x', [2, 2], 'float64');
    expect(firstNonFinite([mul(wide, wide)], { x: NdArray.from([[1, 1], [1, 1e25]]) })).toBeUndefined(); // prettier-ignore
    const lost = div(1, sub(add(x, 2 ** 25), 2 ** 25));
    expect(firstNonFinite([lost], feed([[8, 8], [8, 1]]))).toMatchObject({ op: 'div', index: [1, 1], value: Infinity }); // prettier-ignore
  });

  it('passes over infinite constants, not over what selects them', () => {
    const masked = where(greater(x, 0), x, constant(-Infinity, 'float32'));
    expect(firstNonFinite([masked], feed([[1, 1], [1, 1]]))).toBeUndefined(); // prettier-ignore
    expect(firstNonFinite([masked], feed([[1, 1], [0, 1]]))).toMatchObject({ op: 'where', index: [1, 0] }); // prettier-ignore
  });
});
