import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { RefObject } from 'preact';
import { colorOf, paint } from '../shell/theme.ts';
import { formatNumber } from '../ui/format.ts';
import { rampColor, rampStops } from './ramp.ts';
import './heat-map.css';

interface HeatMapProps {
  readonly title: string;
  readonly help?: string;
  readonly epochs: readonly number[];
  /** By epoch and dimension; nats. What is drawn is drawn anew when the list is another. */
  readonly values: readonly (readonly (number | null)[])[];
  readonly place: RefObject<HTMLElement | null>;
}

const labelWidth = 34;
const axisHeight = 18;

/** How much each latent dimension says of an example, over the epochs: dark is nothing, light is much. By pointer and by keys. */
export function HeatMap({ title, help, epochs, values, place }: HeatMapProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  const [cell, setCell] = useState<readonly [column: number, row: number]>();
  const id = useId();
  const dimensions = Math.max(0, ...values.map((row) => row.length));
  let most = 0;
  for (const row of values) for (const value of row) if (value !== null && Number.isFinite(value)) most = Math.max(most, value);
  const rowHeight = Math.max(3, Math.min(20, Math.floor(260 / Math.max(1, dimensions))));
  const height = dimensions * rowHeight + axisHeight;

  useEffect(() => {
    const element = canvas.current?.parentElement;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => { setWidth(element.clientWidth); });
    observer.observe(element);
    return () => { observer.disconnect(); };
  }, []);

  const columnWidth = (width - labelWidth) / Math.max(1, epochs.length);
  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (!element || !context || width === 0) return;
    const scale = devicePixelRatio;
    element.width = Math.round(width * scale);
    element.height = Math.round(height * scale);
    element.style.height = `${height}px`;
    context.scale(scale, scale);
    context.clearRect(0, 0, width, height);
    values.forEach((row, column) => {
      row.forEach((value, dimension) => {
        context.fillStyle = value === null ? colorOf('--bad') : rampColor(most > 0 ? value / most : 0);
        const left = labelWidth + column * columnWidth;
        context.fillRect(left, dimension * rowHeight, columnWidth + 0.5, rowHeight + 0.5);
      });
    });
    context.fillStyle = colorOf('--quiet');
    context.font = '11px system-ui, sans-serif';
    context.textBaseline = 'middle';
    context.textAlign = 'right';
    const everyRow = Math.ceil(14 / rowHeight);
    for (let row = 0; row < dimensions; row += everyRow) context.fillText(`z${row + 1}`, labelWidth - 5, row * rowHeight + rowHeight / 2);
    context.textAlign = 'center';
    const everyColumn = Math.ceil(60 / columnWidth);
    epochs.forEach((epoch, column) => {
      if (column % everyColumn === 0) context.fillText(String(epoch), labelWidth + (column + 0.5) * columnWidth, height - axisHeight / 2 + 2);
    });
    if (cell) {
      context.strokeStyle = colorOf('--ink');
      context.lineWidth = 2;
      context.strokeRect(labelWidth + cell[0] * columnWidth, cell[1] * rowHeight, Math.max(3, columnWidth), rowHeight);
    }
  }, [values, epochs, width, height, cell, most, paint.value]);

  const keep = (column: number, row: number): void => {
    const clamp = (value: number, count: number): number => Math.min(count - 1, Math.max(0, value));
    setCell([clamp(column, epochs.length), clamp(row, dimensions)]);
  };
  const onKey = (event: KeyboardEvent): void => {
    if (epochs.length === 0) return;
    const [column, row] = cell ?? [epochs.length - 1, 0];
    const moves: Readonly<Record<string, readonly [number, number]>> = {
      ArrowLeft: [column - 1, row], ArrowRight: [column + 1, row], ArrowUp: [column, row - 1], ArrowDown: [column, row + 1],
      Home: [0, row], End: [epochs.length - 1, row],
    };
    const next = moves[event.key];
    if (!next) return;
    event.preventDefault();
    keep(...next);
  };
  const last = values.at(-1) ?? [];
  return (
    <figure class="chart" ref={place} aria-labelledby={`${id}-title`}>
      <figcaption>
        <h3 id={`${id}-title`}>{title}</h3>
        <span class="quiet">{help}</span>
      </figcaption>
      <div class="heat-map" role="group" aria-roledescription="heat map" aria-label={`${title}: arrow keys go through epochs and dimensions`} tabIndex={0}
        onKeyDown={onKey}
        onPointerMove={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          const [x, y] = [event.clientX - box.left - labelWidth, event.clientY - box.top];
          if (x >= 0 && y >= 0 && y < dimensions * rowHeight) keep(Math.floor(x / columnWidth), Math.floor(y / rowHeight));
        }}
        onPointerLeave={() => { setCell(undefined); }}>
        <canvas ref={canvas} aria-hidden="true" />
      </div>
      <p class="heat-legend">
        <span>0</span>
        <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
          {rampStops.map((color, index) => <rect key={color} x={(index * 100) / rampStops.length} width={100 / rampStops.length + 0.5} height="8" fill={color} />)}
        </svg>
        <span>{formatNumber(most, 3)} nats</span>
        <output>{cell ? `epoch ${epochs[cell[0]] ?? ''}, z${cell[1] + 1}: ${formatNumber(values[cell[0]]?.[cell[1]])} nats` : ''}</output>
      </p>
      <details class="values">
        <summary>Values</summary>
        <p class="heat-values">After epoch {epochs.at(-1)}: {last.map((value, dimension) => `z${dimension + 1} ${formatNumber(value, 3)}`).join(', ')} nats</p>
      </details>
    </figure>
  );
} // prettier-ignore
