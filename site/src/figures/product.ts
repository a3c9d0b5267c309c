import { apply, symmetricRoot } from '../covariance.ts';
import { clamp, number, snap } from '../fields.ts';
import { figure } from '../figure.ts';
import { decimal, labeled, matrix, num, vector } from '../format.ts';
import { Frame } from '../plot.ts';

const limits = { min: -1.5, max: 1.5, step: 0.1 };

/** A matrix times a vector, both ways of reading it. */
export const matrixTimesVector = figure({
  id: 'product',
  fields: {
    x: number('first number of ε', { ...limits, initial: 1 }),
    y: number('second number of ε', { ...limits, initial: 0.8 }),
  },
  render: ({ own: { x, y }, shared: { sigma } }) => {
    const s = symmetricRoot(sigma);
    const result = apply(s, { x, y });
    const origin = { x: 0, y: 0 };
    const first = { x: x * s.a, y: x * s.c };
    const second = { x: y * s.b, y: y * s.d };
    const input = Frame.plane(2.2);
    const output = Frame.plane(4.4);
    const before = [
      input.grid(),
      input.arrow(origin, { x, y }, 'ink-noise', 7),
      input.handle(
        'vector',
        { x, y },
        { label: 'the vector epsilon', valueText: `${decimal(x, 1)}, ${decimal(y, 1)}` },
      ),
    ];
    const after = [
      output.grid(),
      output.line([second, result], 'path ink-root'),
      output.line([first, result], 'path ink-mean'),
      output.arrow(origin, first, 'ink-root'),
      output.arrow(origin, second, 'ink-mean'),
      output.arrow(origin, result, 'ink-sample'),
    ];
    const row = (i: 1 | 2, left: number, right: number, sum: number): string =>
      `<p class="sum">row ${i}: <span class="mono">${decimal(left, 3)} · ${decimal(x, 1)} + ${decimal(right, 3)} · ${decimal(y, 1)} = <strong>${num(sum, { name: `product.row${i}`, digits: 3 })}</strong></span></p>`;
    return `<div class="equation">${labeled('S', matrix(s, { digits: 3, ink: 'root' }))}${labeled('ε', vector([x, y], { digits: 1, ink: 'noise' }))}<span class="op">=</span>
      <span>${decimal(x, 1)}</span>${labeled('first column', vector([s.a, s.c], { digits: 3, ink: 'root' }))}<span class="op">+</span><span>${decimal(y, 1)}</span>${labeled('second column', vector([s.b, s.d], { digits: 3, ink: 'mean' }))}
      <span class="op">=</span>${labeled('S ε', vector([result.x, result.y], { name: 'product.result', digits: 3, ink: 'sample' }))}</div>
      ${row(1, s.a, s.b, result.x)}${row(2, s.c, s.d, result.y)}
      <div class="panels two"><div class="panel"><p class="panel-title ink-noise">ε</p>${input.svg('The vector epsilon', before.join(''), { interactive: true })}</div>
      <div class="panel"><p class="panel-title"><span class="ink-root">${decimal(x, 1)} times column 1</span>, <span class="ink-mean">${decimal(y, 1)} times column 2</span>, and their sum <span class="ink-sample">S ε</span></p>${output.svg('The two columns, scaled, and their sum', after.join(''))}</div></div>`;
  },
  describe: ({ own, shared: { sigma } }) => {
    const { x, y } = apply(symmetricRoot(sigma), own);
    return `The product is ${decimal(x, 3)}, ${decimal(y, 3)}.`;
  },
  drag: (_, { x, y }) => ({
    own: {
      x: snap(clamp(x, limits.min, limits.max), limits.step),
      y: snap(clamp(y, limits.min, limits.max), limits.step),
    },
  }),
});
