// Who owns a run's folder, among processes of their own. Runs what `npm ci` built into dist.
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const dist = new URL('../../dist/', import.meta.url);
const program = new URL('cli/main.js', dist).pathname;
const isBuilt = existsSync(program);
/** Of each race: a few, or with ROOTSIGMA_ROUNDS=50 as many as the claim was checked with. */
const rounds = Number(process.env.ROOTSIGMA_ROUNDS ?? 3);
const host = hostname();

/** A process of which lines come back. */
class Child {
  readonly process: ChildProcessWithoutNullStreams;
  /** What it said so far, on both streams. */
  said = '';
  readonly code: Promise<number | null>;

  constructor(argv: readonly string[], cwd?: string) {
    this.process = spawn(process.execPath, argv, { cwd });
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (this.said += text));
    }
    this.code = new Promise((resolve) => this.process.once('close', resolve));
  }

  get pid(): number | undefined {
    return this.process.pid;
  }

  async until(condition: (said: string) => boolean): Promise<string> {
    while (!condition(this.said) && this.process.exitCode === null) await new Promise((go) => setTimeout(go, 5));
    return this.said;
  }

  async end(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    this.process.kill(signal);
    await this.code;
  }
}

let folder: string;
const children: Child[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rootsigma-owners-'));
});
afterEach(async () => {
  await Promise.all(children.splice(0).map((child) => child.end()));
});

/** Locks the folder at a moment that it is told, and holds it until its input ends. */
const locker = `
  import { FolderStore } from '${new URL('io/node/folder-store.js', dist).href}';
  console.log('ready');
  process.stdin.once('data', async (text) => {
    while (Date.now() < Number(text));
    const store = new FolderStore(process.argv[1]);
    await store.lock().then((release) => {
      console.log('has it');
      process.stdin.once('data', async () => {
        await store.replace('a', 'x').catch(({ name, message }) => console.log(name, message));
        await release();
        process.exit();
      });
    }, ({ message }) => {
      console.log(message);
      process.exit(1);
    });
  });`;

async function lockers(count: number): Promise<Child[]> {
  const made = Array.from({ length: count }, () => new Child(['--input-type=module', '-e', locker, folder]));
  children.push(...made);
  await Promise.all(made.map((child) => child.until((said) => said.includes('ready'))));
  for (const child of made) child.process.stdin.write(String(Date.now() + 20));
  await Promise.all(made.map((child) => child.until((said) => said.trim().includes('\n'))));
  return made;
}

/** All but one ended and named that one. */
function expectOneOwner(all: readonly Child[], mark: string): Child {
  const owners = all.filter(({ said }) => said.includes(mark));
  expect(owners, all.map(({ said }) => said).join('\n')).toHaveLength(1);
  for (const child of all) {
    if (child !== owners[0]) expect(child.said).toContain(`process ${owners[0]?.pid} on ${host} is writing there`);
  }
  return owners[0]!;
}

describe.skipIf(!isBuilt)(`owners${isBuilt ? '' : ' (dist is not built: run npm run build)'}`, () => {
  it('are succeeded by one of eight, also where an earlier successor died', async () => {
    for (let round = 0; round < rounds; round++) {
      const { pid } = spawnSync(process.execPath, ['-e', '']);
      writeFileSync(join(folder, '.lock'), JSON.stringify({ pid, host, token: 'dead' }));
      if (round % 2 === 1) writeFileSync(join(folder, '.lock.dead'), JSON.stringify({ pid, host, token: 'died-too' }));
      const all = await lockers(8);
      const owner = expectOneOwner(all, 'has it');
      owner.process.stdin.write('end');
      await owner.code;
      expect(readdirSync(folder)).toEqual(['a']);
      children.length = 0;
    }
  });

  it.skipIf(process.platform === 'win32')('that are stopped stay owners; those who lost the folder stop', async () => {
    const [owner] = await lockers(1);
    owner!.process.kill('SIGSTOP');
    const [other] = await lockers(1);
    expect(other!.said).toContain(`process ${owner!.pid} on ${host} is writing there`);
    // As a process of another machine does after a long silence.
    writeFileSync(join(folder, '.lock'), JSON.stringify({ pid: 7, host: 'elsewhere', boot: 'b', token: 't' }));
    owner!.process.kill('SIGCONT');
    owner!.process.stdin.write('end');
    await owner!.code;
    expect(owner!.said).toMatch(/LockLostError .*no longer has the run's lock \(process 7 on elsewhere/);
    expect(readdirSync(folder)).toEqual(['.lock']);
    expect(readFileSync(join(folder, '.lock'), 'utf8')).toContain('elsewhere');
  });

  const tiny = ['--count', '200', '--test-count', '20', '--latent', '2', '--hidden', '8', '--batch-size', '50'];
  const train = (...flags: string[]): Child => {
    const argv = [program, 'train', 'digits', ...tiny, '--epochs', '1000000', '--out', 'run', '--json', ...flags];
    const child = new Child(argv, folder);
    children.push(child);
    return child;
  };
  const trains = (said: string): boolean => said.includes('"event":"step"');

  it.each([['nothing'], ['--resume'], ['--overwrite']])('of eight trainings with %s are one', async (flag) => {
    const flags = flag === 'nothing' ? [] : [flag];
    if (flags.length > 0) {
      const before = train();
      await before.until((said) => said.includes('"event":"epoch"'));
      await before.end('SIGINT');
    }
    for (let round = 0; round < Math.ceil(rounds / 3); round++) {
      const all = Array.from({ length: 8 }, () => train(...flags));
      await Promise.all(all.map((child) => child.until(trains)));
      const owner = expectOneOwner(all, '"event":"step"');
      const losers = all.filter((child) => child !== owner);
      expect(await Promise.all(losers.map(({ code }) => code))).toEqual(losers.map(() => 2));
      // Beside a training that goes on already.
      const late = train('--overwrite');
      expect(await late.code).toBe(2);
      expect(late.said).toContain(`process ${owner.pid} on ${host} is writing there`);
      await owner.end('SIGINT');
      expect(existsSync(join(folder, 'run', '.lock'))).toBe(false);
      if (flags.length === 0) folder = mkdtempSync(join(tmpdir(), 'rootsigma-owners-'));
    }
  });
});
