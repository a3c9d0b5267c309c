import { MultivariateNormal, MultivariateNormalDiag, klDivergence } from 'rootsigma/gaussian';
import { evaluateAll } from 'rootsigma/reference';
import { matrixOf, product, rotation, transpose } from '../covariance.ts';
import type { Covariance } from '../covariance.ts';
import { number } from '../fields.ts';
import { button, figure } from '../figure.ts';
import { decimal, labeled, num, symmetric } from '../format.ts';
import { Frame } from '../plot.ts';

/** WᵀW ∕ s² of the decoder before it is turned: one direction of latent space matters far more than the other. */
const strengths = { long: 7, short: 0.35 };
const misfit = 35;

interface Posterior {
  readonly covariance: Covariance;
  /** The best Gaussian with a diagonal Σ. */
  readonly diagonal: Covariance;
  /** KL(diagonal ‖ posterior), nats. */
  readonly gap: number;
}

/**
 * The exact posterior of a linear decoder x = W z + s ε turned by R: precision I + RᵀWᵀW R ∕ s². The diagonal Gaussian
 * nearest to it has variances 1 ∕ precisionᵢᵢ.
 */
function posterior(degrees: number): Posterior {
  const turn = rotation(((misfit - degrees) * Math.PI) / 180);
  const g = product(product(turn, { a: strengths.long, b: 0, c: 0, d: strengths.short }), transpose(turn));
  const precision = [
    [1 + g.a, g.b],
    [g.b, 1 + g.d],
  ];
  const exact = MultivariateNormal.fromPrecision([0, 0], precision);
  const best = MultivariateNormalDiag.fromVariance([0, 0], [1 / (1 + g.a), 1 / (1 + g.d)]);
  const values = evaluateAll({ covariance: exact.covariance, gap: klDivergence(best, exact) });
  const { a, b, d } = matrixOf(values.covariance);
  return {
    covariance: { xx: a, xy: b, yy: d },
    diagonal: { xx: 1 / (1 + g.a), xy: 0, yy: 1 / (1 + g.d) },
    gap: values.gap.item(),
  };
}

let profile: { x: number; y: number }[] | undefined;

export const turning = figure({
  id: 'turning',
  fields: { angle: number('turn the latent space by', { min: 0, max: 90, step: 1, initial: 0 }) },
  render: ({ own, slider }) => {
    const { covariance, diagonal, gap } = posterior(own.angle);
    profile ??= Array.from({ length: 46 }, (_, i) => ({ x: 2 * i, y: posterior(2 * i).gap }));
    const frame = Frame.plane(2.4);
    const plane = [
      frame.grid(),
      frame.ellipse(covariance, 'filled ink-cov', 2),
      frame.ellipse(diagonal, 'outline ink-root', 2),
      frame.text({ x: -2.4, y: 2.4 }, 'the exact posterior', { dx: 8, dy: 20, style: 'ink-cov' }),
      frame.text({ x: -2.4, y: 2.4 }, 'the best diagonal Σ', { dx: 8, dy: 39, style: 'ink-root' }),
    ];
    const chart = new Frame({ x: [0, 90], y: [0, 0.5], margin: [40, 18, 28, 42] });
    const gaps = [
      chart.yAxis([0, 0.1, 0.2, 0.3, 0.4, 0.5], 'nats lost', (y) => y.toFixed(1)),
      chart.xAxis([0, 15, 30, 45, 60, 75, 90], 'turn', (x) => `${x}°`),
      chart.clip(chart.line(profile, 'stroke ink-root')),
      chart.mark({ x: own.angle, y: gap }, 'ink-root', 6),
    ];
    return `<div class="sliders">${slider('angle', { readout: `${own.angle}°` })}<div class="buttons">${button('play', 'Let training turn it')}</div></div>
      <div class="panels two"><div class="panel">${frame.svg('The exact posterior and the best diagonal one', plane.join(''))}</div><div class="panel">${chart.svg('Nats lost by a diagonal covariance, by turn', gaps.join(''))}</div></div>
      <div class="equation">${labeled('exact Σ', symmetric(covariance, { name: 'turning.covariance', digits: 3, ink: 'cov' }))}${labeled('best diagonal Σ', symmetric(diagonal, { name: 'turning.diagonal', digits: 3, ink: 'root' }))}${labeled('lost, KL', `<span>${num(gap, { name: 'turning.gap', digits: 3 })} nats</span>`)}</div>`;
  },
  describe: ({ own }) =>
    `Turned by ${own.angle} degrees, a diagonal covariance loses ${decimal(posterior(own.angle).gap, 3)} nats.`,
  play: (seconds, from) => {
    // Gradient descent's approach: the rest of the way shrinks by the same share in the same time.
    const rest = (from.angle - misfit) * Math.exp(-1.6 * seconds);
    return { own: { angle: seconds >= 3 ? misfit : Math.round(misfit + rest) }, done: seconds >= 3 };
  },
});
