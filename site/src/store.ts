import { checkCovariance } from 'rootsigma/linalg';
import { nested } from './covariance.ts';
import type { Covariance } from './covariance.ts';
import { initialValues } from './fields.ts';
import type { Values } from './fields.ts';
import { initialShared, readValues } from './figure.ts';
import type { Change, Figure, Shared } from './figure.ts';

/** Every setting of the page, in one place, and in its address. */
export class Store {
  shared: Shared;
  readonly #figures: readonly Figure[];
  readonly #own = new Map<string, Values>();
  readonly #listeners: ((figure: string | undefined) => void)[] = [];

  constructor(figures: readonly Figure[], query: URLSearchParams) {
    this.#figures = figures;
    this.shared = readShared(query);
    for (const { id, fields } of figures) {
      this.#own.set(
        id,
        readValues(fields, initialValues(fields), (name) => (isAddressed(name) ? query.get(`${id}.${name}`) : null)),
      );
    }
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
    if (shared) this.shared = { ...this.shared, ...shared };
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
    const { sigma, seed } = this.shared;
    if (sigmaText(sigma) !== sigmaText(initialShared.sigma)) parts.push(`sigma=${sigmaText(sigma)}`);
    if (seed !== initialShared.seed) parts.push(`seed=${seed}`);
    for (const { id, fields } of this.#figures) {
      for (const [name, value] of Object.entries(this.own(id))) {
        if (!isAddressed(name) || value === fields[name]?.initial) continue;
        parts.push(`${id}.${name}=${encodeURIComponent(typeof value === 'number' ? Number(value.toFixed(4)) : value)}`);
      }
    }
    return parts.join('&');
  }
}

const isAddressed = (field: string): boolean => !field.startsWith('_');

function sigmaText({ xx, xy, yy }: Covariance): string {
  return [xx, xy, yy].map((value) => Number(value.toFixed(4))).join(',');
}

function readShared(query: URLSearchParams): Shared {
  const seed = Number(query.get('seed') ?? NaN);
  return {
    sigma: readSigma(query.get('sigma')) ?? initialShared.sigma,
    seed: Number.isInteger(seed) && seed >= 0 && seed < 2 ** 31 ? seed : initialShared.seed,
  };
}

/** A covariance from the address; whatever is none is ignored. */
function readSigma(text: string | null): Covariance | undefined {
  const [xx = NaN, xy = NaN, yy = NaN] = (text ?? '').split(',').map(Number);
  const sigma = { xx, xy, yy };
  return isUsable(sigma) ? sigma : undefined;
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
