import * as v from 'valibot';
import { DataError, NdArray, NumericalError } from '../../core/index.ts';
import { decodeSealed, encodeSafetensors, nameIn, seal, shown, unsealed } from '../../io/index.ts';
import { runFile } from './run-folder.ts';
import type { Store } from '../../io/index.ts';
import type { Checkpoint, NamedParameters, Progress } from '../../training/index.ts';

/** Sealed, and with a tensor for the examples that are left out. Files of the first format have neither. */
const format = 'rootsigma checkpoint 2';
const firstFormat = 'rootsigma checkpoint';
const trimmedName = 'progress/trimmed';

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const numberOrNone = v.nullable(v.number());
/** JSON has no NaN: a mean that is not finite is null there. */
const mean = v.pipe(
  v.nullable(v.number()),
  v.transform((value) => value ?? NaN),
);
// In the order in which events have them: what is resumed writes the lines that an uncut training does.
const ofElbo = { elbo: v.exactOptional(mean), reconstruction: mean, kl: v.exactOptional(mean) };
const metrics = v.exactOptional(v.record(v.string(), mean));
const criterion = v.strictObject({ metric: v.string(), direction: v.picklist(['max', 'min']), value: mean });

const progressSchema = v.pipe(
  v.strictObject({
    epoch: count,
    batch: count,
    trimmed: v.exactOptional(v.array(count)),
    sums: v.record(v.string(), v.number()),
    bestEpoch: count,
    bestValue: v.exactOptional(numberOrNone),
    /** What earlier versions have in its place. */
    bestElbo: v.exactOptional(numberOrNone),
    patience: v.strictObject({ reference: numberOrNone, waited: count }),
    last: v.exactOptional(
      v.strictObject({
        training: v.strictObject({ ...ofElbo, metrics }),
        validation: v.exactOptional(
          v.strictObject({
            ...ofElbo,
            trimmedElbo: v.exactOptional(mean),
            metrics,
            criterion: v.exactOptional(criterion),
          }),
        ),
      }),
    ),
    nonFinite: v.exactOptional(
      v.strictObject({
        skipped: count,
        skippedInEpoch: count,
        rollbacks: count,
        inARow: count,
        returnedTo: v.pipe(v.number(), v.safeInteger()),
      }),
    ),
  }),
  v.transform(({ bestElbo = null, bestValue = bestElbo, ...progress }) => ({ ...progress, bestValue })),
);
const stateEntries = { steps: count, progress: progressSchema };

/** What the checkpoint's metadata holds, as JSON. */
const stateSchema = v.strictObject({
  ...stateEntries,
  sharing: v.exactOptional(v.strictObject({ count: v.pipe(count, v.minValue(1)), by: v.picklist(['rows', 'ops']) })),
  rollback: v.exactOptional(v.strictObject(stateEntries)),
});

/** Writes a checkpoint as a whole or not at all, and keeps the one before it: at every moment one of both is on disk. */
export async function writeCheckpoint(store: Store, checkpoint: Checkpoint): Promise<void> {
  const { parameters, optimizer, best, rollback, steps, progress, sharing } = checkpoint;
  const tensors = {
    ...withPrefix('parameter', parameters),
    ...withPrefix('optimizer', optimizer),
    ...withPrefix('best', best ?? {}),
    ...trimmedTensor('', progress),
    ...withPrefix('rollback/parameter', rollback?.parameters ?? {}),
    ...withPrefix('rollback/optimizer', rollback?.optimizer ?? {}),
    ...trimmedTensor('rollback/', rollback?.progress),
  };
  for (const [name, { data }] of Object.entries(tensors)) {
    const wrong = data.find((value) => !Number.isFinite(value));
    if (wrong !== undefined) {
      throw new NumericalError(`checkpoint: '${name}' holds ${wrong}; nothing was written, the one before stays.`);
    }
  }
  const state = {
    steps,
    progress: withoutTrimmed(progress),
    ...(sharing && { sharing }),
    ...(rollback && { rollback: { steps: rollback.steps, progress: withoutTrimmed(rollback.progress) } }),
  };
  const file = encodeSafetensors(tensors, { metadata: { ...unsealed, format, state: JSON.stringify(state) } });
  await seal(file);
  await store.replace(runFile.checkpoint, file, { keepAs: runFile.previousCheckpoint.replace(/.*\//, '') });
}

export interface FoundCheckpoint {
  readonly checkpoint: Checkpoint;
  /** Why it is the one before the last, where it is. */
  readonly fault?: string | undefined;
}

/**
 * The last checkpoint that is whole: where the newest is damaged or missing, the one before it. Undefined where there is none.
 *
 * @throws DataError when there are some, and all are damaged
 */
export async function readCheckpoint(store: Store): Promise<FoundCheckpoint | undefined> {
  const faults: string[] = [];
  let isMissing = false;
  for (const name of [runFile.checkpoint, runFile.previousCheckpoint]) {
    const bytes = await store.read(name);
    if (bytes === undefined) {
      isMissing ||= name === runFile.checkpoint;
      continue;
    }
    try {
      const checkpoint = await decodeCheckpoint(bytes, nameIn(store, name));
      if (name === runFile.checkpoint) return { checkpoint };
      return { checkpoint, fault: isMissing ? `${nameIn(store, runFile.checkpoint)}: is missing.` : faults[0] };
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      faults.push(error.message);
    }
  }
  if (faults.length === 0) return undefined;
  throw new DataError(`${faults.join(' ')} There is no other checkpoint to continue from: train again (--overwrite).`);
}

async function decodeCheckpoint(bytes: Uint8Array<ArrayBuffer>, name: string): Promise<Checkpoint> {
  const { tensors, metadata, isSealed } = await decodeSealed(bytes, { name });
  if (metadata.format !== (isSealed ? format : firstFormat)) {
    throw new DataError(`${name}: is damaged, or no checkpoint: its format is ${shown(metadata.format)}.`);
  }
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), stateSchema), metadata.state);
  if (!parsed.success) {
    throw new DataError(`${name}: its metadata is not a checkpoint's (${parsed.issues[0].message}).`);
  }
  const best = withoutPrefix('best', tensors);
  const { rollback, ...state } = parsed.output;
  return {
    ...state,
    progress: withTrimmed('', state.progress, tensors),
    parameters: withoutPrefix('parameter', tensors),
    optimizer: withoutPrefix('optimizer', tensors),
    ...(rollback && {
      rollback: {
        ...rollback,
        progress: withTrimmed('rollback/', rollback.progress, tensors),
        parameters: withoutPrefix('rollback/parameter', tensors),
        optimizer: withoutPrefix('rollback/optimizer', tensors),
      },
    }),
    ...(Object.keys(best).length > 0 && { best }),
  };
}

/** A million numbers are no text. */
function trimmedTensor(prefix: string, progress: Progress | undefined): Record<string, NdArray> {
  const trimmed = progress?.trimmed;
  return trimmed ? { [prefix + trimmedName]: new NdArray(Uint32Array.from(trimmed), [trimmed.length], 'uint32') } : {};
}

function withTrimmed(prefix: string, progress: Progress, tensors: ReadonlyMap<string, NdArray>): Progress {
  const trimmed = tensors.get(prefix + trimmedName);
  return trimmed ? { ...progress, trimmed: Array.from(trimmed.data) } : progress;
}

function withoutTrimmed(progress: Progress): Progress {
  return Object.fromEntries(Object.entries(progress).filter(([name]) => name !== 'trimmed')) as unknown as Progress;
}

function withPrefix(prefix: string, tensors: Readonly<Record<string, NdArray>>): Record<string, NdArray> {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [`${prefix}/${name}`, tensor]));
}

function withoutPrefix(prefix: string, tensors: ReadonlyMap<string, NdArray>): NamedParameters {
  const own = [...tensors].filter(([name]) => name.startsWith(`${prefix}/`));
  return Object.fromEntries(own.map(([name, tensor]) => [name.slice(prefix.length + 1), tensor])) as NamedParameters;
}
