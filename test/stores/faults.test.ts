// A training over a disk that fails, or in a process that is killed, at every call by which it changes a file: what it leaves goes
// on to the same bytes. ROOTSIGMA_FAULTS=all tries every fault at every call; else each call has one of them in turn.
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { train } from '../../src/index.ts';
import type { TrainOptions } from '../../src/index.ts';
import { NdArray } from '../../src/core/index.ts';
import { FolderStore } from '../../src/io/node/index.ts';
import type { FileCalls } from '../../src/io/node/index.ts';

const rows = new NdArray(
  Float32Array.from({ length: 40 * 3 }, (_, k) => (k % 5 === 0 ? 1 : 0)),
  [40, 3],
);
const options: TrainOptions = {
  ...{ latent: 2, hidden: [4], epochs: 2, batchSize: 10, seed: 1, threads: 1, trim: 0.1 },
  ...{ checkpointEvery: 0, engine: 'reference', onNotice: 'silent' },
};

const kinds = ['ENOSPC', 'kill', 'EIO', 'torn', 'EINTR', 'short'] as const;
type Kind = (typeof kinds)[number];
const harmless: readonly Kind[] = ['EINTR', 'short'];

/** Nothing here is about power failures: syncing takes its time and changes no byte. */
const quick: FileCalls = { ...fs, fsyncSync: () => undefined };

/** The system's calls, of which the one numbered `at` goes wrong. */
class FaultyDisk {
  calls = 0;
  /** Which call it was. */
  hit = '';
  readonly faulty: FileCalls;
  readonly #at: number;
  readonly #kind: Kind;

  constructor(at: number, kind: Kind) {
    this.#at = at;
    this.#kind = kind;
    this.faulty = new Proxy(quick, {
      get: (target, name: keyof FileCalls) => {
        const call = target[name] as (...given: unknown[]) => unknown;
        return (...given: unknown[]): unknown => this.#run(name, call, given);
      },
    });
  }

  #run(name: keyof FileCalls, call: (...given: unknown[]) => unknown, given: unknown[]): unknown {
    const number = this.calls++;
    const isDead = (this.#kind === 'kill' || this.#kind === 'torn') && number > this.#at;
    if (isDead) throw new Error('killed');
    // A disk that is full stays so; files can be removed.
    const isFull = this.#kind === 'ENOSPC' && number > this.#at && ['writeSync', 'mkdirSync'].includes(name);
    if (number !== this.#at && !isFull) return call(...given);
    this.hit = name;
    const half = (): number => {
      const [file, bytes, from = 0] = given as [number, Uint8Array, number?];
      return fs.writeSync(file, bytes, from, Math.ceil((bytes.length - from) / 2));
    };
    switch (this.#kind) {
      case 'kill':
        throw new Error('killed');
      case 'torn':
        if (name === 'writeSync') half();
        throw new Error('killed');
      case 'short':
        return name === 'writeSync' ? half() : call(...given);
      case 'EINTR':
        // A file that was being closed is closed.
        if (name === 'closeSync') call(...given);
        throw Object.assign(new Error('EINTR'), { code: 'EINTR' });
      case 'ENOSPC':
      case 'EIO':
        if (name === 'closeSync') call(...given);
        throw Object.assign(new Error(this.#kind), { code: this.#kind });
    }
  }
}

/** A run's files without times; the checkpoint before the last is where it was stopped. */
function filesOf(run: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const entry of readdirSync(run, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || path.includes('previous')) continue;
    const bytes = readFileSync(path);
    const text = /\.(md|json|jsonl)$/.test(path);
    found[path.slice(run.length)] = text
      ? timeless(bytes.toString(), run)
      : createHash('md5').update(bytes).digest('hex');
  }
  return found;
}

function timeless(text: string, run: string): string {
  return text
    .replaceAll(run, 'RUN')
    .replaceAll(/"(seconds|stepMs|meanStepMs|time)":[^,}]+/g, '"$1":0')
    .replace(/in [\d.]+ s( \([\d.]+ ms a step.*?\))?;/, 'in so many s;');
}

const folder = mkdtempSync(join(tmpdir(), 'rootsigma-faults-'));

async function trainOn(disk: FaultyDisk, out: string): Promise<boolean> {
  try {
    await (await train(rows, { ...options, out: new FolderStore(out, disk.faulty) })).dispose();
    return true;
  } catch {
    return false;
  }
}

/** What a killed process leaves: a lock of one that is gone. */
function bury(out: string): void {
  for (const name of existsSync(out) ? readdirSync(out) : []) {
    if (!name.startsWith('.lock') || name.endsWith('.tmp')) continue;
    const owner = readFileSync(join(out, name), 'utf8');
    writeFileSync(join(out, name), owner.replace(/"started":"(\d*)"/, '"started":"0"'));
  }
}

describe('a training', () => {
  let expected: Record<string, string>;
  let calls = 0;

  beforeAll(async () => {
    const disk = new FaultyDisk(Infinity, 'kill');
    const out = join(folder, 'whole');
    expect(await trainOn(disk, out)).toBe(true);
    ({ calls } = disk);
    expected = filesOf(out);
    expect(Object.keys(expected)).toContain('/model.safetensors');
    expect(expected['/README.md']).toContain('in so many s;');
  });

  it('whose disk fails or whose process is killed at any call goes on to the same bytes', async () => {
    expect(calls).toBeGreaterThan(100);
    const all = process.env.ROOTSIGMA_FAULTS === 'all';
    const [hit, failures]: [Set<string>, string[]] = [new Set(), []];
    for (let at = 0; at < calls; at++) {
      for (const kind of all ? kinds : [kinds[at % kinds.length]!]) {
        const out = join(folder, `${at}-${kind}`);
        const disk = new FaultyDisk(at, kind);
        const whole = await trainOn(disk, out);
        if (disk.hit !== '') hit.add(`${disk.hit} ${kind}`);
        if (harmless.includes(kind)) expect(whole, `${at} ${disk.hit} ${kind}`).toBe(true);
        bury(out);
        const resume = existsSync(join(out, 'config.json'));
        const problem = await Promise.resolve(
          train(rows, { ...options, out: new FolderStore(out, quick), resume }),
        ).then(
          (run) => run.dispose(),
          (error: unknown) => String(error),
        );
        const found = existsSync(out) ? filesOf(out) : {};
        const differing = [...new Set([...Object.keys(expected), ...Object.keys(found)])].filter(
          (name) => found[name] !== expected[name],
        );
        if (problem !== undefined || differing.length > 0) {
          failures.push(`call ${at}, ${disk.hit} ${kind}: ${problem ?? `differs: ${differing.join(', ')}`}`);
        }
        rmSync(out, { recursive: true, force: true });
      }
    }
    expect(failures).toEqual([]);
    for (const call of ['writeSync', 'renameSync', 'fsyncSync', 'openSync', 'linkSync']) {
      expect([...hit].filter((name) => name.startsWith(call)).length, call).toBeGreaterThan(all ? 4 : 0);
    }
    rmSync(folder, { recursive: true });
  });
});
