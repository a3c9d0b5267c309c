import { add, slice } from '../../graph/index.ts';
import type { Tensor } from '../../graph/index.ts';
import type { Range } from './range.ts';

/**
 * Vector instructions take 16 numbers at a time and what is left over one by one, with other rounding; and a product of
 * one row is computed in another order than one of many. So parts of a batch end at multiples of 16 rows and never hold one.
 */
const blockRows = 16;

/** The blocks of a batch: 16 rows each, and the last what is left, but not one row. */
export function rowBlocks(rows: number): Range[] {
  const count = Math.max(1, Math.ceil((rows - 1) / blockRows));
  return Array.from({ length: count }, (_, k) => ({
    from: k * blockRows,
    to: k === count - 1 ? rows : (k + 1) * blockRows,
  }));
}

/** Halves, the first one longer where they differ. */
function halves<T>(items: readonly T[]): [T[], T[]] {
  const middle = Math.ceil(items.length / 2);
  return [items.slice(0, middle), items.slice(middle)];
}

/**
 * The parts of a batch: whole blocks, by halving again and again; where replicas are no power of two, by halves of them.
 * @param within one of such parts, which is parted again
 */
export function rowParts(rows: number, replicas: number, within: Range = { from: 0, to: rows }): Range[] {
  const part = (blocks: readonly Range[], count: number): Range[] => {
    if (count === 1) return [{ from: blocks[0]?.from ?? 0, to: blocks.at(-1)?.to ?? 0 }];
    const first = Math.ceil(count / 2);
    const middle = Math.ceil((blocks.length * first) / count);
    return [...part(blocks.slice(0, middle), first), ...part(blocks.slice(middle), count - first)];
  };
  return part(
    rowBlocks(rows).filter(({ from, to }) => from >= within.from && to <= within.to),
    replicas,
  );
}

/** How many replicas the blocks are enough for, as a power of two. @param ranks that have part of them each */
export function mostReplicas(rows: number, ranks = 1): number {
  return 2 ** Math.floor(Math.log2(Math.max(1, rowBlocks(rows).length / ranks)));
}

/**
 * A sum over blocks in the order that halving them gives: what parts of the batch add up for themselves are terms of it, so
 * that it has the same bits however many there are.
 */
export function sumByHalves<T>(terms: readonly T[], plus: (a: T, b: T) => T): T {
  const [only] = terms;
  if (only === undefined) throw new RangeError('A sum of nothing.');
  if (terms.length === 1) return only;
  const [first, second] = halves(terms);
  return plus(sumByHalves(first, plus), sumByHalves(second, plus));
}

/** `value` of each block of the rows `from` … `to`, which are those of the operands, added up. */
export function sumOverBlocks(
  operands: readonly Tensor[],
  { batch, rows }: { readonly batch: number; readonly rows: Range },
  value: (...operands: Tensor[]) => Tensor,
): Tensor {
  const blocks = rowBlocks(batch).filter(({ from, to }) => from >= rows.from && to <= rows.to);
  const terms = blocks.map(({ from, to }) =>
    value(
      ...operands.map((operand) =>
        blocks.length === 1 ? operand : slice(operand, { 0: [from - rows.from, to - rows.from] }),
      ),
    ),
  );
  return sumByHalves(terms, add);
}
