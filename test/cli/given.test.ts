// Models given something, p(x|c), on the command line.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { newFolder, rootsigma, tiny } from './harness.ts';

const folder = newFolder();
const file = (name: string): string => join(folder, name);

async function trained(name: string, data: string, ...flags: readonly string[]): Promise<void> {
  const options = ['--epochs', '1', '--out', file(name), '--quiet'];
  const { code, stderr } = await rootsigma(['train', data, ...flags, ...options]);
  expect(code, stderr).toBe(0);
}

/** Refused in one sentence. */
async function expectRefused(argv: readonly string[], message: RegExp | string): Promise<void> {
  const { code, stdout, stderr } = await rootsigma(argv);
  expect([code, stdout], stderr).toEqual([2, '']);
  expect(stderr.match(/^error: .*/gm), stderr).toHaveLength(1);
  if (typeof message === 'string') expect(stderr).toContain(message);
  else expect(stderr).toMatch(message);
}

beforeAll(async () => {
  const rows = Array.from({ length: 120 }, (_, k) => {
    const colour = ['red', 'green', 'blue'][k % 3] ?? '';
    return `${colour},${1 + (k % 7)},${10 + ((k * 37) % 50)}`;
  });
  writeFileSync(file('things.csv'), ['colour,size,weight', ...rows, ''].join('\n'));
  const small = ['--latent', '2', '--hidden', '8', '--batch-size', '30', '--seed', '1'];
  await trained('plain', 'digits', ...tiny);
  await trained('label', 'digits', ...tiny, '--condition', 'label');
  await trained('prior', 'digits', ...tiny, '--condition', 'label', '--prior', 'conditional-normal');
  await trained('by-colour', file('things.csv'), ...small, '--condition', 'colour');
  await trained('by-both', file('things.csv'), ...small, '--condition', 'colour,size');
  await trained('things', file('things.csv'), ...small);
}, 120_000);

const few = ['--draws', '2', '--limit', '10'];

describe('what the numbers are of', () => {
  it('is said by evaluate: p(x|c), and what c is', async () => {
    const { stdout } = await rootsigma(['evaluate', file('label'), ...few]);
    for (const text of ['c is label', '−log p(x|c)', 'KL(q(z|x,c) ‖ p(z))', 'log p(x|z,c)', ', given label.'])
      expect(stdout).toContain(text);
    expect((await rootsigma(['evaluate', file('prior'), ...few])).stdout).toContain('KL(q(z|x,c) ‖ p(z|c))');
    expect((await rootsigma(['evaluate', file('by-both'), ...few])).stdout).toContain('c is colour, size');
    const plain = await rootsigma(['evaluate', file('plain'), ...few]);
    for (const text of ['−log p(x) ', 'KL(q(z|x) ‖ p(z))', 'E[log p(x|z)], z ~ q(z|x)\n'])
      expect(plain.stdout).toContain(text);
    expect(plain.stdout).not.toMatch(/given|c is/);
  });

  it.each([
    ['plain', 'label', 'of p(x) and', 'of p(x|label)'],
    ['by-colour', 'by-both', 'of p(x|colour) and', 'of p(x|colour, size)'],
    ['by-both', 'things', 'of p(x|colour, size) and', 'of p(x)'],
  ])('must be the same to compare: %s, %s', async (first, second, one, other) => {
    const message = `error: compare: ${file(first)} is a model ${one} ${file(second)} ${other}.`;
    await expectRefused(['compare', file(first), file(first), file(second), ...few], message);
  });

  it('lets compare rank those that are alike', async () => {
    const { code, stdout, stderr } = await rootsigma(['compare', file('label'), file('prior'), ...few]);
    expect(code, stderr).toBe(0);
    expect(stdout).toContain('best NLL first, NLL = −log p(x|label)');
  });
});

describe('examples without a label', () => {
  const data = ['--data', file('images.npy')];
  const commands: readonly (readonly [command: string, flags: readonly string[]])[] = [
    ['encode', ['-o', file('codes.npy')]],
    ['score', ['-o', file('scores.csv'), '--explain']],
    ['score', ['-o', file('scores.png')]],
    ['reconstruct', ['-o', file('reconstructions.npy')]],
    ['evaluate', few],
    ['compare', few],
    ['latent', ['-o', file('latent.png')]],
  ];

  beforeAll(async () => {
    const { code, stderr } = await rootsigma(['sample', file('plain'), '-o', file('images.npy'), '--count', '5']);
    expect(code, stderr).toBe(0);
  });

  it.each(commands)('are given theirs: %s', async (command, flags) => {
    await expectRefused(
      [command, file('label'), ...data, ...flags],
      /these have none: say which with 'given' \(--given\), such as label=\d\.\n/,
    );
    const plain = [command, file('plain'), ...data, ...flags, '--given', 'label=3'];
    await expectRefused(plain, "no condition. Train one with 'condition' (--condition), such as label.");
    const result = async (given: string): Promise<string | Buffer> => {
      const { code, stdout, stderr } = await rootsigma([command, file('label'), ...data, ...flags, '--given', given]);
      expect(code, stderr).toBe(0);
      return flags[0] === '-o' ? readFileSync(flags[1] ?? '') : stdout;
    };
    expect(await result('label=3')).not.toEqual(await result('label=8'));
  });
});

describe('what cannot be asked', () => {
  const sample = (given: string, ...flags: readonly string[]) =>
    expectRefused(
      ['sample', file('things'), '-o', file('rows.csv'), '--given', given, ...flags],
      messageOf[given] ?? '-',
    );
  const messageOf: Readonly<Record<string, string>> = {
    'weight>30': "error: sample: the mean of p(x|z) is no draw ('show', --show)",
    'size>3,size<=3':
      "error: given: no row can have size > 3 and size <= 3; 'size' is a whole number from 1 to 7 in training.",
    'weight<40': 'error: --conditions: --given asks for columns that the model draws',
  };

  it('is refused before anything is drawn', async () => {
    await sample('weight>30', '--show', 'mean');
    await sample('size>3,size<=3');
    await sample('weight<40', '--conditions', file('which.csv'));
    expect([existsSync(file('rows.csv')), existsSync(file('which.csv'))]).toEqual([false, false]);
    const twice = ['train', file('things.csv'), '--condition', 'colour,colour', '--out', file('twice')];
    await expectRefused(twice, "error: train: the condition 'colour' comes twice.");
    expect(existsSync(file('twice'))).toBe(false);
  });
});
