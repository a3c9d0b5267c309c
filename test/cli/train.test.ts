import { mkdirSync, readFileSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { load, readArray } from '../../src/index.ts';
import { newFolder, rootsigma, tiny } from './harness.ts';
import type { CliResult } from './harness.ts';

const folder = newFolder();
const path = join(folder, 'run');
let trained: CliResult;

beforeAll(async () => {
  trained = await rootsigma(['train', 'digits', ...tiny, '--epochs', '2', '--out', path, '--json']);
});

describe('train', () => {
  it('prints an event a line, and the run in the last', () => {
    const { code, records, stderr } = trained;
    expect(code, stderr).toBe(0);
    // 270 examples after the validation split are 5 batches of 50.
    expect(records.map(({ event }) => event)).toEqual([...steps(5), 'epoch', ...steps(5), 'epoch', 'done']);
    expect(records[0]).toMatchObject({ epoch: 1, step: 1, totalSteps: 10, beta: 1, learningRate: 0.001 });
    expect(records.at(-1)).toMatchObject({ reason: 'finished', epochs: 2, steps: 10, path });
    expect(records.at(-1)?.stepMs).toBeGreaterThan(0);
  });

  it('tells people, on stderr beside --json: grey pixels, epochs, files, what to do next', () => {
    expect(trained.stderr).toMatch(/% of the pixels are grey/);
    expect(trained.stderr).toMatch(/^epoch 2\/2 +ELBO -[\d.]+ = -[\d.]+ − [\d.]+ +validation -[\d.]+ \*? +[\d.]+ s$/m);
    expect(trained.stderr).toMatch(/model\.safetensors +[\d.]+ kB/);
    expect(trained.stderr).toContain(`rootsigma evaluate ${path}`);
    expect(trained.stderr).not.toContain('\u001b');
  });

  it('writes the whole run folder', () => {
    const files = readdirSync(path, { recursive: true }).map(String).sort();
    expect(files).toEqual([
      'README.md',
      'checkpoints',
      'checkpoints/last.safetensors',
      'checkpoints/previous.safetensors',
      'config.json',
      'metrics.jsonl',
      'model',
      'model.safetensors',
      'model/decoder.onnx',
      'model/encoder.onnx',
      'model/prior.onnx',
      'pictures',
      'pictures/reconstructions-00001.png',
      'pictures/samples-00001.png',
      'reconstructions.png',
      'samples.png',
    ]);
  });

  it('refuses to overwrite unasked, and leaves the run alone', async () => {
    const before = readFileSync(join(path, 'model.safetensors'));
    const { code, stderr } = await rootsigma(['train', 'digits', ...tiny, '--epochs', '1', '--out', path]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/holds a run already/)]);
    expect(readFileSync(join(path, 'model.safetensors')).equals(before)).toBe(true);
  });

  it('--quiet says nothing when all is well', async () => {
    const out = join(folder, 'quiet');
    const { code, stdout, stderr } = await rootsigma([
      ...['train', 'digits', ...tiny, '--epochs', '1', '--out', out, '--quiet'],
    ]);
    expect([code, stdout, stderr]).toEqual([0, '', '']);
    const overwritten = await rootsigma([
      ...['train', 'digits', ...tiny, '--epochs', '1', '--out', out, '--overwrite', '--quiet'],
    ]);
    expect(overwritten.code).toBe(0);
  });

  it('draws a bar on a terminal, without colour when NO_COLOR is set', async () => {
    const argv = ['train', 'digits', ...tiny, '--epochs', '1', '--overwrite', '--out', join(folder, 'tty')];
    const { stdout, stderr } = await rootsigma(argv, { isTTY: true });
    expect(stderr).toMatch(/\r\u001b\[2K[━─]+ epoch 1 {2}step 1\/5 .*left.*steps\/s.*examples\/s/);
    expect(stdout).toContain('\u001b[1m');
    const plain = await rootsigma(argv, { isTTY: true, env: { NO_COLOR: '1' } });
    expect(plain.stderr).toContain('\r\u001b[2K');
    expect(plain.stdout + plain.stderr).not.toMatch(/\u001b\[\d*m/);
    const dumb = await rootsigma(argv, { isTTY: true, env: { TERM: 'dumb' } });
    expect(dumb.stdout + dumb.stderr).not.toContain('\u001b');
  });

  it('takes options from a file, from a run, from flags and from --set, each over the one before', async () => {
    const file = join(folder, 'options.json');
    writeFileSync(file, JSON.stringify({ latent: 5, hidden: [8], epochs: 1, optimizer: 'adamw', batchSize: 20 }));
    const out = join(folder, 'options');
    const argv = ['train', 'digits', '--count', '60', '--test-count', '10', '--out', out, '--overwrite', '--quiet'];
    await rootsigma([...argv, '--config', file, '--latent', '4', '--set', 'training.optimizer.beta1=0.8']);
    expect(configOf(out)).toMatchObject({
      data: { options: { count: 60, testCount: 10 } },
      model: { latent: 4, network: { name: 'dense', hidden: [8] } },
      training: { epochs: 1, batchSize: 20, optimizer: { name: 'adamw', beta1: 0.8, learningRate: 0.001 } },
    });
    const from = join(folder, 'config.json');
    writeFileSync(from, readFileSync(join(out, 'config.json')));
    // The data come from the configuration too; another posterior takes its own defaults.
    const again = ['train', '--config', from, '--posterior', 'full', '--out', out, '--overwrite', '--quiet'];
    const { code, stderr } = await rootsigma(again);
    expect(code, stderr).toBe(0);
    expect(configOf(out)).toMatchObject({
      data: { source: 'digits', options: { count: 60, testCount: 10 } },
      model: { posterior: { name: 'full', root: 'symmetric' }, latent: 4, network: { name: 'dense', hidden: [8] } },
      training: { optimizer: { name: 'adamw', beta1: 0.8 } },
    });
  });

  it.each<[string, readonly string[], RegExp]>([
    ['an entry that does not exist', ['--set', 'training.epoch=3'], /\$\.training\.epoch: unknown key/],
    ['an entry of a wrong type', ['--set', 'model.hidden=big'], /\$\.model\.network\.hidden: expected a list/],
    ['an entry that the data decide', ['--set', 'data.count=3'], /'data\.count' cannot be set/],
    ['a prototype', ['--set', 'model.__proto__.latent=3'], /unknown key/],
    ['a rank without low-rank', ['--rank', '2'], /'rank' is for posterior 'low-rank', and the posterior is 'diagonal'/],
    ['a validation share of 1', ['--validation', '1'], /validation must be a number in \[0, 1\), got 1/],
    ['a batch larger than the data', ['--batch-size', '1000'], /1000/],
  ])('refuses %s', async (_, flags, message) => {
    const out = join(folder, 'refused');
    const { code, stderr } = await rootsigma(['train', 'digits', ...tiny, '--out', out, ...flags]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
    expect(readdirSync(folder)).not.toContain('refused');
  });

  it('refuses a file of options with one that does not exist, or that is no object', async () => {
    const file = join(folder, 'wrong.json');
    for (const [text, message] of [
      [
        '{ "latnet": 3 }',
        /wrong\.json: unknown option 'latnet'; did you mean 'latent'\? \(known are prior, posterior, /,
      ],
      ['{ "latent": "x" }', /wrong\.json: latent must be a whole number of at least 1, got 'x'/],
      ['{ "config": {} }', /wrong\.json: unknown option 'config'/],
      [
        '{ "objective": { "name": "elbo", "betta": 3 } }',
        /wrong\.json: objective 'elbo': unknown option 'betta'; did you mean 'beta'/,
      ],
      ['{ "posterior": { "name": "full", "root": "upper" } }', /wrong\.json: posterior 'full': root must be one of/],
      ['{ "prior": { "name": "mine" } }', /wrong\.json: prior: there is no 'mine'; known are 'standard-normal'/],
      ['[3]', /wrong\.json: expected an object of options/],
      ['{', /wrong\.json: not JSON/],
    ] as const) {
      writeFileSync(file, text);
      const { code, stderr } = await rootsigma(['train', 'digits', '--config', file, '--out', join(folder, 'no')]);
      expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
    }
  });

  it('fails with the step and the layer when the loss is not finite', async () => {
    const { code, stderr } = await rootsigma([
      ...['train', 'digits', ...tiny, '--epochs', '3', '--learning-rate', '1e30', '--out', join(folder, 'nan')],
    ]);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /error: train: step \d+ \(epoch \d+\) has loss .* in \w+ of [\w.]+ at .*Lower the learning rate/,
    );
    const evaluated = await rootsigma(['evaluate', join(folder, 'nan')]);
    expect([evaluated.code, evaluated.stderr]).toEqual([2, expect.stringMatching(/has no model\.safetensors/)]);
  });
});

describe('interrupted and resumed', () => {
  const train = ['train', 'digits', ...tiny, '--epochs', '4', '--posterior', 'full'];

  it('equals the run that was not interrupted, to the bit', async () => {
    const [whole, parted] = [join(folder, 'whole'), join(folder, 'parted')];
    expect((await rootsigma([...train, '--out', whole, '--quiet'])).code).toBe(0);
    const abort = new AbortController();
    const stopped = await rootsigma([...train, '--out', parted, '--json'], {
      signal: abort.signal,
      onStderr: (text) => {
        if (text.startsWith('epoch 2/4')) abort.abort();
      },
    });
    expect(stopped.code).toBe(130);
    expect(stopped.records.at(-1)).toMatchObject({ event: 'done', reason: 'interrupted', epochs: 2 });
    expect(stopped.stderr).toContain(`rootsigma train --resume --out ${parted}`);
    const resumed = await rootsigma(['train', '--resume', '--out', parted, '--json']);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(resumed.records.at(-1)).toMatchObject({ reason: 'finished', epochs: 4 });
    const bytes = (run: string): Buffer => readFileSync(join(run, 'model.safetensors'));
    expect(bytes(parted).equals(bytes(whole))).toBe(true);
    expect(readFileSync(join(parted, 'samples.png')).equals(readFileSync(join(whole, 'samples.png')))).toBe(true);
  });

  it('keeps its options: the same are welcome, others are refused', async () => {
    const out = join(folder, 'parted');
    const same = await rootsigma([...train, '--out', out, '--resume', '--quiet']);
    expect(same.code, same.stderr).toBe(0);
    for (const [flags, message] of [
      [['--latent', '4'], /model\.latent: 3 became 4/],
      [['--data-seed', '4'], /data\.options\.seed: 0 became 4/],
      [['--count', '200'], /trained on 300 examples/],
    ] as const) {
      const { code, stderr } = await rootsigma(['train', 'digits', '--resume', '--out', out, ...flags]);
      expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
    }
  });

  it('goes on for more epochs', async () => {
    const { code, records } = await rootsigma([
      ...['train', '--resume', '--out', join(folder, 'parted'), '--epochs', '5', '--json'],
    ]);
    expect([code, records.map(({ event }) => event)]).toEqual([0, [...steps(5), 'epoch', 'done']]);
  });
});

describe('evaluate', () => {
  it('prints the documented object', async () => {
    const { code, records, stderr } = await rootsigma([
      ...['evaluate', path, '--draws', '5', '--limit', '20', '--seed', '3', '--json'],
    ]);
    expect([code, records.length], stderr).toEqual([0, 1]);
    const number = expect.any(Number) as number;
    expect(records[0]).toEqual({
      examples: 20,
      elbo: number,
      elboStandardError: number,
      draws: 5,
      samples: 5,
      split: 'test',
      reconstruction: number,
      kl: number,
      nll: { value: number, standardError: number, effectiveSampleSize: number, draws: 5, samples: 5 },
      latent: 3,
      activeUnits: number,
      klPerDimension: [number, number, number],
    });
    const { elbo, reconstruction, kl } = records[0] as Record<'elbo' | 'reconstruction' | 'kl', number>;
    expect(elbo).toBeCloseTo(reconstruction - kl, 9);
    expect(stderr).toMatch(/the first 20 of 60 examples of digits \(test\)/);
  });

  it('takes the number of draws under its former name, says so, and refuses it under both', async () => {
    const few = ['evaluate', path, '--limit', '5', '--seed', '3', '--json'];
    const now = await rootsigma([...few, '--draws', '2']);
    const before = await rootsigma([...few, '--samples', '2']);
    expect([before.code, before.records]).toEqual([0, now.records]);
    expect(now.stderr).not.toMatch(/--samples/);
    expect(before.stderr).toMatch(/evaluate: --samples is called --draws now; the former name is still taken\./);
    const both = await rootsigma([...few, '--draws', '2', '--samples', '2']);
    expect([both.code, both.stderr]).toEqual([2, expect.stringMatching(/--samples is the former name of --draws/)]);
    expect((await rootsigma(['compare', path, '--samples', '1', '--limit', '5'])).stderr).toMatch(/--draws now/);
    expect((await rootsigma(['evaluate', '--help'])).stdout).not.toMatch(/--samples/);
  });

  it('is a table for people, with a warning when single draws decide', async () => {
    const { stdout } = await rootsigma(['evaluate', path, '--draws', '2', '--limit', '10']);
    expect(stdout).toMatch(/ELBO +-[\d.]+ {2}± [\d.]+ {2}reconstruction − KL, from 2 draws/);
    expect(stdout).toMatch(/NLL +[\d.]+ {2}± [\d.]+ {2}−log p\(x\) from 2 draws, [\d.]+ effective/);
    expect(stdout).toMatch(/Only 1\.\d of 2 draws are effective/);
    expect(stdout).toMatch(/\d of 3 latent dimensions are active/);
  });

  it('stops on Ctrl-C with 130', async () => {
    const { code, stdout, stderr } = await rootsigma(['evaluate', path], { signal: AbortSignal.abort() });
    expect([code, stdout, stderr]).toEqual([130, '', expect.stringMatching(/Interrupted\.\n$/)]);
  });
});

describe('sample and reconstruct', () => {
  it('write arrays that are the API’s', async () => {
    const file = join(folder, 'samples.npy');
    const { code, records } = await rootsigma(['sample', path, '-o', file, '--count', '5', '--seed', '7', '--json']);
    expect([code, records]).toEqual([0, [{ file, count: 5, shape: [5, 28, 28], seed: 7 }]]);
    const run = await load(path);
    expect(await readArray(file)).toEqual(await run.sample(5, { seed: 7 }));
    const csv = join(folder, 'reconstructions.csv');
    expect((await rootsigma(['reconstruct', path, '-o', csv, '--count', '4'])).code).toBe(0);
    expect((await readArray(csv)).shape).toEqual([4, 784]);
    await run.dispose();
  });

  it('write pictures', async () => {
    const size = (file: string): readonly number[] => {
      const bytes = readFileSync(file);
      expect(bytes.subarray(1, 4).toString()).toBe('PNG');
      return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
    };
    const [samples, pairs] = [join(folder, 'samples.png'), join(folder, 'pairs.png')];
    await rootsigma(['sample', path, '-o', samples, '--count', '6', '--columns', '3']);
    const [width = 0, height = 0] = size(samples);
    expect(width / height).toBeCloseTo(3 / 2, 1);
    await rootsigma(['reconstruct', path, '-o', pairs, '--count', '6', '--columns', '3', '--seed', '2']);
    expect(size(pairs)[1]).toBeGreaterThan(height);
  });
});

describe('damaged runs and other data', () => {
  const copyOfRun = (): string => {
    const copy = newFolder();
    mkdirSync(join(copy, 'checkpoints'));
    for (const file of ['config.json', 'model.safetensors', 'checkpoints/last.safetensors']) {
      writeFileSync(join(copy, file), readFileSync(join(path, file)));
    }
    return copy;
  };

  it.each<[string, (copy: string) => void, readonly string[], RegExp]>([
    ['a model cut short', (copy) => { truncateSync(join(copy, 'model.safetensors'), 1000); }, ['evaluate'], /model\.safetensors: /], // prettier-ignore
    ['a model of other weights', (copy) => { replace(copy, '"latent": 3', '"latent": 4'); }, ['evaluate'], /model\.safetensors: /], // prettier-ignore
    ['no JSON', (copy) => { writeFileSync(join(copy, 'config.json'), '{'); }, ['evaluate'], /config\.json: not JSON/], // prettier-ignore
    ['a wrong entry', (copy) => { replace(copy, '"latent": 3', '"latent": "3"'); }, ['evaluate'], /config\.json: \$\.model\.latent: expected a whole number/], // prettier-ignore
    ['a checkpoint cut short', (copy) => { truncateSync(join(copy, 'checkpoints/last.safetensors'), 500); }, ['train', '--resume', '--out'], /last\.safetensors: /], // prettier-ignore
  ])('%s: one clear error', async (_, damage, argv, message) => {
    const copy = copyOfRun();
    damage(copy);
    const { code, stdout, stderr } = await rootsigma([...argv, copy]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
    expect(stderr.split('\n').filter((line) => line !== '')).toHaveLength(1);
  });

  it('data of another shape', async () => {
    const images = newFolder();
    // Two images of 2 × 2 in IDX: magic 0x00000803, sizes big endian, pixels.
    writeFileSync(
      join(images, 'train-images-idx3-ubyte'),
      Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2, 0, 9, 9, 0, 9, 0, 0, 9),
    );
    const { code, stderr } = await rootsigma(['evaluate', path, '--data', images]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/examples are \[2, 2\], the model was trained on \[28, 28\]/);
  });
});

function steps(count: number): string[] {
  return Array.from({ length: count }, () => 'step');
}

function configOf(out: string): unknown {
  return JSON.parse(readFileSync(join(out, 'config.json'), 'utf8'));
}

function replace(copy: string, from: string, to: string): void {
  const file = join(copy, 'config.json');
  const text = readFileSync(file, 'utf8');
  expect(text).toContain(from);
  writeFileSync(file, text.replace(from, to));
}
