import { describe, expect, it } from 'vitest';
import { optionNames, presets } from '../../src/index.ts';
import { rootsigma } from './harness.ts';

const commands = [
  'train',
  'sweep',
  'evaluate',
  'sample',
  'reconstruct',
  'interpolate',
  'traverse',
  'impute',
  'encode',
  'decode',
  'export',
  'serve',
  'compare',
  'sqrt',
  'gaussian info',
  'gaussian sample',
  'datasets',
  'presets',
  'doctor',
];

describe('help', () => {
  it('of the program names every command', async () => {
    const { code, stdout, stderr } = await rootsigma(['--help']);
    expect([code, stderr]).toEqual([0, '']);
    for (const command of commands) expect(stdout).toContain(`\n  ${command.split(' ')[0] ?? ''} `);
  });

  it.each(commands)('of %s has usage, --json and examples that are its own', async (command) => {
    const { code, stdout, stderr } = await rootsigma([...command.split(' '), '--help']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`Usage: rootsigma ${command}`);
    expect(stdout).toContain('--json');
    const [, examples = ''] = stdout.split('Examples:');
    expect(examples).toContain(`rootsigma ${command}`);
  });

  it('of train has a flag for every option of the API', async () => {
    const { stdout } = await rootsigma(['train', '--help']);
    for (const name of optionNames) {
      expect(stdout).toContain(` --${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} `);
    }
  });

  it('is plain text on a terminal too', async () => {
    const { stdout } = await rootsigma(['train', '--help'], { isTTY: true });
    expect(stdout).not.toContain('\u001b');
  });

  it('--version is the package version', async () => {
    const { code, stdout } = await rootsigma(['--version']);
    expect([code, stdout.trim()]).toEqual([0, expect.stringMatching(/^\d+\.\d+\.\d+/)]);
  });
});

describe('usage errors exit with 2 and say what would be right', () => {
  it.each<[string, readonly string[], RegExp]>([
    ['no command', [], /Usage: rootsigma/],
    ['unknown command', ['trian', 'digits'], /unknown command 'trian'[^]*Did you mean train\?/],
    ['unknown command of gaussian', ['gaussian', 'inof'], /unknown command 'inof'[^]*Did you mean info\?/],
    ['unknown option', ['train', 'digits', '--latnet', '3'], /unknown option '--latnet'[^]*Did you mean --latent\?/],
    ['missing argument', ['evaluate'], /missing required argument 'run'/],
    ['too many arguments', ['evaluate', 'a', 'b'], /too many arguments/],
    ['missing output', ['sample', 'runs/x'], /required option '-o, --output <file>'/],
    ['a value that is no choice', ['train', 'digits', '--posterior', 'fll'], /Allowed choices are isotropic, diagonal/],
    ['no number', ['train', 'digits', '--epochs', 'many'], /Expected a whole number of at least 1/],
    ['an empty number', ['train', 'digits', '--beta', ''], /Expected a number/],
    ['no list', ['train', 'digits', '--hidden', '400,x'], /Expected a list of whole numbers of at least 1/],
    ['a setting without a value', ['train', 'digits', '--set', 'training.epochs'], /Expected path=value/],
    ['no data', ['train'], /name the data to train on/],
    ['unknown data', ['train', 'digit', '--out', 'x'], /digit: no such data set.*'digits'/],
    ['resume without a folder', ['train', '--resume'], /--resume needs --out/],
    ['resume what is no run', ['train', '--resume', '--out', '/no/such'], /\/no\/such: does not exist/],
    ['resume and overwrite', ['train', '--resume', '--overwrite', '--out', 'x'], /choose one/],
    ['no run', ['evaluate', '/no/such'], /\/no\/such: does not exist.*rootsigma train/],
    ['an unknown format', ['sample', '/no/such', '-o', 'x.bmp'], /x\.bmp: the ending chooses the format/],
    ['no matrix', ['sqrt', '/no/such.csv'], /\/no\/such\.csv: cannot be read/],
  ])('%s', async (_, argv, message) => {
    const { code, stdout, stderr } = await rootsigma(argv);
    expect(stderr).toMatch(message);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).not.toMatch(/\n +at /);
  });

  it('--debug and ROOTSIGMA_DEBUG show where an error arose', async () => {
    const argv = ['sqrt', '/no/such.csv'];
    expect((await rootsigma([...argv, '--debug'])).stderr).toMatch(/\n +at /);
    expect((await rootsigma(argv, { env: { ROOTSIGMA_DEBUG: '1' } })).stderr).toMatch(/\n +at /);
  });
});

describe('presets', () => {
  it('says what there is, when to take it and what it sets', async () => {
    const { records } = await rootsigma(['presets', '--json']);
    expect(records.map(({ name }) => name)).toEqual(presets.map(({ name }) => name));
    const { stdout } = await rootsigma(['presets']);
    for (const { name, summary, when } of presets) {
      expect(stdout).toContain(name);
      expect(stdout.replaceAll(/\s+/g, ' ')).toContain(summary);
      expect(stdout.replaceAll(/\s+/g, ' ')).toContain(`when ${when}`);
    }
    expect((await rootsigma(['presets', 'low-rank-vae'])).stdout).toMatch(/posterior +"low-rank"\nrank +2\n/);
    const unknown = await rootsigma(['presets', 'vea']);
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringMatching(/one of 'vae', .* got 'vea'/)]);
  });
});

describe('datasets and doctor', () => {
  it('list what is built in', async () => {
    const { code, records } = await rootsigma(['datasets', '--json']);
    expect(code).toBe(0);
    expect(records).toContainEqual(expect.objectContaining({ name: 'digits', sampleShape: [28, 28] }));
    expect((await rootsigma(['datasets'])).stdout).toMatch(/digits +28×28/);
  });

  it('check every engine', async () => {
    const { code, stderr, records } = await rootsigma(['doctor', '--json']);
    expect([code, records.length]).toEqual([0, 1]);
    const { engines } = records[0] as { readonly engines: readonly Record<string, unknown>[] };
    expect(engines.map(({ name }) => name)).toEqual(['onnxruntime-node', 'onnxruntime-web', 'reference']);
    for (const { gflops, works } of engines.slice(1)) {
      expect(works).toBe(true);
      expect(gflops).toBeGreaterThan(0);
    }
    expect(stderr).toContain('Training runs on onnxruntime-');
  });
});
