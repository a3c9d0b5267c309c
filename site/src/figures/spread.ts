import { Normal } from 'rootsigma/gaussian';
import { key } from 'rootsigma/random';
import { evaluate } from 'rootsigma/reference';
import { number } from '../fields.ts';
import { figure } from '../figure.ts';
import { decimal, num } from '../format.ts';
import { empiricalVariance } from '../noise.ts';
import { Frame, density } from '../plot.ts';

const draws = 4000;
const width = 9;

function summary(variance: number, seed: number) {
  const right = Normal.fromVariance(0, variance);
  const stddev = evaluate(right.stddev).item();
  const sample = evaluate(right.sample(key(seed), [draws])).data;
  const slip = Math.sqrt(stddev);
  return { stddev, slip, sample, measured: Math.sqrt(empiricalVariance(sample)), slipped: slip * slip };
}

function histogram(frame: Frame, sample: ArrayLike<number>): string {
  const bin = 0.5;
  const counts = new Map<number, number>();
  for (let i = 0; i < sample.length; i++) {
    const place = Math.floor((sample[i] ?? NaN) / bin);
    counts.set(place, (counts.get(place) ?? 0) + 1);
  }
  return [...counts]
    .filter(([place]) => Math.abs(place + 0.5) * bin < width)
    .sort(([a], [b]) => a - b)
    .map(([place, count]) => {
      const [x0, x1] = [frame.px(place * bin), frame.px((place + 1) * bin)];
      const y = frame.py(count / (sample.length * bin));
      return `<rect class="bar ink-sample" x="${(x0 + 0.5).toFixed(1)}" y="${y.toFixed(1)}" width="${(x1 - x0 - 1).toFixed(1)}" height="${Math.max(0, frame.py(0) - y).toFixed(1)}"/>`;
    })
    .join('');
}

export const spread = figure({
  id: 'spread',
  fields: {
    variance: number('the variance <var class="ink-cov">σ²</var>', { min: 0.25, max: 9, step: 0.25, initial: 4 }),
  },
  render: ({ own, shared, slider }) => {
    const { stddev, slip, sample, measured } = summary(own.variance, shared.seed);
    const top = Math.max(0.4, density(0, Math.min(stddev, slip)) * 1.25);
    const frame = new Frame({ width: 560, height: 270, x: [-width, width], y: [0, top], margin: [12, 12, 14, 26] });
    const level = density(stddev, stddev);
    const body = [
      frame.clip(histogram(frame, sample)),
      frame.xAxis([-8, -6, -4, -2, 0, 2, 4, 6, 8]),
      frame.curve((x) => density(x, slip), 'stroke dashed ink-wrong', 96),
      frame.curve((x) => density(x, stddev), 'stroke ink-root', 96),
      frame.line(
        [
          { x: 0, y: level },
          { x: stddev, y: level },
        ],
        'rule strong ink-root',
      ),
      frame.line(
        [
          { x: stddev, y: 0 },
          { x: stddev, y: level },
        ],
        'rule ink-root',
      ),
      frame.text({ x: stddev, y: level }, `σ = ${decimal(stddev)}`, { dx: 8, dy: 4, style: 'ink-root strong' }),
      frame.text({ x: width, y: top }, `draws of σ ε`, { dx: -4, dy: 14, anchor: 'end', style: 'ink-sample' }),
      frame.text({ x: width, y: top }, `√σ ε: the slip`, { dx: -4, dy: 38, anchor: 'end', style: 'ink-wrong' }),
    ];
    return `${slider('variance')}
      ${frame.svg(`Histogram of ${draws} draws of σ ε for variance ${own.variance}, with the density it should have and the one the slip gives`, body.join(''))}
      <dl class="facts">
        <div><dt>variance <var class="ink-cov">σ²</var></dt><dd>${num(own.variance, { name: 'spread.variance', ink: 'cov' })}</dd></div>
        <div><dt>standard deviation <var class="ink-root">σ</var> = √(σ²)</dt><dd>${num(stddev, { name: 'spread.stddev', ink: 'root', digits: 3 })}</dd></div>
        <div><dt>measured on ${draws.toLocaleString('en')} draws</dt><dd>${num(measured, { name: 'spread.measured', digits: 3 })}</dd></div>
        <div><dt>the slip, √σ</dt><dd>${num(slip, { name: 'spread.slip', ink: 'wrong', digits: 3 })}</dd></div>
      </dl>`;
  },
  describe: ({ own, shared }) => {
    const { stddev, slip, measured } = summary(own.variance, shared.seed);
    return `Variance ${own.variance}: standard deviation ${decimal(stddev, 3)}, measured ${decimal(measured, 3)}; the slip would give ${decimal(slip, 3)}.`;
  },
});
