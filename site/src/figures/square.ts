import { elementwiseRoot, full, isFiniteMatrix, product, rows, symmetricRoot } from '../covariance.ts';
import type { Covariance, Matrix } from '../covariance.ts';
import { choice } from '../fields.ts';
import { button, figure } from '../figure.ts';
import { decimal, labeled, matrix, num, symmetric } from '../format.ts';

const cells = ['11', '12', '21', '22'] as const;
const candidates = { root: 'the matrix root S', elementwise: 'the root of each entry' } as const;

function candidate(kind: keyof typeof candidates, sigma: Covariance): Matrix {
  return kind === 'root' ? symmetricRoot(sigma) : elementwiseRoot(sigma);
}

/** Row i of the left factor against column j of the right one, written out. */
function written(factor: Matrix, cell: (typeof cells)[number]): string {
  const [i, j] = [Number(cell[0]) - 1, Number(cell[1]) - 1];
  const m = rows(factor);
  const terms = [0, 1].map((k) => `${decimal(m[i]?.[k] ?? NaN, 3)} · ${decimal(m[k]?.[j] ?? NaN, 3)}`);
  const total = rows(product(factor, factor))[i]?.[j] ?? NaN;
  return `<p class="sum">row ${i + 1} times column ${j + 1}: <span class="mono">${terms.join(' + ')} = <strong>${num(total, { name: 'square.sum', digits: 3 })}</strong></span></p>`;
}

export const square = figure({
  id: 'square',
  fields: {
    kind: choice('Multiply by itself', candidates, 'root'),
    cell: choice('Entry', { '11': '1,1', '12': '1,2', '21': '2,1', '22': '2,2' }, '11'),
  },
  render: ({ own, shared: { sigma }, choices }) => {
    const factor = candidate(own.kind, sigma);
    const squared = product(factor, factor);
    const [i, j] = [Number(own.cell[0]) - 1, Number(own.cell[1]) - 1];
    const right = own.kind === 'root';
    const ink = right ? 'root' : 'wrong';
    const name = right ? 'S' : 'W';
    const stddevs = [Math.sqrt(sigma.xx), Math.sqrt(sigma.yy)];
    const same = right ? '= Σ' : '≠ Σ';
    const rowLength = Math.hypot(factor.a, factor.b);
    return `<div class="sliders">${choices('kind')}${choices('cell')}<div class="buttons">${button('next', 'Next entry')}</div></div>
      <div class="equation large">
        ${labeled(name, matrix(factor, { name: 'square.factor', digits: 3, ink, mark: (r) => (r === i ? 'marked' : '') }))}
        ${labeled(name, matrix(factor, { digits: 3, ink, mark: (_, c) => (c === j ? 'marked' : '') }))}
        <span class="op">=</span>
        ${labeled(`${name} ${name} ${same}`, matrix(squared, { name: 'square.product', digits: 3, ink: right ? 'cov' : 'wrong', mark: (r, c) => (r === i && c === j ? 'marked' : '') }))}
        <span class="aside">${labeled('Σ', symmetric(sigma, { digits: 3, ink: 'cov' }))}</span>
      </div>
      ${isFiniteMatrix(factor) ? written(factor, own.cell) : '<p class="sum">The root of a negative entry is no real number: numpy and torch return <code>nan</code>.</p>'}
      <dl class="facts">
        <div><dt>diagonal of ${name}</dt><dd>${num(factor.a, { name: 'square.diagonal', digits: 3, ink })}, ${num(factor.d, { digits: 3, ink })}</dd></div>
        <div><dt>standard deviations √Σ<sub>ii</sub></dt><dd>${stddevs.map((s, k) => num(s, { name: `square.stddev${k}`, digits: 3 })).join(', ')}</dd></div>
        <div><dt>length of row 1 of ${name}</dt><dd>${num(rowLength, { name: 'square.rowLength', digits: 3 })}</dd></div>
      </dl>`;
  },
  describe: ({ own, shared: { sigma } }) => {
    const { a, b, d } = product(candidate(own.kind, sigma), candidate(own.kind, sigma));
    return `The product is ${decimal(a, 3)}, ${decimal(b, 3)}; ${decimal(b, 3)}, ${decimal(d, 3)}, where Sigma is ${decimal(sigma.xx)}, ${decimal(full(sigma).b)}; ${decimal(sigma.xy)}, ${decimal(sigma.yy)}.`;
  },
  act: (_, { own }) => ({ own: { cell: cells[(cells.indexOf(own.cell) + 1) % 4] ?? '11' } }),
});
