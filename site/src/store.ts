import { checkCovariance } from 'rootsigma/linalg';
import { nested } from './covariance.ts';
import type { Covariance } from './covariance.ts';
import { initialValues } from './fields.ts';
import type { Values } from './fields.ts';
import { initialShared } from './figure.ts';
import type { Change, Figure, Shared } from './figure.ts';
import { readSettings } from './settings.ts';

/** Every setting of the page, in one place, and in its address. */
export class Store {
  shared: Shared;
  /** What the address asked for and did not get, in sentences. */
  readonly complaints: readonly string[];
  readonly #figures: readonly Figure[];
  readonly #own = new Map<string, Values>();
  readonly #listeners: ((figure: string | undefined) => void)[] = [];

  constructor(figures: readonly Figure[], query: URLSearchParams) {
    this.#figures = figures;
    const { shared, own, complaints } = readSettings(figures, query);
    this.shared = shared;
    this.complaints = complaints;
    for (const { id, fields } of figures) this.#own.set(id, { ...initialValues(fields), ...own.get(id) });
    this.#follow();
  }

  own(figure: string): Values {
    return this.#own.get(figure) ?? {};
  }

  /** Calls with the figure whose own settings changed, or with nothing when what all share did. */
  subscribe(listener: (figure: string | undefined) => void): void {
    this.#listeners.push(listener);
  }

  change(figure: string, { own, shared }: Change): void {
    // A Σ that is one takes the place of what was tried.
    if (shared) this.shared = { ...this.shared, ...(shared.sigma && { tried: undefined }), ...shared };
    if (shared) this.#follow();
    if (own) this.#own.set(figure, { ...this.own(figure), ...own } as Values);
    for (const listener of this.#listeners) listener(shared ? undefined : figure);
  }

  #follow(): void {
    for (const figure of this.#figures) {
      const own = figure.sync?.(this.shared);
      if (own) this.#own.set(figure.id, { ...this.own(figure.id), ...own } as Values);
    }
  }

  /** Settings that differ from the start, as the address has them. */
  query(): string {
    const parts: string[] = [];
    const { sigma, tried, seed } = this.shared;
    if (sigmaText(sigma) !== sigmaText(initialShared.sigma)) parts.push(`sigma=${sigmaText(sigma)}`);
    if (tried) parts.push(`tried=${sigmaText(tried)}`);
    if (seed !== initialShared.seed) parts.push(`seed=${seed}`);
    for (const { id, fields } of this.#figures) {
      for (const [name, value] of Object.entries(this.own(id))) {
        const field = fields[name];
        if (!field || !isAddressed(name) || value === field.initial || Number.isNaN(value)) continue;
        const exact = field.kind === 'choice' || field.free === true || typeof value !== 'number';
        parts.push(`${id}.${name}=${encodeURIComponent(exact ? value : Number(value.toFixed(4)))}`);
      }
    }
    return parts.join('&');
  }
}

/** Whether a field is part of the address: those that follow from others are not. */
export const isAddressed = (field: string): boolean => !field.startsWith('_');

function sigmaText({ xx, xy, yy }: Covariance): string {
  return [xx, xy, yy].map((value) => Number(value.toFixed(4))).join(',');
}

/** Whether the library takes Σ, and the figures have room for it. */
export function isUsable(sigma: Covariance): boolean {
  if (!(Math.min(sigma.xx, sigma.yy) >= 0.01 && Math.max(sigma.xx, sigma.yy) <= 6)) return false;
  try {
    return Math.min(...checkCovariance(nested(sigma)).eigenvalues.data) > 1e-3;
  } catch {
    return false;
  }
}
