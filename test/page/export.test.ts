// An exported model of a table in a page that has nothing of this library: plain onnxruntime-web, the files of the export and rows as JSON.
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tableOf, train } from '../../src/index.ts';
import type { Cell, Run } from '../../src/index.ts';
import { available, openIn, startBrowser } from './harness.ts';
import type { Served } from './harness.ts';

const page = `<!doctype html>
<meta charset="utf-8">
<link rel="icon" href="data:,">
<p>Rows are scored.</p>
<script type="module">
  import * as ort from './ort/ort.wasm.bundle.min.mjs';
  import { Encoder } from './model/encode.mjs';

  async function scoreAll() {
    ort.env.wasm.wasmPaths = new URL('ort/', location.href).href;
    ort.env.wasm.numThreads = 1;
    const json = async (name) => (await fetch(name)).json();
    const encoder = new Encoder(await json('model/config.json'));
    const session = await ort.InferenceSession.create('model/score.onnx');
    const scores = [];
    const rows = await json('rows.json');
    for (let from = 0; from < rows.length; from += 16) {
      const { x } = encoder.encode(rows.slice(from, from + 16));
      const epsilon = new ort.Tensor('float32', new Float32Array(x.shape[0] * 2), [x.shape[0], 2]);
      const { log_likelihood } = await session.run({ x: new ort.Tensor('float32', x.data, x.shape), epsilon });
      scores.push(...Array.from(log_likelihood.data, (value, row) => encoder.surprise[row] - value));
    }
    return scores;
  }
  // Whatever comes of it, the page is ready: what went wrong is a problem on its console.
  globalThis.scores = await scoreAll().catch((error) => { console.error(String(error)); return []; });
  document.documentElement.dataset.ready = '';
</script>`;

const rows = Array.from({ length: 200 }, (_, k): Record<string, Cell> => ({
  age: 20 + ((k * 37) % 50),
  born: `20${String(10 + (k % 10))}-0${1 + (k % 9)}-1${k % 10}`,
  size: k % 7 === 2 ? null : ((k * 61) % 100) / 10,
  colour: ['red', 'green', 'blue'][k % 3]!,
}));
const strangers: readonly Record<string, Cell>[] = [
  { age: 400, born: '2031-01-01', size: 3, colour: 'mauve' },
  { age: null, born: '2012-02-29', size: null, colour: 'red' },
];
const columnsOf = (of: readonly Readonly<Record<string, Cell>>[]) =>
  tableOf(['age', 'born', 'size', 'colour'].map((name) => ({ name, values: of.map((row) => row[name] ?? null) })));

describe.skipIf(!available)('an exported table', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rootsigma-exported-'));
  let served: Served;
  let run: Run;

  beforeAll(async () => {
    const options = {
      latent: 2,
      hidden: [8],
      epochs: 2,
      batchSize: 50,
      seed: 0,
      threads: 1,
      onNotice: 'silent',
    } as const;
    run = await train(columnsOf(rows), options);
    await run.exportTo(join(folder, 'model'));
    mkdirSync(join(folder, 'ort'));
    for (const name of ['ort.wasm.bundle.min.mjs', 'ort-wasm-simd-threaded.mjs', 'ort-wasm-simd-threaded.wasm']) {
      copyFileSync(
        join(import.meta.dirname, '../../node_modules/onnxruntime-web/dist', name),
        join(folder, 'ort', name),
      );
    }
    writeFileSync(join(folder, 'index.html'), page);
    writeFileSync(join(folder, 'rows.json'), JSON.stringify([...rows.slice(0, 40), ...strangers]));
    served = await startBrowser(folder);
  });
  afterAll(async () => {
    await served.close();
    await run.dispose();
    rmSync(folder, { recursive: true });
  });

  it('is scored in batches by plain onnxruntime-web as by the library (1e-5)', async () => {
    const { page: opened, problems } = await openIn(served);
    const scores = await opened.evaluate(() => (globalThis as unknown as { scores: number[] }).scores);
    expect(problems).toEqual([]);
    const expected = await run.score(columnsOf([...rows.slice(0, 40), ...strangers]), { method: 'reconstruction' });
    expect(scores).toHaveLength(42);
    scores.forEach((score, row) => {
      const right = expected.data[row]!;
      expect(Math.abs(score - right), `row ${row}: ${score}, ${right}`).toBeLessThan(
        1e-5 * Math.max(1, Math.abs(right)),
      );
    });
  });
});
