// How uPlot draws: thin lines, a band where a point stands for several values, crosses where a value is no number.
import type uPlot from 'uplot';
import { logTicks } from '../../../src/drawing/ticks.ts';
import { colorOf } from '../shell/theme.ts';
import { formatNumber, formatSeconds } from '../ui/format.ts';
import type { DrawnSeries, Line, XAxis } from './lines.ts';
import { roundedZoom } from './places.ts';
import type { Zoom } from './places.ts';

export interface PlotParts {
  readonly width: number;
  readonly lines: readonly Line[];
  readonly series: readonly DrawnSeries[];
  readonly axis: XAxis;
  readonly isLog: boolean;
  readonly broken: () => readonly number[];
  readonly zoom: () => Zoom;
  readonly onZoom: (zoom: Zoom) => void;
  /** Whether it is on the screen: else it does not follow the pointer over other charts. */
  readonly isSeen: () => boolean;
  readonly onCursor: () => void;
}

/** uPlot's Scale.Distr.Logarithmic, which its types name and its module has not. */
// eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment
const logarithmic = 3 as uPlot.Scale.Distr;
const height = 190;
const font = '11px system-ui, sans-serif';

/** What ticks may be apart: steps and epochs are whole, and times are told in seconds, minutes and hours. */
const wholeApart = Array.from({ length: 12 }, (_, power) => [1, 2, 5].map((factor) => factor * 10 ** power)).flat();
const secondsApart = [...[0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30], ...[1, 2, 5, 10, 20, 30].map((minutes) => 60 * minutes), ...[1, 2, 6, 12, 24, 48, 120, 240, 480].map((hours) => 3600 * hours)]; // prettier-ignore

export function plotOptions({ width, lines, series, axis, isLog, broken, zoom, onZoom, isSeen, onCursor }: PlotParts): uPlot.Options {
  const [quiet, grid, bad] = [colorOf('--quiet'), colorOf('--grid'), colorOf('--bad')];
  const axisLook = { stroke: quiet, font, grid: { stroke: grid, width: 1 }, ticks: { show: false } };
  const bands = series.flatMap(({ line, kind }, index) =>
    kind === 'low' ? [{ series: [index + 2, index + 1] as [number, number], fill: faint(colorFor(lines, line), 0.16) }] : [],
  );
  return {
    width,
    height,
    legend: { show: false },
    padding: [8, 18, 0, 0],
    cursor: {
      sync: { key: `curves by ${axis}`, scales: ['x', null], setSeries: false, filters: { pub: () => true, sub: isSeen } },
      drag: { x: true, y: false, setScale: false },
      dataIdx: nearest,
      points: { size: 6, show: (_, index) => (series[index - 1]?.kind === 'value' ? dot(colorFor(lines, series[index - 1]?.line)) : emptyDot()) },
      bind: { dblclick: () => () => { onZoom(undefined); return null; } },
    },
    scales: {
      x: { time: false, range: (_, least, most) => shownPart(zoom(), least, most) },
      y: isLog ? { distr: logarithmic, range: (_, least, most) => paddedLog(least, most) } : {},
    },
    axes: [
      { ...axisLook, size: 28, incrs: axis === 'time' ? secondsApart : wholeApart, values: (_, splits) => splits.map((each) => (axis === 'time' ? formatSeconds(each) : tick(each))) },
      { ...axisLook, size: 52, values: (_, splits) => splits.map(tick), ...(isLog && { splits: (_: uPlot, __: number, least: number, most: number) => logTicks(least, most), filter: (_: uPlot, splits: number[]) => splits }) },
    ],
    series: [
      {},
      ...series.map(({ line, kind }): uPlot.Series => {
        const color = colorFor(lines, line);
        const isValue = kind === 'value';
        const dash = lines[line]?.dash ?? [];
        return {
          stroke: kind === 'raw' ? faint(color, 0.32) : color,
          width: isValue ? 1.8 : kind === 'raw' ? 1 : 0,
          ...(isValue && dash.length > 0 && { dash: [...dash] }),
          // A single epoch is a point, as there is no line yet.
          points: { show: (u, index) => isValue && isAlone(u, index), size: 5, fill: color },
        };
      }),
    ],
    bands,
    hooks: {
      setCursor: [onCursor],
      setSelect: [
        (u) => {
          if (u.select.width < 4) return;
          const [from, to] = [u.posToVal(u.select.left, 'x'), u.posToVal(u.select.left + u.select.width, 'x')];
          u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          onZoom(roundedZoom([from, to], axis));
        },
      ],
      draw: [(u) => { drawBroken(u, broken(), bad); }],
    },
  };
} // prettier-ignore

/** A zoom may reach beyond what there is; where it has nothing of it, all is shown. */
function shownPart(zoom: Zoom, least: number, most: number): uPlot.Range.MinMax {
  const [from, to] = [Math.max(zoom?.[0] ?? least, least), Math.min(zoom?.[1] ?? most, most)];
  if (from < to) return [from, to];
  return least < most ? [least, most] : [least - 0.5, most + 0.5];
}

/** A twentieth of room above and below, on a logarithmic axis; around one value alone, half and twice of it. */
function paddedLog(least: number, most: number): uPlot.Range.MinMax {
  const room = least === most ? 2 : (most / least) ** 0.05;
  return [least / room, most * room];
}

function colorFor(lines: readonly Line[], index: number | undefined): string {
  return lines[index ?? 0]?.color ?? 'gray';
}

function faint(color: string, share: number): string {
  return color.replace(/^rgb\((.*)\)$/, (_, parts: string) => `rgba(${parts}, ${share})`);
}

function tick(value: number): string {
  return Math.abs(value) >= 10_000 ? formatNumber(value / 1000, 4) + 'k' : formatNumber(value, 5);
}

/** Where a line has no value at the pointer's place, as another line has it, the nearest that it has. */
function nearest(u: uPlot, series: number, index: number): number {
  const values = u.data[series] ?? [];
  for (let away = 0; away < values.length; away++) {
    if (isThere(values[index - away])) return index - away;
    if (isThere(values[index + away])) return index + away;
  }
  return index;
}

function isThere(value: number | null | undefined): value is number {
  return typeof value === 'number';
}

function isAlone(u: uPlot, series: number): boolean {
  let known = 0;
  for (const value of u.data[series] ?? []) if (isThere(value) && ++known > 1) return false;
  return true;
}

function dot(color: string): HTMLElement {
  const element = document.createElement('div');
  element.style.background = color;
  return element;
}

function emptyDot(): HTMLElement {
  const element = document.createElement('div');
  element.hidden = true;
  return element;
}

function drawBroken(u: uPlot, places: readonly number[], color: string): void {
  if (places.length === 0) return;
  const { ctx, bbox } = u;
  const size = 3.5 * devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = color;
  ctx.lineWidth = 1.5 * devicePixelRatio;
  ctx.beginPath();
  for (const x of places) {
    const left = u.valToPos(x, 'x', true);
    if (left < bbox.left || left > bbox.left + bbox.width) continue;
    const top = bbox.top + bbox.height - 2 * size;
    ctx.moveTo(left - size, top - size);
    ctx.lineTo(left + size, top + size);
    ctx.moveTo(left + size, top - size);
    ctx.lineTo(left - size, top + size);
  }
  ctx.stroke();
  ctx.restore();
}
