import { Normal } from 'rootsigma/gaussian';
import { evaluateAll } from 'rootsigma/reference';
import { clamp, number, snap } from '../fields.ts';
import { figure } from '../figure.ts';
import { decimal, num } from '../format.ts';
import { Frame } from '../plot.ts';

function forms(logVariance: number): { variance: number; stddev: number } {
  const { variance, stddev } = Normal.fromLogVariance(0, logVariance);
  const values = evaluateAll({ variance, stddev });
  return { variance: values.variance.item(), stddev: values.stddev.item() };
}

export const logvar = figure({
  id: 'logvar',
  fields: { value: number('<code>logvar</code>', { min: -4, max: 3, step: 0.1, initial: 1.4 }) },
  render: ({ own, slider }) => {
    const { variance, stddev } = forms(own.value);
    const top = 8;
    const frame = new Frame({ width: 560, height: 278, x: [-4, 3], y: [0, top], margin: [30, 16, 14, 28] });
    const x = own.value;
    const body = [
      frame.yAxis([0, 2, 4, 6, 8]),
      frame.xAxis([-3, -2, -1, 0, 1, 2, 3]),
      frame.clip(frame.curve(Math.exp, 'stroke ink-cov') + frame.curve((l) => Math.exp(l / 2), 'stroke ink-root')),
      frame.line(
        [
          { x, y: 0 },
          { x, y: Math.min(top, variance) },
        ],
        'rule',
      ),
      variance <= top ? frame.mark({ x, y: variance }, 'ink-cov') : '',
      frame.mark({ x, y: stddev }, 'ink-root'),
      frame.text({ x: -4, y: 7 }, 'σ² = exp(logvar)', { dx: 12, dy: 4, style: 'ink-cov' }),
      frame.text({ x: -4, y: 6 }, 'σ = exp(½ logvar)', { dx: 12, dy: 4, style: 'ink-root' }),
      frame.handle('value', { x, y: 0 }, { label: 'logvar', valueText: decimal(x, 1), ink: 'ink' }),
    ];
    return `${slider('value')}
      ${frame.svg('Variance and standard deviation as functions of the log-variance', body.join(''), { interactive: true })}
      <dl class="facts">
        <div><dt><var class="ink-cov">σ²</var> = exp(<code>logvar</code>)</dt><dd>${num(variance, { name: 'logvar.variance', ink: 'cov', digits: 3 })}</dd></div>
        <div><dt><var class="ink-root">σ</var> = exp(0.5 · <code>logvar</code>)</dt><dd>${num(stddev, { name: 'logvar.stddev', ink: 'root', digits: 3 })}</dd></div>
        <div><dt>σ² = σ · σ</dt><dd>${num(stddev * stddev, { name: 'logvar.square', digits: 3 })}</dd></div>
      </dl>`;
  },
  describe: ({ own }) => {
    const { variance, stddev } = forms(own.value);
    return `logvar ${decimal(own.value, 1)}: variance ${decimal(variance, 3)}, standard deviation ${decimal(stddev, 3)}.`;
  },
  drag: (_, { x }) => ({ own: { value: snap(clamp(x, -4, 3), 0.1) } }),
});
