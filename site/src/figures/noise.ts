import { MultivariateNormal, SymmetricRoot } from 'rootsigma/gaussian';
import { evaluate } from 'rootsigma/reference';
import { apply, nested, symmetricRoot } from '../covariance.ts';
import type { Covariance, Point } from '../covariance.ts';
import { clamp, number, snap } from '../fields.ts';
import { button, figure } from '../figure.ts';
import { decimal, labeled, matrix, vector } from '../format.ts';
import { noiseCloud, transformed } from '../noise.ts';
import { Frame } from '../plot.ts';

const shown = 240;
const limits = { min: -3.5, max: 3.5, step: 0.05 };

function sample(sigma: Covariance, mean: Point, epsilon: Point): Point {
  const gaussian = MultivariateNormal.fromRoot([mean.x, mean.y], SymmetricRoot.fromCovariance(nested(sigma)));
  const [x = NaN, y = NaN] = evaluate(gaussian.unwhiten([epsilon.x, epsilon.y])).data;
  return { x, y };
}

export const noise = figure({
  id: 'noise',
  fields: {
    x: number('ε₁', { ...limits, initial: 1.2 }),
    y: number('ε₂', { ...limits, initial: -0.4 }),
    meanX: number('μ₁', { ...limits, initial: 1 }),
    meanY: number('μ₂', { ...limits, initial: 0.5 }),
  },
  render: ({ own, shared: { sigma, seed } }) => {
    const epsilon = { x: own.x, y: own.y };
    const mean = { x: own.meanX, y: own.meanY };
    const z = sample(sigma, mean, epsilon);
    const root = symmetricRoot(sigma);
    const cloud = noiseCloud(seed, shown);
    const moved = Array.from(transformed(root, cloud), (value, i) => value + (i % 2 === 0 ? mean.x : mean.y));
    const before = Frame.plane(6);
    const after = Frame.plane(6);
    const at = (p: Point): string => `${decimal(p.x)}, ${decimal(p.y)}`;
    const left = [
      before.grid(),
      before.dots(cloud.data, 'ink-noise'),
      before.arrow({ x: 0, y: 0 }, epsilon, 'ink-noise', 7),
      before.handle('noise', epsilon, { label: 'the noise epsilon', valueText: at(epsilon), step: 0.1 }),
    ];
    const right = [
      after.grid(),
      after.clip(after.dots(moved, 'ink-sample')),
      after.arrow({ x: 0, y: 0 }, mean, 'ink-mean', 7),
      after.arrow(mean, z, 'ink-root', 7),
      after.mark(z, 'ink-sample', 6),
      after.handle('mean', mean, { label: 'the mean mu', valueText: at(mean), ink: 'mean', step: 0.1 }),
    ];
    return `<div class="panels two">
      <div class="panel"><p class="panel-title"><span class="ink-noise">ε</span> ~ N(0, I), the noise</p>${before.svg('Cloud of standard normal noise with one draw to move', left.join(''), { interactive: true })}</div>
      <div class="panel"><p class="panel-title"><span class="ink-sample">z</span> = <span class="ink-mean">μ</span> + <span class="ink-root">Σ<sup>1/2</sup></span> <span class="ink-noise">ε</span>, the sample</p>${after.svg('The cloud after the root of the covariance and the mean', right.join(''), { interactive: true })}</div></div>
      <div class="equation">
        ${labeled('z', vector([z.x, z.y], { name: 'noise.z', ink: 'sample' }))}<span class="op">=</span>
        ${labeled('μ', vector([mean.x, mean.y], { ink: 'mean' }))}<span class="op">+</span>
        ${labeled('Σ<sup>1/2</sup>', matrix(root, { ink: 'root', digits: 3 }))}
        ${labeled('ε', vector([epsilon.x, epsilon.y], { ink: 'noise' }))}
        <span class="op">=</span>${labeled('μ', vector([mean.x, mean.y], { ink: 'mean' }))}<span class="op">+</span>${labeled('Σ<sup>1/2</sup> ε', vector(Object.values(apply(root, epsilon)), { ink: 'root' }))}
      </div><div class="buttons">${button('draw', 'Draw new noise')}</div>`;
  },
  describe: ({ own, shared: { sigma } }) => {
    const z = sample(sigma, { x: own.meanX, y: own.meanY }, own);
    return `Noise ${decimal(own.x)}, ${decimal(own.y)} becomes z = ${decimal(z.x)}, ${decimal(z.y)}.`;
  },
  drag: (handle, to) => {
    const [x, y] = [to.x, to.y].map((value) => snap(clamp(value, limits.min, limits.max), limits.step));
    return { own: handle === 'noise' ? { x: x ?? 0, y: y ?? 0 } : { meanX: x ?? 0, meanY: y ?? 0 } };
  },
  act: (_, { shared: { seed }, own }) => {
    const next = seed + 1;
    const [x = own.x, y = own.y] = noiseCloud(next, shown).data;
    return { own: { x: snap(clamp(x, -3.5, 3.5), 0.05), y: snap(clamp(y, -3.5, 3.5), 0.05) }, shared: { seed: next } };
  },
});
