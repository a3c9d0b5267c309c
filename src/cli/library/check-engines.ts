import { machineFacts, versionOf } from '#machine';
import { NdArray, version } from '../../core/index.ts';
import { createEngine, engineNames, referenceEngine } from '../../engine/index.ts';
import type { Engine, EngineName } from '../../engine/index.ts';
import { grad, input, matmul, mean, square, tanh } from '../../graph/index.ts';
import { key, normal } from '../../random/index.ts';
import type { MachineFacts } from '../../api/machine/machine-facts.ts';

/** What `diagnose` found of one engine: whether it works, and how fast. */
export interface EngineDiagnosis {
  readonly name: EngineName;
  /** Whether it loads and computes what the reference computes. */
  readonly works: boolean;
  /** Why it does not. */
  readonly problem?: string;
  /** What to know of how it runs here. */
  readonly notice?: string;
  /** Of the package behind it. */
  readonly version?: string;
  /** Largest difference from the reference in a small gradient, relative to the largest entry. */
  readonly deviation?: number;
  /** Speed of a float32 matrix product, in 10⁹ operations a second. */
  readonly gflops?: number;
}

/** What this machine offers. */
export interface Diagnosis extends MachineFacts {
  readonly rootsigma: string;
  readonly engines: readonly EngineDiagnosis[];
}

/** Loads every engine, checks it against the reference and times it. Takes a second or two. */
export async function diagnose(): Promise<Diagnosis> {
  const engines: EngineDiagnosis[] = [];
  for (const name of engineNames) if (name !== 'auto') engines.push(await diagnoseEngine(name));
  return {
    rootsigma: version,
    ...machineFacts(),
    engines,
  };
}

async function diagnoseEngine(name: EngineName): Promise<EngineDiagnosis> {
  const packageVersion = name === 'reference' ? version : versionOf(name);
  const identity = { name, ...(packageVersion !== undefined && { version: packageVersion }) };
  try {
    const engine = await createEngine({ engine: name, onNotice: 'silent' });
    const deviation = await deviationOf(engine);
    const gflops = await gemmSpeed(engine, name === 'reference' ? 64 : 512);
    const found = { ...identity, ...(engine.notice !== undefined && { notice: engine.notice }), deviation, gflops };
    if (deviation <= tolerance) return { ...found, works: true };
    return { ...found, works: false, problem: `it is off by ${deviation} in a small gradient` };
  } catch (error) {
    return { ...identity, works: false, problem: error instanceof Error ? error.message : String(error) };
  }
}

/** 64 times the float32 rounding of one operation: sums here have at most 24 terms. */
const tolerance = 64 * 2 ** -23;

/** The gradient of mean(tanh(x W)²) by W: matrix products, a transposition, elementwise work and a reduction. */
async function deviationOf(engine: Engine): Promise<number> {
  const x = normal(key(1), [24, 16]);
  const w = normal(key(2), [16, 8]);
  const [xIn, wIn] = [input('x', [24, 16]), input('w', [16, 8])];
  const [gradient] = grad(mean(square(tanh(matmul(xIn, wIn)))), [wIn]);
  if (!gradient) return Infinity;
  const results = [];
  for (const each of [engine, referenceEngine]) {
    const program = await each.compile({ outputs: { gradient } });
    const { gradient: result } = await program.run({ x, w });
    results.push(Array.from(result?.data ?? []));
    await program.dispose();
  }
  const [found = [], expected = []] = results;
  const largest = Math.max(...expected.map(Math.abs));
  const gaps = expected.map((value, at) => Math.abs(value - (found[at] ?? Infinity)));
  return Math.max(...gaps) / largest;
}

/** Best of a few products of n × n matrices. */
async function gemmSpeed(engine: Engine, n: number): Promise<number> {
  const feeds = { a: NdArray.zeros([n, n], 'float32'), b: NdArray.zeros([n, n], 'float32') };
  feeds.a.data.fill(0.5);
  feeds.b.data.fill(0.25);
  const program = await engine.compile({ outputs: { c: matmul(input('a', [n, n]), input('b', [n, n])) } });
  let best = Infinity;
  for (let round = 0; round < 8; round++) {
    const started = performance.now();
    await program.run(feeds);
    best = Math.min(best, performance.now() - started);
  }
  await program.dispose();
  return (2 * n ** 3) / (best * 1e6);
}
