import { UnsupportedError, ValueError } from '../../core/index.ts';
import { isHostOp, isOp } from '../../graph/index.ts';
import type { Tensor } from '../../graph/index.ts';
import { graphInputs } from '../feeds.ts';
import { lowerGraph } from './lower-graph.ts';
import { encodeModel } from './proto.ts';
import { numberValues } from './value-numbers.ts';

/** What `toOnnx` writes: outputs as expressions, the inputs' order, a name and metadata. */
export interface OnnxExport {
  /** The graph's name, shown by viewers. */
  readonly name: string;
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** The order of the inputs; all of the graph's must be there. Default: as the outputs reach them. */
  readonly inputs?: readonly string[];
  /** Free key–value pairs stored with the model. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * The graph as an ONNX file. Inputs and outputs keep their names, symbolic sizes theirs.
 *
 * @throws UnsupportedError for a host op: random numbers and decompositions have no ONNX op
 * @throws ValueError when `inputs` leaves out an input of the graph, or names one it does not have
 */
export function toOnnx(options: OnnxExport): Uint8Array<ArrayBuffer> {
  const graph = numberValues(Object.values(options.outputs));
  const hostOp = graph.order.find((node) => isHostOp(node.op));
  if (hostOp) {
    throw new UnsupportedError(
      `toOnnx: ONNX has no op for ${hostOp.op}. Make its value an input of the graph (noise: input('noise', …)).`,
    );
  }
  const known = graphInputs(graph.order);
  const names = options.inputs ?? [...known.keys()];
  const missing = [...known.keys()].filter((name) => !names.includes(name));
  if (missing.length > 0) throw new ValueError(`toOnnx: the graph also needs ${missing.join(', ')}; add to inputs.`);
  const given = new Map<Tensor, string>();
  for (const name of names) {
    const tensor = known.get(name);
    if (!tensor)
      throw new ValueError(`toOnnx: the graph has no input '${name}', only ${[...known.keys()].join(', ')}.`);
    given.set(tensor, name);
  }
  const outputs = new Map(
    Object.entries(options.outputs).map(([name, tensor]) => [name, graph.representative(tensor)]),
  );
  const clash = names.find((name) => outputs.has(name));
  if (clash !== undefined) throw new ValueError(`toOnnx: '${clash}' names both an input and an output. Rename one.`);
  const { model } = lowerGraph({
    name: options.name,
    graph,
    nodes: graph.order.filter((node) => !isOp(node, 'input')),
    given,
    outputs,
    keepInputs: true,
    ...(options.metadata ? { metadata: options.metadata } : {}),
  });
  return encodeModel(model);
}
