import { NdArray, RootsigmaError } from '../../core/index.ts';
import type { DType } from '../../core/index.ts';
import type { Communicator } from '../../mpi/index.ts';
import type { Engine, NamedArrays, Program } from '../engine.ts';

type Result = Awaited<ReturnType<Program['run']>>;

/** What stands before the numbers of a message. */
type Header =
  | {
      readonly run: number;
      readonly arrays: readonly (readonly [name: string, shape: readonly number[], dtype: DType])[];
    }
  | { readonly run: number; readonly fault: string };

const ofRanks = new WeakMap<Communicator, PartedRuns>();

/**
 * Runs, of a program or of what else gives arrays, that the ranks of a job part among them: every rank begins all of them in the same order; run k is computed by rank k mod N
 * alone, and what it gave is handed to all, in their order. So whoever has the results goes on alike everywhere.
 */
export class PartedRuns {
  readonly #ranks: Communicator;
  #begun = 0;
  /** Settles when what was begun so far has been handed out. */
  #handed: Promise<unknown> = Promise.resolve();

  static of(ranks: Communicator): PartedRuns {
    let runs = ofRanks.get(ranks);
    if (!runs) ofRanks.set(ranks, (runs = new PartedRuns(ranks)));
    return runs;
  }

  private constructor(ranks: Communicator) {
    this.#ranks = ranks;
  }

  /** @param names of what is computed, by which ranks notice that they are not at the same run */
  take(names: readonly string[], compute: () => Promise<Result>): Promise<Result> {
    const run = this.#begun++;
    const { rank, size } = this.#ranks;
    const owner = run % size;
    const own = owner === rank ? packed(run, compute()) : undefined;
    const result = this.#handed.then(async () => {
      const message = await this.#ranks.broadcastBytes((await own) ?? new Uint8Array(), owner);
      return unpacked(message, { run, owner, names });
    });
    this.#handed = result.catch(() => undefined);
    return result;
  }
}

/** A line of JSON, then the numbers of the arrays. An error is for all ranks. */
async function packed(run: number, result: Promise<Result>): Promise<Uint8Array> {
  const [outcome] = await Promise.allSettled([result]);
  const arrays = outcome.status === 'fulfilled' ? Object.entries(outcome.value) : [];
  const header: Header =
    outcome.status === 'fulfilled'
      ? { run, arrays: arrays.map(([name, { shape, dtype }]) => [name, shape, dtype]) }
      : { run, fault: outcome.reason instanceof Error ? outcome.reason.message : String(outcome.reason) };
  const line = new TextEncoder().encode(`${JSON.stringify(header)}\n`);
  const message = new Uint8Array(arrays.reduce((end, [, { data }]) => end + data.byteLength, line.length));
  message.set(line);
  let end = line.length;
  for (const [, { data }] of arrays) {
    message.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), end);
    end += data.byteLength;
  }
  return message;
}

function unpacked(
  message: Uint8Array,
  { run, owner, names }: { readonly run: number; readonly owner: number; readonly names: readonly string[] },
): Result {
  const at = message.indexOf(10);
  const header = JSON.parse(new TextDecoder().decode(message.subarray(0, at))) as Header;
  if ('fault' in header) throw new RootsigmaError(`rank ${owner}: ${header.fault}`);
  const given = header.arrays.map(([name]) => name);
  if (header.run !== run || [...given].sort().join() !== [...names].sort().join()) {
    throw new RootsigmaError(
      `rank ${owner} computes ${given.join(', ')} (run ${header.run}) where ${names.join(', ')} is due (run ${run}): the ranks do not do the same.`,
    );
  }
  let end = at + 1;
  const arrays: [string, NdArray][] = header.arrays.map(([name, shape, dtype]) => {
    const array = NdArray.zeros(shape, dtype);
    const bytes = new Uint8Array(array.data.buffer, array.data.byteOffset, array.data.byteLength);
    bytes.set(message.subarray(end, (end += bytes.length)));
    return [name, array];
  });
  return Object.fromEntries(arrays) satisfies NamedArrays;
}

/** The same engine for what one rank computes by itself. */
export function withoutRanks(engine: Engine): Engine {
  return engine.ranks ? { ...engine, ranks: undefined } : engine;
}
