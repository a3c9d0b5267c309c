import type { Run } from '../api/index.ts';
import { CapabilityError } from '../core/index.ts';
import { broadcastTo, input, isOp, topologicalOrder } from '../graph/index.ts';
import type { OpName, Tensor } from '../graph/index.ts';
import { centerOf } from '../models/index.ts';
import { parameterInputs } from '../nn/index.ts';
import { klTerm, ofRows, rowInput } from '../objectives/index.ts';

/**
 * Where a row may stand in a batch so that it has the same bits in each. Kernels compute every row alike but for three things (training
 * relies on them too, `training/replicas/row-blocks.ts`): a product of a single row is added up in another order, vector instructions
 * take 16 numbers at a time and round what is left over otherwise, and sums along a row begin at a multiple of 16 bytes.
 */
export interface RowAlignment {
  /** A request's rows begin at a multiple of this: 1, 2 or 4. */
  readonly slot: number;
  /** A batch has a multiple of this many rows: 2 to 16. */
  readonly block: number;
}

/** Elementwise ops that round to the nearest number or not at all, whatever computes them, and ops that only move numbers. */
const exact: ReadonlySet<OpName> = new Set<OpName>([
  ...(['input', 'constant', 'dimension', 'neg', 'abs', 'sign', 'sqrt', 'relu', 'not', 'cast', 'stopGradient'] as const),
  ...([
    'add',
    'sub',
    'mul',
    'div',
    'maximum',
    'minimum',
    'equal',
    'less',
    'lessEqual',
    'greater',
    'greaterEqual',
  ] as const),
  ...(['and', 'or', 'where', 'max', 'min', 'reshape', 'broadcastTo', 'transpose', 'slice', 'pad', 'concat'] as const),
  ...(['gather', 'matmul', 'conv2d', 'convTranspose2d'] as const),
]);

/** What a run's operations ask of their rows, by the expressions that they compute. */
export function rowAlignment({ model: vae }: Pick<Run, 'model'>): RowAlignment {
  const { x, model } = ofRows(vae, rowInput(vae));
  const tensors = parameterInputs(model.parameters);
  const posterior = model.encode(tensors, x);
  const likelihood = model.decode(tensors, centerOf(posterior));
  const prior = model.prior(tensors);
  const outputs = [
    () => [centerOf(posterior), posterior.stddev, posterior.covariance],
    () => [likelihood.mean, likelihood.logProbParts(x), likelihood.logProb(x)],
    () => {
      const noise = broadcastTo(input('epsilon', ['draws', 1, posterior.noiseSize]), [
        'draws',
        'batch',
        posterior.noiseSize,
      ]);
      const { value, logProb } = posterior.fromNoise(noise);
      const kl = klTerm(posterior, prior, { latent: value, logProbOfDraw: logProb });
      return [model.decode(tensors, value).logProb(x), logProb, prior.logProb(value), kl];
    },
  ].flatMap(ofThoseThatAre);
  return alignmentOf(outputs.filter((output) => output !== undefined));
}

/** What a part of the model cannot give is not asked for. */
function ofThoseThatAre(build: () => (Tensor | undefined)[]): (Tensor | undefined)[] {
  try {
    return build();
  } catch (error) {
    if (error instanceof CapabilityError) return [];
    throw error;
  }
}

export function alignmentOf(outputs: readonly Tensor[]): RowAlignment {
  let [slot, block] = [1, 2];
  for (const node of topologicalOrder(outputs)) {
    const [operand] = node.inputs;
    if (isOp(node, 'sum') && operand) slot = Math.max(slot, 4 / commonDivisor(4, rowWidth(operand)));
    else if (!exact.has(node.op)) block = Math.max(block, 16 / commonDivisor(16, rowWidth(node)));
  }
  return { slot, block: Math.max(slot, block) };
}

/** Numbers that belong to one row, one after the other; 0 where none depends on rows. */
function rowWidth({ shape }: Tensor): number {
  const at = shape.lastIndexOf('batch');
  if (at < 0) return 0;
  return shape.slice(at + 1).reduce<number>((product, size) => product * (typeof size === 'number' ? size : 1), 1);
}

/** Of a power of two and a width; the power itself of 0. */
function commonDivisor(power: number, width: number): number {
  let divisor = power;
  while (width % divisor !== 0) divisor /= 2;
  return divisor;
}
