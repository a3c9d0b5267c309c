import type { DateCodec, DateFormat } from './read-and-write-dates.ts';
import { isLongName, namesLike, placeOfName } from './names.ts';
import { quoteText } from './pattern.ts';

/** What all texts of a column show of how it is written: the pattern of a candidate, with padding, gaps, names and zones. */
export class FormatRecorder {
  readonly #codec: DateCodec;
  /** Of each step: the fewest and the most digits, and how often it was there. */
  readonly #least: number[];
  readonly #most: number[];
  readonly #there: number[];
  /** Of each step with words: which there were. */
  readonly #words: Map<string, number>[];
  #count = 0;

  constructor(codec: DateCodec) {
    this.#codec = codec;
    this.#least = codec.steps.map(() => Infinity);
    this.#most = codec.steps.map(() => 0);
    this.#there = codec.steps.map(() => 0);
    this.#words = codec.steps.map(() => new Map<string, number>());
  }

  /** Takes the text that the codec has just read. */
  add(text: string): void {
    const { starts, steps } = this.#codec;
    const trimmed = text.trim();
    this.#count++;
    for (let k = 0; k < steps.length; k++) {
      const start = starts[k]!;
      if (start < 0) continue;
      const step = steps[k]!;
      if (step.kind === 'optional') {
        // It is there when what it holds has been read.
        if (starts[k + 1]! >= 0) this.#there[k]!++;
        continue;
      }
      let next = k + 1;
      while (starts[next]! < 0) next++;
      const end = starts[next]!;
      // "1er août" has one digit.
      const letters = step.kind === 'number' && step.token !== 'Do' && trimmed.charCodeAt(end - 1) > 57;
      const length = end - start - (letters ? 2 : 0);
      if (length < this.#least[k]!) this.#least[k] = length;
      if (length > this.#most[k]!) this.#most[k] = length;
      if (step.kind === 'name' || step.kind === 'zone' || step.kind === 'half') {
        const word = trimmed.slice(start, end);
        const words = this.#words[k]!;
        words.set(word, (words.get(word) ?? 0) + 1);
      }
    }
  }

  /** How the texts that were taken are written. */
  format(): DateFormat & { readonly zones: readonly string[] } {
    const { steps } = this.#codec;
    let [pattern, months, weekdays, zones] = ['', undefined, undefined, []] as [
      string,
      readonly string[] | undefined,
      readonly string[] | undefined,
      readonly string[],
    ];
    const closed: number[] = [];
    for (let k = 0; k <= steps.length; k++) {
      while (closed.at(-1) === k) {
        closed.pop();
        pattern += ')';
      }
      const step = steps[k];
      if (!step) break;
      if (step.kind === 'optional') {
        if (this.#there[k] === 0) k = step.end - 1;
        else if (this.#there[k]! < this.#outer(k)) {
          pattern += '(';
          closed.push(step.end);
        }
      } else if (step.kind === 'text') pattern += quoteText(step.text);
      else if (step.kind === 'number') pattern += this.#number(k, step.token);
      else if (step.kind === 'name') {
        const { names, long } = this.#names(k, step.field === 'month' ? 'months' : 'weekdays');
        pattern += step.field === 'month' ? (long ? 'MMMM' : 'MMM') : long ? 'dddd' : 'ddd';
        if (step.field === 'month') months = names;
        else weekdays = names;
      } else if (step.kind === 'zone') {
        zones = byCount(this.#words[k]!);
        pattern += zones[0] ?? step.token;
      } else pattern += halfToken(byCount(this.#words[k]!)[0] ?? step.token);
    }
    return { pattern, ...(months && { months }), ...(weekdays && { weekdays }), zones };
  }

  /** How often what holds an optional part was there. */
  #outer(k: number): number {
    let outer = this.#count;
    this.#codec.steps.forEach((step, at) => {
      if (at < k && step.kind === 'optional' && step.end > k) outer = this.#there[at]!;
    });
    return outer;
  }

  #number(k: number, token: string): string {
    if (token.startsWith('S')) return 'S'.repeat(this.#most[k]!);
    if (token === 'Do' || token.length > 1 || token === 'Q') return token;
    return this.#least[k] === 2 ? token.repeat(2) : token;
  }

  #names(k: number, kind: 'months' | 'weekdays'): { readonly names: readonly string[]; readonly long: boolean } {
    // The commonest form of each.
    const seen = new Map<string, number>();
    const taken = new Set<number>();
    for (const word of byCount(this.#words[k]!)) {
      const place = placeOfName(kind, word);
      if (place === undefined || taken.has(place)) continue;
      taken.add(place);
      seen.set(word, place);
    }
    const long = [...seen.keys()].some((word) => isLongName(kind, word));
    return { names: namesLike(kind, seen, long), long };
  }
}

function byCount(words: ReadonlyMap<string, number>): string[] {
  return [...words].sort((a, b) => b[1] - a[1]).map(([word]) => word);
}

function halfToken(word: string): string {
  const token = word.includes('.') ? 'aa' : 'a';
  return /^[AP]/.test(word) ? token.toUpperCase() : token;
}
