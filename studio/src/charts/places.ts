// Places on the axis of a chart, as people say them.
import { formatSeconds } from '../ui/format.ts';
import type { XAxis } from './lines.ts';

/** Which part of the axis is shown; undefined for all of it. */
export type Zoom = readonly [from: number, to: number] | undefined;

const whole = new Intl.NumberFormat('en');

/** Where a value is, as people say it: epochs are whole, and a step within one stands at its share of it. */
export function formatPlace(value: number, axis: XAxis): string {
  if (axis === 'time') return formatSeconds(value);
  if (axis === 'step') return `step ${whole.format(Math.round(value))}`;
  // Shares come of a division.
  const epoch = Math.round(value);
  return Math.abs(value - epoch) < 1e-6 ? `epoch ${epoch}` : `${Math.round(100 * (value - Math.floor(value)))} % of epoch ${Math.ceil(value)}`;
} // prettier-ignore

/** The part that somebody drew over, in numbers that read well: whole epochs and steps, and times to a hundredth of what is shown. */
export function roundedZoom([from, to]: readonly [number, number], axis: XAxis): readonly [number, number] {
  if (axis === 'epoch') return [Math.floor(from + 0.02), Math.ceil(to - 0.02)];
  const unit = axis === 'step' ? 1 : 10 ** (Math.floor(Math.log10(to - from)) - 2);
  const round = (value: number): number => Number((Math.round(value / unit) * unit).toPrecision(12));
  const [low, high] = [round(from), round(to)];
  return low < high ? [low, high] : [low, low + unit];
}
