import { MultivariateNormal, klDivergence } from 'rootsigma/gaussian';
import { eigh } from 'rootsigma/linalg';
import { evaluate } from 'rootsigma/reference';
import { choleskyFactor, nested, symmetricRoot } from '../covariance.ts';
import type { Covariance, Matrix } from '../covariance.ts';
import { number } from '../fields.ts';
import { figure } from '../figure.ts';
import { decimal, num } from '../format.ts';

/** KL(N(μ, Σ) ‖ N(0, I)) by the library. */
function byLibrary(sigma: Covariance, mean: readonly [number, number]): number {
  const q = MultivariateNormal.fromCovariance([...mean], nested(sigma));
  return evaluate(klDivergence(q, MultivariateNormal.fromCovariance([0, 0], [[1, 0], [0, 1]]))).item(); // prettier-ignore
}

const determinant = ({ a, b, c, d }: Matrix): number => a * d - b * c;
const squares = ({ a, b, c, d }: Matrix): number => a * a + b * b + c * c + d * d;

/** The KL divergence to the prior, term by term, from Σ itself and from two of its factors. */
export const kl = figure({
  id: 'kl',
  fields: {
    x: number('<var class="ink-mean">μ</var><sub>1</sub>', { min: -3, max: 3, step: 0.1, initial: 1 }),
    y: number('<var class="ink-mean">μ</var><sub>2</sub>', { min: -3, max: 3, step: 0.1, initial: 0.5 }),
  },
  render: ({ own: { x, y }, shared: { sigma }, slider }) => {
    const [low = NaN, high = NaN] = eigh(nested(sigma)).values.data;
    const length = x * x + y * y;
    const kinds = [
      { name: 'sigma', title: 'Σ itself', trace: sigma.xx + sigma.yy, logDet: Math.log(low * high), how: ['tr Σ', 'log det Σ'] },
      ...(['symmetric', 'cholesky'] as const).map((name) => {
        const factor = name === 'symmetric' ? symmetricRoot(sigma) : choleskyFactor(sigma);
        const letter = name === 'symmetric' ? 'S' : 'L';
        return {
          name,
          title: name === 'symmetric' ? 'its root S' : 'its Cholesky factor L',
          trace: squares(factor),
          logDet: 2 * Math.log(determinant(factor)),
          how: [`sum of the squares in ${letter}`, `2 log det ${letter}`],
        };
      }),
    ]; // prettier-ignore
    const rows = kinds.map(
      ({ name, title, trace, logDet, how }) =>
        `<tr><th scope="row">${title}</th><td>${num(trace, { name: `kl.${name}.trace`, digits: 3 })} <small class="quiet">${how[0] ?? ''}</small></td><td>${num(logDet, { name: `kl.${name}.logDet`, digits: 3 })} <small class="quiet">${how[1] ?? ''}</small></td><td class="result">${num((trace + length - 2 - logDet) / 2, { name: `kl.${name}`, digits: 3, ink: 'cov' })}</td></tr>`,
    );
    return `<div class="sliders">${slider('x')}${slider('y')}</div>
      <div class="scroll" tabindex="0" role="group" aria-label="table"><table class="small"><thead><tr><th>computed from</th><th>trace</th><th>log-determinant</th><th>KL</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>
      <p>½ (trace + ${num(length, { name: 'kl.length', digits: 2, ink: 'mean' })} − 2 − log-determinant) nats, where ${decimal(length)} is μ<sup>⊤</sup>μ. The library says <strong>${num(byLibrary(sigma, [x, y]), { name: 'kl.library', digits: 3 })}</strong>.</p>`;
  },
  describe: ({ own, shared: { sigma } }) => `The divergence is ${decimal(byLibrary(sigma, [own.x, own.y]), 3)} nats.`,
});
