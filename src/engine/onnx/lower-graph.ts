import { ShapeError } from '../../core/index.ts';
import { isHostOp, isOp } from '../../graph/index.ts';
import type { ComputeOpName, GraphShape, Tensor } from '../../graph/index.ts';
import { ModelBuilder } from './builder.ts';
import type { Lowering, LoweringContext } from './lowering.ts';
import { lowerings } from './lowerings/index.ts';
import { typeCode } from './proto.ts';
import type { OnnxModel } from './proto.ts';
import { requireSupport } from './support.ts';
import type { OrtEngineName } from './support.ts';
import type { NumberedGraph } from './value-numbers.ts';

export interface LowerOptions {
  readonly name: string;
  readonly graph: NumberedGraph;
  /** The nodes to lower, in an order that can run: all of the graph, or one segment of it. */
  readonly nodes: readonly Tensor[];
  /** Values that come from outside, with the names that the model's inputs shall have. */
  readonly given: ReadonlyMap<Tensor, string>;
  /** Representatives, with the names that the model's outputs shall have. */
  readonly outputs: ReadonlyMap<string, Tensor>;
  /** Declare every given value an input, also those that nothing needs. Default: false. */
  readonly keepInputs?: boolean;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly engine?: OrtEngineName;
}

export interface LoweredModel {
  readonly model: OnnxModel;
  /** The given values that the model has as inputs, in the model's order. */
  readonly inputs: readonly Tensor[];
}

/** Lowers nodes to one ONNX model. @throws UnsupportedError for an op that the engine cannot run on its dtype */
export function lowerGraph(options: LowerOptions): LoweredModel {
  const { graph, nodes, given, outputs } = options;
  const builder = new ModelBuilder([...given.values(), ...outputs.keys()]);
  const values = new Map<Tensor, string>(given);
  const context = makeContext(builder, values, options);

  for (const node of nodes) {
    builder.scope = node.scope;
    if (values.has(node)) continue;
    if (isOp(node, 'constant')) values.set(node, builder.constant(node.attributes.value));
    else if (isOp(node, 'dimension')) values.set(node, lowerDimension(node, context));
    else if (isCompute(node)) {
      requireSupport(node, options.engine);
      const lowering = lowerings[node.op] as Lowering<ComputeOpName>;
      values.set(node, lowering(node, graph.inputsOf(node).map(context.valueOf), context));
    }
  }

  builder.scope = '';
  const results = new Map([...outputs].map(([name, tensor]) => [name, context.valueOf(tensor)]));
  const { nodes: emitted, initializers, needed } = builder.finish(results);
  const inputs = [...given].filter(([, name]) => options.keepInputs === true || needed.has(name));
  const info = (name: string, { dtype, shape }: Tensor) => ({ name, type: dtype, shape });
  return {
    model: {
      name: options.name,
      nodes: emitted,
      initializers,
      inputs: inputs.map(([tensor, name]) => info(name, tensor)),
      outputs: [...outputs].map(([name, tensor]) => info(name, tensor)),
      metadata: options.metadata ?? {},
    },
    inputs: inputs.map(([tensor]) => tensor),
  };
}

function isCompute(node: Tensor): node is Tensor<ComputeOpName> {
  return !isHostOp(node.op) && !isOp(node, 'input');
}

function makeContext(builder: ModelBuilder, values: Map<Tensor, string>, options: LowerOptions): LoweringContext {
  const { graph, given } = options;
  const uses = countUses(options);
  const valueOf = (tensor: Tensor): string => {
    const name = values.get(graph.representative(tensor));
    if (name === undefined) throw new Error(`lowerGraph: ${tensor.op} ${tensor.id} is used before it is computed.`);
    return name;
  };
  const dimensionVector = (name: string): string => {
    for (const [tensor, value] of given) {
      const axis = tensor.shape.indexOf(name);
      if (axis >= 0) return builder.emit('Shape', [value], { start: { int: axis }, end: { int: axis + 1 } });
    }
    throw new ShapeError(`compile: no input has the symbolic dimension '${name}', so its size cannot be known.`);
  };
  return {
    builder,
    valueOf,
    useCount: (tensor) => uses.get(graph.representative(tensor)) ?? 0,
    dimensionValue: (name) => builder.emit('Squeeze', [dimensionVector(name)]),
    shapeValue: (shape: GraphShape) => {
      const parts = knownRuns(shape);
      const [only] = parts;
      if (parts.length <= 1 && typeof only !== 'string') return builder.ints(only ?? []);
      const vectors = parts.map((part) => (typeof part === 'string' ? dimensionVector(part) : builder.ints(part)));
      return vectors.length === 1 ? vectors[0]! : builder.emit('Concat', vectors, { axis: { int: 0 } });
    },
  };
}

/** Numbers that stand side by side are one part: [2, 3, 'batch', 4] → [2, 3], 'batch', [4]. */
function knownRuns(shape: GraphShape): (string | number[])[] {
  const runs: (string | number[])[] = [];
  for (const size of shape) {
    const last = runs.at(-1);
    if (typeof size === 'string') runs.push(size);
    else if (typeof last === 'object') last.push(size);
    else runs.push([size]);
  }
  return runs;
}

function countUses({ graph, nodes, outputs }: LowerOptions): Map<Tensor, number> {
  const uses = new Map<Tensor, number>();
  const use = (tensor: Tensor): void => void uses.set(tensor, (uses.get(tensor) ?? 0) + 1);
  for (const node of nodes) graph.inputsOf(node).forEach(use);
  for (const tensor of outputs.values()) use(tensor);
  return uses;
}

function lowerDimension(node: Tensor<'dimension'>, { builder, dimensionValue }: LoweringContext): string {
  return builder.emit('Cast', [dimensionValue(node.attributes.name)], { to: { int: typeCode(node.attributes.dtype) } });
}
