import type { ComparedColumn } from '../../../../src/studio/latent/contract.ts';
import { binned, levelShares, missingShare } from '../../tables/shares.ts';
import { formatNumber } from '../../ui/format.ts';

const width = 240;
const height = 84;
/** Levels that are drawn; the rest are said. */
const mostLevels = 12;

/** A number of a column as people read it: of dates the day. */
export function valueText(value: number, { isDate }: Pick<ComparedColumn, 'isDate'>): string {
  return isDate ? new Date(value).toISOString().slice(0, 10) : formatNumber(value, 3);
}

/** One column: real shares filled, synthetic ones as a line. */
export function Marginal({ column }: { readonly column: ComparedColumn }) {
  const { name, kind, real, synthetic, levels, distance } = column;
  const missing = [missingShare(real), missingShare(synthetic)] as const;
  return (
    <figure class="panel marginal">
      <figcaption>
        <h3>{name}</h3>
        <span class="quiet number" title={kind === 'number' ? 'Kolmogorov–Smirnov distance: the largest difference of the distribution functions' : 'Total variation: half the sum of the differences'}>
          {kind === 'number' ? 'KS' : 'TV'} {formatNumber(distance, 2)}
        </span>
      </figcaption>
      {kind === 'number' || !levels ? <Histogram column={column} /> : <Bars levels={levels} real={levelShares(real, levels.length)} synthetic={levelShares(synthetic, levels.length)} />}
      {(missing[0] > 0 || missing[1] > 0) && <p class="quiet">missing: {percent(missing[0])} real, {percent(missing[1])} synthetic</p>}
    </figure>
  ); // prettier-ignore
}

function Histogram({ column }: { readonly column: ComparedColumn }) {
  const bins = binned(column.real, column.synthetic, 24);
  const top = Math.max(1e-9, ...bins.real, ...bins.synthetic);
  const step = width / bins.real.length;
  const y = (share: number): number => height - (share / top) * (height - 4);
  const line = bins.synthetic.map((share, k) => `${k === 0 ? 'M' : 'L'}${(k * step).toFixed(1)} ${y(share).toFixed(1)}H${((k + 1) * step).toFixed(1)}`).join(''); // prettier-ignore
  const [low = 0] = bins.edges;
  const high = bins.edges.at(-1) ?? 1;
  return (
    <>
      <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={`${column.name}: shares of real and synthetic rows from ${valueText(low, column)} to ${valueText(high, column)}`}>
        {bins.real.map((share, k) => <rect key={k} class="real" x={k * step} width={step} y={y(share)} height={height - y(share)} />)}
        <path class="synthetic" d={line} />
      </svg>
      <p class="ends quiet"><span>{valueText(low, column)}</span><span>{valueText(high, column)}</span></p>
    </>
  ); // prettier-ignore
}

export function Bars({ levels, real, synthetic, marked }: {
  readonly levels: readonly string[];
  readonly real: readonly number[] | undefined;
  readonly synthetic: readonly number[];
  readonly marked?: string | undefined;
}) {
  const order = levels.map((_, k) => k).sort((a, b) => Math.max(real?.[b] ?? 0, synthetic[b] ?? 0) - Math.max(real?.[a] ?? 0, synthetic[a] ?? 0));
  const shown = order.slice(0, mostLevels);
  const top = Math.max(1e-9, ...shown.flatMap((k) => [real?.[k] ?? 0, synthetic[k] ?? 0]));
  return (
    <>
      <table class="bars">
        <thead class="hidden"><tr><th scope="col">level</th>{real && <th scope="col">real</th>}<th scope="col">{real ? 'synthetic' : 'share'}</th></tr></thead>
        <tbody>
          {shown.map((k) => (
            <tr key={k} class={levels[k] === marked ? 'marked' : ''}>
              <th scope="row">{levels[k]}</th>
              <td>
                <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
                  {real && <rect class="real" width={(100 * (real[k] ?? 0)) / top} height="10" />}
                  <rect class={real ? 'synthetic-bar' : 'real'} y={real ? 3.5 : 0} width={(100 * (synthetic[k] ?? 0)) / top} height={real ? 3 : 10} />
                </svg>
              </td>
              {real && <td class="number">{percent(real[k] ?? 0)}</td>}
              <td class="number">{percent(synthetic[k] ?? 0)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {order.length > shown.length && <p class="quiet">and {order.length - shown.length} rarer levels</p>}
    </>
  );
} // prettier-ignore

export function percent(share: number): string {
  return `${(100 * share).toFixed(share > 0 && share < 0.01 ? 1 : 0)} %`;
}
