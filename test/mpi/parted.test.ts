// What ranks compute together of a trained run: the numbers of one process, each of them by one rank.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dist, missing, modulesOn, rootsigmaAlone, rootsigmaOn } from './harness.ts';

describe.skipIf(missing !== '')(`a run on ranks${missing}`, () => {
  let cwd = '';
  beforeAll(() => {
    cwd = mkdtempSync(join(tmpdir(), 'rootsigma-mpi-'));
    const small = ['--count', '2200', '--test-count', '20', '--latent', '2', '--hidden', '8', '--epochs', '1'];
    expect(rootsigmaAlone(['train', 'digits', ...small, '--out', 'run', '--quiet'], cwd)).toMatchObject({ code: 0 });
  });
  afterAll(() => {
    rmSync(cwd, { recursive: true, force: true });
  });

  it('is encoded, scored and measured as by one process, each batch by one rank', async () => {
    const { code, stdout, stderr } = await modulesOn(
      3,
      `import { load } from '${new URL('index.js', dist).href}';
      import { createEngine, ParallelProgram } from '${new URL('engine/index.js', dist).href}';
      import { input, mul } from '${new URL('graph/index.js', dist).href}';
      import { NdArray } from '${new URL('core/index.js', dist).href}';
      import { mpiWorld } from '${new URL('mpi/index.js', dist).href}';
      const ranks = await mpiWorld();
      const [alone, parted] = [await load('${cwd}/run'), await load('${cwd}/run', { ranks })];
      const texts = [];
      for (const run of [alone, parted]) {
        const { dataset } = await run.testData(undefined, { split: 'train' });
        const { mean } = await run.encode(dataset);
        const scores = await run.score(dataset, { method: 'elbo', draws: 2 });
        const evaluation = await run.evaluate({ data: dataset, draws: 2 });
        texts.push(JSON.stringify([mean.shape, [...mean.data], [...scores.data], evaluation]));
      }
      // Of seven runs, begun together, those that are computed here.
      const engine = await createEngine({ threads: 1 });
      let computed = 0;
      const counting = { ...engine, ranks, compile: async (spec) => {
        const program = await engine.compile(spec);
        return { ...program, inputs: program.inputs, run: (feeds) => (computed++, program.run(feeds)), dispose: () => program.dispose() };
      } };
      const program = await ParallelProgram.compile(counting, { outputs: { y: mul(input('x', ['n']), 2) } });
      const runs = Array.from({ length: 7 }, (_, k) => program.run({ x: NdArray.from([k, ranks.rank / 2], 'float32') }));
      const results = (await Promise.all(runs)).map(({ y }) => [...y.data]);
      const said = { isSame: texts[0].length > 1e4 && texts[0] === texts[1], computed, results };
      const all = await ranks.gatherBytes(new TextEncoder().encode(JSON.stringify(said)));
      if (ranks.rank === 0) for (const bytes of all) console.log(new TextDecoder().decode(bytes));`,
    );
    expect([code, stderr]).toEqual([0, '']);
    interface Said {
      readonly isSame: boolean;
      readonly computed: number;
      readonly results: readonly (readonly [twice: number, owner: number])[];
    }
    const said = stdout.trim().split('\n').map((line) => JSON.parse(line) as Said); // prettier-ignore
    const owners = said[0]?.results.map(([, owner]) => owner) ?? [];
    expect(owners.slice(0, 3).sort()).toEqual([0, 1, 2]);
    said.forEach(({ isSame, computed, results }, rank) => {
      expect(isSame).toBe(true);
      expect(computed).toBe(owners.filter((owner) => owner === rank).length);
      expect(results).toEqual(owners.map((owner, k) => [2 * k, owner]));
    });
  });

  it('draws, fills gaps and is compared as by one process, and rank 0 alone does what is not parted', async () => {
    const { code, stdout, stderr } = await modulesOn(
      2,
      `import { compareRuns, load } from '${new URL('index.js', dist).href}';
      import { mpiWorld } from '${new URL('mpi/index.js', dist).href}';
      const ranks = await mpiWorld();
      const [alone, parted] = [await load('${cwd}/run'), await load('${cwd}/run', { ranks })];
      const texts = [];
      for (const run of [alone, parted]) {
        const samples = await run.sample(1100, { seed: 3 });
        samples.data.fill(NaN, 0, samples.data.length / 2);
        const { draws, mean, accepted } = await run.impute(samples, { draws: 2, sweeps: 2 });
        const data = await run.testData();
        const evaluations = [];
        for await (const { evaluation } of compareRuns([run, run], data, { draws: 2 })) evaluations.push(evaluation);
        texts.push(JSON.stringify([...draws.data.slice(-3e5), ...mean.data.slice(0, 1e5), accepted, evaluations]));
      }
      if (ranks.rank === 1) console.log(String(texts[0] === texts[1] && texts[0].length > 1e6));`,
    );
    expect([code, stdout.trim()], stderr).toEqual([0, 'true']);
    const sampled = ['sample', 'run', '--count', '3', '--json', '-o'];
    const several = await rootsigmaOn(2, [...sampled, 'parted.npy'], cwd);
    const one = rootsigmaAlone([...sampled, 'alone.npy'], cwd);
    expect([several.code, several.stdout.replace('parted', 'alone')], several.stderr).toEqual([0, one.stdout]);
    expect(readFileSync(join(cwd, 'parted.npy'))).toEqual(readFileSync(join(cwd, 'alone.npy')));
    const notParted = await rootsigmaOn(3, ['traverse', 'run', '--json', '-o', 'traversal.png'], cwd);
    expect([notParted.code, notParted.stdout.trim().split('\n')], notParted.stderr).toEqual([0, [expect.any(String)]]);
    expect(notParted.stderr.trim().split('\n')).toEqual([
      "'traverse' is not parted among ranks: rank 0 of 3 does it alone.",
      'traversal.png: 2 dimensions, 9 steps each',
    ]);
  });

  it('has its threshold and scores written once', async () => {
    const score = ['score', 'run', '--split', 'all', '--draws', '2', '--contamination', '0.05', '--json', '-o'];
    const parted = await rootsigmaOn(2, [...score, 'parted.csv'], cwd);
    const thresholds = readFileSync(join(cwd, 'run/thresholds.json'));
    const alone = rootsigmaAlone([...score, 'alone.csv'], cwd);
    expect([parted.code, parted.stdout.replace('parted', 'alone')], parted.stderr).toEqual([0, alone.stdout]);
    expect(readFileSync(join(cwd, 'parted.csv'))).toEqual(readFileSync(join(cwd, 'alone.csv')));
    expect(readFileSync(join(cwd, 'run/thresholds.json'))).toEqual(thresholds);
  });
});
