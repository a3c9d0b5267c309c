import type { Cell } from './table.ts';
import { unguardFormula } from './spreadsheet-text.ts';

const decoder = new TextDecoder();
const apostrophe = 39;
/** Pools of up to so many texts remember the strings. */
const mostStrings = 2 ** 12;

/**
 * Distinct UTF-8 texts, numbered in the order in which they come: their bytes one after the other and a hash table of numbers.
 * A text takes its bytes and about 20 more; as a string in a Map it would be five times as much.
 */
export class BytePool {
  size = 0;
  // Small at first: a table may have 100,000 columns.
  #heap = new Uint8Array(64);
  /** Where text k ends. */
  #ends = new Uint32Array(16);
  #hashes = new Uint32Array(16);
  /** Numbers + 1 by hash; 0 is free. */
  #slots = new Uint32Array(16);
  readonly #strings: string[] = [];

  /** The number of the text in these bytes. */
  intern(bytes: Uint8Array, start: number, end: number): number {
    let hash = 2166136261;
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, 16777619);
    // The low bits choose the slot, so let the high ones count too.
    hash = (hash ^ (hash >>> 15)) >>> 0;
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (let code = this.#slots[slot]!; code !== 0; code = this.#slots[slot]!) {
      if (this.#hashes[code - 1] === hash && this.#equals(code - 1, bytes, start, end)) return code - 1;
      slot = (slot + 1) & mask;
    }
    this.#slots[slot] = this.size + 1;
    return this.#add(bytes, { start, end, hash });
  }

  internText(text: string): number {
    const bytes = new TextEncoder().encode(text);
    return this.intern(bytes, 0, bytes.length);
  }

  /** The text of a number; a guard against formulas is taken away (`spreadsheet-text.ts`). */
  text(code: number): string {
    const known = this.#strings[code];
    if (known !== undefined) return known;
    const start = this.start(code);
    const end = this.#ends[code]!;
    const text = decoder.decode(this.#heap.subarray(start, end));
    const plain = this.#heap[start] === apostrophe && end > start ? unguardFormula(text) : text;
    if (code < mostStrings) this.#strings[code] = plain;
    return plain;
  }

  cell(code: number): Cell {
    return this.text(code);
  }

  /** The bytes of all texts; text k lies from `start(k)` to `start(k + 1)`. */
  get heap(): Uint8Array {
    return this.#heap;
  }

  start(code: number): number {
    return code === 0 ? 0 : this.#ends[code - 1]!;
  }

  /** Gives back what it has in reserve: no text comes any more. */
  settle(): void {
    this.#heap = this.#heap.slice(0, this.start(this.size));
    this.#ends = this.#ends.slice(0, this.size);
    this.#hashes = new Uint32Array(0);
    this.#slots = new Uint32Array(0);
  }

  #equals(code: number, bytes: Uint8Array, start: number, end: number): boolean {
    let at = this.start(code);
    if (this.#ends[code]! - at !== end - start) return false;
    const heap = this.#heap;
    for (let k = start; k < end; k++) if (heap[at++] !== bytes[k]) return false;
    return true;
  }

  #add(bytes: Uint8Array, { start, end, hash }: { start: number; end: number; hash: number }): number {
    const code = this.size++;
    const from = this.start(code);
    const to = from + end - start;
    if (to > this.#heap.length) this.#heap = grown(this.#heap, to);
    for (let k = start; k < end; k++) this.#heap[from + k - start] = bytes[k]!;
    if (code >= this.#ends.length) {
      this.#ends = grown(this.#ends, this.size);
      this.#hashes = grown(this.#hashes, this.size);
    }
    this.#ends[code] = to;
    this.#hashes[code] = hash;
    if (2 * this.size > this.#slots.length) this.#rehash();
    return code;
  }

  #rehash(): void {
    const slots = new Uint32Array(4 * this.#slots.length);
    const mask = slots.length - 1;
    for (let code = 0; code < this.size; code++) {
      let slot = this.#hashes[code]! & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = code + 1;
    }
    this.#slots = slots;
  }
}

/** A copy with room for at least `needed` elements. */
export function grown<A extends Uint8Array | Uint32Array>(array: A, needed: number): A {
  const larger = new (array.constructor as new (length: number) => A)(Math.max(2 * array.length, needed));
  larger.set(array);
  return larger;
}
