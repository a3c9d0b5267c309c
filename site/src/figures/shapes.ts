import { NdArray } from 'rootsigma/core';
import { constant, matvec, mul, sum } from 'rootsigma/graph';
import { evaluateAll } from 'rootsigma/reference';
import { symmetricRoot } from '../covariance.ts';
import type { Covariance } from '../covariance.ts';
import { number } from '../fields.ts';
import { figure } from '../figure.ts';
import { decimal, grid, labeled, matrix, vector } from '../format.ts';

/** ⊙ as numpy, torch and this library read it: the vector is repeated over the rows. And the product that was meant. */
function products(sigma: Covariance, epsilon: readonly [number, number]) {
  const root = symmetricRoot(sigma);
  const s = constant(new NdArray(Float64Array.of(root.a, root.b, root.c, root.d), [2, 2]));
  const hadamard = mul(s, constant([...epsilon]));
  const values = evaluateAll({ hadamard, rowSums: sum(hadamard, -1), product: matvec(s, [...epsilon]) });
  return { root, ...values };
}

function pairs(array: NdArray): number[][] {
  const [a = NaN, b = NaN, c = NaN, d = NaN] = array.data;
  return [
    [a, b],
    [c, d],
  ];
}

export const shapes = figure({
  id: 'shapes',
  fields: {
    share: number('off-diagonal of Σ', { min: 0, max: 1, step: 0.05, initial: 1 }),
    first: number('ε₁', { min: -3, max: 3, step: 0.1, initial: 1.5 }),
    second: number('ε₂', { min: -3, max: 3, step: 0.1, initial: -0.5 }),
  },
  render: ({ own, shared: { sigma: whole }, slider }) => {
    const sigma = { ...whole, xy: whole.xy * own.share };
    const { root, hadamard, rowSums, product } = products(sigma, [own.first, own.second]);
    const epsilon = vector([own.first, own.second], { ink: 'noise' });
    const diagonal = sigma.xy === 0;
    const note = (text: string): string => `<code>${text}</code>`;
    return `<div class="sliders three">${slider('share', { readout: `${Math.round(100 * own.share)} %` })}${slider('first')}${slider('second')}</div>
      <div class="rows">
        <div class="row${diagonal ? '' : ' wrong'}"><p class="panel-title">Hadamard, Σ<sup>1/2</sup> ⊙ ε</p>
          <div class="equation">${labeled('Σ<sup>1/2</sup>', matrix(root, { ink: 'root' }), note('[2, 2]'))}<span class="op">⊙</span>${labeled('ε', epsilon, note('[2]'))}<span class="op">=</span>${labeled('a matrix', grid(pairs(hadamard), { name: 'shapes.hadamard', ink: diagonal ? '' : 'wrong' }), note('[2, 2]'))}<span class="op">→</span>${labeled('its row sums', vector([...rowSums.data], { name: 'shapes.rowSums' }), note('[2]'))}</div></div>
        <div class="row"><p class="panel-title">Matrix product, Σ<sup>1/2</sup> ε</p>
          <div class="equation">${labeled('Σ<sup>1/2</sup>', matrix(root, { ink: 'root' }), note('[2, 2]'))}${labeled('ε', epsilon, note('[2]'))}<span class="op">=</span>${labeled('a vector', vector([...product.data], { name: 'shapes.product', ink: 'sample' }), note('[2]'))}</div></div>
        <div class="row${diagonal ? '' : ' wrong'}"><p class="panel-title">Hadamard with the vector σ, σ ⊙ ε</p>
          <div class="equation">${labeled('σ', vector([Math.sqrt(sigma.xx), Math.sqrt(sigma.yy)], { ink: 'root' }), note('[2]'))}<span class="op">⊙</span>${labeled('ε', epsilon, note('[2]'))}<span class="op">=</span>${labeled('a vector', vector([Math.sqrt(sigma.xx) * own.first, Math.sqrt(sigma.yy) * own.second], { name: 'shapes.vector', ink: diagonal ? 'sample' : 'wrong' }), note('[2]'))}<span class="op">${diagonal ? '= Σ<sup>1/2</sup> ε' : '≠ Σ<sup>1/2</sup> ε'}</span></div></div>
      </div>
      <p class="verdict${diagonal ? '' : ' refused'}">${diagonal ? '<strong>Σ is diagonal:</strong> Σ<sup>1/2</sup> = diag(σ), and σ ⊙ ε equals the matrix product.' : '<strong>Σ is not diagonal:</strong> ⊙ gives a matrix where a vector is wanted, and σ ⊙ ε forgets the covariance. Slide the off-diagonal to zero.'}</p>`;
  },
  describe: ({ own, shared: { sigma } }) => {
    const { product } = products({ ...sigma, xy: sigma.xy * own.share }, [own.first, own.second]);
    return `The matrix product is ${[...product.data].map((value) => decimal(value)).join(', ')}.`;
  },
});
