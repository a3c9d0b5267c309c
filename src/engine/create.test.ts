import { describe, expect, it, vi } from 'vitest';
import { NdArray, UnsupportedError, ValueError } from '../core/index.ts';
import { input, mul } from '../graph/index.ts';
import { loadPreferred } from './create.ts';
import { whyNot } from './ort/load-runtime.ts';
import { createOrtEngine, defaultThreads } from './ort/index.ts';
import { createEngine } from './index.ts';

describe('createEngine', () => {
  it('prefers the native build and says nothing', async () => {
    const onNotice = vi.fn();
    expect((await createEngine({ onNotice })).name).toBe('onnxruntime-node');
    expect(onNotice).not.toHaveBeenCalled();
  });

  it('runs on WebAssembly where the native build does not load, in one line', async () => {
    const lines: string[] = [];
    const load = (name: 'onnxruntime-node' | 'onnxruntime-web') =>
      name === 'onnxruntime-node'
        ? Promise.reject(new UnsupportedError('createEngine: onnxruntime-node does not load here: no such file.'))
        : createOrtEngine(name, { threads: 1 });
    const engine = await loadPreferred(load, (line) => lines.push(line));
    expect(engine.name).toBe('onnxruntime-web');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/onnxruntime-node does not load here: no such file.*onnxruntime-web/);
    const program = await engine.compile({ outputs: { y: mul(input('x', [1]), 2) } });
    expect((await program.run({ x: NdArray.from([3], 'float32') })).y?.toNested()).toEqual([6]);
    await program.dispose();
  });

  it('says of a build that was never installed what to do', () => {
    const absent = new Error("Cannot find package 'onnxruntime-node' imported from /somewhere/else.js");
    expect(whyNot('onnxruntime-node', absent)).toMatch(/is not installed\..*ONNXRUNTIME_NODE_INSTALL=skip/);
    const other = new Error("Cannot find package 'onnxruntime-common' imported from /somewhere/else.js");
    expect(whyNot('onnxruntime-node', other)).toBe(`onnxruntime-node does not load here: ${other.message}.`);
  });

  it('does not hide other faults behind the fallback', async () => {
    await expect(loadPreferred(() => Promise.reject(new TypeError('a bug')), vi.fn())).rejects.toThrow('a bug');
  });

  it('offers the reference engine', async () => {
    expect((await createEngine({ engine: 'reference' })).name).toBe('reference');
  });

  it('refuses unknown engines and impossible thread counts', async () => {
    await expect(createEngine({ engine: 'cuda' as 'auto' })).rejects.toThrow(
      /engine must be one of .*'onnxruntime-node'.*got 'cuda'/,
    );
    await expect(createEngine({ threads: 0 })).rejects.toThrow(ValueError);
    await expect(createEngine({ threads: 1_000_000 })).rejects.toThrow(/logical cores\), got 1000000/);
    await expect(createEngine({ treads: 1 } as object)).rejects.toThrow(
      /unknown option 'treads'; did you mean 'threads'\?/,
    );
    await expect(createEngine({ threads: 1.5 })).rejects.toThrow(/threads must be a whole number from 1 to .*got 1.5/);
  });

  it('sends no telemetry', async () => {
    vi.stubEnv('ORT_DISABLE_TELEMETRY', undefined);
    await createEngine();
    expect(process.env.ORT_DISABLE_TELEMETRY).toBe('1');
    vi.unstubAllEnvs();
  });
});

describe('defaultThreads', () => {
  it('is ROOTSIGMA_THREADS, else a number of cores', () => {
    vi.stubEnv('ROOTSIGMA_THREADS', '3');
    expect(defaultThreads()).toBe(3);
    vi.stubEnv('ROOTSIGMA_THREADS', 'many');
    expect(defaultThreads).toThrow(/ROOTSIGMA_THREADS.*'many'/);
    vi.stubEnv('ROOTSIGMA_THREADS', undefined);
    const cores = defaultThreads();
    expect(Number.isInteger(cores) && cores >= 1).toBe(true);
    vi.unstubAllEnvs();
  });
});
