import { useId, useRef, useState } from 'preact/hooks';
import type { RefObject } from 'preact';
import 'uplot/dist/uPlot.min.css';
import { formatNumber } from '../ui/format.ts';
import './chart.css';
import { summaryOf } from './lines.ts';
import type { Line, XAxis } from './lines.ts';
import { formatPlace } from './places.ts';
import type { Zoom } from './places.ts';
import { Swatch } from './swatch.tsx';
import { usePlot } from './use-plot.ts';
import type { PlaceValue } from './use-plot.ts';

interface ChartProps {
  readonly title: string;
  readonly help?: string | undefined;
  /** Undefined until they are known; none where they have no place on this axis. */
  readonly lines: readonly Line[] | undefined;
  readonly axis: XAxis;
  readonly isLog: boolean;
  readonly zoom: Zoom;
  readonly onZoom: (zoom: Zoom) => void;
  readonly place: RefObject<HTMLElement | null>;
}

/** Curves of one thing: by pointer, by keys, and as a table. */
export function Chart({ place, ...props }: ChartProps) {
  const id = useId();
  const { title, help, lines = [], isLog } = props;
  const isPositive = !isLog || lines.every(({ raw, value }) => (raw ?? value).every((each) => each === null || each > 0));
  return (
    <figure class="chart" ref={place} aria-labelledby={`${id}-title`}>
      <figcaption>
        <h3 id={`${id}-title`}>{title}</h3>
        <span class="quiet">{help}</span>
        {!isPositive && <span class="chart-note">linear: it has values of 0 and below</span>}
      </figcaption>
      {lines.length > 0 ? <Curve {...props} lines={lines} isLog={isLog && isPositive} /> : (
        <div class="plot">{props.lines && <p class="quiet">Its record has no times, so it has no place on this axis.</p>}</div>
      )}
    </figure>
  );
} // prettier-ignore

type CurveProps = Omit<ChartProps, 'place' | 'help' | 'lines'> & { readonly lines: readonly Line[] };

function Curve({ title, lines, axis, isLog, zoom, onZoom }: CurveProps) {
  const values = useRef<(HTMLElement | null)[]>([]);
  const smooths = useRef<(HTMLElement | null)[]>([]);
  const readout = useRef<HTMLSpanElement>(null);
  const [spoken, setSpoken] = useState('');
  // Past the drawing of components: the pointer moves often.
  const onPlace = (at: number | undefined, found: readonly PlaceValue[]): void => {
    found.forEach(({ value, smoothed }, index) => {
      const [element, beside] = [values.current[index], smooths.current[index]];
      write(element, formatNumber(value));
      write(beside, smoothed === undefined ? '' : `smoothed ${formatNumber(smoothed)}`);
    });
    write(readout.current, at === undefined ? 'last' : formatPlace(at, axis));
  };
  const { place, move } = usePlot({ lines, axis, isLog, zoom, onZoom, onPlace });
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') onZoom(undefined);
    const jump = event.shiftKey ? 20 : 1;
    const moves: Readonly<Record<string, number>> = { ArrowLeft: -jump, ArrowRight: jump, Home: -Infinity, End: Infinity };
    const by = moves[event.key];
    if (by === undefined || !move(by)) return;
    event.preventDefault();
    const told = lines.map(({ label }, index) => [label, values.current[index]?.textContent, smooths.current[index]?.textContent].filter(Boolean).join(' '));
    setSpoken(`${readout.current?.textContent ?? ''}: ${told.join(', ')}`);
  };
  const broken = lines.reduce((sum, line) => sum + summaryOf(line).broken, 0);
  return (
    <>
      <div class="plot" ref={place} tabIndex={0} role="group" aria-roledescription="chart" aria-label={`${title}: arrow keys read its values`} onKeyDown={onKey} />
      <ul class="legend" aria-label={`Values of ${title}`}>
        {lines.map(({ label, color, dash }, index) => (
          <li key={label}>
            <Swatch color={color} dash={dash} />
            <span class="legend-name" title={label}>{label}</span>
            <span class="legend-value" ref={(element) => { values.current[index] = element; }} />
            <span class="quiet legend-smoothed" ref={(element) => { smooths.current[index] = element; }} />
          </li>
        ))}
        <li class="quiet legend-place"><span ref={readout}>last</span></li>
      </ul>
      {broken > 0 && <p class="chart-note">× {broken} {broken === 1 ? 'place where a value is' : 'places where values are'} NaN or infinite</p>}
      <span class="hidden" role="status">{spoken}</span>
      <Values title={title} lines={lines} axis={axis} />
    </>
  );
} // prettier-ignore

/** What is there already is left alone, and its text is not made anew: that would be laid out anew too. */
function write(element: HTMLElement | null | undefined, text: string): void {
  if (!element) return;
  const { firstChild } = element;
  if (!(firstChild instanceof Text)) element.textContent = text;
  else if (firstChild.data !== text) firstChild.data = text;
}

/** The same in numbers. */
function Values({ title, lines, axis }: { readonly title: string; readonly lines: readonly Line[]; readonly axis: XAxis }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details class="values" onToggle={(event) => { setOpen(event.currentTarget.open); }}>
      <summary>Values<span class="hidden"> of {title}</span></summary>
      {isOpen && (
        <div class="scroll" role="region" tabIndex={0} aria-label={`Table of ${title}`}>
          <table>
            <thead>
              <tr><th scope="col">Line</th><th scope="col" class="number">Last</th><th scope="col" class="number">Least</th><th scope="col" class="number">Largest</th><th scope="col" class="number">Up to</th></tr>
            </thead>
            <tbody>
              {lines.map((line) => {
                const { last, least, most, at } = summaryOf(line);
                return (
                  <tr key={line.label}>
                    <th scope="row">{line.label}</th>
                    {[last, least, most].map((value, index) => <td key={index} class="number">{formatNumber(value)}</td>)}
                    <td class="number">{at === undefined ? '–' : formatPlace(at, axis)}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
    </details>
  );
} // prettier-ignore
