import { axisTicks, logTicks, tickText } from '../../drawing/ticks.ts';
import { mapColor } from '../../drawing/colors.ts';
import type { Color } from '../../drawing/canvas.ts';
import type { ColumnPoints } from '../record/column.ts';
import type { SplitLine } from '../record/split-lines.ts';
import { Markup, markup } from './html.ts';
import type { Part } from './html.ts';
import { shownNumber } from './numbers.ts';

// Charts as SVG in the page: their colours are its own, so that they follow light, dark and paper. Each is a picture to a screen reader,
// told in a sentence, with its numbers as a table behind it.

/** A line of a chart. */
export interface Line {
  readonly name: string;
  readonly points: ColumnPoints;
  /** How it is told from the others. Default: the first colour, full. */
  readonly look?: SplitLine;
}

/** Of a line that stands alone. */
const plain: SplitLine = { color: 0, dash: [] };

const dashOf = ({ dash }: SplitLine): Part => (dash.length === 0 ? undefined : new Markup(` stroke-dasharray="${dash.join(' ')}"`)); // prettier-ignore

const [width, height] = [520, 240];
const frame = { left: 58, right: 12, top: 10, bottom: 30 };

/** From numbers to places in the picture. */
function scaleOf(
  [low, high]: readonly [number, number],
  [from, to]: readonly [number, number],
): (value: number) => number {
  const span = high - low || 1;
  return (value) => from + ((value - low) / span) * (to - from);
}

const place = (value: number): string => value.toFixed(1);

/** A chart of one metric over the steps of training. @param options.best the step whose parameters are kept */
export function lineChart(
  title: string,
  lines: readonly Line[],
  options: { readonly about?: string; readonly best?: number | undefined } = {},
): Markup {
  const finite = lines.flatMap(({ points }) => [...points.low, ...points.high]).filter((value) => value !== null);
  const steps = lines.flatMap(({ points }) => points.step);
  const isLog = finite.length > 0 && Math.min(...finite) > 0 && Math.max(...finite) > 100 * Math.min(...finite);
  const shape = (value: number): number => (isLog ? Math.log10(value) : value);
  const [low, high] = padded(finite.map(shape));
  const first = steps.reduce((least, step) => Math.min(least, step), Infinity);
  const last = steps.reduce((most, step) => Math.max(most, step), 0);
  const x = scaleOf([first, last], [frame.left, width - frame.right]);
  const y = scaleOf([low, high], [height - frame.bottom, frame.top]);
  const lineOf = ({ points, look = plain }: Line): Part => {
    let [path, isOpen] = ['', false];
    points.value.forEach((value, k) => {
      if (value === null) isOpen = false;
      else {
        path += `${isOpen ? 'L' : 'M'}${place(x(points.step[k] ?? NaN))} ${place(y(shape(value)))}`;
        isOpen = true;
      }
    });
    const lone = points.value.length === 1 && typeof points.value[0] === 'number';
    return [
      bandOf(points, look.color, { x, y: (value) => y(shape(value)) }),
      lone
        ? markup`<circle
            class="dot k${look.color}"
            cx="${place(x(points.step[0] ?? NaN))}"
            cy="${place(y(shape(points.value[0] ?? NaN)))}"
            r="3"
          />`
        : markup`<path class="line k${look.color}"${dashOf(look)} d="${path}" />`,
    ];
  };
  const { best } = options;
  const isMarked = best !== undefined && best > first && best < last;
  const picture = markup`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${sentence(title, lines)}">
    ${yAxis(isLog ? logTicks(10 ** low, 10 ** high, 4).map(Math.log10) : axisTicks(low, high, 4), y, isLog)}${xAxis(axisTicks(first, last, 5), x)}
    ${isMarked ? markup`<line class="mark" x1="${place(x(best))}" x2="${place(x(best))}" y1="${frame.top}" y2="${height - frame.bottom}" />` : undefined}
    ${lines.map(lineOf)}
  </svg>`;
  return figure(title, {
    about: [options.about, isLog ? 'logarithmic scale' : undefined].filter((each) => each !== undefined).join('; '),
    legend: lines.length > 1 || lines[0]?.name !== title ? lines.map(({ name, look = plain }) => ({ name, look })) : [],
    picture,
    table: tableOf(lines),
  });
}

/** Between the extremes of what a point stands for. */
function bandOf(points: ColumnPoints, at: number, { x, y }: Record<'x' | 'y', (value: number) => number>): Part {
  const spread = points.low.some((value, k) => value !== points.high[k]);
  if (!spread) return undefined;
  const known = points.low.flatMap((value, k) => (value === null ? [] : [k]));
  const edge = (values: readonly (number | null)[], indices: readonly number[]): string[] =>
    indices.map((k) => `${place(x(points.step[k] ?? NaN))},${place(y(values[k] ?? NaN))}`);
  const corners = [...edge(points.high, known), ...edge(points.low, [...known].reverse())];
  return markup`<polygon class="band k${at}" points="${corners.join(' ')}" />`;
}

/** Room above and below; around one value alone too. */
function padded(values: readonly number[]): [number, number] {
  const low = values.reduce((least, value) => Math.min(least, value), Infinity);
  const high = values.reduce((most, value) => Math.max(most, value), -Infinity);
  if (!(low <= high)) return [0, 1];
  const room = low === high ? Math.max(Math.abs(low) / 10, 1e-9) : (high - low) / 20;
  return [low - room, high + room];
}

function yAxis(ticks: readonly number[], y: (value: number) => number, isLog = false): Part {
  const step = (ticks[1] ?? 1) - (ticks[0] ?? 0);
  return ticks.map((tick) => {
    const text = isLog ? shownNumber(10 ** tick) : tickText(tick, step || 1);
    return markup`<line
        class="grid"
        x1="${frame.left}"
        x2="${width - frame.right}"
        y1="${place(y(tick))}"
        y2="${place(y(tick))}"
      /><text x="${frame.left - 8}" y="${place(y(tick) + 4)}" text-anchor="end">${text}</text>`;
  });
}

/** The last tick says what they are; one that would run into it is left out. */
function xAxis(ticks: readonly number[], x: (value: number) => number): Part {
  const last = ticks.length - 1;
  const lastEnd = x(ticks[last] ?? 0) > width - 40 ? width - frame.right : x(ticks[last] ?? 0) + 30;
  return ticks.map((tick, k) => {
    if (k < last && x(tick) > lastEnd - 100) return undefined;
    const text = `${k === last ? 'step ' : ''}${tick.toLocaleString('en')}`;
    const [at, anchor] = k === last ? [lastEnd, 'end'] : [x(tick), 'middle'];
    return markup`<text x="${place(at)}" y="${height - 8}" text-anchor="${anchor}">${text}</text>`;
  });
}

/** A chart in words. */
function sentence(title: string, lines: readonly Line[]): string {
  const parts = lines.map(({ name, points }) => {
    const known = points.value.filter((value) => value !== null);
    const [from, to] = [known[0], known.at(-1)];
    return from === undefined || to === undefined
      ? `${name}: no finite value`
      : `${name} from ${shownNumber(from)} to ${shownNumber(to)}`;
  });
  return `${title} over training: ${parts.join('; ')}.`;
}

const mostTableRows = 24;

/** Some of a chart's points, the first and the last among them. */
function tableOf(lines: readonly Line[]): Markup {
  const [longest] = [...lines].sort((a, b) => b.points.step.length - a.points.step.length);
  const steps = longest?.points.step ?? [];
  const every = Math.max(1, Math.ceil((steps.length - 1) / (mostTableRows - 1)));
  const shown = steps.filter((_, k) => k % every === 0 || k === steps.length - 1);
  const at = ({ points }: Line, step: number): string => {
    const k = points.step.indexOf(step);
    return k < 0 ? '' : shownNumber(points.value[k] ?? NaN);
  };
  return markup`<table>
    <thead>
      <tr>
        <th scope="col">step</th>
        <th scope="col">epoch</th>
        ${lines.map(({ name }) => markup`<th scope="col" class="number">${name}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${shown.map(
        (step) =>
          markup`<tr>
            <td>${step}</td>
            <td>${longest?.points.epoch[steps.indexOf(step)]}</td>
            ${lines.map((line) => markup`<td class="number">${at(line, step)}</td>`)}
          </tr>`,
      )}
    </tbody>
  </table>`;
}

/** A picture with its title, what it shows, and its numbers. */
export function figure(
  title: string,
  { about, legend, picture, table, isSquare = false }: { readonly about?: string; readonly legend: readonly { readonly name: string; readonly look: SplitLine }[]; readonly picture: Part; readonly table?: Markup; readonly isSquare?: boolean }, // prettier-ignore
): Markup {
  return markup`<figure${isSquare ? new Markup(' class="square"') : undefined}>
    <figcaption><b>${title}</b>${about ? markup` <span>${about}</span>` : undefined}</figcaption>
    ${
      legend.length > 0
        ? markup`<ul class="legend">
            ${legend.map(
              ({ name, look }) =>
                markup`<li>
                  <svg viewBox="0 0 22 10" aria-hidden="true"><path class="line k${look.color}"${dashOf(look)} d="M1 5H21" /></svg>${name}
                </li>`,
            )}
          </ul>`
        : undefined
    }${picture}
    ${
      table
        ? markup`<details>
            <summary>As a table</summary>
            <div class="wide">${table}</div>
          </details>`
        : undefined
    }
  </figure>`;
}

/** The KL of each latent dimension, largest first. @param active from which value on one counts as used, for the colour */
export function klBars(values: readonly number[], { about }: { readonly about: string }): Markup {
  const most = 64;
  const sorted = values.map((value, unit) => ({ value, unit })).sort((a, b) => b.value - a.value);
  const shown = sorted.slice(0, most);
  const x = scaleOf([0, shown.length], [frame.left, width - frame.right]);
  const [, top] = padded([0, ...shown.map(({ value }) => (Number.isFinite(value) ? value : 0))]);
  const y = scaleOf([0, top], [height - frame.bottom, frame.top]);
  const bar = (width - frame.left - frame.right) / shown.length;
  const every = Math.ceil(shown.length / 16);
  const picture = markup`<svg
    viewBox="0 0 ${width} ${height}"
    role="img"
    aria-label="KL of ${values.length} latent dimensions in nats, from ${shownNumber(sorted[0]?.value ?? NaN)} to ${shownNumber(sorted.at(-1)?.value ?? NaN)}."
  >
    ${yAxis(axisTicks(0, top, 4), y)}
    ${shown.map(({ value, unit }, k) => {
      const from = y(Math.max(0, Number.isFinite(value) ? value : 0));
      const text =
        k % every === 0
          ? markup`<text x="${place(x(k + 0.5))}" y="${height - 12}" text-anchor="middle">${unit + 1}</text>`
          : undefined;
      return markup`<rect
          class="bar"
          x="${place(x(k) + bar * 0.12)}"
          y="${place(from)}"
          width="${place(bar * 0.76)}"
          height="${place(Math.max(0.5, height - frame.bottom - from))}"
        />${text}`;
    })}
  </svg>`;
  const rows = markup`<table>
    <thead>
      <tr>
        <th scope="col">dimension</th>
        <th scope="col" class="number">KL, nats</th>
      </tr>
    </thead>
    <tbody>
      ${sorted.map(
        ({ value, unit }) =>
          markup`<tr>
            <td>z${unit + 1}</td>
            <td class="number">${shownNumber(value)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
  const left = values.length - shown.length;
  return figure('KL of each latent dimension', {
    about: `${about}${left > 0 ? `; the ${most} largest of ${values.length}` : ''}`,
    legend: [],
    picture,
    table: rows,
  });
}

/** The KL of latent dimensions over the epochs: a row a dimension, in the order of the last epoch. */
export function klHeatMap(rows: readonly { readonly epoch: number; readonly values: readonly number[] }[]): Markup {
  const last = rows.at(-1)?.values ?? [];
  const order = last.map((value, unit) => ({ value, unit })).sort((a, b) => b.value - a.value).slice(0, 64); // prettier-ignore
  const most = Math.max(...rows.flatMap(({ values }) => values.filter((value) => Number.isFinite(value))), 1e-9);
  const cellHeight = Math.max(4, Math.min(16, 260 / order.length));
  const tall = frame.top + cellHeight * order.length + frame.bottom;
  const cell = (width - frame.left - frame.right) / rows.length;
  const css = ([r, g, b]: Color): string => `rgb(${Math.round(r)},${Math.round(g)},${Math.round(b)})`;
  const cells = rows.flatMap(({ values }, column) =>
    order.map(({ unit }, row) => {
      const value = values[unit] ?? NaN;
      if (!Number.isFinite(value)) return undefined;
      return markup`<rect
        x="${place(frame.left + column * cell)}"
        y="${place(frame.top + row * cellHeight)}"
        width="${place(cell + 0.4)}"
        height="${place(cellHeight + 0.4)}"
        fill="${css(mapColor('viridis', Math.sqrt(Math.max(0, value) / most)))}"
      />`;
    }),
  );
  const every = Math.ceil(12 / cellHeight);
  const labels = order.map(({ unit }, row) =>
    row % every === 0
      ? markup`<text x="${frame.left - 8}" y="${place(frame.top + (row + 0.5) * cellHeight + 4)}" text-anchor="end"
          >${unit + 1}</text
        >`
      : undefined,
  );
  const ends = [rows[0], rows.at(-1)].map(
    (row, k) =>
      markup`<text
        x="${k === 0 ? frame.left : width - frame.right}"
        y="${place(tall - 8)}"
        text-anchor="${k === 0 ? 'start' : 'end'}"
        >epoch ${row?.epoch}</text
      >`,
  );
  const legend = markup`<text x="${width / 2}" y="${place(tall - 8)}" text-anchor="middle"
    >dark: 0, bright: ${shownNumber(most)} nats (square-root scale)</text
  >`;
  return figure('KL of latent dimensions over time', {
    about: 'on the held-out examples',
    legend: [],
    picture: markup`<svg
      viewBox="0 0 ${width} ${place(tall)}"
      role="img"
      aria-label="KL of each latent dimension over ${rows.length} epochs; the largest is ${shownNumber(most)} nats."
    >
      ${cells}${labels}${ends}${legend}
    </svg>`,
  });
}

/** Points in a plane, coloured by class. */
export interface ScatterPoint {
  readonly x: number;
  readonly y: number;
  readonly group: number | undefined;
}

/** @param options.groups names and colours of classes */
export function scatterChart(
  points: readonly ScatterPoint[],
  options: { readonly title: string; readonly about: string; readonly axes: readonly [string, string]; readonly groups: readonly { readonly name: string; readonly color: Color }[] }, // prettier-ignore
): Markup {
  const [side, edge] = [520, 34];
  const finite = points.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y));
  const [xs, ys] = [padded(finite.map((point) => point.x)), padded(finite.map((point) => point.y))];
  const x = scaleOf(xs, [edge, side - 10]);
  const y = scaleOf(ys, [side - edge, 10]);
  const { groups, axes } = options;
  const ticks = (of: readonly [number, number]): readonly number[] => axisTicks(of[0], of[1], 5);
  const stepOf = (of: readonly number[]): number => (of[1] ?? 1) - (of[0] ?? 0) || 1;
  const grid = [
    ticks(xs).map(
      (tick, _, all) =>
        markup`<line class="grid" x1="${place(x(tick))}" x2="${place(x(tick))}" y1="10" y2="${side - edge}" /><text
            x="${place(x(tick))}"
            y="${side - edge + 16}"
            text-anchor="middle"
            >${tickText(tick, stepOf(all))}</text
          >`,
    ),
    ticks(ys).map(
      (tick, _, all) =>
        markup`<line class="grid" x1="${edge}" x2="${side - 10}" y1="${place(y(tick))}" y2="${place(y(tick))}" /><text
            x="${edge - 6}"
            y="${place(y(tick) + 4)}"
            text-anchor="end"
            >${tickText(tick, stepOf(all))}</text
          >`,
    ),
  ];
  const fills = groups.map(({ color: [r, g, b] }) => `rgb(${Math.round(r)},${Math.round(g)},${Math.round(b)})`);
  const dots = finite.map((point) =>
    point.group === undefined
      ? markup`<circle class="point dot k0" cx="${place(x(point.x))}" cy="${place(y(point.y))}" r="2.6" />`
      : markup`<circle
          class="point"
          cx="${place(x(point.x))}"
          cy="${place(y(point.y))}"
          r="2.6"
          fill="${fills[point.group]}"
        />`,
  );
  const counts = groups.map((_, group) => points.filter((point) => point.group === group).length);
  const legend = markup`<ul class="legend">
    ${groups.map(
      ({ name }, k) =>
        markup`<li>
          <svg viewBox="0 0 14 10" aria-hidden="true"><circle cx="7" cy="5" r="4.5" fill="${fills[k]}" /></svg>${name}
        </li>`,
    )}
  </ul>`;
  const center = (group: number, of: 'x' | 'y'): number => {
    const own = finite.filter((point) => point.group === group);
    return own.reduce((sum, point) => sum + point[of], 0) / own.length;
  };
  const table = markup`<table>
    <thead>
      <tr>
        <th scope="col">class</th>
        <th scope="col" class="number">examples</th>
        <th scope="col" class="number">centre, ${axes[0]}</th>
        <th scope="col" class="number">centre, ${axes[1]}</th>
      </tr>
    </thead>
    <tbody>
      ${groups.map(
        ({ name }, k) =>
          markup`<tr>
            <td>${name}</td>
            <td class="number">${counts[k]}</td>
            <td class="number">${shownNumber(center(k, 'x'))}</td>
            <td class="number">${shownNumber(center(k, 'y'))}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
  return figure(options.title, {
    about: options.about,
    legend: [],
    picture: markup`${groups.length > 0 ? legend : undefined}<svg
        viewBox="0 0 ${side} ${side}"
        role="img"
        aria-label="${options.title}: ${finite.length} points${groups.length > 0 ? ` of ${groups.length} classes` : ''}; across ${axes[0]}, up ${axes[1]}."
      >
        ${grid}${dots}
      </svg>`,
    ...(groups.length > 0 && { table }),
    isSquare: true,
  });
}
