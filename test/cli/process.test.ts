// The program as it is installed: its own process, signals, pipes. Runs what `npm ci` built into dist.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { newFolder, tiny } from './harness.ts';

const program = process.env.ROOTSIGMA_CLI ?? new URL('../../dist/cli/main.js', import.meta.url).pathname;
const isBuilt = existsSync(program);

function rootsigma(argv: readonly string[], cwd: string): ReturnType<typeof spawnSync> & { readonly stdout: string } {
  return spawnSync(process.execPath, [program, ...argv], { cwd, encoding: 'utf8' });
}

describe.skipIf(!isBuilt)(`the program${isBuilt ? '' : ` (no ${program}: run npm run build)`}`, () => {
  it('helps, and refuses what it does not know', () => {
    const help = rootsigma(['--help'], '.');
    expect([help.status, help.stderr]).toEqual([0, '']);
    expect(help.stdout).toContain('Usage: rootsigma');
    expect(rootsigma(['trian'], '.').status).toBe(2);
  });

  it('names runs by data and posterior, and numbers them', () => {
    const cwd = newFolder();
    const argv = ['train', 'digits', ...tiny, '--epochs', '1', '--quiet', '--json'];
    const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? '';
    const paths = [0, 1].map(
      () => (JSON.parse(lastLine(rootsigma(argv, cwd).stdout)) as { readonly path: string }).path,
    );
    expect(paths).toEqual([join('runs', 'digits-diagonal'), join('runs', 'digits-diagonal-2')]);
    // A run that never began leaves no folder.
    expect(rootsigma([...argv, '--rank', '3'], cwd).status).toBe(2);
    expect(readdirSync(join(cwd, 'runs'))).toEqual(['digits-diagonal', 'digits-diagonal-2']);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('saves on %s, exits with %i, and the run goes on from there', async (signal, expected) => {
    const cwd = newFolder();
    const train = ['train', 'digits', ...tiny, '--quiet', '--json'];
    const child = spawn(process.execPath, [program, ...train, '--epochs', '100000', '--out', 'parted'], { cwd });
    child.stdout.setEncoding('utf8');
    let output = '';
    child.stdout.on('data', (text: string) => {
      output += text;
      // Once: a second one would not wait for the step, and the program goes on for some milliseconds.
      if (!child.killed && output.includes('"event":"epoch"')) child.kill(signal);
    });
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect(code).toBe(expected);
    const epochs = String(output.split('"event":"epoch"').length + 5);
    const resumed = rootsigma(['train', '--resume', '--out', 'parted', '--epochs', epochs, '--quiet', '--json'], cwd);
    expect(resumed.status, String(resumed.stderr)).toBe(0);
    expect(rootsigma([...train, '--epochs', epochs, '--out', 'whole'], cwd).status).toBe(0);
    const [parted, whole] = ['parted', 'whole'].map((run) => readFileSync(join(cwd, run, 'model.safetensors')));
    expect(whole && parted?.equals(whole)).toBe(true);
  });

  it('saves when its terminal is gone, and hangs up more than once', async () => {
    const cwd = newFolder();
    const argv = ['train', 'digits', ...tiny, '--epochs', '100000', '--out', 'x', '--json'];
    const child = spawn(process.execPath, [program, ...argv], { cwd });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    child.stdout.destroy();
    child.stderr.destroy();
    child.kill('SIGHUP');
    child.kill('SIGHUP');
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(129);
    expect(readFileSync(join(cwd, 'x', 'README.md'), 'utf8')).toContain('interrupted after');
  });

  it('quits at once on the second Ctrl-C', async () => {
    const argv = ['train', 'digits', ...tiny, '--epochs', '100000', '--out', 'x', '--json'];
    const child = spawn(process.execPath, [program, ...argv], { cwd: newFolder() });
    child.stderr.setEncoding('utf8');
    child.stderr.on('data', (text: string) => {
      if (text.includes('epoch ') || text.includes('Stopping')) child.kill('SIGINT');
    });
    child.stdout.resume();
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(130);
  });

  it('ends quietly when its reader has seen enough', () => {
    const script = `'${process.execPath}' '${program}' gaussian sample - --count 100000 <<< 1 | head -n 1`;
    const { status, stdout, stderr } = spawnSync('bash', ['-o', 'pipefail', '-c', script], { encoding: 'utf8' });
    expect([status, stderr, stdout.trim().split('\n').length]).toEqual([0, '', 1]);
  });
});
