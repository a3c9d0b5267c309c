import { machineFacts } from '#machine';
import { RootsigmaError, ValueError, bytesInWords, isOutOfMemory } from '../../core/index.ts';
import type { RunConfig } from '../../config/index.ts';
import type { Vae } from '../../models/index.ts';
import { elboObjective } from '../../objectives/index.ts';
import type { TrainingObjective } from '../../objectives/index.ts';
import type { SpareMemory } from '../../training/index.ts';
import { buildStep, flatLength, heldBytes, optimizerSlots } from '../../training/index.ts';

/** What one WebAssembly memory can hold: parameters, gradients and the optimiser's moments lie in one. */
const storeLimit = 65535 * 65536;

/**
 * Arrays of [batch, latent, latent] that a step of the full posterior holds at its peak, forwards and backwards: some 20 measured
 * for latent 64 to 256 with ONNX Runtime's native build.
 */
const matricesPerStep = 20;

/**
 * What a step takes at its peak, in units of what it holds for the gradients when the loss is known: 2.3 to 3 measured, for
 * convolutions and residual networks of images of 128 and 256 pixels with ONNX Runtime's native build.
 */
const peakPerHeld = 2;

/**
 * Refuses a model whose training cannot fit, before anything is made for it.
 *
 * @param options.objective what is minimised; default: minus the ELBO
 * @param options.memory bytes that the machine has; NaN where nobody knows
 * @returns what is left for threads that share its steps
 * @throws ValueError saying what it would take, and of what
 */
export function checkModelSize(
  model: Vae,
  { model: { posterior, latent }, training: { optimizer, batchSize } }: RunConfig,
  {
    objective = elboObjective(model, batchSize),
    memory = machineFacts().memoryBytes,
  }: { readonly objective?: TrainingObjective; readonly memory?: number } = {},
): SpareMemory {
  const own = flatLength(objective.parameters);
  const count = flatLength(model.parameters) + own;
  // The objective's own optimiser is Adam, which has two arrays.
  const store = 4 * (count * 2 + (count - own) * optimizerSlots(optimizer) + own * 2);
  // A full posterior, or one whose flows bend one.
  const isFull = posterior.name === 'full' || posterior.base === 'full';
  const matrices = isFull ? 4 * matricesPerStep * batchSize * latent ** 2 : 0;
  const isWhole = store <= storeLimit;
  const layers = isWhole ? peakPerHeld * heldBytes(buildStep(model, batchSize, objective)) : 0;
  const step = Math.max(matrices, layers);
  if (isWhole && !(store + step > memory)) return { bytes: memory - store - step, step };
  const parts = [
    `${bytesInWords(store)} for ${Number(count.toPrecision(3)).toLocaleString('en')} parameters, their gradients and moments`,
  ];
  const ofBatch = layers > matrices && layers > store;
  if (ofBatch) parts.push(`${bytesInWords(layers)} for what its layers make of a batch of ${batchSize}`);
  else if (matrices > 0) {
    parts.push(`${bytesInWords(matrices)} for the ${latent} × ${latent} matrices of a batch of ${batchSize}`);
  }
  const there = isWhole
    ? `this machine has ${bytesInWords(memory)}`
    : `the first must be within ${bytesInWords(storeLimit)}`;
  const remedy = ofBatch
    ? 'smaller batches (batchSize), fewer channels or hidden units, or smaller images (size)'
    : isFull
      ? `fewer latent dimensions, or ${posterior.base === 'full' ? "base 'diagonal'" : "posterior 'low-rank'"}`
      : 'smaller layers';
  throw new ValueError(`train: the model needs ${parts.join(' and ')}; ${there}. Choose ${remedy}.`);
}

/**
 * Refuses an array of results that the memory cannot hold, once the first part has shown what each row takes.
 *
 * @param given bytes that the machine has, NaN where nobody knows; default: what it says
 * @throws ValueError saying what it would take, and what to lower
 */
export function checkResultSize(
  { operation, rows, bytesPerRow }: { readonly operation: string; readonly rows: number; readonly bytesPerRow: number },
  given?: number,
): void {
  const bytes = rows * bytesPerRow;
  // Which every machine has: to ask for more than that takes longer than a small result.
  if (given === undefined && bytes <= 2 ** 24) return;
  const memory = given ?? machineFacts().memoryBytes;
  if (!(bytes > memory)) return;
  throw new ValueError(
    `${operation}: what ${rows.toLocaleString('en')} rows give takes ${bytesInWords(bytes)}; this machine has ${bytesInWords(memory)}. Take fewer at a time: a smaller count, limit or number of steps.`,
  );
}

/** The error for a training that memory is too small for; any other stays what it is. */
export function trainingError(error: unknown): unknown {
  if (!isOutOfMemory(error)) return error;
  const reason = error instanceof Error ? error.message : String(error);
  const { memoryBytes } = machineFacts();
  const there = Number.isNaN(memoryBytes) ? '' : ` This machine has ${bytesInWords(memoryBytes)}.`;
  return new RootsigmaError(
    `train: memory ran out (${reason}).${there} Lower the batch size (batchSize), the layers (hidden, channels), latent or the images' size.`,
    { cause: error },
  );
}
