/** Columns of numbers in the order of their values: every tree of a boosting needs it. */
export interface SortedColumns {
  /** [n, size] */
  readonly rows: Float64Array;
  readonly size: number;
  /** For each column, the rows from the least value to the largest. */
  readonly orders: readonly Uint32Array[];
  /** For each column, its values in that order. */
  readonly values: readonly Float64Array[];
}

export function sortColumns(rows: Float64Array, size: number): SortedColumns {
  const count = rows.length / size;
  const orders = Array.from({ length: size }, (_, column) =>
    Uint32Array.from({ length: count }, (_, row) => row).sort(
      (a, b) => rows[a * size + column]! - rows[b * size + column]!,
    ),
  );
  const values = orders.map((order, column) => Float64Array.from(order, (row) => rows[row * size + column]!));
  return { rows, size, orders, values };
}

/** A binary tree; rows with a value of at most `threshold` go left. A leaf has no column. */
export interface TreeNode {
  column: number;
  threshold: number;
  left: number;
  right: number;
  /** Of a leaf: which. */
  leaf: number;
}

export interface RegressionTree {
  readonly nodes: readonly TreeNode[];
  readonly leaves: number;
  /** The leaf of each row it was grown on. */
  readonly leafOf: Uint32Array;
  /** By how much the splits of each column lower the mean squared error. */
  readonly importances: Float64Array;
}

/** Values nearer than this count as equal, as in scikit-learn. */
const equalBelow = 1e-7;

/**
 * A regression tree by the splits that lower the squared error most, level by level (Breiman et al. 1984). The gain of a split
 * is n_L n_R / n (mean_L − mean_R)² = (n S_L − n_L S)² / (n n_L n_R) with the sums S.
 *
 * @param options.depth how many splits lie above a leaf at most
 * @param options.firstColumn which, and those after it, get what is equally good in several columns
 */
export function growTree(
  { rows, size, orders, values }: SortedColumns,
  targets: Float64Array,
  { depth, firstColumn }: { readonly depth: number; readonly firstColumn: number },
): RegressionTree {
  const count = targets.length;
  const nodes: TreeNode[] = [leafNode()];
  const nodeOf = new Uint32Array(count);
  const importances = new Float64Array(size);
  let open = [0];
  for (let level = 0; level < depth && open.length > 0; level++) {
    const { gains, columns, thresholds } = bestSplits(open);
    const next: number[] = [];
    for (const node of open) {
      const [gain, column] = [gains[node]!, columns[node]!];
      if (column < 0) continue;
      importances[column]! += gain / count;
      const children = { left: nodes.length, right: nodes.length + 1 };
      Object.assign(nodes[node]!, { column, threshold: thresholds[node]!, ...children });
      next.push(children.left, children.right);
      nodes.push(leafNode(), leafNode());
    }
    for (let row = 0; row < count; row++) {
      const { column, threshold, left, right } = nodes[nodeOf[row]!]!;
      if (column >= 0) nodeOf[row] = rows[row * size + column]! <= threshold ? left : right;
    }
    open = next;
  }
  let leaves = 0;
  for (const node of nodes) if (node.column < 0) node.leaf = leaves++;
  return { nodes, leaves, leafOf: nodeOf.map((node) => nodes[node]!.leaf), importances };

  /** Of each node: the gain, the column (−1 where it cannot be parted) and the threshold. */
  function bestSplits(candidates: readonly number[]) {
    const ofNodes = (start: number): Float64Array => new Float64Array(nodes.length).fill(start);
    const [sizes, totals, squares] = [ofNodes(0), ofNodes(0), ofNodes(0)];
    for (let row = 0; row < count; row++) {
      const node = nodeOf[row]!;
      sizes[node]!++;
      totals[node]! += targets[row]!;
      squares[node]! += targets[row]! ** 2;
    }
    const isOpen = new Uint8Array(nodes.length);
    for (const node of candidates) {
      const impurity = squares[node]! / sizes[node]! - (totals[node]! / sizes[node]!) ** 2;
      isOpen[node] = impurity > Number.EPSILON ? 1 : 0;
    }
    const [gains, columns, thresholds] = [ofNodes(-Infinity), ofNodes(-1), ofNodes(0)];
    const [counts, sums, last] = [ofNodes(0), ofNodes(0), ofNodes(0)];
    for (let turn = 0; turn < size; turn++) {
      const column = (firstColumn + turn) % size;
      counts.fill(0);
      sums.fill(0);
      const [order, sorted] = [orders[column]!, values[column]!];
      for (let at = 0; at < count; at++) {
        const row = order[at]!;
        const node = nodeOf[row]!;
        if (isOpen[node] === 0) continue;
        const value = sorted[at]!;
        const before = counts[node]!;
        if (before > 0 && value > last[node]! + equalBelow) {
          const inside = sizes[node]!;
          const difference = sums[node]! * inside - totals[node]! * before;
          const gain = (difference * difference) / (before * (inside - before) * inside);
          if (gain > gains[node]!) {
            gains[node] = gain;
            columns[node] = column;
            thresholds[node] = middle(last[node]!, value);
          }
        }
        counts[node]!++;
        sums[node]! += targets[row]!;
        last[node] = value;
      }
    }
    return { gains, columns, thresholds };
  }
}

const leafNode = (): TreeNode => ({ column: -1, threshold: 0, left: 0, right: 0, leaf: -1 });

function middle(below: number, above: number): number {
  const value = below / 2 + above / 2;
  return value < above ? value : below;
}

/** The leaf that a row comes to. */
export function leafAt(nodes: readonly TreeNode[], rows: Float64Array, at: number): number {
  let node = nodes[0]!;
  while (node.column >= 0) node = nodes[rows[at + node.column]! <= node.threshold ? node.left : node.right]!;
  return node.leaf;
}
