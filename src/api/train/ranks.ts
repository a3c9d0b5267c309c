import { RootsigmaError } from '../../core/index.ts';
import { MemoryStore } from '../../io/index.ts';
import { byFirst } from '../../mpi/index.ts';
import type { Communicator } from '../../mpi/index.ts';
import type { RunConfig } from '../../config/index.ts';
import { key } from '../../random/index.ts';
import type { Examples } from '../../objectives/index.ts';
import { readCheckpoint, writeCheckpoint } from '../keeping/checkpoint-file.ts';
import { runFile } from '../keeping/run-folder.ts';
import type { Resumed } from './resuming.ts';
import type { RunRecorder } from './run-recorder.ts';

/** Where a training is kept, and what it goes on from. Of ranks, the first alone writes, and all know what it has read. */
export interface Keeping {
  /** Of rank 0, where the training is kept. */
  readonly recorder?: RunRecorder | undefined;
  readonly resumed?: Resumed | undefined;
  /** The folder's path, where it has one. */
  readonly path?: string | undefined;
}

/** What `open` gives, of rank 0 to all: so that hosts need not have the run's folder in common. */
export async function openForAll(ranks: Communicator, open: () => Promise<RunRecorder | undefined>): Promise<Keeping> {
  let recorder: RunRecorder | undefined;
  try {
    const bytes = await byFirst(ranks, async () => {
      recorder = await open();
      return packed(recorder);
    });
    return recorder ? { recorder, resumed: recorder.resumed, path: recorder.store.path } : await unpacked(bytes);
  } catch (error) {
    await recorder?.close();
    throw error;
  }
}

interface Header {
  readonly path?: string | undefined;
  readonly resumed?: { readonly config: RunConfig; readonly fault?: string | undefined } | undefined;
}

/** A line of JSON, and the checkpoint where there is one. */
async function packed(recorder: RunRecorder | undefined): Promise<Uint8Array> {
  const { resumed, store } = recorder ?? {};
  const header: Header = {
    ...(store?.path !== undefined && { path: store.path }),
    ...(resumed && { resumed: { config: resumed.config, fault: resumed.fault } }),
  };
  const memory = new MemoryStore();
  if (resumed?.checkpoint) await writeCheckpoint(memory, resumed.checkpoint);
  const line = new TextEncoder().encode(`${JSON.stringify(header)}\n`);
  const checkpoint = (await memory.read(runFile.checkpoint)) ?? new Uint8Array();
  const all = new Uint8Array(line.length + checkpoint.length);
  all.set(line);
  all.set(checkpoint, line.length);
  return all;
}

async function unpacked(bytes: Uint8Array): Promise<Keeping> {
  const end = bytes.indexOf(10);
  const { path, resumed } = JSON.parse(new TextDecoder().decode(bytes.subarray(0, end))) as Header;
  if (!resumed) return { path };
  const files = end + 1 < bytes.length ? [[runFile.checkpoint, bytes.slice(end + 1)] as const] : [];
  const found = await readCheckpoint(new MemoryStore(files));
  return { path, resumed: { ...resumed, checkpoint: found?.checkpoint } };
}

/** So many examples are compared, evenly spread over all. */
const compared = 16;

/**
 * Checks that all ranks are about to train the same: the same options, and on the same examples, as far as some of them tell.
 * @throws RootsigmaError naming the ranks that are not as rank 0
 */
export async function checkAlike(ranks: Communicator, config: RunConfig, training: Examples): Promise<void> {
  const indices = Uint32Array.from({ length: Math.min(compared, training.size) }, (_, k) =>
    Math.floor((k * training.size) / compared),
  );
  const some = new Float32Array(indices.length * training.exampleSize);
  training.read(indices, some, key(config.training.seed));
  const { data, ...options } = config;
  const about = {
    options: JSON.stringify(options),
    'form of data': JSON.stringify({ ...data, source: '' }),
    data: Array.from(some).join(),
  };
  const all = await ranks.gatherBytes(new TextEncoder().encode(JSON.stringify(about)));
  const texts = all.map((bytes) => JSON.parse(new TextDecoder().decode(bytes)) as typeof about);
  for (const what of ['options', 'form of data', 'data'] as const) {
    const others = [...texts.keys()].filter((rank) => texts[rank]?.[what] !== texts[0]?.[what]);
    if (others.length === 0) continue;
    throw new RootsigmaError(
      `train: rank${others.length === 1 ? '' : 's'} ${others.join(', ')} of ${ranks.size} ${others.length === 1 ? 'has' : 'have'} other ${what} than rank 0. All hosts need the same version of rootsigma and the same data.`,
    );
  }
}
