import { formatNumber } from './format.ts';

const [width, height] = [96, 26];

/** The way of a number over epochs, without axes: its table and curves have the values. */
export function Sparkline({ values, name }: { readonly values: readonly (number | null)[]; readonly name: string }) {
  const known = values.filter((value): value is number => value !== null && Number.isFinite(value));
  const [first, last] = [known[0], known.at(-1)];
  if (first === undefined || last === undefined) return <span class="quiet">–</span>;
  const [least, most] = [Math.min(...known), Math.max(...known)];
  const x = (index: number): number => (values.length === 1 ? width : (index / (values.length - 1)) * (width - 4) + 2);
  const y = (value: number): number => (most === least ? height / 2 : height - 2 - ((value - least) / (most - least)) * (height - 4)); // prettier-ignore
  let path = '';
  let pen = 'M';
  values.forEach((value, index) => {
    if (value === null || !Number.isFinite(value)) pen = 'M';
    else {
      path += `${pen}${x(index).toFixed(1)} ${y(value).toFixed(1)}`;
      pen = 'L';
    }
  });
  const end = values.findLastIndex((value) => value === last);
  return (
    <svg
      class="sparkline"
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={`${name} over ${values.length} epochs: from ${formatNumber(first)} to ${formatNumber(last)}`}
    >
      <path d={path} />
      <circle cx={x(end)} cy={y(last)} r="2.2" />
    </svg>
  );
}
