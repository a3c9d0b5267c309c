import { describe, expect, it } from 'vitest';
import { abs, exp, input, log, matmul, mul, square, stopGradient, sub, sum, tanh } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { checkGradients } from './index.ts';

describe('checkGradients', () => {
  it('accepts right gradients of first and second order', () => {
    const a = [[0.3, -1.2], [0.7, 0.1]]; // prettier-ignore
    checkGradients((x, y) => tanh(matmul(x, exp(y))), [a, [[0.2], [-0.4]]], { order: 2 });
    checkGradients((x) => sum(log(x)), [[0.5, 2, 30]], { order: 2 });
  });

  it('refuses a wrong gradient, naming the element', () => {
    // The derivative of x · stopGradient(x) is x, that of x² is 2x.
    expect(() => { checkGradients((x) => mul(x, stopGradient(x)), [[1, 2]]); }).toThrow(/gradient, input 0 at \[0\].*grad gives/); // prettier-ignore
    // x², of which the gradient is 2x but treats its own x as a constant.
    const f = (x: Tensor): Tensor => sub(mul(mul(stopGradient(x), 2), x), square(stopGradient(x)));
    checkGradients(f, [3]);
    expect(() => { checkGradients(f, [3], { order: 2 }); }).toThrow(/second derivative, input 0 at \[\].*grad gives 0, differences give 2/); // prettier-ignore
  });

  it('gives no verdict at a kink', () => {
    expect(() => { checkGradients((x) => abs(x), [[1, 1e-4]]); }).toThrow(/at \[1\].*Choose a smoother point/); // prettier-ignore
  });

  it('refuses outputs of unknown size', () => {
    expect(() => { checkGradients(() => input('y', ['batch'], 'float64'), [1]); }).toThrow(/'batch' must be a number/); // prettier-ignore
  });
});
