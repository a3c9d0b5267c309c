import type { InferenceSession } from 'onnxruntime-common';
import { isOp } from '../../graph/index.ts';
import type { HostOpName, Tensor } from '../../graph/index.ts';
import { graphInputs } from '../feeds.ts';
import type { GraphInputs } from '../feeds.ts';
import { encodeModel, lowerGraph, numberValues } from '../onnx/index.ts';
import type { NumberedGraph } from '../onnx/index.ts';
import type { OrtRuntime } from './runtime.ts';
import { cutGraph } from './segments.ts';
import type { OnnxSegment } from './segments.ts';

/** A value under the name it has in a session. */
export interface Port {
  readonly name: string;
  readonly tensor: Tensor;
}

export interface SessionStep {
  readonly kind: 'session';
  readonly session: InferenceSession;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
}

export interface HostStep {
  readonly kind: 'host';
  readonly node: Tensor<HostOpName>;
  readonly inputs: readonly Tensor[];
}

export type Step = SessionStep | HostStep;

/** What a program does, in order; values are known by their representatives. */
export interface Plan {
  readonly graph: NumberedGraph;
  readonly inputs: GraphInputs;
  readonly steps: readonly Step[];
}

/** Cuts the graph at its host ops and makes one session of each part. */
export async function makePlan(
  outputs: readonly Tensor[],
  runtime: OrtRuntime,
  threads: number | undefined,
): Promise<Plan> {
  const graph = numberValues(outputs);
  const inputs = graphInputs(graph.order);
  const given = new Map<Tensor, string>();
  for (const [name, tensor] of inputs) given.set(tensor, `input:${name}`);

  const steps: Step[] = [];
  try {
    for (const segment of cutGraph(graph, new Set(outputs.map(graph.representative)))) {
      if (segment.kind === 'host') {
        const { node } = segment;
        steps.push({ kind: 'host', node, inputs: graph.inputsOf(node) });
        given.set(node, valueName(node));
      } else {
        steps.push(await makeSession(segment, graph, given, { runtime, threads }));
        for (const tensor of segment.outputs) given.set(tensor, valueName(tensor));
      }
    }
  } catch (error) {
    await releaseSessions(steps);
    throw error;
  }
  return { graph, inputs, steps };
}

export async function releaseSessions(steps: readonly Step[]): Promise<void> {
  for (const step of steps) if (step.kind === 'session') await step.session.release();
}

function valueName(tensor: Tensor): string {
  return `value:${String(tensor.id)}`;
}

async function makeSession(
  { nodes, outputs }: OnnxSegment,
  graph: NumberedGraph,
  given: ReadonlyMap<Tensor, string>,
  { runtime, threads }: { readonly runtime: OrtRuntime; readonly threads: number | undefined },
): Promise<SessionStep> {
  const ports = outputs.map((tensor) => ({ name: valueName(tensor), tensor }));
  const { model, inputs } = lowerGraph({
    name: 'rootsigma',
    graph,
    nodes: nodes.filter((node) => !isOp(node, 'input')),
    given,
    outputs: new Map(ports.map(({ name, tensor }) => [name, tensor])),
    engine: runtime.name,
  });
  return {
    kind: 'session',
    session: await runtime.createSession(encodeModel(model), threads),
    inputs: inputs.map((tensor) => ({ name: given.get(tensor)!, tensor })),
    outputs: ports,
  };
}
