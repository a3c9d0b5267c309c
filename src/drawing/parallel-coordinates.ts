import { Canvas } from './canvas.ts';
import type { Color, Point } from './canvas.ts';
import { fitText, lineHeight, measureText, textMiddle } from './text.ts';

/** One upright axis of the picture. */
export interface ParallelAxis {
  readonly name: string;
  /** What stands beside the axis, at places from 0, below, to 1. */
  readonly ticks: readonly { readonly at: number; readonly text: string }[];
}

/** One polyline. */
export interface ParallelLine {
  /** A place in [0, 1] for each axis; undefined where the line has none: there it goes through the axis' foot. */
  readonly places: readonly (number | undefined)[];
  readonly color: Color;
  /** Default: 1. */
  readonly alpha?: number;
  /** Default: 1.5 pixels. */
  readonly width?: number;
}

export interface ParallelCoordinates {
  readonly title: string;
  readonly axes: readonly ParallelAxis[];
  /** Later ones are drawn over earlier ones. */
  readonly lines: readonly ParallelLine[];
}

const gray: Color = [110, 116, 126];
const dark: Color = [70, 76, 86];
const margin = { top: 108, bottom: 64, left: 40 } as const;
const height = 420;
/** From one axis to the next, at least; its ticks' texts have their room to its right. */
const leastStep = 150;
/** Below the axes: where lines go that have no value on one. */
const footDepth = 34;

/** Points of several dimensions as a PNG: an upright axis for each, and a line through all axes for each point. */
export function parallelCoordinates({ title, axes, lines }: ParallelCoordinates): Uint8Array {
  const steps = axes.map(({ name, ticks }) => Math.max(leastStep, 30 + measureText(name), ...ticks.map(({ text }) => 50 + measureText(text)))); // prettier-ignore
  const widths = steps.map((step) => Math.min(step, 2 * leastStep));
  const lefts = widths.map((_, at) => margin.left + widths.slice(0, at).reduce((sum, width) => sum + width, 0));
  const canvas = new Canvas(
    Math.ceil(Math.max(margin.left + widths.reduce((sum, width) => sum + width, 0), 32 + measureText(title))),
    margin.top + height + margin.bottom,
  );
  const y = (place: number | undefined): number => margin.top + (place === undefined ? height + footDepth : height * (1 - place)); // prettier-ignore
  for (const { places, color, alpha = 1, width = 1.5 } of lines) {
    for (let at = 1; at < axes.length; at++) {
      const [from, to] = [places[at - 1], places[at]];
      canvas.line({ x: lefts[at - 1]!, y: y(from) }, { x: lefts[at]!, y: y(to) }, { color, alpha, width });
    }
  }
  // Over the lines, which cross the labels' places.
  const label = (text: string, at: Point): void => {
    canvas.ground(text, at);
    canvas.text(text, at, { color: dark });
  };
  for (const [at, { name, ticks }] of axes.entries()) {
    const x = lefts[at]!;
    canvas.fill({ x: Math.round(x), y: margin.top, width: 1, height }, gray);
    if (lines.some(({ places }) => places[at] === undefined)) {
      const foot = margin.top + height + footDepth;
      canvas.fill({ x: Math.round(x) - 3, y: foot, width: 7, height: 1 }, gray);
      label('none', { x: x + 10, y: foot + textMiddle });
    }
    canvas.text(fitText(name, widths[at]! - 20), { x: x - 8, y: margin.top - 22 });
    for (const tick of ticks) {
      canvas.fill({ x: Math.round(x), y: Math.round(y(tick.at)), width: 6, height: 1 }, gray);
      label(fitText(tick.text, widths[at]! - 30), { x: x + 10, y: y(tick.at) + textMiddle });
    }
  }
  canvas.text(title, { x: 16, y: 16 + lineHeight });
  return canvas.toPng();
}
