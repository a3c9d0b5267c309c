import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { RefObject } from 'preact';
import uPlot from 'uplot';
import { paint } from '../shell/theme.ts';
import { forget, inFrame, nextFrame } from './frame-queue.ts';
import { brokenPlaces, joinLines } from './lines.ts';
import type { DrawnSeries, Line, XAxis } from './lines.ts';
import { plotOptions } from './plot-options.ts';
import type { Zoom } from './places.ts';

export interface PlotProps {
  readonly lines: readonly Line[];
  readonly axis: XAxis;
  readonly isLog: boolean;
  readonly zoom: Zoom;
  readonly onZoom: (zoom: Zoom) => void;
  /** Told where the pointer is, and what each line is there; its last values where the pointer is away. */
  readonly onPlace: (place: number | undefined, values: readonly PlaceValue[]) => void;
}

/** What a line is somewhere: the value itself, and what it is smoothed, where lines are. */
export interface PlaceValue {
  readonly value: number | null;
  readonly smoothed: number | null | undefined;
}

export interface Plot {
  readonly place: RefObject<HTMLDivElement | null>;
  /** Moves the cursor by so many places of the axis, or to its ends; whether it could. */
  readonly move: (by: number) => boolean;
}

/**
 * A uPlot in an element: made anew when its lines are others, given new numbers when there are some, and never more of them in one frame
 * than fits.
 */
export function usePlot({ lines, axis, isLog, zoom, onZoom, onPlace }: PlotProps): Plot {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const joined = useMemo(() => joinLines(lines), [lines]);
  const broken = useMemo(() => brokenPlaces(lines), [lines]);
  const now = useRef({ lines, joined, broken, zoom, onZoom, onPlace });
  now.current = { lines, joined, broken, zoom, onZoom, onPlace };
  const looks = lines.map(({ color, dash }) => [color, dash]);
  const shape = JSON.stringify([joined.series, looks, axis, isLog, paint.value]);

  const tell = (): void => {
    const { lines: shown, joined: drawn, onPlace: said } = now.current;
    const u = plot.current;
    const left = u?.cursor.left ?? -1;
    if (!u || left < 0) {
      const lastOf = (list: readonly (number | null)[]): number | null =>
        list.findLast((each) => each !== null) ?? null;
      said(undefined, shown.map(({ value, raw }) => ({ value: lastOf(raw ?? value), smoothed: raw && lastOf(value) }))); // prettier-ignore
      return;
    }
    const at = (index: number, kind: DrawnSeries['kind']): number | null | undefined => {
      const series = drawn.series.findIndex((each) => each.line === index && each.kind === kind) + 1;
      if (series === 0) return undefined;
      const place = u.cursor.idxs?.[series];
      return typeof place === 'number' ? (u.data[series]?.[place] ?? null) : null;
    };
    // Where the nearest values are, and not where the pointer is between them.
    const here = u.data[0][u.cursor.idx ?? -1] ?? u.posToVal(left, 'x');
    said(here, shown.map(({ raw }, index) => ({ value: at(index, raw ? 'raw' : 'value') ?? null, smoothed: raw && at(index, 'value') }))); // prettier-ignore
  };

  useEffect(() => {
    const element = place.current;
    if (!element) return undefined;
    const [owner, turn] = [{}, {}];
    let isSeen = true;
    inFrame(owner, () => {
      const { lines: drawn, joined: data } = now.current;
      const options = plotOptions({
        width: element.clientWidth,
        lines: drawn,
        series: data.series,
        axis,
        isLog,
        broken: () => now.current.broken,
        zoom: () => now.current.zoom,
        onZoom: (next) => {
          now.current.onZoom(next);
        },
        isSeen: () => isSeen,
        onCursor: () => {
          // The chart under the pointer is read at once; the others take turns, as to lay out their texts takes longer than all else.
          if (element.matches(':hover')) nextFrame(turn, tell);
          else inFrame(turn, tell, true);
        },
      });
      plot.current = new uPlot(options, data.data, element);
    });
    const screen = new IntersectionObserver((entries) => {
      isSeen = entries.at(-1)?.isIntersecting ?? true;
      if (!plot.current) return;
      if (isSeen) follow(plot.current);
      else plot.current.setCursor(away);
    });
    screen.observe(element);
    const sizes = new ResizeObserver(() => {
      const u = plot.current;
      if (u && element.clientWidth > 0 && u.width !== element.clientWidth) {
        u.setSize({ width: element.clientWidth, height: u.height });
      }
    });
    sizes.observe(element);
    return () => {
      forget(owner);
      forget(turn);
      screen.disconnect();
      sizes.disconnect();
      plot.current?.destroy();
      plot.current = undefined;
    };
  }, [shape]);

  useEffect(() => {
    tell();
    inFrame(place, () => {
      plot.current?.setData(now.current.joined.data, true);
    });
    return () => {
      forget(place);
    };
  }, [joined, zoom?.[0], zoom?.[1]]);

  const move = (by: number): boolean => {
    const u = plot.current;
    const places = u?.data[0] ?? [];
    if (!u || places.length === 0) return false;
    const from = u.cursor.idx ?? places.length - 1;
    const index = Math.min(places.length - 1, Math.max(0, from + by));
    u.setCursor({ left: u.valToPos(places[index] ?? 0, 'x'), top: u.over.clientHeight / 2 });
    // At once, as it is said aloud.
    tell();
    return true;
  };
  return { place, move };
}

const away = { left: -10, top: -10 };

/** Puts the cursor of a chart that comes to the screen where that of the others is: those beyond it have none. */
function follow(u: uPlot): void {
  const other = uPlot.sync(u.cursor.sync?.key ?? '').plots.find((each) => each !== u && (each.cursor.left ?? -1) >= 0);
  const place = other?.posToVal(other.cursor.left ?? 0, 'x');
  u.setCursor(place === undefined ? away : { left: u.valToPos(place, 'x'), top: 0 });
}
