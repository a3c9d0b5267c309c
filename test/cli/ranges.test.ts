// Every option that takes a number or a list of them, with what is none and with what lies outside its range.
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { beforeAll, describe, expect, it } from 'vitest';
import { createProgram } from '../../src/cli/program.ts';
import { Session } from '../../src/cli/session.ts';
import { newFolder, rootsigma, tiny } from './harness.ts';

const folder = newFolder();
const run = join(folder, 'run');
const matrix = join(folder, 'matrix.csv');
const sink = { write: () => true };
const program = await createProgram(
  new Session({
    stdout: sink,
    stderr: sink,
    stdin: (async function* () {
      yield await Promise.resolve(new Uint8Array());
    })(),
    env: {},
    program: 'rootsigma',
    signal: new AbortController().signal,
  }),
  ['train'],
);

/** Commands with commands have their options in those. */
function leaves(command: Command, path: readonly string[]): { command: Command; path: readonly string[] }[] {
  if (command.commands.length === 0) return [{ command, path }];
  return command.commands.flatMap((inner) => leaves(inner, [...path, inner.name()]));
}

/** Values of options that are parsed, and neither words nor entries. */
const parsed = leaves(program, []).flatMap(({ command, path }) =>
  command.options
    .filter(
      ({ parseArg, argChoices, long }) =>
        parseArg && !argChoices && !['--set', '--data-option', '--stddev'].includes(long ?? ''),
    )
    .map(({ long = '' }) => ({ name: `${path.join(' ')} ${long}`, path, long })),
);

beforeAll(async () => {
  writeFileSync(matrix, '2,1\n1,2\n');
  const { code, stderr } = await rootsigma(['train', 'digits', ...tiny, '--epochs', '1', '--out', run, '--quiet']);
  expect(code, stderr).toBe(0);
});

/** Refused in one sentence, before anything is written. */
async function expectRefused(argv: readonly string[], message: RegExp | string = /./): Promise<void> {
  const before = readdirSync(folder);
  const { code, stdout, stderr } = await rootsigma(argv);
  expect([code, stdout], stderr).toEqual([2, '']);
  expect(stderr.match(/^error: .*/gm), stderr).toHaveLength(1);
  expect(stderr).not.toMatch(/not foreseen/);
  expect(stderr).toMatch(message);
  expect(readdirSync(folder)).toEqual(before);
}

describe('what is no number', () => {
  it('is looked for in every command', () => {
    expect(parsed.length).toBeGreaterThan(45);
  });

  it.each(parsed)('is refused by $name', async ({ path, long }) => {
    for (const value of ['', ' ', 'x', 'NaN', '1e999', '1,x', '0x', '--']) {
      await expectRefused([...path, run, `${long}=${value}`, '-o', join(folder, 'out.csv')]);
    }
  });
});

const train = ['train', 'digits', '--count', '100', '--out', join(folder, 'refused')];
const output = ['-o', join(folder, 'refused.npy')];
const cases: readonly (readonly [argv: readonly string[], values: readonly string[]])[] = [
  ...['--epochs', '--batch-size', '--latent', '--rank', '--patience', '--count', '--test-count'].map(
    (option) =>
      [
        [...train, '--posterior', 'low-rank', option],
        ['0', '-1', '1.5', '9007199254740993'],
      ] as const,
  ),
  [
    [...train, '--threads'],
    ['0', '-1', '1.5', '1000000', '9007199254740993'],
  ],
  [
    [...train, '--hidden'],
    ['0', '16,0', '-1', '1.5', '16,,16', '[16]'],
  ],
  [
    [...train, '--network', 'conv', '--channels'],
    ['0', '-1', 'none', '8,'],
  ],
  [
    [...train, '--seed'],
    ['-1', '0.5', '9007199254740992'],
  ],
  [
    [...train, '--data-seed'],
    ['-1', '0.5', '9007199254740992'],
  ],
  [
    [...train, '--warmup-steps'],
    ['-1', '0.5', '100000'],
  ],
  [
    [...train, '--validation'],
    ['1', '-0.1', '2', '0.999'],
  ],
  [
    [...train, '--trim'],
    ['1', '-0.1'],
  ],
  [[...train, '--epochs', '1', '--trim'], ['0.1']],
  [
    [...train, '--network', 'conv', '--dropout'],
    ['1', '-0.1'],
  ],
  [
    [...train, '--optimizer', 'sgd', '--momentum'],
    ['1', '-0.1'],
  ],
  [[...train, '--optimizer', 'adamw', '--weight-decay'], ['-1']],
  [
    [...train, '--learning-rate'],
    ['0', '-1'],
  ],
  [
    [...train, '--clip-norm'],
    ['0', '-1'],
  ],
  [[...train, '--beta'], ['-1']],
  [
    [...train, '--likelihood', 'gaussian', '--stddev'],
    ['0', '-1', 'wide', 'NaN', ''],
  ],
  [
    [...train, '--likelihood', 'categorical', '--classes'],
    ['0', '1', '2.5'],
  ],
  [[...train, '--batch-size'], ['91']],
  [[...train, '--hidden'], ['100000000']],
  [[...train, '--posterior', 'full', '--latent'], ['300000']],
  [[...train, '--posterior', 'low-rank', '--latent', '3', '--rank'], ['4']],
  [[...train, '--validation', '0', '--patience'], ['3']],
  [
    [...train, '--set'],
    [
      'training.epochs=0',
      'training.epochs=1e999',
      'model.latent=0',
      'training.trim={"fraction":0.1,"warmupEpochs":999}',
    ],
  ],
  ...['evaluate', 'compare'].flatMap((command) => [
    [
      [command, run, '--draws'],
      ['0', '-1', '1.5'],
    ] as const,
    [
      [command, run, '--limit'],
      ['0', '-1', '1.5'],
    ] as const,
    [
      [command, run, '--seed'],
      ['-1', '0.5', '9007199254740992'],
    ] as const,
    [
      [command, run, '--threads'],
      ['0', '1000000'],
    ] as const,
  ]),
  [
    ['sample', run, ...output, '--count'],
    ['0', '-1', '1.5', '1e12'],
  ],
  [
    ['sample', run, ...output, '--seed'],
    ['-1', '0.5'],
  ],
  [
    ['reconstruct', run, ...output, '--count'],
    ['0', '-1', '1.5'],
  ],
  [
    ['interpolate', run, ...output, '--steps'],
    ['0', '1', '2.5', '1e9'],
  ],
  [
    ['interpolate', run, ...output, '--pairs'],
    ['0', '-1'],
  ],
  [
    ['traverse', run, ...output, '--steps'],
    ['0', '1', '1e9'],
  ],
  [
    ['traverse', run, ...output, '--range'],
    ['0', '-1', '1e300'],
  ],
  [
    ['traverse', run, ...output, '--dimensions'],
    ['0', '4', '1,-1', '1.5'],
  ],
  [
    ['traverse', run, ...output, '--example'],
    ['0', '-1', '1000'],
  ],
  [
    ['latent', run, '-o', join(folder, 'refused.png'), '--limit'],
    ['0', '-1'],
  ],
  [
    ['score', run, ...output, '--draws'],
    ['0', '-1', '1.5'],
  ],
  [
    ['score', run, ...output, '--contamination'],
    ['1', '-0.1', '2'],
  ],
  [['score', run, ...output, '--seed'], ['-1']],
  [
    ['encode', run, ...output, '--limit'],
    ['0', '-1', '1.5'],
  ],
];

describe('what lies outside the range', () => {
  it.each(
    cases.map(([argv, values]) => ({ name: argv.filter((text) => !text.includes(folder)).join(' '), argv, values })),
  )('is refused: $name', async ({ argv, values }) => {
    const last = argv.at(-1) ?? '';
    for (const value of values) await expectRefused([...argv.slice(0, -1), `${last}=${value}`]);
    expect(existsSync(join(folder, 'refused'))).toBe(false);
  });

  it('is refused before data are read', async () => {
    const missing = join(folder, 'missing.csv');
    await expectRefused(['train', missing, '--validation', '1'], /validation must be a number in \[0, 1\)/);
    await expectRefused(['train', missing, '--threads', '100000'], /threads must be a whole number from 1 to/);
  });

  it.each<[string, readonly string[], RegExp]>([
    [
      'the steps of a warm-up',
      ['--epochs', '2', '--batch-size', '10', '--warmup-steps', '18'],
      /warm-up of 18 steps reaches beyond the end: 2 epochs of 90 examples are 18 steps/,
    ],
    [
      'a rank',
      ['--posterior', 'low-rank', '--latent', '3', '--rank', '4'],
      /rank 4 has more columns than the 3 latent dimensions/,
    ],
    [
      'no hidden layers by nothing',
      ['--hidden', ''],
      /Expected a list of whole numbers of at least 1, up to 1,000, such as 400,200, or none/,
    ],
    ['patience without validation', ['--validation', '0', '--patience', '3'], /no examples are held out/],
  ])('says why it refuses %s', async (_, flags, message) => {
    await expectRefused([...train, ...flags], message);
  });

  it('takes the ends of the ranges', async () => {
    const flags = [
      '--hidden',
      'none',
      '--epochs',
      '1',
      '--batch-size',
      '10',
      '--warmup-steps',
      '8',
      '--validation',
      '0.1',
      '--beta',
      '0',
      '--latent',
      '1',
      '--trim',
      '0',
    ];
    const { code, stderr } = await rootsigma([
      'train',
      'digits',
      '--count',
      '100',
      '--test-count',
      '10',
      ...flags,
      '--out',
      join(folder, 'ends'),
      '--quiet',
    ]);
    expect(code, stderr).toBe(0);
  });
});

describe('data without rows', () => {
  it.each(['a,b,c\n', ''])('end with a sentence: %j', async (text) => {
    const file = join(folder, 'empty.csv');
    const people = join(folder, 'people.csv');
    writeFileSync(people, ['a,b', ...Array.from({ length: 40 }, (_, row) => `${row},${row % 5}`)].join('\n'));
    writeFileSync(file, text);
    const table = join(folder, 'people');
    const flags = ['--epochs', '1', '--latent', '2', '--hidden', '4', '--batch-size', '8', '--overwrite', '--quiet'];
    expect((await rootsigma(['train', people, '--out', table, ...flags])).code).toBe(0);
    await expectRefused(['evaluate', table, '--data', file], /empty\.csv.*(no rows|empty|no examples)/);
    await expectRefused(['score', table, '--data', file, '-o', join(folder, 'x.csv')], /empty\.csv/);
    await expectRefused(['train', file, '--out', join(folder, 'refused')], /empty\.csv/);
  });
});
