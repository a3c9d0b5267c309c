import { MultivariateNormal, Normal } from 'rootsigma/gaussian';
import { evaluateAll } from 'rootsigma/reference';
import { number } from '../fields.ts';
import { figure } from '../figure.ts';
import { decimal, num } from '../format.ts';
import { Frame, density } from '../plot.ts';

/** The standard deviation that each reading of N(0, v) means. */
function readings(v: number): Record<'stddev' | 'variance' | 'covariance' | 'precision', number> {
  const values = evaluateAll({
    stddev: Normal.fromStddev(0, v).stddev,
    variance: Normal.fromVariance(0, v).stddev,
    covariance: MultivariateNormal.fromCovariance([0], [[v]]).stddev,
    precision: MultivariateNormal.fromPrecision([0], [[v]]).stddev,
  });
  return {
    stddev: values.stddev.item(),
    variance: values.variance.item(),
    covariance: values.covariance.item(),
    precision: values.precision.item(),
  };
}

const texts = {
  stddev: { title: 'N(μ, σ)', meaning: 'a standard deviation', where: 'numpy, SciPy, PyTorch, R, Stan, Excel' },
  variance: { title: 'N(μ, σ²)', meaning: 'a variance', where: 'most papers; Bishop, Murphy' },
  covariance: {
    title: 'N(μ, Σ)',
    meaning: 'a covariance matrix, here 1 × 1',
    where: 'every text on several dimensions',
  },
  precision: { title: 'N(μ, τ)', meaning: 'a precision, 1 ∕ variance', where: 'BUGS and JAGS' },
} as const;

export const conventions = figure({
  id: 'conventions',
  fields: { value: number('the second argument', { min: 0.25, max: 5, step: 0.25, initial: 4 }) },
  render: ({ own, slider }) => {
    const stddevs = readings(own.value);
    const tallest = Math.max(...Object.values(stddevs).map((stddev) => density(0, stddev)));
    const cards = Object.entries(texts).map(([name, { title, meaning, where }]) => {
      const stddev = stddevs[name as keyof typeof texts];
      const frame = new Frame({
        width: 300,
        height: 130,
        x: [-9, 9],
        y: [0, Math.max(0.3, tallest * 1.1)],
        margin: [4, 4, 8, 22],
      });
      const level = density(stddev, stddev);
      const bell = [
        frame.curve((x) => density(x, stddev), 'area ink-root', 96),
        frame.line(
          [
            { x: -stddev, y: level },
            { x: stddev, y: level },
          ],
          'rule strong ink-root',
        ),
      ];
      const drawing = frame.clip(bell.join('')) + frame.xAxis([-8, -4, 0, 4, 8]);
      return `<div class="card"><p class="panel-title">${title.replace(/, .*\)/, `, ${decimal(own.value)})`)} <span>read as ${title}</span></p>
        ${frame.svg(`Bell curve of standard deviation ${decimal(stddev)}`, drawing)}
        <p>${decimal(own.value)} is ${meaning}: <strong class="together">σ = ${num(stddev, { name: `conventions.${name}` })}</strong></p><p class="quiet">${where}</p></div>`;
    });
    return `${slider('value', { readout: decimal(own.value) })}<div class="panels cards">${cards.join('')}</div>`;
  },
  describe: ({ own }) => {
    const { stddev, variance, precision } = readings(own.value);
    return `${own.value} as a standard deviation means ${decimal(stddev)}, as a variance ${decimal(variance)}, as a precision ${decimal(precision)}.`;
  },
});
