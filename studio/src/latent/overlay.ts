// What is drawn above the points: ellipses, contours, paths, handles. Its coordinates are the plane's.
import { niceStep } from '../ui/ticks.ts';
import { ellipseAxes } from './plane.ts';
import type { Covariance2, Point } from './plane.ts';
import type { View } from './point-layer.ts';

export interface OverlayEllipse {
  readonly at: Point;
  readonly covariance: Covariance2;
  readonly colour: string;
  /** With the axes of Σ^{1/2}. */
  readonly isChosen: boolean;
}

export interface OverlayContour {
  readonly segments: Float64Array;
  readonly colour: string;
  readonly dash: readonly number[];
}

export interface OverlayContents {
  readonly axes: readonly [string, string] | undefined;
  readonly contours: readonly OverlayContour[];
  /** Circles of the prior N(0, I): their middle, and how many standard deviations. */
  readonly circles: { readonly at: Point; readonly radii: readonly number[]; readonly colour: string } | undefined;
  readonly ellipses: readonly OverlayEllipse[];
  readonly path: readonly Point[];
  readonly rings: readonly { readonly at: Point; readonly colour: string }[];
  readonly handle: Point | undefined;
  /** In CSS pixels, while it is drawn. */
  readonly lasso: readonly Point[];
}

export interface OverlayColours {
  readonly ink: string;
  readonly quiet: string;
  readonly grid: string;
  readonly accent: string;
  readonly paper: string;
}

export interface Frame {
  readonly width: number;
  readonly height: number;
}

export function toScreen({ x, y, unit }: View, { width, height }: Frame, point: Point): Point {
  return { x: width / 2 + (point.x - x) / unit, y: height / 2 - (point.y - y) / unit };
}

export function toPlane({ x, y, unit }: View, { width, height }: Frame, point: Point): Point {
  return { x: x + (point.x - width / 2) * unit, y: y - (point.y - height / 2) * unit };
}

/** Draws everything anew. @param context in CSS pixels */
export function drawOverlay(
  context: CanvasRenderingContext2D,
  { view, frame, contents, colours }: { readonly view: View; readonly frame: Frame; readonly contents: OverlayContents; readonly colours: OverlayColours }, // prettier-ignore
): void {
  const at = (point: Point): Point => toScreen(view, frame, point);
  context.clearRect(0, 0, frame.width, frame.height);
  context.lineJoin = 'round';
  if (contents.axes) drawAxes(context, { view, frame, names: contents.axes, colours });
  for (const { segments, colour, dash } of contents.contours) {
    context.strokeStyle = colour;
    context.lineWidth = 1.5;
    context.setLineDash([...dash]);
    context.beginPath();
    for (let k = 0; k < segments.length; k += 4) {
      const [from, to] = [at({ x: segments[k]!, y: segments[k + 1]! }), at({ x: segments[k + 2]!, y: segments[k + 3]! })]; // prettier-ignore
      context.moveTo(from.x, from.y);
      context.lineTo(to.x, to.y);
    }
    context.stroke();
  }
  if (contents.circles) {
    const { x, y } = at(contents.circles.at);
    context.strokeStyle = contents.circles.colour;
    context.lineWidth = 1.25;
    context.setLineDash([2, 4]);
    for (const radius of contents.circles.radii) {
      context.beginPath();
      context.arc(x, y, radius / view.unit, 0, 2 * Math.PI);
      context.stroke();
    }
  }
  context.setLineDash([]);
  for (const ellipse of contents.ellipses) drawEllipse(context, ellipse, at(ellipse.at), view.unit);
  if (contents.path.length > 1) drawPath(context, contents.path.map(at), colours);
  for (const ring of contents.rings) {
    const { x, y } = at(ring.at);
    for (const [colour, width] of [
      [colours.paper, 5],
      [ring.colour, 2],
    ] as const) {
      // prettier-ignore
      context.strokeStyle = colour;
      context.lineWidth = width;
      context.beginPath();
      context.arc(x, y, 8, 0, 2 * Math.PI);
      context.stroke();
    }
  }
  if (contents.handle) drawHandle(context, at(contents.handle), colours);
  if (contents.lasso.length > 1) {
    context.beginPath();
    contents.lasso.forEach(({ x, y }, k) => {
      if (k === 0) context.moveTo(x, y);
      else context.lineTo(x, y);
    });
    context.closePath();
    context.fillStyle = colours.accent;
    context.globalAlpha = 0.12;
    context.fill();
    context.globalAlpha = 1;
    context.strokeStyle = colours.accent;
    context.lineWidth = 1.5;
    context.stroke();
  }
}

function drawEllipse(
  context: CanvasRenderingContext2D,
  { covariance, colour, isChosen }: OverlayEllipse,
  { x, y }: Point,
  unit: number,
): void {
  const { major, minor, angle } = ellipseAxes(covariance);
  const [a, b] = [major / unit, minor / unit];
  context.strokeStyle = colour;
  context.lineWidth = isChosen ? 1.5 : 1;
  context.globalAlpha = isChosen ? 1 : 0.55;
  context.beginPath();
  // The screen's y grows downwards.
  context.ellipse(x, y, a, b, -angle, 0, 2 * Math.PI);
  context.stroke();
  if (isChosen) {
    context.lineWidth = 1.25;
    context.beginPath();
    for (const [length, direction] of [
      [a, -angle],
      [b, Math.PI / 2 - angle],
    ] as const) {
      // prettier-ignore
      const [dx, dy] = [length * Math.cos(direction), length * Math.sin(direction)];
      context.moveTo(x - dx, y - dy);
      context.lineTo(x + dx, y + dy);
    }
    context.stroke();
  }
  context.globalAlpha = 1;
}

function drawPath(context: CanvasRenderingContext2D, points: readonly Point[], { ink, paper }: OverlayColours): void {
  for (const [colour, width] of [
    [paper, 4],
    [ink, 1.75],
  ] as const) {
    // prettier-ignore
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.beginPath();
    points.forEach(({ x, y }, k) => {
      if (k === 0) context.moveTo(x, y);
      else context.lineTo(x, y);
    });
    context.stroke();
  }
  context.fillStyle = ink;
  for (const { x, y } of points) {
    context.beginPath();
    context.arc(x, y, 2.5, 0, 2 * Math.PI);
    context.fill();
  }
}

function drawHandle(context: CanvasRenderingContext2D, { x, y }: Point, { accent, paper }: OverlayColours): void {
  context.fillStyle = accent;
  context.strokeStyle = paper;
  context.lineWidth = 2.5;
  context.beginPath();
  context.arc(x, y, 7.5, 0, 2 * Math.PI);
  context.fill();
  context.stroke();
}

function drawAxes(
  context: CanvasRenderingContext2D,
  { view, frame, names, colours }: { readonly view: View; readonly frame: Frame; readonly names: readonly [string, string]; readonly colours: OverlayColours }, // prettier-ignore
): void {
  const { width, height } = frame;
  const step = niceStep(80 * view.unit);
  const low = toPlane(view, frame, { x: 0, y: height });
  const high = toPlane(view, frame, { x: width, y: 0 });
  context.lineWidth = 1;
  context.font = '12px system-ui, sans-serif';
  context.fillStyle = colours.quiet;
  context.textBaseline = 'alphabetic';
  for (let value = Math.ceil(low.x / step) * step; value <= high.x; value += step) {
    const { x } = toScreen(view, frame, { x: value, y: 0 });
    line(context, colours.grid, [x, 0], [x, height]);
    if (x > 40 && x < width - 30) { context.textAlign = 'center'; context.fillText(tick(value, step), x, height - 22); } // prettier-ignore
  }
  for (let value = Math.ceil(low.y / step) * step; value <= high.y; value += step) {
    const { y } = toScreen(view, frame, { x: 0, y: value });
    line(context, colours.grid, [0, y], [width, y]);
    if (y > 30 && y < height - 40) { context.textAlign = 'left'; context.fillText(tick(value, step), 24, y + 4); } // prettier-ignore
  }
  context.fillStyle = colours.ink;
  context.textAlign = 'right';
  context.fillText(names[0], width - 8, height - 6);
  context.save();
  context.translate(14, 8);
  context.rotate(-Math.PI / 2);
  context.fillText(names[1], 0, 0);
  context.restore();
}

function line(
  context: CanvasRenderingContext2D,
  colour: string,
  [x0, y0]: readonly [number, number],
  [x1, y1]: readonly [number, number],
): void {
  // prettier-ignore
  context.strokeStyle = colour;
  context.beginPath();
  context.moveTo(Math.round(x0) + 0.5, Math.round(y0) + 0.5);
  context.lineTo(Math.round(x1) + 0.5, Math.round(y1) + 0.5);
  context.stroke();
}

function tick(value: number, step: number): string {
  const digits = Math.max(0, -Math.floor(Math.log10(step)));
  return value
    .toFixed(digits)
    .replace('-', '−')
    .replace(/^−(0(\.0*)?)$/, '$1');
}
