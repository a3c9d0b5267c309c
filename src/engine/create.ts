import { UnsupportedError, checkOptions, noticesTo, rule } from '../core/index.ts';
import type { OnNotice, OptionRules } from '../core/index.ts';
import { choiceOf, engineNames } from './choice.ts';
import type { EngineChoice } from './choice.ts';
import type { Engine } from './engine.ts';
import type { OrtEngineName } from './onnx/index.ts';
import { createOrtEngine, defaultThreads, isNode, logicalCores, threadCount } from './ort/index.ts';
import { referenceEngine } from './reference/index.ts';
import { createRemoteEngine } from './remote/remote-engine.ts';

/** Options of `createEngine`: which engine, on how many threads, in which worker. */
export interface EngineOptions {
  /** `auto` (default): onnxruntime-node; where that does not load, and in browsers, onnxruntime-web. */
  readonly engine?: EngineChoice;
  /** Default: ROOTSIGMA_THREADS, else the physical cores. The reference engine uses one. */
  readonly threads?: number;
  /** In pages: a worker that runs `rootsigma/worker`. It computes there, and this thread stays free. */
  readonly worker?: Worker | undefined;
  /** Gets one line when another engine runs than the one preferred, or by a slower way, saying why. Default: the console. */
  readonly onNotice?: OnNotice | undefined;
}

/** What each option of `createEngine` may be. */
export const engineOptionRules: OptionRules<EngineOptions> = {
  engine: rule.either(rule.oneOf(engineNames), rule.object),
  worker: {
    expected:
      "a page's worker: new Worker(new URL('rootsigma/worker', import.meta.url), { type: 'module' }); Node has threads of its own",
    accepts: (value) => typeof Worker !== 'undefined' && value instanceof Worker,
  },
  threads: threadCount,
  onNotice: rule.notice,
};

/**
 * Loads an engine. ONNX Runtime is imported here, not when the package is.
 *
 * @throws UnsupportedError when the engine asked for does not load
 * @throws ValueError for an unknown option or engine, or an impossible number of threads
 */
export async function createEngine(options: EngineOptions = {}): Promise<Engine> {
  checkOptions('createEngine', options, engineOptionRules);
  const say = noticesTo(options.onNotice);
  const { worker, ...rest } = options;
  if (worker) return createRemoteEngine(worker, { ...rest, onNotice: say });
  const { name: engine = 'auto', wasmPaths } = choiceOf(options.engine);
  if (engine === 'reference') return referenceEngine;
  const threads = options.threads ?? defaultThreads();
  if ((options.threads ?? 0) > logicalCores()) {
    say(`${threads} threads share ${logicalCores()} logical cores: they wait for each other, and fewer may be faster.`);
  }
  const load = async (name: OrtEngineName): Promise<Engine> => {
    const loaded = await createOrtEngine(name, { threads, wasmPaths });
    if (loaded.notice !== undefined) say(loaded.notice);
    return loaded;
  };
  if (engine !== 'auto') return load(engine);
  return isNode() ? loadPreferred(load, say) : load('onnxruntime-web');
}

/** onnxruntime-node, or onnxruntime-web and one line that says why. */
export async function loadPreferred(
  load: (name: OrtEngineName) => Promise<Engine>,
  say: (line: string) => void,
): Promise<Engine> {
  try {
    return await load('onnxruntime-node');
  } catch (error) {
    if (!(error instanceof UnsupportedError)) throw error;
    say(`${error.message} Running on onnxruntime-web (WebAssembly) instead, several times slower.`);
    return load('onnxruntime-web');
  }
}
