// What ranks read of their data from disk: each 1/N of the bytes, whatever the format, and to the examples of one process.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NdArray } from '../../src/core/index.ts';
import { encodeIdx, encodeNpy, encodeNpz, encodeParquet, encodePng, gzip, tableOf } from '../../src/io/index.ts';
import { dist, missing, modulesOn } from './harness.ts';

const isCounted = existsSync('/proc/self/io');
const reason =
  missing || (isCounted ? '' : ' (the system does not count what a process reads: it has no /proc/self/io)');

/** Bytes that do not compress. */
const noise = (count: number): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length: count }, (_, i) => Math.imul(Math.imul(i + 1, 2654435761) ^ (i >>> 7), 2246822519) >>> 24);

describe.skipIf(reason !== '')(`what ranks read${reason}`, () => {
  let folder = '';
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rootsigma-mpi-'));
    const put = (name: string, bytes: Uint8Array | string): void => {
      mkdirSync(join(folder, name, '..'), { recursive: true });
      writeFileSync(join(folder, name), bytes);
    };
    const pixels = noise(3000 * 784);
    const images = { shape: [3000, 28, 28], data: pixels };
    const labels = encodeIdx({ shape: [3000], data: pixels.slice(0, 3000).map((value) => value % 10) });
    put('idx/train-images-idx3-ubyte', encodeIdx(images));
    put('idx/train-labels-idx1-ubyte', labels);
    put('packed/train-images-idx3-ubyte.gz', gzip(encodeIdx(images)));
    put('packed/train-labels-idx1-ubyte.gz', gzip(labels));
    const array = new NdArray(Float32Array.from(pixels), [3000, 784]);
    put('x.npy', encodeNpy(array));
    put('x.npz', encodeNpz({ x: array }));
    put('packed.npz', encodeNpz({ x: array }, { compress: true }));
    // Column-major: what lies there is the transpose.
    const turned = encodeNpy(new NdArray(Float32Array.from(pixels), [784, 3000]));
    const header = Buffer.from(turned.subarray(0, 128)).toString('latin1');
    turned.set(Buffer.from(header.replace('False', 'True ').replace('(784, 3000)', '(3000, 784)'), 'latin1'));
    put('columns.npy', turned);
    const rows = Array.from({ length: 15_000 }, (_, i) => `${[0, 1, 2, 3].map((k) => pixels[4 * i + k]! / 8).join()},${pixels[i]! < 99 ? 'low' : 'high'}`); // prettier-ignore
    const text = ['a,b,c,d,level', ...rows, ''].join('\n');
    put('t.csv', text);
    put('t.csv.gz', gzip(new TextEncoder().encode(text)));
    const columns = [0, 1, 2, 3].map((k) => ({ name: `c${k}`, values: rows.map((_, i) => pixels[4 * i + k]! / 8) }));
    put('t.parquet', await encodeParquet(tableOf(columns)));
    for (let i = 0; i < 70; i++)
      put(`photos/${i}.png`, encodePng({ shape: [64, 64, 1], data: pixels.slice(i * 4096, (i + 1) * 4096) }));
    for (let i = 0; i < 30; i++)
      put(`images/${i % 2}/${i}.png`, encodePng({ shape: [160, 160, 1], data: pixels.slice(i * 25600, (i + 1) * 25600) })); // prettier-ignore
    symlinkSync('nowhere.png', join(folder, 'images/0/gone.png'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const bytesIn = (path: string): number => {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (!stat?.isDirectory()) return stat?.size ?? 0;
    return readdirSync(path).reduce((sum, name) => sum + bytesIn(join(path, name)), 0);
  };

  const beginning = (): string => `
    import { createHash } from 'node:crypto';
    import { readFileSync } from 'node:fs';
    import { readInParts, resolveDataset } from '${new URL('data/node/index.js', dist).href}';
    import { examplesOf, gatherNumbers } from '${new URL('data/index.js', dist).href}';
    import { train } from '${new URL('index.js', dist).href}';
    import { mpiWorld } from '${new URL('mpi/index.js', dist).href}';
    const ranks = await mpiWorld();
    const bytesRead = () => Number(/rchar: (\\d+)/.exec(readFileSync('/proc/self/io', 'utf8'))[1]);
    const tell = async (own) => {
      const all = await ranks.gatherBytes(new TextEncoder().encode(JSON.stringify(own)));
      if (ranks.rank === 0) for (const bytes of all) console.log(new TextDecoder().decode(bytes));
    };`;

  it('is 1/N of each file, and the examples are those of one process', async () => {
    const sources = ['idx', 'packed', 'x.npy', 'x.npz', 't.csv', 'images'];
    const { stdout, stderr } = await modulesOn(
      3,
      `${beginning()}
      const said = {};
      for (const name of ${JSON.stringify(sources)}) {
        const path = '${folder}/' + name;
        const told = async (files) => {
          const before = bytesRead();
          const context = files ? { files: await readInParts(ranks, path) } : {};
          const { train, test, notes } = await resolveDataset(path, {}, context);
          const bytes = bytesRead() - before;
          return { bytes, text: JSON.stringify([notes, [train, test].map((part) => part && [part.labels, examplesOf(part).data].map((numbers) => numbers && createHash('sha256').update(numbers).digest('hex')))]) };
        };
        const alone = await told(false);
        const parted = await told(true);
        said[name] = { alone: alone.bytes, parted: parted.bytes, isSame: alone.text === parted.text, text: alone.text };
      }
      await tell(said);`,
    );
    type Said = Record<string, { alone: number; parted: number; isSame: boolean; text: string }>;
    const said = stdout.trim().split('\n').map((line) => JSON.parse(line) as Said); // prettier-ignore
    expect(said.length, stderr).toBe(3);
    for (const ofRank of said)
      for (const name of sources) {
        const { alone, parted, isSame } = ofRank[name]!;
        const total = bytesIn(join(folder, name));
        expect(isSame, name).toBe(true);
        expect(alone, name).toBeGreaterThanOrEqual(total);
        expect(parted / total, name).toBeLessThan(1.1 / 3);
      }
    expect(said[0]!.images!.text).toContain('gone.png');
  });

  it('is that in a training and an evaluation too, whose numbers are those of one process', async () => {
    const { stdout, stderr } = await modulesOn(
      2,
      `${beginning()}
      import { load } from '${new URL('index.js', dist).href}';
      const options = { latent: 2, hidden: [4], epochs: 1, batchSize: 1000, onNotice: 'silent' };
      const path = '${folder}/idx';
      const alone = await train(path, options);
      const own = ranks.rank === 0 ? { out: '${folder}/run' } : {};
      const first = bytesRead();
      const parted = await train(path, { ...options, ...own, ranks });
      const trained = bytesRead() - first;
      const isSame = JSON.stringify(parted.parameters) === JSON.stringify(alone.parameters);
      const run = await load('${folder}/run', { ranks });
      const second = bytesRead();
      const { data: scores } = await run.score(path, { draws: 2, method: 'elbo' });
      await tell({ trained, scored: bytesRead() - second, isSame, scores: scores.length });`,
    );
    interface Said { readonly trained: number; readonly scored: number; readonly isSame: boolean; readonly scores: number } // prettier-ignore
    const said = stdout.trim().split('\n').map((line) => JSON.parse(line) as Said); // prettier-ignore
    expect(said.length, stderr).toBe(2);
    const total = bytesIn(join(folder, 'idx'));
    for (const { trained, scored, isSame, scores } of said) {
      expect([isSame, scores]).toEqual([true, 3000]);
      expect(trained / total).toBeLessThan(1.1 / 2);
      expect(scored / total).toBeLessThan(1.1 / 2);
    }
  });

  it('is 1/N of what one process reads of data that stay on disk: to open them, and to train on them', async () => {
    const sources = ['columns.npy', 'x.npz', 'packed.npz', 't.csv.gz', 't.parquet', 'photos'];
    const { stdout, stderr } = await modulesOn(
      3,
      `${beginning()}
      const said = {};
      for (const name of ${JSON.stringify(sources)}) {
        const told = async (given) => {
          const cacheFolder = '${folder}/cache/' + (given ? 'together' : 'alone' + ranks.rank);
          const before = bytesRead();
          const splits = await resolveDataset('${folder}/' + name, {}, { memoryLimit: 0, cacheFolder, ranks: given });
          const opened = bytesRead() - before;
          const options = { latent: 2, hidden: [4], epochs: 1, batchSize: 40, likelihood: name.startsWith('t.') ? undefined : 'gaussian', onNotice: 'silent' };
          const run = await train(splits, { ...options, ...(given && { ranks }) });
          const trained = bytesRead() - before - opened;
          const hash = createHash('sha256');
          for (const { data } of Object.values(run.parameters)) hash.update(data);
          return { opened, trained, text: hash.digest('hex') + splits.notes.join().replaceAll(cacheFolder, '') };
        };
        said[name] = { alone: await told(undefined), parted: await told(ranks) };
      }
      await tell(said);`,
    );
    interface Told { readonly opened: number; readonly trained: number; readonly text: string } // prettier-ignore
    type Said = Record<string, { readonly alone: Told; readonly parted: Told }>;
    const said = stdout.trim().split('\n').map((line) => JSON.parse(line) as Said); // prettier-ignore
    expect(said.length, stderr).toBe(3);
    for (const [rank, ofRank] of said.entries())
      for (const name of sources) {
        const { alone, parted } = ofRank[name]!;
        const total = bytesIn(join(folder, name));
        expect(parted.text, name).toBe(alone.text);
        expect(alone.opened, name).toBeGreaterThan(0.9 * total);
        expect(parted.opened / alone.opened, name).toBeLessThan(1.1 / 3);
        // Rank 0 reads some thousand examples by itself for the scores that a run keeps: of narrow rows that is much. Of 70 small
        // photos modules are more.
        if (name !== 'photos' && (rank > 0 || name.includes('.np')))
          expect(parted.trained / alone.trained, `${name} on rank ${rank}`).toBeLessThan(1.1 / 3);
      }
  });

  it('is refused where a rank has other files', async () => {
    const { stdout, stderr } = await modulesOn(
      3,
      `${beginning()}
      import { mkdirSync, writeFileSync } from 'node:fs';
      const messages = [];
      for (const change of [(text) => text.replace('low', 'lower'), (text) => text.split('').reverse().join('')]) {
        // As if each rank had a disk of its own.
        const text = readFileSync('${folder}/t.csv', 'utf8');
        const place = '${folder}/host' + ranks.rank;
        mkdirSync(place, { recursive: true });
        process.chdir(place);
        writeFileSync('t.csv', ranks.rank === 1 ? change(text) : text);
        await train('t.csv', { ranks, epochs: 1, onNotice: 'silent' }).then(undefined, (error) => messages.push(error.message));
      }
      await tell(messages);`,
    );
    const message = (what: string): string =>
      `t.csv: rank 1 of 3 has files of other ${what} than rank 0. All hosts need the same data, at the same path.`;
    const said = stdout.trim().split('\n').map((line) => JSON.parse(line) as readonly string[]); // prettier-ignore
    expect(said, stderr).toEqual(
      ['', 'rank 0: ', 'rank 0: '].map((teller) => ['sizes', 'contents'].map((what) => `${teller}${message(what)}`)),
    );
  });
});
