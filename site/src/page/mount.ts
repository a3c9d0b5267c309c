import { readField } from '../fields.ts';
import type { Fields, ValuesOf } from '../fields.ts';
import { viewOf } from '../figure.ts';
import type { Change, Figure, View } from '../figure.ts';
import { patch } from '../patch.ts';
import type { Store } from '../store.ts';
import { dragHandles } from './handles.ts';

const quiet = matchMedia('(prefers-reduced-motion: reduce)');

/** Brings a prerendered figure to life: redraws it when its settings change, and changes them by its controls. */
export class MountedFigure {
  readonly #element: Element;
  readonly #body: Element;
  readonly #figure: Figure;
  readonly #store: Store;
  readonly #live: HTMLElement;
  #visible = false;
  #stale = true;
  #frame: number | undefined;
  #speech: ReturnType<typeof setTimeout> | undefined;
  #stop: (() => void) | undefined;
  /** Whether the reader took the animation's control; before, it may play by itself. */
  #taken = false;

  constructor(element: Element, body: Element, figure: Figure, store: Store) {
    this.#element = element;
    this.#body = body;
    this.#figure = figure;
    this.#store = store;
    this.#live = document.createElement('p');
    this.#live.className = 'sr-only';
    this.#live.setAttribute('aria-live', 'polite');
    element.append(this.#live);
    body.addEventListener('input', (event) => {
      this.#input(event.target);
    });
    body.addEventListener('click', (event) => {
      this.#click(event.target);
    });
    dragHandles(body, (handle, to) => {
      const change = this.#figure.drag?.(handle, to, this.#view());
      if (change) this.#change(change);
    });
    store.subscribe((changed) => {
      if (changed === undefined || changed === figure.id) this.#request();
    });
    new IntersectionObserver(
      (entries) => {
        this.#visible = entries.some((entry) => entry.isIntersecting);
        if (this.#visible && this.#stale) this.#request();
      },
      { rootMargin: '300px' },
    ).observe(element);
    if (figure.autoplay === true && !quiet.matches) this.#playInSight();
  }

  #view(): View {
    return viewOf(this.#figure, this.#store.own(this.#figure.id), this.#store.shared);
  }

  /** Plays while the figure is on the screen, silently. */
  #playInSight(): void {
    new IntersectionObserver((entries) => {
      const seen = entries.some((entry) => entry.isIntersecting);
      if (this.#taken || seen === (this.#stop !== undefined)) return;
      if (seen) this.#play({ spoken: false });
      else this.#stop?.();
    }).observe(this.#element);
  }

  /** Draws before the next frame, once, and only what a reader can see. */
  #request(): void {
    this.#stale = true;
    if (!this.#visible || this.#frame !== undefined) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = undefined;
      this.#stale = false;
      patch(this.#body, this.#figure.render(this.#view()));
      this.#element.toggleAttribute('data-playing', this.#stop !== undefined);
    });
  }

  #change(change: Change, spoken = true): void {
    this.#store.change(this.#figure.id, change);
    if (!spoken) return;
    clearTimeout(this.#speech);
    this.#speech = setTimeout(() => {
      this.#live.textContent = this.#figure.describe(this.#view());
    }, 500);
  }

  #input(target: EventTarget | null): void {
    if (!(target instanceof HTMLInputElement)) return;
    const name = target.dataset.field;
    const field = name === undefined ? undefined : this.#figure.fields[name];
    if (name === undefined || !field) return;
    const value = readField(field, target.value);
    if (value === undefined) return;
    this.#stop?.();
    this.#change(this.#figure.set?.(name, value, this.#view()) ?? { own: { [name]: value } });
  }

  #click(target: EventTarget | null): void {
    const pressed = target instanceof Element ? target.closest<HTMLElement>('[data-action]') : null;
    const action = pressed?.dataset.action;
    if (action === undefined) return;
    const running = this.#stop !== undefined;
    this.#taken = true;
    this.#stop?.();
    if (action === 'play') {
      if (!running) this.#play({ spoken: true });
      return;
    }
    const change = this.#figure.act?.(action, this.#view());
    if (change) this.#change(change);
  }

  /** Frame by frame; for readers who asked for less motion, in a few still pictures. */
  #play({ spoken }: { readonly spoken: boolean }): void {
    const from = this.#store.own(this.#figure.id);
    let timer = 0;
    const begun = performance.now();
    const pace = Math.max(quiet.matches ? 650 : 0, this.#figure.pace ?? 0);
    const next = (): void => {
      const seconds = (performance.now() - begun) / 1000;
      const frame = this.#figure.play?.(seconds, from as ValuesOf<Fields>);
      if (!frame) return;
      if (frame.done) this.#stop?.();
      this.#change({ own: frame.own }, spoken);
      if (!frame.done) timer = pace > 0 ? window.setTimeout(next, pace) : requestAnimationFrame(next);
    };
    this.#stop = () => {
      this.#stop = undefined;
      this.#request();
      if (pace > 0) clearTimeout(timer);
      else cancelAnimationFrame(timer);
    };
    next();
  }
}
