import { takeTurns } from '../../../core/index.ts';
import { growTree, leafAt } from './regression-tree.ts';
import type { SortedColumns } from './regression-tree.ts';

/** How `boostTrees` grows its trees. */
export interface BoostingOptions {
  /** How many stages, each with a tree a class. */
  readonly trees: number;
  readonly depth: number;
  readonly learningRate: number;
  readonly signal?: AbortSignal | undefined;
}

export interface BoostedClassifier {
  /** What each column adds to the trees, adding up to 1; all 0 where no tree has a split. */
  readonly importances: Float64Array;
  /** The class of each row that it was fitted to, and of each of the others. */
  readonly fitted: Uint32Array;
  readonly predicted: Uint32Array;
}

/**
 * Gradient boosting of regression trees for classes (Friedman 2001, algorithm 6), with the defaults of scikit-learn's
 * `GradientBoostingClassifier`: the deviance, trees by squared error, a Newton step in each leaf. Two classes have one tree a
 * stage. Nothing is drawn: of splits in several columns that are equally good, trees take them in turn.
 *
 * @param columns of the rows to fit, `sortColumns`
 * @param levels the class of each, 0 … classes − 1
 * @param others [m, size], rows to predict
 */
export async function boostTrees(
  columns: SortedColumns,
  {
    levels,
    classes,
    others,
  }: { readonly levels: Uint32Array; readonly classes: number; readonly others: Float64Array },
  { trees, depth, learningRate, signal }: BoostingOptions,
): Promise<BoostedClassifier> {
  const { size } = columns;
  const [count, otherCount] = [levels.length, others.length / size];
  const outputs = classes === 2 ? 1 : classes;
  const start = startingScores(levels, classes);
  const scores = Float64Array.from({ length: count * outputs }, (_, k) => start[k % outputs]!);
  const otherScores = Float64Array.from({ length: otherCount * outputs }, (_, k) => start[k % outputs]!);
  const importances = new Float64Array(size);
  const residuals = new Float64Array(count * outputs);
  const targets = new Float64Array(count);
  for (let stage = 0; stage < trees; stage++) {
    fillResiduals(residuals, scores, { levels, outputs });
    for (let output = 0; output < outputs; output++) {
      await takeTurns();
      signal?.throwIfAborted();
      for (let row = 0; row < count; row++) targets[row] = residuals[row * outputs + output]!;
      const tree = growTree(columns, targets, { depth, firstColumn: (stage * outputs + output) % size });
      tree.importances.forEach((value, column) => (importances[column]! += value));
      const steps = leafSteps(targets, tree.leafOf, { leaves: tree.leaves, outputs });
      for (let row = 0; row < count; row++) {
        scores[row * outputs + output]! += learningRate * steps[tree.leafOf[row]!]!;
      }
      for (let row = 0; row < otherCount; row++) {
        otherScores[row * outputs + output]! += learningRate * steps[leafAt(tree.nodes, others, row * size)]!;
      }
    }
  }
  const total = importances.reduce((sum, value) => sum + value, 0);
  return {
    importances: importances.map((value) => (total > 0 ? value / total : 0)),
    fitted: classesOf(scores, outputs),
    predicted: classesOf(otherScores, outputs),
  };

  function startingScores(of: Uint32Array, number: number): Float64Array {
    const shares = new Float64Array(number);
    for (const level of of) shares[level]! += 1 / of.length;
    // A class without examples: scikit-learn does not know it, and a share of rounding says the same.
    const bounded = shares.map((share) => Math.max(share, Number.EPSILON));
    if (number === 2) return Float64Array.of(Math.log(bounded[1]! / bounded[0]!));
    return bounded.map(Math.log);
  }
}

/** y − p of each row and class. */
function fillResiduals(
  residuals: Float64Array,
  scores: Float64Array,
  { levels, outputs }: { readonly levels: Uint32Array; readonly outputs: number },
): void {
  for (let row = 0; row < levels.length; row++) {
    const at = row * outputs;
    if (outputs === 1) {
      residuals[at] = levels[row]! - 1 / (1 + Math.exp(-scores[at]!));
      continue;
    }
    let largest = -Infinity;
    for (let c = 0; c < outputs; c++) largest = Math.max(largest, scores[at + c]!);
    let sum = 0;
    for (let c = 0; c < outputs; c++) sum += residuals[at + c] = Math.exp(scores[at + c]! - largest);
    for (let c = 0; c < outputs; c++) residuals[at + c] = (levels[row] === c ? 1 : 0) - residuals[at + c]! / sum;
  }
}

/** (K − 1)/K Σ r / Σ |r| (1 − |r|) of each leaf; of two classes without the factor. */
function leafSteps(
  residuals: Float64Array,
  leafOf: Uint32Array,
  { leaves, outputs }: { readonly leaves: number; readonly outputs: number },
): Float64Array {
  const [sums, curvatures] = [new Float64Array(leaves), new Float64Array(leaves)];
  for (let row = 0; row < residuals.length; row++) {
    const size = Math.abs(residuals[row]!);
    sums[leafOf[row]!]! += residuals[row]!;
    curvatures[leafOf[row]!]! += size * (1 - size);
  }
  const factor = outputs === 1 ? 1 : (outputs - 1) / outputs;
  return sums.map((sum, leaf) => (curvatures[leaf]! < 1e-150 ? 0 : (factor * sum) / curvatures[leaf]!));
}

function classesOf(scores: Float64Array, outputs: number): Uint32Array {
  return Uint32Array.from({ length: scores.length / outputs }, (_, row) => {
    if (outputs === 1) return scores[row]! > 0 ? 1 : 0;
    const own = scores.subarray(row * outputs, (row + 1) * outputs);
    return own.indexOf(own.reduce((most, score) => Math.max(most, score), -Infinity));
  });
}
