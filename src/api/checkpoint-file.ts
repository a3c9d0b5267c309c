import * as v from 'valibot';
import { DataError, NumericalError } from '../core/index.ts';
import type { NdArray } from '../core/index.ts';
import { encodeSafetensors, nameIn, runFile } from '../io/index.ts';
import type { RunFolder } from '../io/index.ts';
import type { Checkpoint, NamedParameters } from '../training/index.ts';

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const elboOrNone = v.nullable(v.number());
/** JSON has no NaN: a mean that is not finite is null there. */
const mean = v.pipe(
  v.nullable(v.number()),
  v.transform((value) => value ?? NaN),
);
const means = { elbo: mean, reconstruction: mean, kl: mean };

const stateEntries = {
  steps: count,
  progress: v.strictObject({
    epoch: count,
    batch: count,
    trimmed: v.exactOptional(v.array(count)),
    sums: v.strictObject({ reconstruction: v.number(), kl: v.number() }),
    bestEpoch: count,
    bestElbo: elboOrNone,
    patience: v.strictObject({ reference: elboOrNone, waited: count }),
    last: v.exactOptional(
      v.strictObject({
        training: v.strictObject(means),
        validation: v.exactOptional(v.strictObject({ ...means, trimmedElbo: v.exactOptional(mean) })),
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
};

/** What the checkpoint's metadata holds, as JSON. */
const progressSchema = v.strictObject({ ...stateEntries, rollback: v.exactOptional(v.strictObject(stateEntries)) });

/** Writes a checkpoint as a whole or not at all: the one before it stays until this one is on disk. */
export async function writeCheckpoint(folder: RunFolder, checkpoint: Checkpoint): Promise<void> {
  const { parameters, optimizer, best, rollback, steps, progress } = checkpoint;
  const tensors = {
    ...withPrefix('parameter', parameters),
    ...withPrefix('optimizer', optimizer),
    ...withPrefix('best', best ?? {}),
    ...withPrefix('rollback/parameter', rollback?.parameters ?? {}),
    ...withPrefix('rollback/optimizer', rollback?.optimizer ?? {}),
  };
  for (const [name, { data }] of Object.entries(tensors)) {
    const wrong = data.find((value) => !Number.isFinite(value));
    if (wrong !== undefined) {
      throw new NumericalError(`checkpoint: '${name}' holds ${wrong}; nothing was written, the one before stays.`);
    }
  }
  const state = {
    steps,
    progress,
    ...(rollback && { rollback: { steps: rollback.steps, progress: rollback.progress } }),
  };
  const metadata = { format: 'rootsigma checkpoint', state: JSON.stringify(state) };
  await folder.store.replace(runFile.checkpoint, encodeSafetensors(tensors, { metadata }));
}

/** @throws DataError when the file is missing or is not a checkpoint */
export async function readCheckpoint(folder: RunFolder): Promise<Checkpoint> {
  const { tensors, metadata } = await folder.readTensors(runFile.checkpoint);
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), progressSchema), metadata.state);
  if (!parsed.success)
    throw new DataError(
      `${nameIn(folder.store, runFile.checkpoint)}: its metadata is not a checkpoint's (${parsed.issues[0].message}).`,
    );
  const best = withoutPrefix('best', tensors);
  const { rollback, ...state } = parsed.output;
  return {
    ...state,
    parameters: withoutPrefix('parameter', tensors),
    optimizer: withoutPrefix('optimizer', tensors),
    ...(rollback && {
      rollback: {
        ...rollback,
        parameters: withoutPrefix('rollback/parameter', tensors),
        optimizer: withoutPrefix('rollback/optimizer', tensors),
      },
    }),
    ...(Object.keys(best).length > 0 && { best }),
  };
}

function withPrefix(prefix: string, tensors: Readonly<Record<string, NdArray>>): Record<string, NdArray> {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [`${prefix}/${name}`, tensor]));
}

function withoutPrefix(prefix: string, tensors: ReadonlyMap<string, NdArray>): NamedParameters {
  const own = [...tensors].filter(([name]) => name.startsWith(`${prefix}/`));
  return Object.fromEntries(own.map(([name, tensor]) => [name.slice(prefix.length + 1), tensor])) as NamedParameters;
}
