import { NdArray } from 'rootsigma/core';
import { MultivariateNormal } from 'rootsigma/gaussian';
import { add, constant, grad, matmul, mean, mul, sqrtmh, square, stopGradient, sub, sum } from 'rootsigma/graph';
import type { Tensor } from 'rootsigma/graph';
import { evaluateAll } from 'rootsigma/reference';
import { identity, nested, symmetricRoot } from '../covariance.ts';
import type { Covariance, Point } from '../covariance.ts';
import { choice, clamp, number, snap } from '../fields.ts';
import { button, figure } from '../figure.ts';
import { decimal, grid, labeled, num, symmetric } from '../format.ts';
import { empiricalCovariance, noiseCloud } from '../noise.ts';
import { Frame, imageOfCircle } from '../plot.ts';

const estimates = 120;

interface Estimates {
  /** One gradient with respect to μ per estimate, [estimates, 2]. */
  readonly pathwise: ArrayLike<number>;
  readonly score: ArrayLike<number>;
  /** Gradient with respect to Σ, mean over everything. */
  readonly sigma: number[][];
}

let last: { readonly key: string; readonly value: Estimates } | undefined;

/**
 * Gradients of E ½‖z − t‖² with respect to μ = 0 and Σ by the library's automatic differentiation, `draws` samples an
 * estimate: once through z = μ + Σ^{1/2} ε, once through log q(z) alone, z held fixed.
 */
function estimate(sigma: Covariance, target: Point, draws: number, seed: number): Estimates {
  const key = JSON.stringify([sigma, target, draws, seed]);
  if (last?.key === key) return last.value;
  const noise = constant(noiseCloud(seed, estimates * draws).reshape([estimates, draws, 2]));
  const mu = constant(NdArray.zeros([estimates, 1, 2], 'float64'));
  const covariance = constant(nested(sigma));
  const z = add(mu, matmul(noise, sqrtmh(covariance)));
  const loss = (sample: Tensor): Tensor => mul(sum(square(sub(sample, [target.x, target.y])), -1), 0.5);

  const throughSample = sum(mean(loss(z), -1));
  const fixed = stopGradient(z);
  const logDensity = MultivariateNormal.fromCovariance(mu, covariance).logProb(fixed);
  const throughDensity = sum(mean(mul(loss(fixed), logDensity), -1));

  const [pathwise, pathwiseSigma] = grad(throughSample, [mu, covariance]);
  const [score] = grad(throughDensity, [mu]);
  if (!pathwise || !pathwiseSigma || !score) throw new Error('gradients: grad returned too few.');
  const values = evaluateAll({ pathwise, score, sigma: pathwiseSigma });
  const [a = NaN, b = NaN, c = NaN, d = NaN] = Array.from(values.sigma.data, (x) => x / estimates);
  const value = {
    pathwise: values.pathwise.data,
    score: values.score.data,
    sigma: [
      [a, b],
      [c, d],
    ],
  };
  last = { key, value };
  return value;
}

function panel(title: string, ink: string, cloud: ArrayLike<number>, truth: Point): string {
  const frame = Frame.plane(9);
  let outside = 0;
  for (let i = 0; i < cloud.length; i += 2)
    if (Math.max(Math.abs(cloud[i] ?? 0), Math.abs(cloud[i + 1] ?? 0)) > 9) outside++;
  const body = [
    frame.grid(3),
    frame.clip(frame.dots(cloud, ink)),
    frame.arrow({ x: 0, y: 0 }, truth, 'ink-ink'),
    frame.text({ x: 9, y: -9 }, outside > 0 ? `${outside} of ${estimates} lie outside` : '', {
      dx: -6,
      dy: -8,
      anchor: 'end',
      style: 'tick',
    }),
  ];
  return `<div class="panel"><p class="panel-title ${ink}">${title}</p>${frame.svg(`${estimates} estimates of the gradient: ${title}`, body.join(''))}</div>`;
}

/** Trace of the estimates' covariance. */
function scatter(cloud: ArrayLike<number>): number {
  const { xx, yy } = empiricalCovariance(cloud);
  return xx + yy;
}

export const gradients = figure({
  id: 'gradients',
  fields: {
    draws: choice('Draws for one estimate', { '1': '1', '8': '8', '64': '64' }, '8'),
    x: number('target 1', { min: -3, max: 3, step: 0.1, initial: 2 }),
    y: number('target 2', { min: -3, max: 3, step: 0.1, initial: -1 }),
  },
  render: ({ own, shared: { sigma, seed }, choices }) => {
    const target = { x: own.x, y: own.y };
    const { pathwise, score, sigma: ofSigma } = estimate(sigma, target, Number(own.draws), seed);
    const truth = { x: -own.x, y: -own.y };
    const frame = Frame.plane(4.5);
    const origin = { x: 0, y: 0 };
    const root = symmetricRoot(sigma);
    const knob = (at: Point): Point[] => imageOfCircle(identity, 0.2, at);
    const curves = [
      ...[1, 2].flatMap((k) => imageOfCircle(root, k, origin)),
      ...[1, 2, 3].flatMap((r) => imageOfCircle(identity, r, target)),
    ];
    const setting = [
      frame.grid(),
      frame.ellipse(sigma, 'outline ink-cov', 1),
      frame.ellipse(sigma, 'outline thin ink-cov', 2),
      ...[1, 2, 3].map((r) => frame.image({ a: r, b: 0, c: 0, d: r }, 'outline thin quiet', 1, target)),
      frame.mark({ x: 0, y: 0 }, 'ink-mean'),
      frame.textBeside(origin, 'μ', {
        style: 'ink-mean',
        obstacles: [...knob(target), ...curves],
      }),
      frame.handle('target', target, {
        label: 'target t',
        valueText: `${decimal(own.x, 1)}, ${decimal(own.y, 1)}`,
        ink: 'ink',
      }),
      frame.textBeside(target, 't', { obstacles: [...knob(origin), ...curves] }),
    ];
    const [steady, wild] = [scatter(pathwise), scatter(score)];
    return `<div class="sliders">${choices('draws')}<div class="buttons">${button('draw', 'Draw new noise')}</div></div>
      <div class="panels three"><div class="panel"><p class="panel-title">q(z), and the loss ½‖z − t‖²</p>${frame.svg('The distribution and the target', setting.join(''), { interactive: true })}</div>
      ${panel('through z = μ + Σ<sup>1/2</sup> ε', 'ink-root', pathwise, truth)}
      ${panel('without it: f(z) ∇ log q(z)', 'ink-wrong', score, truth)}</div>
      <dl class="facts">
        <div><dt>true gradient, μ − t</dt><dd>(${num(truth.x, { name: 'gradients.truthX' })}, ${num(truth.y)})</dd></div>
        <div><dt>scatter of the estimates (variance), reparameterised</dt><dd>${num(steady, { name: 'gradients.pathwise', ink: 'root', digits: 3 })}</dd></div>
        <div><dt>without</dt><dd>${num(wild, { name: 'gradients.score', ink: 'wrong', digits: 2 })}</dd></div>
        <div><dt>ratio</dt><dd><strong>${num(wild / steady, { name: 'gradients.ratio', digits: 0 })}×</strong></dd></div></dl>
      <div class="equation">${labeled('∂ ∕ ∂Σ through Σ<sup>1/2</sup>, estimated', grid(ofSigma, { name: 'gradients.sigma', digits: 3, ink: 'root' }))}<span class="op">≈</span>${labeled('exact: ½ I', symmetric({ xx: 0.5, xy: 0, yy: 0.5 }, { digits: 3 }))}</div>`;
  },
  describe: ({ own, shared: { sigma, seed } }) => {
    const { pathwise, score } = estimate(sigma, own, Number(own.draws), seed);
    return `Variance of the estimates: ${decimal(scatter(pathwise), 3)} reparameterised, ${decimal(scatter(score), 1)} without.`;
  },
  drag: (_, to) => {
    const [x = 0, y = 0] = [to.x, to.y].map((value) => snap(clamp(value, -3, 3), 0.1));
    return { own: { x, y } };
  },
  act: (_, { shared: { seed } }) => ({ shared: { seed: seed + 1 } }),
});
