import { isHostOp, isOp } from '../../graph/index.ts';
import type { HostOpName, Tensor } from '../../graph/index.ts';
import type { NumberedGraph } from '../onnx/index.ts';

/** Nodes that make one ONNX model. */
export interface OnnxSegment {
  readonly kind: 'onnx';
  readonly nodes: readonly Tensor[];
  /** The values that later segments or the program's outputs read. */
  readonly outputs: readonly Tensor[];
}

export interface HostSegment {
  readonly kind: 'host';
  readonly node: Tensor<HostOpName>;
}

export type Segment = OnnxSegment | HostSegment;

/**
 * Cuts a graph at its host ops into as few ONNX models as the host ops' dependencies allow. Stages alternate: host ops
 * on odd stages, ONNX models on even ones, each node at the earliest it can run. Host ops that need only leaves (noise
 * from a key) are stage −1; where there are no others, all the rest is one model.
 */
export function cutGraph(graph: NumberedGraph, outputs: ReadonlySet<Tensor>): Segment[] {
  const stages = new Map<Tensor, number>();
  for (const node of graph.order) stages.set(node, stageOf(node, graph, stages));

  const leaving = new Set(outputs);
  for (const node of graph.order) {
    for (const input of graph.inputsOf(node)) {
      if (stages.get(input) !== stages.get(node)) leaving.add(input);
    }
  }

  const last = Math.max(-1, ...stages.values());
  const segments: Segment[] = [];
  for (let stage = -1; stage <= last; stage++) {
    const nodes = graph.order.filter((node) => !isLeaf(node) && stages.get(node) === stage);
    if (stage % 2 !== 0) segments.push(...nodes.filter(isHostNode).map((node) => ({ kind: 'host' as const, node })));
    else if (nodes.length > 0) {
      // Constants cost nothing where nothing needs them; every model may have its own.
      const constants = graph.order.filter((node) => isOp(node, 'constant'));
      segments.push({ kind: 'onnx', nodes: [...constants, ...nodes], outputs: nodes.filter((x) => leaving.has(x)) });
    }
  }
  return segments;
}

/** Inputs and constants are there before anything runs. (`dimension` is computed: it reads an input's shape.) */
export function isLeaf(node: Tensor): boolean {
  return isOp(node, 'input') || isOp(node, 'constant');
}

function isHostNode(node: Tensor): node is Tensor<HostOpName> {
  return isHostOp(node.op);
}

const leafStage = -1;

function stageOf(node: Tensor, graph: NumberedGraph, stages: ReadonlyMap<Tensor, number>): number {
  if (isLeaf(node)) return leafStage;
  const onOddStage = isHostNode(node);
  let stage = onOddStage ? leafStage : 0;
  for (const input of graph.inputsOf(node)) {
    const inputStage = stages.get(input) ?? leafStage;
    const isOdd = inputStage % 2 !== 0;
    stage = Math.max(stage, isOdd === onOddStage ? inputStage : inputStage + 1);
  }
  return stage;
}
