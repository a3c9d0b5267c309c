import type { ComparedColumn } from '../../../../src/studio/latent/contract.ts';
import { useSetting } from '../../shell/router.ts';
import { binOf, binned, pairShares } from '../../tables/shares.ts';
import type { Values } from '../../tables/shares.ts';
import { percent, valueText } from './marginals.tsx';

const size = 260;
/** Points of a scatter plot, of real and of synthetic rows each. */
const mostPoints = 1500;

/** Two columns against each other, real rows on the left and synthetic ones on the right, on the same axes. */
export function Pairs({ columns }: { readonly columns: readonly ComparedColumn[] }) {
  const [across, setAcross] = useSetting('across', columns[0]?.name ?? '');
  const [up, setUp] = useSetting('up', columns[1]?.name ?? columns[0]?.name ?? '');
  const a = columns.find(({ name }) => name === across) ?? columns[0];
  const b = columns.find(({ name }) => name === up) ?? columns[1] ?? columns[0];
  if (!a || !b) return null;
  const isScatter = a.kind === 'number' && b.kind === 'number';
  const choose = (label: string, value: string, set: (value: string) => void) => (
    <label>
      {label}
      <select value={value} onChange={(event) => { set(event.currentTarget.value); }}>
        {columns.map(({ name }) => <option key={name} value={name}>{name}</option>)}
      </select>
    </label>
  ); // prettier-ignore
  return (
    <section class="panel" aria-labelledby="pairs-title">
      <h2 id="pairs-title">Pairs of columns</h2>
      <div class="controls">
        {choose('Across', a.name, setAcross)}
        {choose('Up', b.name, setUp)}
      </div>
      <div class="pair-plots">
        {(['real', 'synthetic'] as const).map((which) => (
          <figure key={which}>
            <figcaption>{which}</figcaption>
            {isScatter ? <Scatter a={a} b={b} which={which} /> : <Heat a={a} b={b} which={which} />}
          </figure>
        ))}
      </div>
    </section>
  ); // prettier-ignore
}

interface PlotProps {
  readonly a: ComparedColumn;
  readonly b: ComparedColumn;
  readonly which: 'real' | 'synthetic';
}

function Scatter({ a, b, which }: PlotProps) {
  const [x, y] = [binned(a.real, a.synthetic, 10), binned(b.real, b.synthetic, 10)];
  const place = (value: number, edges: readonly number[]): number => {
    const [low = 0] = edges;
    return ((value - low) / ((edges.at(-1) ?? 1) - low || 1)) * size;
  };
  const points = a[which].slice(0, mostPoints).flatMap((value, k) => {
    const other = b[which][k];
    if (value === null || other === null || other === undefined) return [];
    const [px, py] = [place(value, x.edges), size - place(other, y.edges)];
    return px < 0 || py < 0 || px > size || py > size ? [] : [`M${px.toFixed(1)} ${py.toFixed(1)}h0`];
  });
  return (
    <>
      <svg class="scatter" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={`${b.name} against ${a.name}, ${points.length} ${which} rows`}>
        <path class={which} d={points.join('')} />
      </svg>
      <Ends column={a} edges={x.edges} />
    </>
  ); // prettier-ignore
}

function Ends({ column, edges }: { readonly column: ComparedColumn; readonly edges: readonly number[] }) {
  return (
    <p class="ends quiet">
      <span>{valueText(edges[0] ?? 0, column)}</span>
      <span>{column.name}</span>
      <span>{valueText(edges.at(-1) ?? 1, column)}</span>
    </p>
  );
}

interface Axis {
  readonly count: number;
  readonly of: (value: number) => number;
  readonly text: (place: number) => string;
}

function axisOf(column: ComparedColumn): Axis {
  if (column.levels) return { count: Math.min(12, column.levels.length), of: (value) => Math.min(11, value), text: (k) => column.levels?.[k] ?? '' }; // prettier-ignore
  const bins = binned(column.real, column.synthetic, 8);
  return { count: 8, of: (value) => binOf(value, bins), text: (k) => `${valueText(bins.edges[k] ?? 0, column)} …` };
}

/** Shares of pairs as a table whose cells are coloured: what is seen is also said. */
function Heat({ a, b, which }: PlotProps) {
  const [x, y] = [axisOf(a), axisOf(b)];
  const shares = (rows: Values, others: Values) => pairShares(rows, others, { columns: x.count, rows: y.count, columnOf: x.of, rowOf: y.of }); // prettier-ignore
  const [mine, top] = [shares(a[which], b[which]), Math.max(...shares(a.real, b.real), ...shares(a.synthetic, b.synthetic), 1e-9)]; // prettier-ignore
  return (
    <div class="scroll">
      <table class="heat">
        <thead>
          <tr>
            <th scope="col">{b.name} \ {a.name}</th>
            {Array.from({ length: x.count }, (_, k) => <th key={k} scope="col">{x.text(k)}</th>)}
          </tr>
        </thead>
        <tbody>
          {Array.from({ length: y.count }, (_, row) => (
            <tr key={row}>
              <th scope="row">{y.text(row)}</th>
              {Array.from({ length: x.count }, (__, column) => {
                const share = mine[row * x.count + column] ?? 0;
                return (
                  <td key={column} class="number">
                    <svg aria-hidden="true" viewBox="0 0 1 1" preserveAspectRatio="none"><rect class={`in-${which}`} width="1" height="1" opacity={0.55 * (share / top)} /></svg>
                    <span>{share > 0 ? percent(share) : ''}</span>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  ); // prettier-ignore
}
