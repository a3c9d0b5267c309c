import { Normal } from 'rootsigma/gaussian';
import { evaluateAll } from 'rootsigma/reference';
import { clamp, number, snap } from '../fields.ts';
import { figure } from '../figure.ts';
import { decimal, num } from '../format.ts';
import { Frame, density } from '../plot.ts';

const noise = { min: -3, max: 3, step: 0.1 };
const mean = { min: -3, max: 3, step: 0.5 };
const variance = { min: 0.25, max: 4, step: 0.25 };

/** z = μ + σ ε, by the library. */
function draw(mu: number, sigmaSquared: number, epsilon: number): { stddev: number; z: number } {
  const normal = Normal.fromVariance(mu, sigmaSquared);
  const { stddev, z } = evaluateAll({ stddev: normal.stddev, z: normal.unwhiten(epsilon) });
  return { stddev: stddev.item(), z: z.item() };
}

/** The bell of ε above, the bell of z below, and the line that carries one draw from one to the other. */
function panel(index: 1 | 2, mu: number, stddev: number, epsilon: number, z: number): string {
  const frame = new Frame({ width: 400, height: 205, x: [-8, 8], y: [0, 1.9], margin: [10, 10, 8, 26] });
  const [low, high, scale] = [0.12, 1.3, 1.2];
  const bell = (base: number, s: number, m: number, style: string): string =>
    frame.line(
      Array.from({ length: 81 }, (_, i) => {
        const x = -8 + i / 5;
        return { x, y: base + Math.min(1.02, scale * density(x, s, m)) };
      }),
      style,
    );
  const base = (y: number): string =>
    frame.line(
      [
        { x: -8, y },
        { x: 8, y },
      ],
      'axis',
    );
  const body = [
    base(high),
    bell(high, 1, 0, 'area ink-noise'),
    base(low),
    bell(low, stddev, mu, 'area ink-sample'),
    frame.line(
      [
        { x: mu, y: low },
        { x: mu, y: low + 0.9 },
      ],
      'rule ink-mean',
    ),
    frame.text({ x: mu, y: low }, `μ<tspan class="sub" dy="3">${index}</tspan>`, {
      dy: 17,
      anchor: 'middle',
      style: 'ink-mean',
    }),
    frame.line(
      [
        { x: epsilon, y: high },
        { x: z, y: low },
      ],
      'path ink-sample',
    ),
    frame.text({ x: 8, y: high }, 'ε ~ N(0, 1)', { dx: -2, dy: -10, anchor: 'end', style: 'ink-noise' }),
    frame.text({ x: 8, y: low }, 'z ~ N(μ, σ²)', { dx: -2, dy: -10, anchor: 'end', style: 'ink-sample' }),
    frame.mark({ x: z, y: low }, 'ink-sample', 6),
    frame.handle(
      `noise${index}`,
      { x: epsilon, y: high },
      {
        label: `epsilon ${index}`,
        valueText: `${decimal(epsilon, 1)}, which gives z = ${decimal(z)}`,
      },
    ),
  ];
  return frame.svg(`Coordinate ${index}: a standard normal above, its image below`, body.join(''), {
    interactive: true,
  });
}

export const answer = figure({
  id: 'answer',
  fields: {
    mean1: number('mean 1', { ...mean, initial: 1 }),
    variance1: number('variance 1', { ...variance, initial: 0.25 }),
    noise1: number('epsilon 1', { ...noise, initial: 0.6 }),
    mean2: number('mean 2', { ...mean, initial: -2 }),
    variance2: number('variance 2', { ...variance, initial: 4 }),
    noise2: number('epsilon 2', { ...noise, initial: -1.1 }),
  },
  render: ({ own, numeric }) => {
    const coordinates = [
      { index: 1, mu: own.mean1, v: own.variance1, e: own.noise1, ...draw(own.mean1, own.variance1, own.noise1) },
      { index: 2, mu: own.mean2, v: own.variance2, e: own.noise2, ...draw(own.mean2, own.variance2, own.noise2) },
    ] as const;
    const rows = coordinates.map(
      ({ index, stddev, z }) => `<tr><th scope="row"><var>i</var> = ${index}</th>
        <td>${numeric(`mean${index}`)}</td><td>${numeric(`variance${index}`)}</td>
        <td>${num(stddev, { name: `answer.stddev${index}`, ink: 'root' })}</td>
        <td>${numeric(`noise${index}`)}</td><td class="result">${num(z, { name: `answer.z${index}`, ink: 'sample' })}</td></tr>`,
    );
    return `<div class="scroll"><table class="worked">
      <thead><tr><td></td><th class="ink-mean">μ<sub>i</sub></th><th class="ink-cov">σ<sub>i</sub>²</th><th class="ink-root">σ<sub>i</sub><span class="long"> = √σ<sub>i</sub>²</span></th><th class="ink-noise">ε<sub>i</sub></th><th class="ink-sample">z<sub>i</sub><span class="long"> = μ<sub>i</sub> + σ<sub>i</sub> ε<sub>i</sub></span></th></tr></thead>
      <tbody>${rows.join('')}</tbody></table></div>
      <div class="panels two">${coordinates.map(({ index, mu, stddev, e, z }) => panel(index, mu, stddev, e, z)).join('')}</div>`;
  },
  describe: ({ own }) =>
    `z is ${decimal(draw(own.mean1, own.variance1, own.noise1).z)} and ${decimal(draw(own.mean2, own.variance2, own.noise2).z)}.`,
  drag: (handle, { x }) => ({ own: { [handle]: snap(clamp(x, -3, 3), 0.1) } }),
});
