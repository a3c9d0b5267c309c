// The scripts of `rootsigma completion` in the shells that they are for.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { newFolder, rootsigma } from './harness.ts';

const folder = newFolder();
mkdirSync(join(folder, 'my runs'));
writeFileSync(join(folder, 'my data.csv'), '');
const scriptOf = async (shell: string): Promise<string> => (await rootsigma(['completion', shell])).stdout;
const has = (shell: string): boolean => spawnSync(shell, ['--version']).status === 0;

describe.runIf(has('bash'))('bash', () => {
  /** What a Tab after the words gives; the last of them may be begun. */
  const complete = async (...words: string[]): Promise<string[]> => {
    const given = ['rootsigma', ...words].map((word) => `'${word}'`).join(' ');
    const ask = `COMP_WORDS=(${given}); COMP_CWORD=${words.length}; _rootsigma; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const text = execFileSync('bash', ['--norc', '-c', `${await scriptOf('bash')}\n${ask}`], { cwd: folder, encoding: 'utf8' }); // prettier-ignore
    return text.split('\n').filter((line) => line !== '').sort(); // prettier-ignore
  };

  it('completes commands, flags, values, files and folders', async () => {
    expect(await complete('re')).toEqual(['reconstruct', 'report']);
    expect(await complete('')).toEqual(expect.arrayContaining(['train', 'runs', 'completion', '--help']));
    expect(await complete('train', '--post')).toEqual(['--posterior']);
    expect(await complete('train', 'digits', '--posterior', 'f')).toEqual(['full']);
    expect(await complete('train', '--posterior', '=', 'f')).toEqual(['full']);
    expect(await complete('train', 'fash')).toEqual(['fashion-mnist']);
    expect(await complete('train', 'my')).toEqual(['my data.csv', 'my runs']);
    expect(await complete('evaluate', 'my')).toEqual(['my runs']);
    expect(await complete('train', '--epochs', '')).toEqual([]);
    expect(await complete('gaussian', 's')).toEqual(['sample']);
    expect((await complete('gaussian', 'sample', '--')).length).toBeGreaterThan(2);
    expect(await complete('completion', '')).toEqual(['bash', 'fish', 'zsh']);
    expect(await complete('presets', 'beta-t')).toEqual(['beta-tc-vae']);
  });
});

describe.runIf(has('zsh'))('zsh', () => {
  it('reads its script', async () => {
    const file = join(folder, '_rootsigma');
    writeFileSync(file, await scriptOf('zsh'));
    const ask = `autoload -Uz compinit; compinit -u -d ${join(folder, 'dump')}; source ${file}; print -r -- $_comps[rootsigma]`; // prettier-ignore
    expect(spawnSync('zsh', ['-fc', ask], { encoding: 'utf8' })).toMatchObject({ stdout: '_rootsigma\n', stderr: '' });
  });
});

describe.runIf(has('fish'))('fish', () => {
  it('completes commands, flags and values', async () => {
    const file = join(folder, 'rootsigma.fish');
    writeFileSync(file, await scriptOf('fish'));
    const complete = (line: string): string[] =>
      execFileSync('fish', ['--no-config', '-c', `source ${file}; complete -C'${line}'`], { cwd: folder, encoding: 'utf8', env: { ...process.env, HOME: folder } }).split('\n').flatMap((each) => (each === '' ? [] : each.replace(/\t.*/, ''))); // prettier-ignore
    expect(complete('rootsigma re').sort()).toEqual(['reconstruct', 'report']);
    expect(complete('rootsigma train --posterior f')).toEqual(['full']);
    expect(complete('rootsigma train --post')).toEqual(['--posterior']);
    expect(complete('rootsigma gaussian s')).toEqual(['sample']);
  });
});

it('refuses another shell', async () => {
  const { code, stderr } = await rootsigma(['completion', 'tcsh']);
  expect([code, stderr]).toEqual([2, expect.stringContaining("'tcsh' is none of bash, zsh, fish")]);
});
