import { ShapeError, ValueError } from '../core/index.ts';
import type { NdArray } from '../core/index.ts';
import { Canvas } from './canvas.ts';
import type { Color, Point } from './canvas.ts';
import { classColor } from './colors.ts';
import { fitText, lineHeight, measureText, textMiddle } from './text.ts';
import { axisTicks, tickText } from './ticks.ts';

export interface ScatterOptions {
  readonly title?: string;
  /** What x and y are. */
  readonly axes?: readonly [x: string, y: string];
  /** A class number for each point, which chooses its colour. */
  readonly labels?: ArrayLike<number>;
  /** What the legend says of each class number. Default: the number. */
  readonly classNames?: readonly string[];
  /** A covariance for each point, [n, 2, 2]: drawn as the ellipse of one standard deviation. */
  readonly covariances?: NdArray;
  /** Side of the square that the points lie in, pixels. Default: 720. */
  readonly size?: number;
}

const faint: Color = [233, 236, 240];
const gray: Color = [110, 116, 126];
const margin = { left: 84, top: 78, bottom: 62, right: 28 } as const;
const legendRows = 24;
const widestLegend = 190;

/**
 * Points in the plane as a PNG, coloured by class, with a legend. Both axes have one scale, so that distances can be read.
 *
 * @param points [n, 2], n > 0
 * @throws ShapeError when points, labels or covariances do not fit; ValueError when a point is not finite
 */
export function scatterPlot(points: NdArray, options: ScatterOptions = {}): Uint8Array {
  const count = checkScatter(points, options);
  const { size = 720, labels, covariances } = options;
  const classes = labels ? [...new Set(Array.from(labels))].sort((a, b) => a - b) : [];
  const names = classes.map((name) => options.classNames?.[name] ?? String(name));
  const legendWidth = Math.min(widestLegend, 44 + Math.max(0, ...names.map(measureText)));
  const columns = Math.ceil(classes.length / legendRows);
  const canvas = new Canvas(
    Math.ceil(margin.left + size + margin.right + columns * legendWidth),
    margin.top + size + margin.bottom,
  );
  const view = viewOf(points, covariances, size);
  drawAxes(canvas, view, options);
  const colors = new Map(classes.map((name, index) => [name, classColor(index, classes.length)]));
  const colorOf = (index: number): Color => colors.get(labels?.[index] ?? NaN) ?? classColor(0, 1);
  if (covariances) drawEllipses(canvas, view, { points, covariances, colorOf });
  const radius = Math.min(5, Math.max(2.2, (90 * size) / 720 / Math.sqrt(count)));
  const alpha = count > 400 ? 0.7 : 0.85;
  for (let k = 0; k < count; k++) {
    const at = view.place(points.data[2 * k]!, points.data[2 * k + 1]!);
    canvas.disc({ ...at, radius }, colorOf(k), alpha);
  }
  drawLegend(canvas, {
    left: margin.left + size + margin.right,
    width: legendWidth,
    names,
    colors: [...colors.values()],
  });
  return canvas.toPng();
}

function checkScatter(points: NdArray, { labels, covariances }: ScatterOptions): number {
  const [count = 0, dimensions] = points.shape;
  if (points.shape.length !== 2 || dimensions !== 2 || count === 0) {
    throw new ShapeError(`scatterPlot: expected points [n, 2], got [${points.shape.join(', ')}].`);
  }
  if (labels && labels.length !== count) {
    throw new ShapeError(`scatterPlot: ${count} points, but ${labels.length} labels.`);
  }
  if (covariances && covariances.size !== 4 * count) {
    throw new ShapeError(`scatterPlot: covariances must be [${count}, 2, 2], got [${covariances.shape.join(', ')}].`);
  }
  for (let k = 0; k < points.size; k++) {
    if (!Number.isFinite(points.data[k]!)) {
      throw new ValueError(`scatterPlot: point ${Math.floor(k / 2)} is at ${points.data[k]!}.`);
    }
  }
  return count;
}

/** Which part of the plane is shown, and where. */
interface View {
  readonly size: number;
  readonly low: Point;
  /** What both axes span. */
  readonly span: number;
  readonly place: (x: number, y: number) => Point;
}

/** A square around all points and their ellipses, with 5 % of air. */
function viewOf(points: NdArray, covariances: NdArray | undefined, size: number): View {
  const range = (axis: 0 | 1): readonly [number, number] => {
    let [low, high] = [Infinity, -Infinity];
    for (let k = 0; k < points.size / 2; k++) {
      const reach = covariances ? Math.sqrt(covariances.data[4 * k + 3 * axis]!) : 0;
      low = Math.min(low, points.data[2 * k + axis]! - reach);
      high = Math.max(high, points.data[2 * k + axis]! + reach);
    }
    return [low, high];
  };
  const [x, y] = [range(0), range(1)];
  const span = 1.1 * (Math.max(x[1] - x[0], y[1] - y[0]) || 1);
  const low = { x: (x[0] + x[1] - span) / 2, y: (y[0] + y[1] - span) / 2 };
  const place = (px: number, py: number): Point => ({
    x: margin.left + ((px - low.x) / span) * size,
    y: margin.top + size - ((py - low.y) / span) * size,
  });
  return { size, low, span, place };
}

function drawAxes(canvas: Canvas, view: View, { title, axes = ['', ''] }: ScatterOptions): void {
  const { size, low, span, place } = view;
  const [left, bottom] = [margin.left, margin.top + size];
  const xTicks = axisTicks(low.x, low.x + span);
  const yTicks = axisTicks(low.y, low.y + span);
  const step = (xTicks[1] ?? 1) - (xTicks[0] ?? 0);
  for (const tick of xTicks) {
    const { x } = place(tick, low.y);
    canvas.fill({ x: Math.round(x), y: margin.top, width: 1, height: size }, faint);
    canvas.text(tickText(tick, step), { x, y: bottom + 24 }, { color: gray, align: 'center' });
  }
  for (const tick of yTicks) {
    const { y } = place(low.x, tick);
    canvas.fill({ x: left, y: Math.round(y), width: size, height: 1 }, faint);
    canvas.text(tickText(tick, step), { x: left - 10, y: y + textMiddle }, { color: gray, align: 'right' });
  }
  for (const [x, y, width, height] of [[left, bottom, size, 1], [left, margin.top, 1, size]] as const) {
    canvas.fill({ x, y, width, height }, gray);
  } // prettier-ignore
  canvas.text(axes[0], { x: left + size, y: bottom + 50 }, { align: 'right' });
  canvas.text(axes[1], { x: 16, y: margin.top - 12 });
  if (title !== undefined) canvas.text(fitText(title, canvas.width - 32), { x: 16, y: 28 });
}

function drawEllipses(
  canvas: Canvas,
  { size, span, place }: View,
  data: { readonly points: NdArray; readonly covariances: NdArray; readonly colorOf: (index: number) => Color },
): void {
  const { points, covariances, colorOf } = data;
  const scale = (size / span) ** 2;
  for (let k = 0; k < points.size / 2; k++) {
    const [xx, xy, , yy] = covariances.data.subarray(4 * k, 4 * k + 4) as unknown as [number, number, number, number];
    const at = place(points.data[2 * k]!, points.data[2 * k + 1]!);
    // y points down in the picture.
    const shape = { ...at, xx: scale * xx, xy: -scale * xy, yy: scale * yy };
    canvas.ellipse(shape, { color: colorOf(k), width: 1.2, alpha: 0.4 });
  }
}

interface Legend {
  readonly left: number;
  /** Of one column. */
  readonly width: number;
  readonly names: readonly string[];
  readonly colors: readonly Color[];
}

function drawLegend(canvas: Canvas, { left, width, names, colors }: Legend): void {
  colors.forEach((color, index) => {
    const x = left + Math.floor(index / legendRows) * width;
    const y = margin.top + 10 + (index % legendRows) * (lineHeight + 6);
    canvas.disc({ x: x + 7, y, radius: 7 }, color);
    canvas.text(fitText(names[index] ?? '', width - 34), { x: x + 24, y: y + textMiddle });
  });
}
