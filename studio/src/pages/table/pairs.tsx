import type { ComparedColumn } from '../../../../src/studio/latent/contract.ts';
import { useSetting } from '../../shell/router.ts';
import { binOf, binned, pairShares } from '../../tables/shares.ts';
import type { Values } from '../../tables/shares.ts';
import { roundNumbers } from '../../ui/ticks.ts';
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

/** Room for what the axes say, in the drawing's own units. */
const margin = { left: 62, right: 10, top: 8, bottom: 38 } as const;
const [width, height] = [margin.left + size + margin.right, margin.top + size + margin.bottom];

/** A number's axis: its range, a little beyond the values so that none lies on the border, and round numbers in it. */
interface NumberAxis {
  readonly column: ComparedColumn;
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
}

function numberAxis(column: ComparedColumn): NumberAxis {
  const { edges } = binned(column.real, column.synthetic, 10);
  const [least = 0, most = 1] = [edges[0], edges.at(-1)];
  const room = 0.03 * (most - least) || 1;
  const [low, high] = [least - room, most + room];
  return { column, low, high, ticks: roundNumbers(low, high, column.isDate ? 3 : 5) };
}

function Scatter({ a, b, which }: PlotProps) {
  const [x, y] = [numberAxis(a), numberAxis(b)];
  const atX = (value: number): number => margin.left + ((value - x.low) / (x.high - x.low)) * size;
  const atY = (value: number): number => margin.top + size - ((value - y.low) / (y.high - y.low)) * size;
  let [shown, beyond] = [0, 0];
  const points = a[which].slice(0, mostPoints).flatMap((value, k) => {
    const other = b[which][k];
    if (value === null || other === null || other === undefined) return [];
    const isInside = value >= x.low && value <= x.high && other >= y.low && other <= y.high;
    if (isInside) shown++;
    else beyond++;
    return isInside ? [`M${atX(value).toFixed(1)} ${atY(other).toFixed(1)}h0`] : [];
  });
  return (
    <>
      <svg class="scatter" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={`${b.name} against ${a.name}, ${shown} ${which} rows`}>
        <g class="lines">
          {x.ticks.map((tick) => <path key={tick} d={`M${atX(tick)} ${margin.top}v${size}`} />)}
          {y.ticks.map((tick) => <path key={tick} d={`M${margin.left} ${atY(tick)}h${size}`} />)}
        </g>
        <rect class="border" x={margin.left} y={margin.top} width={size} height={size} />
        <path class={which} d={points.join('')} />
        {x.ticks.map((tick) => <text key={tick} x={atX(tick)} y={margin.top + size + 13} text-anchor="middle">{valueText(tick, a)}</text>)}
        {y.ticks.map((tick) => <text key={tick} x={margin.left - 5} y={atY(tick) + 3} text-anchor="end">{valueText(tick, b)}</text>)}
        <text class="axis-name" x={margin.left + size / 2} y={height - 5} text-anchor="middle">{shortened(a.name)}</text>
        <text class="axis-name" transform={`translate(11 ${margin.top + size / 2}) rotate(-90)`} text-anchor="middle">{shortened(b.name)}</text>
      </svg>
      {beyond > 0 && <p class="quiet">{beyond} of {shown + beyond} rows lie beyond the axes.</p>}
    </>
  ); // prettier-ignore
}

function shortened(name: string): string {
  return name.length > 36 ? `${name.slice(0, 35)}…` : name;
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
