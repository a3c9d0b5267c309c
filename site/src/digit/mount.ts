import { MultivariateNormal } from 'rootsigma/gaussian';
import { evaluate } from 'rootsigma/reference';
import { rows } from '../covariance.ts';
import type { Point } from '../covariance.ts';
import { clamp } from '../fields.ts';
import { sampleAt } from '../figures/digit-sample.ts';
import { decimal } from '../format.ts';
import { noiseCloud } from '../noise.ts';
import { dragHandles } from '../page/handles.ts';
import { patch } from '../patch.ts';
import type { Store } from '../store.ts';
import { normalizeInk } from './ink.ts';
import { digitMarkup, digitSamples } from './markup.ts';
import type { DigitState } from './markup.ts';
import { openDigitModel, side } from './model.ts';
import type { DigitModel } from './model.ts';

const canvasSize = 280;
const penWidth = 25;

/** The VAE figure: a drawing board, its posterior, and what is decoded from draws. */
class DigitFigure {
  readonly #body: HTMLElement;
  readonly #model: DigitModel;
  readonly #store: Store;
  readonly #live: Element | null;
  #pixels: Float32Array<ArrayBuffer>;
  /** Whether the board holds the reader's own strokes; the first one replaces an example. */
  #drawn = false;
  #frame: number | undefined;
  #speech: ReturnType<typeof setTimeout> | undefined;

  constructor(body: HTMLElement, model: DigitModel, store: Store) {
    this.#body = body;
    this.#model = model;
    this.#store = store;
    this.#live = body.parentElement?.querySelector('.sr-only') ?? null;
    this.#pixels = model.example(Number(store.own('digit').example));
    this.#render();
    this.#showExample();
    this.#board();
    dragHandles(body, (_, to) => {
      this.#moveSample(to);
    });
    body.addEventListener('click', (event) => {
      const target = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-action]') : null;
      if (target) this.#act(target.dataset.action ?? '');
    });
    store.subscribe((figure) => {
      if (figure === 'digit' || figure === undefined) this.#request();
    });
  }

  #state(): DigitState {
    const own = this.#store.own('digit');
    const cloud = noiseCloud(this.#store.shared.seed, digitSamples).data;
    return {
      model: this.#model,
      posterior: this.#model.encode(this.#pixels),
      epsilon: { x: Number(own.x), y: Number(own.y) },
      noise: Array.from({ length: digitSamples }, (_, k) => ({ x: cloud[2 * k] ?? 0, y: cloud[2 * k + 1] ?? 0 })),
    };
  }

  #request(): void {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = undefined;
      this.#render();
    });
  }

  #render(): void {
    const state = this.#state();
    patch(this.#body, digitMarkup(state));
    const points = [state.epsilon, ...state.noise].map((epsilon) => sampleAt(state.posterior, epsilon));
    const images = this.#model.decode(points);
    points.forEach((_, k) => {
      this.#paint(k === 0 ? 'decoded' : `sample-${k - 1}`, images.subarray(k * side * side, (k + 1) * side * side));
    });
    clearTimeout(this.#speech);
    this.#speech = setTimeout(() => {
      const { mean } = state.posterior;
      if (this.#live) this.#live.textContent = `Posterior mean ${decimal(mean.x)}, ${decimal(mean.y)}.`;
    }, 600);
  }

  #canvas(name: string): CanvasRenderingContext2D | null {
    const canvas = this.#body.querySelector<HTMLCanvasElement>(`[data-canvas="${name}"]`);
    return canvas?.getContext('2d', { willReadFrequently: true }) ?? null;
  }

  /** Grey values in the ink of the page. */
  #paint(name: string, values: Float32Array): void {
    const context = this.#canvas(name);
    if (!context) return;
    const [r = 0, g = 0, b = 0] = inkColor();
    const image = context.createImageData(side, side);
    values.forEach((value, i) => {
      image.data.set([r, g, b, Math.round(255 * clamp(value, 0, 1))], 4 * i);
    });
    context.putImageData(image, 0, 0);
  }

  /** The example on the drawing board, enlarged. */
  #showExample(): void {
    const context = this.#canvas('draw');
    if (!context) return;
    const small = document.createElement('canvas');
    small.width = small.height = side;
    const [r = 0, g = 0, b = 0] = inkColor();
    const image = new ImageData(side, side);
    this.#pixels.forEach((value, i) => {
      image.data.set([r, g, b, Math.round(255 * value)], 4 * i);
    });
    small.getContext('2d')?.putImageData(image, 0, 0);
    context.clearRect(0, 0, canvasSize, canvasSize);
    context.drawImage(small, 0, 0, canvasSize, canvasSize);
  }

  /** Lets the reader draw. */
  #board(): void {
    const board = this.#body.querySelector<HTMLCanvasElement>('[data-canvas="draw"]');
    const context = this.#canvas('draw');
    if (!board || !context) return;
    let last: Point | undefined;
    const at = (event: PointerEvent): Point => {
      const box = board.getBoundingClientRect();
      const scale = canvasSize / box.width;
      return { x: (event.clientX - box.left) * scale, y: (event.clientY - box.top) * scale };
    };
    const stroke = (to: Point): void => {
      const from = last ?? to;
      const [r = 0, g = 0, b = 0] = inkColor();
      context.strokeStyle = `rgb(${r} ${g} ${b})`;
      context.lineWidth = penWidth;
      context.lineCap = context.lineJoin = 'round';
      context.beginPath();
      context.moveTo(from.x, from.y);
      context.lineTo(to.x + 0.01, to.y);
      context.stroke();
      last = to;
      this.#read(context);
    };
    board.addEventListener('pointerdown', (event) => {
      event.preventDefault();
      board.setPointerCapture(event.pointerId);
      if (!this.#drawn) context.clearRect(0, 0, canvasSize, canvasSize);
      this.#drawn = true;
      last = undefined;
      stroke(at(event));
    });
    board.addEventListener('pointermove', (event) => {
      if (last) stroke(at(event));
    });
    for (const name of ['pointerup', 'pointercancel'] as const) {
      board.addEventListener(name, () => {
        last = undefined;
      });
    }
  }

  #read(context: CanvasRenderingContext2D): void {
    const { data } = context.getImageData(0, 0, canvasSize, canvasSize);
    const ink = Float32Array.from({ length: canvasSize * canvasSize }, (_, i) => (data[4 * i + 3] ?? 0) / 255);
    this.#pixels = normalizeInk(ink, canvasSize);
    this.#request();
  }

  #act(action: string): void {
    const example = /^example-(\d)$/.exec(action)?.[1];
    if (example !== undefined) {
      this.#pixels = this.#model.example(Number(example));
      this.#store.change('digit', { own: { example: Number(example) } });
      this.#drawn = false;
      this.#showExample();
    } else if (action === 'clear') {
      this.#canvas('draw')?.clearRect(0, 0, canvasSize, canvasSize);
      this.#pixels = new Float32Array(side * side);
      this.#drawn = true;
      this.#request();
    } else if (action === 'draw') {
      this.#store.change('digit', { shared: { seed: this.#store.shared.seed + 1 } });
    }
  }

  /** z was moved: the ε that gives it is Σ^{-1/2} (z − μ). */
  #moveSample(to: Point): void {
    const { mean, root } = this.#model.encode(this.#pixels);
    const gaussian = MultivariateNormal.fromRoot([mean.x, mean.y], rows(root));
    const [x = 0, y = 0] = evaluate(gaussian.whiten([to.x, to.y])).data;
    this.#store.change('digit', { own: { x, y } });
  }
}

function inkColor(): number[] {
  const probe = getComputedStyle(document.documentElement).color;
  return [...probe.matchAll(/[\d.]+/g)].map(Number);
}

export async function mountDigits(body: HTMLElement, store: Store): Promise<void> {
  const response = await fetch(new URL('digits.safetensors', document.baseURI));
  if (!response.ok) throw new Error(`digit model: ${response.status} ${response.statusText}`);
  new DigitFigure(body, openDigitModel(await response.arrayBuffer()), store);
}
