import type { Covariance, Matrix, Point } from './covariance.ts';
import { apply, eigen } from './covariance.ts';
import { escape } from './format.ts';
import type { Cloud } from './noise.ts';

export interface FrameOptions {
  /** In user units of the drawing; the page scales it to the column. */
  readonly width?: number;
  readonly height?: number;
  readonly x: readonly [from: number, to: number];
  readonly y: readonly [from: number, to: number];
  /** Room for axis labels: left, right, top, bottom. */
  readonly margin?: readonly [number, number, number, number];
}

/** A drawing with coordinates: turns points of a plane into SVG. */
export class Frame {
  readonly width: number;
  readonly height: number;
  readonly xRange: readonly [number, number];
  readonly yRange: readonly [number, number];
  readonly box: { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number };

  constructor({ width = 320, height = 320, x, y, margin = [0, 0, 0, 0] }: FrameOptions) {
    this.width = width;
    this.height = height;
    this.xRange = x;
    this.yRange = y;
    const [left, right, top, bottom] = margin;
    this.box = { left, right: width - right, top, bottom: height - bottom };
  }

  /** A square window on the plane, ±extent. */
  static plane(extent: number, size = 320): Frame {
    return new Frame({ width: size, height: size, x: [-extent, extent], y: [-extent, extent] });
  }

  px(x: number): number {
    const [from, to] = this.xRange;
    return this.box.left + ((x - from) / (to - from)) * (this.box.right - this.box.left);
  }

  py(y: number): number {
    const [from, to] = this.yRange;
    return this.box.bottom - ((y - from) / (to - from)) * (this.box.bottom - this.box.top);
  }

  at(point: Point): string {
    return `${round(this.px(point.x))},${round(this.py(point.y))}`;
  }

  /** The whole drawing; `label` says what a sighted reader sees. */
  svg(label: string, body: string, options: { readonly interactive?: boolean } = {}): string {
    const role = options.interactive === true ? 'group' : 'img';
    const frame = [this.box.left, this.box.right, this.box.top, this.box.bottom, ...this.xRange, ...this.yRange].join(
      ' ',
    );
    return `<svg viewBox="0 0 ${this.width} ${this.height}" role="${role}" aria-label="${escape(label)}" data-frame="${frame}">${body}</svg>`;
  }

  /** Keeps `body` inside the axes. */
  clip(body: string): string {
    const { left, right, top, bottom } = this.box;
    return `<svg x="${left}" y="${top}" width="${right - left}" height="${bottom - top}" viewBox="${left} ${top} ${right - left} ${bottom - top}">${body}</svg>`;
  }

  /** Faint squares of one unit (or `step`), and the two axes. */
  grid(step = 1): string {
    const [x0, x1] = this.xRange;
    const [y0, y1] = this.yRange;
    let faint = '';
    for (let x = Math.ceil(x0 / step) * step; x <= x1; x += step) {
      if (x !== 0) faint += `M${round(this.px(x))},${this.box.top}V${this.box.bottom}`;
    }
    for (let y = Math.ceil(y0 / step) * step; y <= y1; y += step) {
      if (y !== 0) faint += `M${this.box.left},${round(this.py(y))}H${this.box.right}`;
    }
    const axes = `M${round(this.px(0))},${this.box.top}V${this.box.bottom}M${this.box.left},${round(this.py(0))}H${this.box.right}`;
    return `<path class="grid" d="${faint}"/><path class="axis" d="${axes}"/>`;
  }

  /** An axis below the drawing with numbers at `ticks`: below by their own height, which differs from screen to screen. */
  xAxis(ticks: readonly number[], title = '', format: (value: number) => string = tickText): string {
    const y = this.box.bottom;
    const marks = ticks.map(
      (x) =>
        `<path class="axis" d="M${round(this.px(x))},${y}v4"/><text class="tick" x="${round(this.px(x))}" y="${y + 4}" dy=".95em" text-anchor="middle">${format(x)}</text>`,
    );
    const name =
      title === ''
        ? ''
        : `<text class="axis-title" x="${this.box.right}" y="${y + 6}" dy="2.05em" text-anchor="end">${title}</text>`;
    return `<path class="axis" d="M${this.box.left},${y}H${this.box.right}"/>${marks.join('')}${name}`;
  }

  yAxis(ticks: readonly number[], title = '', format: (value: number) => string = tickText): string {
    const x = this.box.left;
    const marks = ticks.map(
      (y) =>
        `<path class="grid" d="M${x},${round(this.py(y))}H${this.box.right}"/><text class="tick" x="${x - 6}" y="${round(this.py(y)) + 4}" text-anchor="end">${format(y)}</text>`,
    );
    const name = title === '' ? '' : `<text class="axis-title" x="${x - 4}" y="${this.box.top - 8}">${title}</text>`;
    return `${marks.join('')}${name}`;
  }

  /** y = f(x) over the whole width. */
  curve(f: (x: number) => number, style: string, steps = 72): string {
    const [from, to] = this.xRange;
    return this.line(
      Array.from({ length: steps + 1 }, (_, i) => {
        const x = from + ((to - from) * i) / steps;
        return { x, y: f(x) };
      }),
      style,
    );
  }

  line(points: readonly Point[], style: string, close = false): string {
    let [lastX, lastY] = [0, 0];
    const path = points.map((point, index) => {
      const [x, y] = [round(this.px(point.x)), round(this.py(point.y))];
      // Steps between rounded points add up without drift, and take a third less room than points.
      const [dx, dy] = [round(x - lastX), round(y - lastY)];
      [lastX, lastY] = [x, y];
      return `${index === 0 ? 'M' : 'l'}${dx}${dy < 0 ? '' : ','}${dy}`;
    });
    return `<path class="${style}" d="${path.join('')}${close ? 'Z' : ''}"/>`;
  }

  /** The image of the circle of radius k under F, which is the k-standard-deviation ellipse of F Fᵀ. */
  image(factor: Matrix, style: string, k = 1, center: Point = { x: 0, y: 0 }): string {
    return this.line(imageOfCircle(factor, k, center), style, true);
  }

  /** The k-standard-deviation ellipse of a covariance. */
  ellipse(sigma: Covariance, style: string, k = 1, center: Point = { x: 0, y: 0 }): string {
    const { major, minor, angle } = eigen(sigma);
    const scale = (this.box.right - this.box.left) / (this.xRange[1] - this.xRange[0]);
    const [rx, ry] = [major, minor].map((value) => round(k * Math.sqrt(Math.max(value, 0)) * scale));
    const [cx, cy] = [round(this.px(center.x)), round(this.py(center.y))];
    const degrees = round((-angle * 180) / Math.PI);
    return `<ellipse class="${style}" cx="${cx}" cy="${cy}" rx="${rx}" ry="${ry}" transform="rotate(${degrees} ${cx} ${cy})"/>`;
  }

  /** Many points as one path: a dot is a closed line of no length with round ends. */
  dots(cloud: Cloud, style: string, keep: (index: number) => boolean = () => true): string {
    let path = '';
    for (let i = 0; 2 * i < cloud.length; i++) {
      const [x, y] = [cloud[2 * i] ?? NaN, cloud[2 * i + 1] ?? NaN];
      if (keep(i) && Number.isFinite(x) && Number.isFinite(y))
        path += `M${Math.round(this.px(x))},${Math.round(this.py(y))}z`;
    }
    return `<path class="dots ${style}" d="${path}"/>`;
  }

  /** Ends `gap` short of its aim, to leave room for a mark there. */
  arrow(from: Point, to: Point, style: string, gap = 0): string {
    const [x0, y0, aimX, aimY] = [this.px(from.x), this.py(from.y), this.px(to.x), this.py(to.y)];
    const distance = Math.hypot(aimX - x0, aimY - y0);
    const length = distance - gap;
    if (length < 1) return '';
    const [ux, uy] = [(aimX - x0) / distance, (aimY - y0) / distance];
    const [x1, y1] = [x0 + length * ux, y0 + length * uy];
    const head = Math.min(9, length * 0.6);
    const [bx, by] = [x1 - head * ux, y1 - head * uy];
    const side = head * 0.45;
    const tip = `M${round(x1)},${round(y1)}L${round(bx - side * uy)},${round(by + side * ux)}L${round(bx + side * uy)},${round(by - side * ux)}Z`;
    return `<g class="arrow ${style}"><path class="shaft" d="M${round(x0)},${round(y0)}L${round(bx)},${round(by)}"/><path class="tip" d="${tip}"/></g>`;
  }

  mark(point: Point, style: string, radius = 5): string {
    return `<circle class="mark ${style}" cx="${round(this.px(point.x))}" cy="${round(this.py(point.y))}" r="${radius}"/>`;
  }

  text(
    point: Point,
    text: string,
    options: { readonly dx?: number; readonly dy?: number; readonly anchor?: string; readonly style?: string } = {},
  ): string {
    const { dx = 0, dy = 0, anchor = 'start', style = '' } = options;
    return `<text class="${style}" x="${round(this.px(point.x) + dx)}" y="${round(this.py(point.y) + dy)}" text-anchor="${anchor}">${text}</text>`;
  }

  /** Words beside a point, on that side of it where what they must not touch is farthest. */
  textBeside(point: Point, text: string, { obstacles, style = '', away = [16, 24] }: BesideOptions): string {
    const from = { x: this.px(point.x), y: this.py(point.y) };
    const drawn = obstacles.map(({ x, y }) => ({ x: this.px(x), y: this.py(y) }));
    const clearance = ({ x, y }: Point): number => Math.min(...drawn.map((o) => Math.hypot(o.x - x, o.y - y)));
    const places = away.flatMap((distance) =>
      Array.from({ length: 12 }, (_, i) => ({
        x: from.x + distance * Math.cos((i * Math.PI) / 6),
        y: from.y + distance * Math.sin((i * Math.PI) / 6),
      })),
    );
    const { left, right, top, bottom } = this.box;
    const seen = places.filter(({ x, y }) => Math.min(x - left, right - x, y - top, bottom - y) > 10);
    // The nearest that is clear enough, else the clearest.
    const enough = 13;
    const best =
      seen.find((place) => clearance(place) >= enough) ??
      seen.toSorted((a, b) => clearance(b) - clearance(a))[0] ??
      from;
    return `<text class="${style}" x="${round(best.x)}" y="${round(best.y)}" dy=".35em" text-anchor="middle">${text}</text>`;
  }

  /** A point that pointer and arrow keys move. */
  handle(name: string, point: Point, options: HandleOptions): string {
    const [cx, cy] = [round(this.px(point.x)), round(this.py(point.y))];
    const { label, valueText, ink = 'noise', step = 0.1 } = options;
    const now = Math.round(Math.hypot(point.x, point.y) * 100) / 100;
    return `<g class="handle ink-${ink}" data-handle="${name}" data-x="${point.x}" data-y="${point.y}" data-step="${step}" tabindex="0" role="slider" aria-label="${escape(label)}" aria-valuenow="${now}" aria-valuetext="${escape(valueText)}"><circle class="reach" cx="${cx}" cy="${cy}" r="20"/><circle class="halo" cx="${cx}" cy="${cy}" r="11"/><circle class="knob" cx="${cx}" cy="${cy}" r="6.5"/></g>`;
  }
}

export interface BesideOptions {
  /** Points of what the words must not touch. */
  readonly obstacles: readonly Point[];
  readonly style?: string;
  /** How far from the point they may stand, in units of the drawing, the preferred first. */
  readonly away?: readonly number[];
}

export interface HandleOptions {
  readonly label: string;
  /** Where it is, in words. */
  readonly valueText: string;
  readonly ink?: string;
  /** What an arrow key moves it by. */
  readonly step?: number;
}

/** Points of the image of the circle of radius k under F. */
export function imageOfCircle(factor: Matrix, k: number, center: Point): Point[] {
  return Array.from({ length: 60 }, (_, i) => {
    const t = (2 * Math.PI * i) / 60;
    const { x, y } = apply(factor, { x: k * Math.cos(t), y: k * Math.sin(t) });
    return { x: x + center.x, y: y + center.y };
  });
}

/** Points on the way from one to another. */
export function between(from: Point, to: Point, count = 20): Point[] {
  return Array.from({ length: count + 1 }, (_, i) => ({
    x: from.x + ((to.x - from.x) * i) / count,
    y: from.y + ((to.y - from.y) * i) / count,
  }));
}

export function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function tickText(value: number): string {
  return String(value).replace('-', '−');
}

/** Density of N(mean, stddev²). */
export function density(x: number, stddev: number, mean = 0): number {
  return Math.exp(-0.5 * ((x - mean) / stddev) ** 2) / (stddev * Math.sqrt(2 * Math.PI));
}
