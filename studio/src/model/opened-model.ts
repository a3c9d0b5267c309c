// What the worker does with a run: opens it from its files, decodes, and says what it makes of a row.
import { NdArray, MemoryStore, load, tableOf } from 'rootsigma';
import type { Run, Table } from 'rootsigma';
import { constant } from 'rootsigma/graph';
import { key } from 'rootsigma/random';
import { evaluate } from 'rootsigma/reference';
import { withConditions } from '../../../src/objectives/rows.ts';
import { conditionOf } from './condition.ts';
import { isMissingCell, fieldsOf } from './table-fields.ts';
import { decodedLook } from './look-at.ts';
import type { Decoded, DecodeRequest, OpenRequest, OpenedModel, Row, WhatIf } from './messages.ts';
import type { draw, play } from './playground.ts';
import { engineChoice } from './engine-choice.ts';

/** The run that is open: a worker has one. */
let opened: Run | undefined;
/** What the library says while a call computes. */
let notices: string[] = [];

/** Draws of a row that a what-if shows. */
const drawsOfRow = 200;

export const modelMethods = {
  open: async ({ files }: OpenRequest): Promise<OpenedModel> => {
    await opened?.dispose();
    opened = undefined;
    const onNotice = (line: string): void => {
      notices.push(line);
    };
    const run = await load(new MemoryStore(files, 'the run'), { engine: engineChoice, threads: 1, onNotice });
    opened = run;
    const { table } = run.config.data;
    return {
      latent: run.model.latent,
      exampleShape: run.exampleShape,
      engine: run.engineName,
      ...conditionOf(run),
      ...(table && { columns: fieldsOf(table) }),
    };
  },

  decode: async ({ z, given }: DecodeRequest): Promise<Decoded> => {
    const run = open();
    const codes = new NdArray(new Float32Array(z), [z.length / run.model.latent, run.model.latent]);
    return decodedLook(run, await run.decode(codes, given === undefined ? {} : { given }));
  },

  whatIf: async ({ row }: { readonly row: Row }): Promise<WhatIf> => {
    const run = open();
    notices = [];
    const table = tableOf(Object.entries(row).map(([name, value]) => ({ name, values: [isMissingCell(value) ? null : value] }))); // prettier-ignore
    const all = { split: 'all' } as const;
    const { mean, stddev } = await run.encode(table, all);
    const nats = await run.explain(table, all);
    const columns = run.columns ?? [];
    const reconstruction = await run.score(table, { ...all, method: 'reconstruction' });
    const elbo = run.hasDensity ? await run.score(table, { ...all, method: 'elbo' }) : undefined;
    // It may be fitted to training examples that are not here.
    const score = await run.score(table, all).catch(() => undefined);
    return {
      mean: mean.data,
      stddev: stddev.data,
      contributions: columns.map((column, k) => ({ column, nats: nats.data[k] ?? NaN })),
      reconstruction: reconstruction.data[0] ?? NaN,
      ...(elbo && { elbo: -(elbo.data[0] ?? NaN) }),
      ...(score && { score: score.data[0] ?? NaN }),
      draws: await drawsFor(run, table),
      notices: [...new Set(notices)],
    };
  },

  // What trains is fetched by the playground alone.
  draw: async (...given: Parameters<typeof draw>) => (await import('./playground.ts')).draw(...given),
  play: async (...given: Parameters<typeof play>) => (await import('./playground.ts')).play(...given),
  zip: async () => (await import('./playground.ts')).zip(),
};

/** x ~ p(x|z) with z ~ q(z|x), by column. */
async function drawsFor(run: Run, table: Table): Promise<WhatIf['draws']> {
  const { latent, conditionSize = 0 } = run.model;
  const rows = run.fromTable(table);
  const hasNoise = run.hasDensity;
  const encoding = await run.encode(table, { split: 'all', ...(hasNoise && { draws: drawsOfRow }) });
  const count = hasNoise ? drawsOfRow : 1;
  const z = encoding.draws ?? encoding.mean;
  // Behind each code what the model is given of the row, which stands at its end.
  const beside = new Float32Array(count * (latent + conditionSize));
  for (let k = 0; k < count; k++) {
    beside.set(z.data.subarray(k * latent, (k + 1) * latent), k * (latent + conditionSize));
    beside.set(rows.data.subarray(rows.data.length - conditionSize), k * (latent + conditionSize) + latent);
  }
  const { value, model } = withConditions(run.model, constant(new NdArray(beside, [count, latent + conditionSize])));
  const parameters = Object.fromEntries(Object.entries(run.parameters).map(([name, array]) => [name, constant(array)]));
  const drawn = evaluate(model.decode(parameters, value).sample(key(0)));
  const width = rows.data.length;
  const whole = new Float32Array(count * width);
  for (let k = 0; k < count; k++) {
    whole.set(Float32Array.from(drawn.data.subarray(k * (width - conditionSize), (k + 1) * (width - conditionSize))), k * width); // prettier-ignore
    whole.set(rows.data.subarray(width - conditionSize), (k + 1) * width - conditionSize);
  }
  const { columns } = run.toTable(new NdArray(whole, [count, width]));
  return Object.fromEntries(columns.map(({ name, values }) => [name, [...values]]));
}

function open(): Run {
  if (!opened) throw new Error('No model is open.');
  return opened;
}
