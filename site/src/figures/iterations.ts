import { denmanBeavers, newtonSchulz } from 'rootsigma/linalg';
import type { RootIterate } from 'rootsigma/linalg';
import { fromAxes, matrixOf, nested, symmetricRoot } from '../covariance.ts';
import type { Covariance } from '../covariance.ts';
import { choice, number } from '../fields.ts';
import { button, figure } from '../figure.ts';
import { labeled, matrix, scientific, superscript } from '../format.ts';
import { Frame } from '../plot.ts';

const lastStep = 24;
const methods = { schulz: 'Newton–Schulz', denman: 'Denman–Beavers' } as const;
const matrices = { current: 'your Σ', thin: 'condition 100', thinner: 'condition 10 000' } as const;

function target(which: keyof typeof matrices, sigma: Covariance): Covariance {
  if (which === 'current') return sigma;
  return fromAxes(4, which === 'thin' ? 0.04 : 0.0004, 0.6);
}

/** Every step until the residual is at rounding. */
function trace(method: keyof typeof methods, sigma: Covariance): RootIterate[] {
  const iterate = method === 'schulz' ? newtonSchulz : denmanBeavers;
  return [...iterate(nested(sigma), { maxSteps: lastStep, tolerance: 1e-15 })];
}

const exponent = (residual: number): number => Math.max(-16, Math.log10(Math.max(residual, 1e-16)));

function chart(
  traces: Record<keyof typeof methods, RootIterate[]>,
  active: keyof typeof methods,
  step: number,
): string {
  const last = Math.max(12, ...Object.values(traces).map((steps) => steps.length - 1));
  const frame = new Frame({ width: 360, height: 360, x: [0, last], y: [-16, 1], margin: [46, 12, 26, 42] });
  const line = (method: keyof typeof methods, style: string): string =>
    frame.line(
      traces[method].map(({ step: x, residual }) => ({ x, y: exponent(residual) })),
      `stroke ${style}`,
    ) + traces[method].map(({ step: x, residual }) => frame.mark({ x, y: exponent(residual) }, style, 2.5)).join('');
  const current = traces[active][Math.min(step, traces[active].length - 1)];
  const ticks = Array.from({ length: 7 }, (_, i) => Math.round((last * i) / 6));
  return frame.svg(
    'Residual of both iterations at every step, on a logarithmic scale',
    [
      frame.yAxis([0, -4, -8, -12, -16], 'residual ‖Y Y − Σ‖ ∕ ‖Σ‖', (y) => (y === 0 ? '1' : `10${superscript(y)}`)),
      frame.xAxis([...new Set(ticks)], 'step'),
      line('denman', 'ink-mean'),
      line('schulz', 'ink-root'),
      current
        ? frame.mark(
            { x: current.step, y: exponent(current.residual) },
            `ring ${active === 'schulz' ? 'ink-root' : 'ink-mean'}`,
            7,
          )
        : '',
      frame.text({ x: last, y: 1 }, 'Newton–Schulz', { dx: -4, dy: 16, anchor: 'end', style: 'ink-root' }),
      frame.text({ x: last, y: 1 }, 'Denman–Beavers', { dx: -4, dy: 34, anchor: 'end', style: 'ink-mean' }),
    ].join(''),
  );
}

export const iterations = figure({
  id: 'iterations',
  fields: {
    method: choice('Method', methods, 'schulz'),
    matrix: choice('Matrix', matrices, 'current'),
    step: number('step', { min: 0, max: lastStep, step: 1, initial: 3 }),
  },
  render: ({ own, shared, choices, slider }) => {
    const sigma = target(own.matrix, shared.sigma);
    const traces = { schulz: trace('schulz', sigma), denman: trace('denman', sigma) };
    const steps = traces[own.method];
    const current = steps[Math.min(own.step, steps.length - 1)];
    if (!current) return '';
    const iterate = matrixOf(current.root);
    const exact = symmetricRoot(sigma);
    const frame = Frame.plane(3, 360);
    const body = [
      frame.grid(),
      frame.image(exact, 'outline dashed ink-cov'),
      frame.clip(frame.image(iterate, `filled ${own.method === 'schulz' ? 'ink-root' : 'ink-mean'}`)),
    ];
    return `<div class="sliders">${choices('method')}${choices('matrix')}</div>
      <div class="sliders">${slider('step', { readout: `${current.step} of ${steps.length - 1}` })}<div class="buttons">${button('play', 'Play')}${button('next', 'One step')}</div></div>
      <div class="panels two"><div class="panel"><p class="panel-title">The unit circle under Y<sub>${current.step}</sub>, and under Σ<sup>1/2</sup> (dashed)</p>${frame.svg('The current iterate against the exact root', body.join(''))}</div><div class="panel"><p class="panel-title">How far Y Y is from Σ</p>${chart(traces, own.method, own.step)}</div></div>
      <div class="equation">${labeled(`Y<sub>${current.step}</sub>`, matrix(iterate, { name: 'iterations.iterate', digits: 6, ink: own.method === 'schulz' ? 'root' : 'mean' }))}<span class="op">→</span>${labeled('Σ<sup>1/2</sup>', matrix(exact, { name: 'iterations.exact', digits: 6, ink: 'cov' }))}${labeled('residual', `<data value="${current.residual}" data-name="iterations.residual">${scientific(current.residual)}</data>`)}</div>`;
  },
  describe: ({ own, shared }) => {
    const steps = trace(own.method, target(own.matrix, shared.sigma));
    const current = steps[Math.min(own.step, steps.length - 1)];
    return current ? `Step ${current.step}: residual ${current.residual.toExponential(1)}.` : '';
  },
  act: (_, { own, shared }) => {
    const last = trace(own.method, target(own.matrix, shared.sigma)).length - 1;
    return { own: { step: own.step >= last ? 0 : own.step + 1 } };
  },
  play: (seconds) => ({
    own: { step: Math.min(lastStep, Math.floor(seconds / 0.45)) },
    done: seconds >= 0.45 * lastStep,
  }),
});
