// The stage: points below, lines above, and what pointers and keys do there. It knows nothing of codes.
import { drawOverlay, toPlane, toScreen } from './overlay.ts';
import type { Frame, OverlayColours, OverlayContents } from './overlay.ts';
import type { Point } from './plane.ts';
import { PointIndex } from './point-index.ts';
import { pointLayer } from './point-layer.ts';
import type { PointLayer, View } from './point-layer.ts';

export type Tool = 'move' | 'box' | 'lasso';

export interface StageEvents {
  /** A pointer is over a place, and maybe a point; undefined: it has left. */
  readonly onHover: (place: Point | undefined, index: number | undefined) => void;
  /** A point was clicked, or Enter pressed on it. */
  readonly onPick: (index: number, add: boolean) => void;
  /** A place was clicked where no point is. */
  readonly onPlace: (place: Point) => void;
  /** The handle was dragged, or moved by keys. */
  readonly onDrag: (place: Point) => void;
  /** Points were surrounded. */
  readonly onSelect: (indices: readonly number[], add: boolean) => void;
  /** The keyboard went to a point. */
  readonly onFocusPoint: (index: number) => void;
  readonly onEscape: () => void;
  /** Another part is on the screen now. */
  readonly onView: (view: View, frame: Frame) => void;
}

/** How near a pointer must be, in CSS pixels. */
const near = 10;
const nothing: OverlayContents = { axes: undefined, contours: [], circles: undefined, ellipses: [], path: [], rings: [], handle: undefined, lasso: [] }; // prettier-ignore

export class StageView {
  readonly layer: PointLayer;
  readonly #points: HTMLCanvasElement;
  readonly #lines: HTMLCanvasElement;
  readonly #events: StageEvents;
  readonly #observer: ResizeObserver;
  readonly #pointers = new Map<number, Point>();
  #index = new PointIndex(new Float32Array());
  #places = new Float32Array();
  #view: View = { x: 0, y: 0, unit: 0.02 };
  #frame: Frame = { width: 1, height: 1 };
  #contents = nothing;
  #colours: OverlayColours = { ink: '#000', quiet: '#666', grid: '#ddd', accent: '#05a', paper: '#fff' };
  #lasso: Point[] = [];
  #drag: { readonly kind: 'pan' | 'lasso' | 'box' | 'handle'; moved: boolean; from: Point } | undefined;
  #focused: number | undefined;
  #isDirty = false;
  #hasFitted = false;
  tool: Tool = 'move';
  pointSize = 6;

  constructor(points: HTMLCanvasElement, lines: HTMLCanvasElement, events: StageEvents) {
    this.#points = points;
    this.#lines = lines;
    this.#events = events;
    this.layer = pointLayer(points);
    this.#observer = new ResizeObserver(() => {
      this.#resize();
    });
    this.#observer.observe(lines);
    this.#listen();
    this.#resize();
  }

  get view(): View {
    return this.#view;
  }

  get frame(): Frame {
    return this.#frame;
  }

  /** @param keep whether the same part stays on the screen */
  setPoints(places: Float32Array, keep: boolean): void {
    this.#places = places as Float32Array<ArrayBuffer>;
    this.#index = new PointIndex(places);
    this.layer.setPoints(places);
    if (!keep || !this.#hasFitted) this.fit();
    this.redraw();
  }

  setColours(bytes: Uint8Array): void {
    this.layer.setColours(bytes);
    this.redraw();
  }

  setFaded(faded: Uint8Array): void {
    this.layer.setFaded(faded);
    this.redraw();
  }

  setContents(contents: OverlayContents, colours: OverlayColours): void {
    this.#contents = contents;
    this.#colours = colours;
    this.redraw();
  }

  /** Shows all points. */
  fit(): void {
    const { x, y } = this.#index.bounds;
    const { width, height } = this.#frame;
    this.#hasFitted = width > 1;
    const unit = 1.12 * Math.max((x[1] - x[0]) / width, (y[1] - y[0]) / height) || 0.02;
    this.#setView({ x: (x[0] + x[1]) / 2, y: (y[0] + y[1]) / 2, unit });
  }

  zoom(factor: number, at: Point = { x: this.#frame.width / 2, y: this.#frame.height / 2 }): void {
    const place = toPlane(this.#view, this.#frame, at);
    const unit = this.#view.unit / factor;
    if (!(unit > 1e-9 && unit < 1e9)) return;
    const { width, height } = this.#frame;
    this.#setView({ x: place.x - (at.x - width / 2) * unit, y: place.y + (at.y - height / 2) * unit, unit });
  }

  pan(dx: number, dy: number): void {
    const { x, y, unit } = this.#view;
    this.#setView({ x: x - dx * unit, y: y + dy * unit, unit });
  }

  /** Points on the screen, up to `most` and one: then there are more. */
  visible(most: number): number[] {
    const low = toPlane(this.#view, this.#frame, { x: 0, y: this.#frame.height });
    const high = toPlane(this.#view, this.#frame, { x: this.#frame.width, y: 0 });
    const found: number[] = [];
    this.#index.visit([low.x, high.x], [low.y, high.y], (index) => {
      if (found.length <= most) found.push(index);
    });
    return found;
  }

  /** Both canvases as one picture. */
  picture(): HTMLCanvasElement {
    const canvas = document.createElement('canvas');
    canvas.width = this.#lines.width;
    canvas.height = this.#lines.height;
    const context = canvas.getContext('2d');
    if (!context) return canvas;
    context.fillStyle = this.#colours.paper;
    context.fillRect(0, 0, canvas.width, canvas.height);
    // WebGL keeps no picture: what is drawn in this turn can be copied in this turn.
    this.#draw();
    context.drawImage(this.#lines, 0, 0);
    context.drawImage(this.#points, 0, 0);
    return canvas;
  }

  redraw(): void {
    if (this.#isDirty) return;
    this.#isDirty = true;
    requestAnimationFrame(() => {
      this.#isDirty = false;
      this.#draw();
    });
  }

  dispose(): void {
    this.#observer.disconnect();
    this.layer.dispose();
  }

  #draw(): void {
    const { width, height } = this.#frame;
    this.layer.draw(this.#view, { width, height, size: this.pointSize });
    const context = this.#lines.getContext('2d');
    if (!context) return;
    const ratio = this.#lines.width / width;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    drawOverlay(context, { view: this.#view, frame: this.#frame, contents: { ...this.#contents, lasso: this.#lasso }, colours: this.#colours }); // prettier-ignore
  }

  #setView(view: View): void {
    this.#view = view;
    this.#events.onView(view, this.#frame);
    this.redraw();
  }

  #resize(): void {
    const { clientWidth: width, clientHeight: height } = this.#lines;
    if (width === 0 || height === 0) return;
    const ratio = Math.min(2, devicePixelRatio);
    for (const canvas of [this.#points, this.#lines]) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    this.#frame = { width, height };
    if (this.#hasFitted) this.#setView(this.#view);
    else this.fit();
    // A canvas that has another size is empty until it is drawn.
    this.#draw();
  }

  #placeOf(event: MouseEvent): Point {
    const { left, top } = this.#lines.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  }

  #pointAt(at: Point): number | undefined {
    const within = near * this.#view.unit;
    return this.#index.nearest(toPlane(this.#view, this.#frame, at), { x: within, y: within });
  }

  #isOnHandle(at: Point): boolean {
    const { handle } = this.#contents;
    if (!handle) return false;
    const { x, y } = toScreen(this.#view, this.#frame, handle);
    return Math.hypot(x - at.x, y - at.y) <= near + 4;
  }

  #listen(): void {
    const lines = this.#lines;
    lines.addEventListener('wheel', (event) => {
      event.preventDefault();
      this.zoom(Math.exp(-event.deltaY * (event.deltaMode === 1 ? 0.05 : 0.0015)), this.#placeOf(event));
    }, { passive: false }); // prettier-ignore
    lines.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      const at = this.#placeOf(event);
      lines.setPointerCapture(event.pointerId);
      this.#pointers.set(event.pointerId, at);
      if (this.#pointers.size > 1) this.#drag = { kind: 'pan', moved: true, from: at };
      else if (this.#isOnHandle(at)) this.#drag = { kind: 'handle', moved: true, from: at };
      else if (this.tool === 'move') this.#drag = { kind: 'pan', moved: false, from: at };
      else this.#drag = { kind: this.tool, moved: false, from: at };
    });
    lines.addEventListener('pointermove', (event) => {
      const at = this.#placeOf(event);
      const before = this.#pointers.get(event.pointerId);
      if (!before || !this.#drag) {
        if (event.pointerType !== 'touch')
          this.#events.onHover(toPlane(this.#view, this.#frame, at), this.#pointAt(at));
        return;
      }
      const others = [...this.#pointers].filter(([id]) => id !== event.pointerId);
      this.#pointers.set(event.pointerId, at);
      if (others.length > 0) this.#pinch(before, at, others[0]![1]);
      else this.#dragged(before, at);
    });
    const end = (event: PointerEvent): void => {
      const drag = this.#drag;
      const at = this.#placeOf(event);
      if (!this.#pointers.delete(event.pointerId) || this.#pointers.size > 0 || !drag) return;
      this.#drag = undefined;
      if (event.type === 'pointercancel') this.#lasso = [];
      else if (!drag.moved) this.#clicked(at, event.shiftKey);
      else if (drag.kind === 'lasso' || drag.kind === 'box') this.#surrounded(event.shiftKey);
      this.redraw();
    };
    lines.addEventListener('pointerup', end);
    lines.addEventListener('pointercancel', end);
    lines.addEventListener('pointerleave', () => {
      if (!this.#drag) this.#events.onHover(undefined, undefined);
    });
    lines.addEventListener('keydown', (event) => {
      if (this.#key(event)) event.preventDefault();
    });
  }

  #pinch(before: Point, at: Point, other: Point): void {
    const distance = (a: Point): number => Math.max(1, Math.hypot(a.x - other.x, a.y - other.y));
    this.pan((at.x - before.x) / 2, (at.y - before.y) / 2);
    this.zoom(distance(at) / distance(before), { x: (at.x + other.x) / 2, y: (at.y + other.y) / 2 });
  }

  #dragged(before: Point, at: Point): void {
    const drag = this.#drag;
    if (!drag) return;
    if (!drag.moved && Math.hypot(at.x - drag.from.x, at.y - drag.from.y) < 4) return;
    drag.moved = true;
    if (drag.kind === 'pan') this.pan(at.x - before.x, at.y - before.y);
    else if (drag.kind === 'handle') this.#events.onDrag(toPlane(this.#view, this.#frame, at));
    else if (drag.kind === 'lasso') this.#lasso.push(at);
    else this.#lasso = [drag.from, { x: at.x, y: drag.from.y }, at, { x: drag.from.x, y: at.y }];
    this.redraw();
  }

  #clicked(at: Point, add: boolean): void {
    const index = this.#pointAt(at);
    if (index === undefined) this.#events.onPlace(toPlane(this.#view, this.#frame, at));
    else this.#events.onPick(index, add);
  }

  #surrounded(add: boolean): void {
    const polygon = this.#lasso.map((at) => toPlane(this.#view, this.#frame, at));
    this.#lasso = [];
    this.#events.onSelect(this.#index.within(polygon), add);
  }

  #key(event: KeyboardEvent): boolean {
    const arrows: Readonly<Record<string, Point>> = { ArrowLeft: { x: -1, y: 0 }, ArrowRight: { x: 1, y: 0 }, ArrowUp: { x: 0, y: 1 }, ArrowDown: { x: 0, y: -1 } }; // prettier-ignore
    const arrow = arrows[event.key];
    if (event.ctrlKey || event.metaKey) return false;
    if (arrow) {
      const { handle } = this.#contents;
      if (event.shiftKey) this.pan(-60 * arrow.x, 60 * arrow.y);
      else if (event.altKey && handle) {
        const step = 6 * this.#view.unit;
        this.#events.onDrag({ x: handle.x + step * arrow.x, y: handle.y + step * arrow.y });
      } else this.#walk(arrow);
      return true;
    }
    switch (event.key) {
      case '+':
      case '=':
        this.zoom(1.25);
        return true;
      case '-':
        this.zoom(0.8);
        return true;
      case '0':
        this.fit();
        return true;
      case 'Enter':
      case ' ':
        if (this.#focused !== undefined) this.#events.onPick(this.#focused, event.key === ' ');
        return true;
      case 'Escape':
        this.#lasso = [];
        this.#events.onEscape();
        return true;
      default:
        return false;
    }
  }

  /** To the nearest point in a direction: within 45° of it, those ahead before those beside. */
  #walk(direction: Point): void {
    const places = this.#places;
    const from = this.#focused === undefined ? undefined : { x: places[2 * this.#focused]!, y: places[2 * this.#focused + 1]! }; // prettier-ignore
    let best: number | undefined = from ? undefined : this.#nearestToMiddle();
    let least = Infinity;
    for (let k = 0; from && k < places.length / 2; k++) {
      const [dx, dy] = [places[2 * k]! - from.x, places[2 * k + 1]! - from.y];
      const along = dx * direction.x + dy * direction.y;
      const across = Math.abs(dx * direction.y) + Math.abs(dy * direction.x);
      if (!(along > 0) || across > along) continue;
      const distance = along + across;
      if (distance >= least) continue;
      least = distance;
      best = k;
    }
    if (best === undefined) return;
    this.#focused = best;
    const at = { x: places[2 * best]!, y: places[2 * best + 1]! };
    const { x, y } = toScreen(this.#view, this.#frame, at);
    if (x < 20 || y < 20 || x > this.#frame.width - 20 || y > this.#frame.height - 20) this.#setView({ ...at, unit: this.#view.unit }); // prettier-ignore
    this.#events.onFocusPoint(best);
  }

  #nearestToMiddle(): number | undefined {
    const reach = Math.max(this.#frame.width, this.#frame.height) * this.#view.unit;
    return this.#index.nearest(this.#view, { x: reach, y: reach });
  }
}
