import * as v from 'valibot';
import { DataError } from '../core/index.ts';
import type { NdArray } from '../core/index.ts';
import { encodeSafetensors, nameIn, runFile } from '../io/index.ts';
import type { RunFolder } from '../io/index.ts';
import type { Checkpoint, NamedParameters } from '../training/index.ts';

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const elboOrNone = v.nullable(v.number());
const means = { elbo: v.number(), reconstruction: v.number(), kl: v.number() };

/** What the checkpoint's metadata holds, as JSON. */
const progressSchema = v.strictObject({
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
        validation: v.exactOptional(v.strictObject({ ...means, trimmedElbo: v.exactOptional(v.number()) })),
      }),
    ),
  }),
});

/** Writes a checkpoint as a whole or not at all: the one before it stays until this one is on disk. */
export async function writeCheckpoint(folder: RunFolder, checkpoint: Checkpoint): Promise<void> {
  const { parameters, optimizer, best, steps, progress } = checkpoint;
  const tensors = {
    ...withPrefix('parameter', parameters),
    ...withPrefix('optimizer', optimizer),
    ...withPrefix('best', best ?? {}),
  };
  const metadata = { format: 'rootsigma checkpoint', state: JSON.stringify({ steps, progress }) };
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
  return {
    ...parsed.output,
    parameters: withoutPrefix('parameter', tensors),
    optimizer: withoutPrefix('optimizer', tensors),
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
