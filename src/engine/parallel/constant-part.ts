import { isOp, makeNode, multiplications, topologicalOrder, withScope } from '../../graph/index.ts';
import type { Tensor } from '../../graph/index.ts';
import type { Engine, NamedArrays } from '../engine.ts';

/** Multiplications from which on what is always the same is computed beforehand: about a millisecond of one thread. */
const leastWork = 1e6;

/** Expressions of which a part does not depend on what is fed. */
export interface Parted {
  /** That part, by the names of the inputs that stand for it in `outputs`. */
  readonly constants: Readonly<Record<string, Tensor>>;
  readonly outputs: Readonly<Record<string, Tensor>>;
}

/**
 * What some inputs alone decide of outputs, apart from the rest: a VampPrior's mixture is a function of the parameters, and is
 * the same for every batch. Undefined where there is too little of it to be worth a program of its own.
 *
 * @param given names of inputs whose values do not change
 */
export function partedByInputs(
  outputs: Readonly<Record<string, Tensor>>,
  given: ReadonlySet<string>,
): Parted | undefined {
  const order = topologicalOrder(Object.values(outputs));
  const constant = new Set<Tensor>();
  for (const node of order) {
    const isLeaf = node.inputs.length === 0;
    const isGiven = isOp(node, 'input') ? given.has(node.attributes.name) : isOp(node, 'constant') || !isLeaf;
    if (isGiven && node.inputs.every((each) => constant.has(each))) constant.add(node);
  }
  const used = new Set(order.filter((node) => !constant.has(node)).flatMap(({ inputs }) => inputs));
  const worth = productsIn([...used].filter((node) => constant.has(node)));
  if (multiplications(worth) < leastWork) return undefined;
  const standIns = new Map(worth.map((node, k) => [node, `always ${k}`]));
  const rebuilt = new Map<Tensor, Tensor>();
  for (const node of order) {
    const name = standIns.get(node);
    if (name !== undefined) rebuilt.set(node, makeNode('input', [], { name, shape: node.shape, dtype: node.dtype }));
    else if (node.inputs.some((each) => rebuilt.has(each))) {
      const inputs = node.inputs.map((each) => rebuilt.get(each) ?? each);
      rebuilt.set(
        node,
        withScope(node.scope, () => makeNode(node.op, inputs, node.attributes)),
      );
    }
  }
  return {
    constants: Object.fromEntries([...standIns].map(([node, name]) => [name, node])),
    // An output that is always the same stays what it is.
    outputs: Object.fromEntries(
      Object.entries(outputs).map(([name, node]) => [name, constant.has(node) ? node : (rebuilt.get(node) ?? node)]),
    ),
  };
}

/**
 * The last products of matrices on each way to some expressions, with the sums that follow, which engines compute in one. What comes
 * after them is little, and stays where it was: an engine rounds it otherwise apart from what uses it.
 */
function productsIn(ends: readonly Tensor[]): Tensor[] {
  const found = new Set<Tensor>();
  const seen = new Set<Tensor>();
  const open = [...ends];
  for (let node = open.pop(); node; node = open.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    const isSum = isOp(node, 'add') && node.inputs.some(isProduct);
    if (isProduct(node) || isSum) found.add(node);
    else open.push(...node.inputs);
  }
  return [...found];
}

function isProduct({ op }: Tensor): boolean {
  return op === 'matmul' || op === 'conv2d' || op === 'convTranspose2d';
}

/**
 * What is compiled, where bound inputs never change: what they alone decide, if it is much, is computed here and bound in its turn. The
 * reference keeps float64 between its steps, which a part of its own would round, and is left as it is.
 */
export async function withConstants<
  S extends { readonly outputs: Readonly<Record<string, Tensor>>; readonly boundInputs?: NamedArrays },
>(engine: Engine, spec: S, threads: { readonly threads?: number }): Promise<S> {
  const { boundInputs = {} } = spec;
  if (engine.name === 'reference') return spec;
  const parted = partedByInputs(spec.outputs, new Set(Object.keys(boundInputs)));
  if (!parted) return spec;
  const program = await engine.compile({ outputs: parted.constants, boundInputs, ...threads });
  try {
    return { ...spec, outputs: parted.outputs, boundInputs: { ...boundInputs, ...(await program.run()) } };
  } finally {
    await program.dispose();
  }
}
