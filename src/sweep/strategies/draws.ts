import { foldIn } from '../../random/index.ts';
import type { Key } from '../../random/index.ts';
import { drawPoint, gridOf, isSame, sizeOfSpace } from '../space.ts';
import type { Dimension, Parameters } from '../space.ts';

/** How often a point that was there already is drawn anew before the first that was not is taken from the grid. */
const tries = 100;

/** Points drawn evenly and independently, none of them twice. Point k is a function of the key and k. */
export class Draws {
  /** How many there are to draw. */
  readonly size: number;
  readonly #dimensions: readonly Dimension[];
  readonly #key: Key;
  readonly #drawn: Parameters[] = [];
  readonly #seen = new Set<string>();

  constructor(dimensions: readonly Dimension[], key: Key) {
    this.#dimensions = dimensions;
    this.#key = key;
    this.size = sizeOfSpace(dimensions);
  }

  /** @param number below `size` */
  at(number: number): Parameters {
    while (this.#drawn.length <= number) {
      const point = this.#fresh(foldIn(this.#key, this.#drawn.length));
      this.#drawn.push(point);
      this.#seen.add(JSON.stringify(point));
    }
    return this.#drawn[number] ?? {};
  }

  #fresh(key: Key): Parameters {
    return freshPoint(this.#dimensions, {
      draw: (attempt) => drawPoint(this.#dimensions, foldIn(key, attempt)),
      isSeen: (point) => this.#seen.has(JSON.stringify(point)),
    });
  }
}

/** The first draw that was not seen; where draws only repeat what was, the first of the grid that was not. */
export function freshPoint(
  dimensions: readonly Dimension[],
  { draw, isSeen }: { readonly draw: (attempt: number) => Parameters; readonly isSeen: (point: Parameters) => boolean },
): Parameters {
  for (let attempt = 0; attempt < tries; attempt++) {
    const point = draw(attempt);
    if (!isSeen(point)) return point;
  }
  const whole = dimensions.map((each) => (each.kind === 'range' ? { ...each, points: undefined } : each));
  const isFinite = Number.isFinite(sizeOfSpace(dimensions));
  return (isFinite ? gridOf(whole).find((point) => !isSeen(point)) : undefined) ?? draw(tries);
}

/** Whether a point is among others. */
export function isAmong(point: Parameters, others: readonly Parameters[]): boolean {
  return others.some((other) => isSame(other, point));
}
