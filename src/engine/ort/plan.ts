import { UnsupportedError } from '../../core/index.ts';
import { isOp } from '../../graph/index.ts';
import type { HostOpName, Tensor } from '../../graph/index.ts';
import { graphInputs } from '../feeds.ts';
import type { GraphInputs } from '../feeds.ts';
import { encodeModel, lowerGraph, numberValues } from '../onnx/index.ts';
import type { NumberedGraph } from '../onnx/index.ts';
import { reasonOf } from './reason.ts';
import type { OrtModel, OrtRuntime, OrtSession } from './runtime.ts';
import { cutGraph } from './segments.ts';
import type { OnnxSegment } from './segments.ts';

export interface SessionStep {
  readonly kind: 'session';
  readonly session: OrtSession;
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
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
export async function makePlan(outputs: readonly Tensor[], runtime: OrtRuntime, threads: number): Promise<Plan> {
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
  { runtime, threads }: { readonly runtime: OrtRuntime; readonly threads: number },
): Promise<SessionStep> {
  const named = new Map(outputs.map((tensor) => [valueName(tensor), tensor]));
  const { model, inputs } = lowerGraph({
    name: 'rootsigma',
    graph,
    nodes: nodes.filter((node) => !isOp(node, 'input')),
    given,
    outputs: named,
    engine: runtime.name,
  });
  const session = await createSession(
    { bytes: encodeModel(model), inputs: inputs.map((tensor) => given.get(tensor)!), outputs: [...named.keys()] },
    runtime,
    threads,
  );
  return { kind: 'session', session, inputs, outputs };
}

/** @throws UnsupportedError with the reason when the build cannot run the model */
export async function createSession(model: OrtModel, runtime: OrtRuntime, threads: number): Promise<OrtSession> {
  try {
    return await runtime.createSession(model, threads);
  } catch (cause) {
    throw new UnsupportedError(`compile: ${runtime.name} refuses the model: ${reasonOf(cause)}`, { cause });
  }
}
