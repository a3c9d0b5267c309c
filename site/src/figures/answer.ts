import { Normal } from 'rootsigma/gaussian';
import { evaluateAll } from 'rootsigma/reference';
import { clamp, number, snap } from '../fields.ts';
import type { NumberField } from '../fields.ts';
import { figure } from '../figure.ts';
import { num, reading } from '../format.ts';
import { Frame, density } from '../plot.ts';

const box = (label: string, initial: number): NumberField =>
  number(label, { min: -1e300, max: 1e300, step: 0.1, initial, free: true });

interface Coordinate {
  readonly index: 1 | 2;
  readonly mean: number;
  readonly variance: number;
  readonly noise: number;
}

/** One coordinate of the line: its numbers, or why there are none. */
type Drawn = Coordinate & ({ readonly stddev: number; readonly z: number } | { readonly refusal: string });

/** z = μ + σ ε, by the library. */
function draw(coordinate: Coordinate): Drawn {
  const refusal = refuse(coordinate);
  if (refusal !== undefined) return { ...coordinate, refusal };
  // No width at all: the limit, which is a point and no density that the library would take.
  if (coordinate.variance === 0) return { ...coordinate, stddev: 0, z: coordinate.mean };
  const normal = Normal.fromVariance(coordinate.mean, coordinate.variance);
  const { stddev, z } = evaluateAll({ stddev: normal.stddev, z: normal.unwhiten(coordinate.noise) });
  return { ...coordinate, stddev: stddev.item(), z: z.item() };
}

function refuse({ index, mean, variance, noise }: Coordinate): string | undefined {
  const empty = Object.entries({ μ: mean, 'σ²': variance, ε: noise }).filter(([, value]) => Number.isNaN(value));
  if (empty.length > 0) {
    return `Coordinate ${index}: type a number for ${empty.map(([name]) => name).join(' and ')}, and there will be a z.`;
  }
  if (variance < 0) {
    return `Coordinate ${index}: ${reading(variance)} is no variance. A variance is the average of squared distances, squares are never negative, and no real number is the square root of ${reading(variance)}. Type 0 or more.`;
  }
  if (!Number.isFinite(mean + Math.sqrt(variance) * noise)) {
    return `Coordinate ${index}: the result is beyond the largest number that the computer can hold.`;
  }
  return undefined;
}

/** Half the width of a drawing that has room for both bells and both points: 8 where that is enough. */
function reach({ mean, noise, ...rest }: Drawn): number {
  if ('refusal' in rest) return 8;
  const needed = Math.max(8, Math.abs(mean) + 3.2 * rest.stddev, 1.1 * Math.abs(rest.z), 1.1 * Math.abs(noise));
  if (needed === 8) return 8;
  const power = 10 ** Math.floor(Math.log10(needed));
  return power * ([1, 2, 4, 6, 8, 10].find((step) => step * power >= needed) ?? 10);
}

/** The bell of ε above, the bell of z below, and the line that carries one draw from one to the other. */
function panel(drawn: Drawn, extent: number): string {
  const { index, mean, noise } = drawn;
  const frame = new Frame({ width: 400, height: 236, x: [-extent, extent], y: [0, 2.06], margin: [10, 10, 8, 26] });
  const [low, high] = [0.16, 1.34];
  // Heights are for the eye: a bell half as wide is not drawn twice as high beyond the room there is.
  const tallest = 0.6;
  const bell = (base: number, s: number, m: number, style: string): string => {
    const height = Math.min(tallest, (1.2 * extent) / 8 / (s * Math.sqrt(2 * Math.PI)));
    const points = Array.from({ length: 81 }, (_, i) => {
      const t = -4 + i / 10;
      return { x: m + s * t, y: base + (height * density(t, 1)) / density(0, 1) };
    });
    return frame.clip(frame.line(points, style));
  };
  const rule = (y: number, style: string): string =>
    frame.line(
      [-extent, extent].map((x) => ({ x, y })),
      style,
    );
  const upright = (x: number, y: number, style: string): string =>
    frame.line([{ x, y }, { x, y: y + 0.66 }], style); // prettier-ignore
  const ticks = [-extent, -extent / 2, 0, extent / 2, extent];
  const body = [
    rule(high, 'axis'),
    bell(high, 1, 0, 'area ink-noise'),
    frame.text({ x: extent, y: high + 0.6 }, 'ε ~ N(0, 1)', { dx: -2, anchor: 'end', style: 'ink-noise' }),
    rule(low, 'axis'),
    ...ticks.map((x, i) =>
      frame.text({ x, y: low }, reading(x).replace('.00', ''), {
        dy: 20,
        anchor: i === 0 ? 'start' : i === 4 ? 'end' : 'middle',
        style: 'tick',
      }),
    ),
    frame.text({ x: extent, y: low + 0.6 }, 'z ~ N(μ, σ²)', { dx: -2, anchor: 'end', style: 'ink-sample' }),
    ...('refusal' in drawn
      ? []
      : [
          drawn.stddev > 0 ? bell(low, drawn.stddev, mean, 'area ink-sample') : '',
          upright(mean, low, 'rule ink-mean'),
          frame.text({ x: mean, y: low + 0.66 }, `μ<tspan class="sub" dy="3">${index}</tspan>`, {
            // On the side away from the dashed line.
            dx: drawn.z > mean ? -5 : 5,
            dy: 4,
            anchor: drawn.z > mean ? 'end' : 'start',
            style: 'ink-mean',
          }),
          frame.line(
            [
              { x: noise, y: high },
              { x: drawn.z, y: low },
            ],
            'path ink-sample',
          ),
          frame.mark({ x: drawn.z, y: low }, 'ink-sample', 6),
        ]),
    Number.isNaN(noise)
      ? ''
      : frame.handle(
          `noise${index}`,
          { x: noise, y: high },
          {
            label: `epsilon ${index}`,
            valueText: 'refusal' in drawn ? reading(noise) : `${reading(noise)}, which gives z = ${reading(drawn.z)}`,
          },
        ),
  ];
  return frame.svg(`Coordinate ${index}: a standard normal above, its image below`, body.join(''), {
    interactive: true,
  });
}

function coordinates(own: Readonly<Record<string, number>>): Drawn[] {
  return ([1, 2] as const).map((index) =>
    draw({
      index,
      mean: own[`mean${index}`] ?? NaN,
      variance: own[`variance${index}`] ?? NaN,
      noise: own[`noise${index}`] ?? NaN,
    }),
  );
}

export const answer = figure({
  id: 'answer',
  fields: {
    mean1: box('mean 1', 1),
    variance1: box('variance 1', 0.25),
    noise1: box('epsilon 1', 0.6),
    mean2: box('mean 2', -2),
    variance2: box('variance 2', 4),
    noise2: box('epsilon 2', -1.1),
  },
  render: ({ own, numeric }) => {
    const drawn = coordinates(own);
    const rows = drawn.map((row) => {
      const { index, variance } = row;
      const { stddev, z } = 'refusal' in row ? { stddev: NaN, z: NaN } : row;
      return `<tr><th scope="row"><var>i</var> = ${index}</th>
        <td>${numeric(`mean${index}`)}</td><td>${numeric(`variance${index}`, { invalid: variance < 0 })}</td>
        <td>${num(stddev, { name: `answer.stddev${index}`, ink: 'root', text: reading(stddev) })}</td>
        <td>${numeric(`noise${index}`)}</td><td class="result">${num(z, { name: `answer.z${index}`, ink: 'sample', text: reading(z) })}</td></tr>`;
    });
    const extent = Math.max(...drawn.map(reach));
    const refusals = drawn.flatMap((row) => ('refusal' in row ? [row.refusal] : []));
    return `<div class="scroll" tabindex="0" role="group" aria-label="table"><table class="worked">
      <thead><tr><td></td><th class="ink-mean">μ<sub>i</sub></th><th class="ink-cov">σ<sub>i</sub>²</th><th class="ink-root">σ<sub>i</sub><span class="long"> = √σ<sub>i</sub>²</span></th><th class="ink-noise">ε<sub>i</sub></th><th class="ink-sample">z<sub>i</sub><span class="long"> = μ<sub>i</sub> + σ<sub>i</sub> ε<sub>i</sub></span></th></tr></thead>
      <tbody>${rows.join('')}</tbody></table></div>
      ${refusals.map((text) => `<p class="verdict refused" data-name="answer.refusal">${text}</p>`).join('')}
      <div class="panels two">${drawn.map((row) => panel(row, extent)).join('')}</div>`;
  },
  describe: ({ own }) =>
    coordinates(own)
      .map((row) => ('refusal' in row ? row.refusal : `z ${row.index} is ${reading(row.z)}.`))
      .join(' '),
  drag: (handle, { x }) => ({ own: { [handle]: snap(clamp(x, -3, 3), 0.1) } }),
});
