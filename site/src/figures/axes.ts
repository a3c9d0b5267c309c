import { eigen, fromAxes } from '../covariance.ts';
import type { Covariance, Point } from '../covariance.ts';
import { clamp } from '../fields.ts';
import { decimal } from '../format.ts';
import type { Frame } from '../plot.ts';

/** Two perpendicular half-axes of the ellipse; the first keeps its identity while a reader drags it past the second. */
export interface Axes {
  readonly first: number;
  readonly second: number;
  /** Of the first axis. */
  readonly angle: number;
}

const shortest = 0.25;
const longest = 2.2;

/** The axes of Σ, the first being the one nearest the direction `turn`. */
export function axesNear({ xx, xy, yy }: Covariance, turn: number): Axes {
  const { major, minor, angle } = eigen({ xx, xy, yy });
  const [long, short] = [Math.sqrt(major), Math.sqrt(Math.max(minor, 0))];
  if (long - short < 1e-4) return { first: long, second: short, angle: turn };
  const aligned = Math.abs(Math.cos(angle - turn)) >= Math.SQRT1_2;
  const own = aligned ? angle : angle + Math.PI / 2;
  const flipped = Math.cos(own - turn) < 0 ? own + Math.PI : own;
  return aligned ? { first: long, second: short, angle: flipped } : { first: short, second: long, angle: flipped };
}

/** Σ and the new direction after the end of an axis was moved to `to`. */
export function moveAxis(axes: Axes, handle: string, to: Point): { sigma: Covariance; turn: number } {
  const length = clamp(Math.hypot(to.x, to.y), shortest, longest);
  const pointed = Math.atan2(to.y, to.x);
  const turn = handle === 'first' ? pointed : pointed - Math.PI / 2;
  const [first, second] = handle === 'first' ? [length, axes.second] : [axes.first, length];
  return { sigma: tidy(fromAxes(first * first, second * second, turn)), turn: wrap(turn) };
}

/** What the page shows is what it computes with: three decimals. */
export function tidy({ xx, xy, yy }: Covariance): Covariance {
  const rounded = (value: number): number => Number(value.toFixed(3)) + 0;
  return { xx: rounded(xx), xy: rounded(xy), yy: rounded(yy) };
}

export function wrap(angle: number): number {
  return Math.atan2(Math.sin(angle), Math.cos(angle));
}

/** The two axes as arrows with handles at their ends. */
export function axisHandles(frame: Frame, { first, second, angle }: Axes): string {
  const end = (length: number, turn: number): Point => ({ x: length * Math.cos(turn), y: length * Math.sin(turn) });
  const origin = { x: 0, y: 0 };
  const ends = { first: end(first, angle), second: end(second, angle + Math.PI / 2) };
  const handle = (name: 'first' | 'second', length: number): string =>
    frame.handle(name, ends[name], {
      label: `${name} axis of the ellipse`,
      valueText: `length ${decimal(length)}, at ${decimal(ends[name].x)}, ${decimal(ends[name].y)}`,
      ink: 'root',
    });
  return [
    frame.arrow(origin, ends.first, 'ink-root', 6),
    frame.arrow(origin, ends.second, 'ink-root', 6),
    handle('first', first),
    handle('second', second),
  ].join('');
}
