import { chiSquared2, eigen, product, rotation } from '../covariance.ts';
import type { Covariance, Matrix } from '../covariance.ts';
import { clamp, number } from '../fields.ts';
import { button, figure } from '../figure.ts';
import { decimal, num } from '../format.ts';
import { noiseCloud, transformed } from '../noise.ts';
import { Frame } from '../plot.ts';
import { axesNear, axisHandles, moveAxis } from './axes.ts';

const drawn = 2000;
const shown = 300;
const acts = ['ε, as drawn', 'turned: Uᵀ ε', 'stretched: √Λ Uᵀ ε', 'turned back: U √Λ Uᵀ ε'] as const;

/** The three factors of S = U √Λ Uᵀ applied one after another; between whole numbers, in part. */
function partial(sigma: Covariance, progress: number): Matrix {
  const { major, minor, angle } = eigen(sigma);
  const share = (from: number): number => clamp(progress - from, 0, 1);
  const stretch = (value: number): number => 1 + share(1) * (Math.sqrt(Math.max(value, 0)) - 1);
  const turned = rotation(-angle * share(0));
  return product(rotation(angle * share(2)), product({ a: stretch(major), b: 0, c: 0, d: stretch(minor) }, turned));
}

/** Shares of draws within 1, 2 and 3 standard deviations, which F does not change: ‖ε‖ ≤ k. */
function shares(noise: ArrayLike<number>): number[] {
  return [1, 2, 3].map((k) => {
    let inside = 0;
    for (let i = 0; i < noise.length; i += 2) if (Math.hypot(noise[i] ?? 0, noise[i + 1] ?? 0) <= k) inside++;
    return inside / (noise.length / 2);
  });
}

export const geometry = figure({
  id: 'geometry',
  fields: {
    progress: number('progress', { min: 0, max: 3, step: 0.01, initial: 3 }),
    _turn: number('direction of the first axis', { min: -4, max: 4, step: 0.001, initial: 0.785 }),
  },
  render: ({ own, shared: { sigma, seed }, slider }) => {
    const { major, minor, angle } = eigen(sigma);
    const noise = noiseCloud(seed, drawn);
    const factor = partial(sigma, own.progress);
    const frame = Frame.plane(5.5, 400);
    const finished = own.progress > 2.999;
    const cloud = transformed(factor, noiseCloud(seed, shown));
    const axes = (k: number): string => {
      const columns = product(factor, rotation(angle));
      return frame.arrow(
        { x: 0, y: 0 },
        k === 0 ? { x: columns.a, y: columns.c } : { x: columns.b, y: columns.d },
        'ink-root',
      );
    };
    const body = [
      frame.grid(),
      frame.clip(
        frame.dots(cloud, 'ink-sample') +
          [1, 2, 3].map((k) => frame.image(factor, `outline ${k === 1 ? '' : 'thin'} ink-cov`, k)).join(''),
      ),
      finished ? axisHandles(frame, axesNear(sigma, own._turn)) : axes(0) + axes(1),
    ];
    const measured = shares(noise.data);
    const expected = [1, 2, 3].map(chiSquared2);
    const oneDimension = ['68.3 %', '95.4 %', '99.7 %'];
    const table = [1, 2, 3].map(
      (k, index) =>
        `<tr><th scope="row">${k}</th><td>${percent(expected[index] ?? NaN, `geometry.inside${k}`)}</td><td>${percent(measured[index] ?? NaN)}</td><td class="quiet">${oneDimension[index] ?? ''}</td></tr>`,
    );
    const act = acts[Math.round(own.progress)] ?? '';
    return `<div class="sliders">${slider('progress', { readout: `<span class="wide-readout">${act}</span>` })}<div class="buttons">${button('play', 'Play the three steps')}</div></div>
      <div class="split wide-left"><div class="panel">${frame.svg(`The cloud: ${act}`, body.join(''), { interactive: true })}</div>
      <div><dl class="facts column">
        <div><dt>eigenvalues λ₁, λ₂ (variances along the axes)</dt><dd>${num(major, { name: 'geometry.major', digits: 3, ink: 'cov' })}, ${num(minor, { name: 'geometry.minor', digits: 3, ink: 'cov' })}</dd></div>
        <div><dt>half-axes √λ₁, √λ₂ (eigenvalues of S)</dt><dd>${num(Math.sqrt(major), { name: 'geometry.rootMajor', digits: 3, ink: 'root' })}, ${num(Math.sqrt(minor), { name: 'geometry.rootMinor', digits: 3, ink: 'root' })}</dd></div>
        <div><dt>first axis turned by</dt><dd>${num((angle * 180) / Math.PI, { name: 'geometry.angle', digits: 1 })}°</dd></div>
        <div><dt>area of the 1σ ellipse, π √det Σ</dt><dd>${num(Math.PI * Math.sqrt(major * minor), { digits: 3 })}</dd></div></dl>
      <table class="small"><caption>Draws inside the ellipse</caption><thead><tr><th>k σ</th><th>exact</th><th>of ${drawn}</th><th class="quiet">in 1-D</th></tr></thead><tbody>${table.join('')}</tbody></table></div></div>`;
  },
  describe: ({ own, shared: { sigma } }) => {
    const { major, minor, angle } = eigen(sigma);
    return `${acts[Math.round(own.progress)] ?? ''}. Half-axes ${decimal(Math.sqrt(major), 3)} and ${decimal(Math.sqrt(minor), 3)}, turned by ${decimal((angle * 180) / Math.PI, 1)} degrees.`;
  },
  drag: (handle, to, { own, shared: { sigma } }) => {
    const next = moveAxis(axesNear(sigma, own._turn), handle, to);
    return { own: { _turn: next.turn }, shared: { sigma: next.sigma } };
  },
  play: (seconds) => ({ own: { progress: Math.min(3, seconds / 1.3) }, done: seconds >= 3.9 }),
});

function percent(share: number, name?: string): string {
  return `<data value="${share}"${name === undefined ? '' : ` data-name="${name}"`}>${(100 * share).toFixed(1)} %</data>`;
}
