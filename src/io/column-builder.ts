import { grown, BytePool } from './byte-pool.ts';
import { BasicColumn, CodedColumn, distinctCells } from './table-column.ts';
import type { Column, DistinctCell } from './table-column.ts';
import { decimalKind, decimalKinds, decimalText, decimalValue, noDecimal, packDecimal } from './decimals.ts';
import type { Decimal, DecimalSigns } from './decimals.ts';
import type { Cell } from './table.ts';

/** Distinct texts from which on a column is asked whether it is of plain decimals, most of which differ. */
const manyDistinct = 2 ** 12;
/** The share of its distinct texts that must be decimals. */
const mostDecimals = 0.9;

/**
 * Collects a column's fields. It begins as numbers of distinct texts, 4 bytes a row; a column of decimals, most of which differ,
 * goes on as digits, 9 bytes a row. Either way each field can be given back as it was written, so that what the column means can
 * be decided at the end, by all of it.
 */
export class ColumnBuilder {
  #pool = new BytePool();
  #codes = new Uint32Array(16);
  #length = 0;
  #decimals: DecimalCells | undefined;
  #askAt = manyDistinct;
  readonly #packed: Decimal = { high: 0, low: 0, tag: 0 };

  add(bytes: Uint8Array, start: number, end: number): void {
    if (this.#decimals) {
      const packed = this.#packed;
      if (packDecimal(bytes, start, end, packed)) this.#decimals.add(packed);
      else this.#decimals.addText(this.#pool.intern(bytes, start, end));
      this.#length++;
      return;
    }
    if (this.#length === this.#codes.length) this.#codes = grown(this.#codes, this.#length + 1);
    this.#codes[this.#length++] = this.#pool.intern(bytes, start, end);
    if (this.#pool.size >= this.#askAt) this.#ask();
  }

  /** Takes back the last field. */
  drop(): void {
    this.#length--;
    this.#decimals?.drop();
  }

  /** The column of what has been added. */
  end(name: string, where: (row: number) => string): Column {
    this.#pool.settle();
    if (this.#decimals) return new DecimalColumn(name, this.#decimals.end(), this.#pool, where);
    return new CodedColumn(name, this.#codes.slice(0, this.#length), this.#pool, where);
  }

  /** Whether the column goes on as digits. */
  #ask(): void {
    const pool = this.#pool;
    this.#askAt *= 2;
    if (pool.size < this.#length / 4) return;
    const packed = this.#packed;
    const isDecimal = new Uint8Array(pool.size);
    let decimals = 0;
    for (let code = 0; code < pool.size; code++) {
      isDecimal[code] = packDecimal(pool.heap, pool.start(code), pool.start(code + 1), packed) ? 1 : 0;
      decimals += isDecimal[code]!;
    }
    if (decimals < mostDecimals * pool.size) return;
    const cells = new DecimalCells(this.#length);
    const rest = new BytePool();
    for (let row = 0; row < this.#length; row++) {
      const code = this.#codes[row]!;
      const [start, end] = [pool.start(code), pool.start(code + 1)];
      if (isDecimal[code] === 1 && packDecimal(pool.heap, start, end, packed)) cells.add(packed);
      else cells.addText(rest.intern(pool.heap, start, end));
    }
    this.#pool = rest;
    this.#codes = new Uint32Array(0);
    this.#decimals = cells;
  }
}

/** Digits of decimals by row (`decimals.ts`); or, where the tag is `noDecimal`, the number of a text in `low`. */
interface Decimals {
  readonly high: Uint32Array;
  readonly low: Uint32Array;
  readonly tags: Uint8Array;
}

class DecimalCells {
  #high: Uint32Array;
  #low: Uint32Array;
  #tags: Uint8Array;
  #length = 0;

  constructor(capacity: number) {
    this.#high = new Uint32Array(capacity);
    this.#low = new Uint32Array(capacity);
    this.#tags = new Uint8Array(capacity);
  }

  add({ high, low, tag }: Decimal): void {
    if (this.#length === this.#tags.length) {
      this.#high = grown(this.#high, this.#length + 1);
      this.#low = grown(this.#low, this.#length + 1);
      this.#tags = grown(this.#tags, this.#length + 1);
    }
    this.#high[this.#length] = high;
    this.#low[this.#length] = low;
    this.#tags[this.#length++] = tag;
  }

  drop(): void {
    this.#length--;
  }

  addText(code: number): void {
    this.add({ high: 0, low: code, tag: noDecimal });
  }

  end(): Decimals {
    const length = this.#length;
    return { high: this.#high.slice(0, length), low: this.#low.slice(0, length), tags: this.#tags.slice(0, length) };
  }
}

/** Plain decimals and, here and there, another text. */
class DecimalColumn extends BasicColumn {
  readonly #cells: Decimals;
  readonly #pool: BytePool;

  constructor(name: string, cells: Decimals, pool: BytePool, where: (row: number) => string) {
    super(name, cells.tags.length, where);
    this.#cells = cells;
    this.#pool = pool;
  }

  cell(row: number): Cell {
    const { high, low, tags } = this.#cells;
    const tag = tags[row];
    if (tag === undefined) return null;
    return tag === noDecimal ? this.#pool.text(low[row]!) : decimalText(high[row]!, low[row]!, tag);
  }

  distinct(limit = Infinity): readonly DistinctCell[] | undefined {
    return distinctCells(this, limit);
  }

  override specimens(): readonly DistinctCell[] {
    const { high, low, tags } = this.#cells;
    const counts = new Uint32Array(decimalKinds);
    const firsts = new Uint32Array(decimalKinds);
    const texts = new Map<number, { count: number; first: number }>();
    for (let row = 0; row < this.length; row++) {
      const tag = tags[row]!;
      if (tag === noDecimal) {
        const known = texts.get(low[row]!);
        if (known) known.count++;
        else texts.set(low[row]!, { count: 1, first: row });
        continue;
      }
      const kind = decimalKind(high[row]!, low[row]!, tag);
      if (counts[kind]!++ === 0) firsts[kind] = row;
    }
    const found = [...texts.values()];
    for (let kind = 0; kind < decimalKinds; kind++) {
      if (counts[kind]! > 0) found.push({ count: counts[kind]!, first: firsts[kind]! });
    }
    return found
      .sort((x, y) => x.first - y.first)
      .map(({ count, first }) => ({ cell: this.cell(first), count, first }));
  }

  countDistinct(limit = Infinity, { stopAtRepeat = false } = {}): number {
    const { high, low, tags } = this.#cells;
    // Rows by the hash of what they hold.
    const slots = new Uint32Array(2 ** Math.ceil(Math.log2(2 * this.length + 2)));
    const mask = slots.length - 1;
    let count = 0;
    for (let row = 0; row < this.length && count <= limit; row++) {
      const mixed = Math.imul(
        Math.imul(high[row]! ^ 2166136261, 16777619) ^ low[row]! ^ (tags[row]! << 24),
        2654435769,
      );
      let slot = (mixed ^ (mixed >>> 15)) & mask;
      for (;;) {
        const other = slots[slot]!;
        if (other === 0) {
          slots[slot] = row + 1;
          count++;
          break;
        }
        const at = other - 1;
        if (low[at] === low[row] && high[at] === high[row] && tags[at] === tags[row]) break;
        slot = (slot + 1) & mask;
      }
      if (stopAtRepeat && count <= row) break;
    }
    return count;
  }

  numbers(of: (cell: Cell) => number, signs?: DecimalSigns): Float64Array {
    const { high, low, tags } = this.#cells;
    const known = new Map<number, number>();
    const out = new Float64Array(this.length);
    for (let row = 0; row < out.length; row++) {
      const tag = tags[row]!;
      if (tag === noDecimal) {
        const code = low[row]!;
        let value = known.get(code);
        if (value === undefined) known.set(code, (value = of(this.#pool.text(code))));
        out[row] = value;
      } else out[row] = signs ? decimalValue(high[row]!, low[row]!, tag, signs) : of(this.cell(row));
    }
    return out;
  }

  select(rows: Uint32Array): Column {
    const { high, low, tags } = this.#cells;
    const cells = {
      high: new Uint32Array(rows.length),
      low: new Uint32Array(rows.length),
      tags: new Uint8Array(rows.length),
    };
    for (let k = 0; k < rows.length; k++) {
      const row = rows[k]!;
      cells.high[k] = high[row]!;
      cells.low[k] = low[row]!;
      cells.tags[k] = tags[row]!;
    }
    return new DecimalColumn(this.name, cells, this.#pool, this.whereOf(rows));
  }
}
