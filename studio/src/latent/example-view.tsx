// An example, real or decoded, to look at.
import { useEffect, useRef } from 'preact/hooks';
import { formatNumber, none } from '../ui/format.ts';
import type { Decoded } from '../model/messages.ts';
import { looksOf } from './codes.ts';
import type { ExampleLook } from './codes.ts';

/** What a worker decoded, one by one. */
export function decodedLooks({ shades, values, cells, shape }: Decoded): ExampleLook[] {
  if (cells) return cells.map((row) => ({ looks: 'row', cells: row }));
  return looksOf(shades ?? values ?? new Float32Array(), shape);
}

/** Shades as a picture of the canvas's own size: [height, width, channels]. */
export function paint(
  canvas: HTMLCanvasElement,
  shades: Uint8Array,
  [height, width, channels]: readonly [number, number, number],
): void {
  // prettier-ignore
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  const image = context?.createImageData(width, height);
  if (!context || !image) return;
  for (let k = 0; k < width * height; k++) {
    for (let part = 0; part < 3; part++)
      image.data[4 * k + part] = shades[k * channels + (channels === 3 ? part : 0)] ?? 0;
    image.data[4 * k + 3] = 255;
  }
  context.putImageData(image, 0, 0);
}

export function Picture({
  look,
  name,
  size,
}: {
  readonly look: Extract<ExampleLook, { looks: 'picture' }>;
  readonly name: string;
  readonly size?: 'small' | 'large';
}) {
  // prettier-ignore
  const canvas = useRef<HTMLCanvasElement>(null);
  const { shades, shape } = look;
  useEffect(() => {
    if (canvas.current) paint(canvas.current, shades, shape);
  }, [shades]);
  return <canvas ref={canvas} class={`thumbnail ${size ?? ''}`} role="img" aria-label={name} />;
}

/** @param name what it is, for who does not see it */
export function Example({
  look,
  name,
  size,
}: {
  readonly look: ExampleLook | undefined;
  readonly name: string;
  readonly size?: 'small' | 'large';
}) {
  // prettier-ignore
  if (!look) return <div class={`thumbnail none ${size ?? ''}`} role="img" aria-label={`${name}: not there yet`} />;
  if (look.looks === 'picture') return <Picture look={look} name={name} {...(size && { size })} />;
  if (look.looks === 'numbers') return <Profile values={look.values} name={name} />;
  if (size === 'small') return <span class="row-small">{Object.values(look.cells).slice(0, 4).map(cellText).join(' · ')}</span>; // prettier-ignore
  return (
    <dl class="facts cells">
      {Object.entries(look.cells).map(([column, value]) => (
        <>
          <dt>{column}</dt>
          <dd>{cellText(value)}</dd>
        </>
      ))}
    </dl>
  );
}

export function cellText(value: string | number | boolean | null | undefined): string {
  if (value === null || value === undefined) return none;
  return typeof value === 'number' ? formatNumber(value) : String(value);
}

/** Numbers by their places. */
function Profile({ values, name }: { readonly values: Float32Array; readonly name: string }) {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  const [width, height] = [200, 80];
  const at = (value: number): number => height - 4 - ((value - low) / (high - low || 1)) * (height - 8);
  const path = Array.from(values, (value, k) => `${k === 0 ? 'M' : 'L'}${((k / Math.max(1, values.length - 1)) * width).toFixed(1)} ${at(value).toFixed(1)}`).join(''); // prettier-ignore
  return (
    <svg class="profile" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={`${name}: ${values.length} numbers from ${formatNumber(low)} to ${formatNumber(high)}`}>
      <path d={path} />
    </svg>
  ); // prettier-ignore
}
