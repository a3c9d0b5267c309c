// What the tests of page.test.ts call in the page: each gives plain data.
import * as api from '../../src/index.ts';
import { HandleStore, readAll } from '../../src/io/index.ts';
import { key, normal } from '../../src/random/index.ts';
import { storeChecks } from '../../src/testing/store-checks.ts';
import { columns, digits, images, options } from './shared.ts';

const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });

/** A new folder of the browser's own file system: the same class as what a dialog gives. */
async function folderHandle(path: string): Promise<FileSystemDirectoryHandle> {
  let folder = await navigator.storage.getDirectory();
  for (const part of path.split('/')) folder = await folder.getDirectoryHandle(part, { create: true });
  return folder;
}

async function listOf(place: string): Promise<Record<string, number[]>> {
  const files = await readAll(await HandleStore.opfs(place));
  return Object.fromEntries([...files].map(([name, bytes]) => [name, [...bytes]]));
}

export const tests = {
  /** Every part of a store's contract that the browser's own file system breaks. */
  async store(): Promise<string[]> {
    const problems: string[] = [];
    for (const [number, { what, check }] of storeChecks.entries()) {
      const store = await HandleStore.opfs(`stores/${number}`);
      problems.push(...(await check(store)).map((problem) => `${what}: ${problem}`));
    }
    return problems;
  },

  /** The same contract on the handle of a folder, which is what a folder that the user chose is. */
  async handleStore(): Promise<string[]> {
    const problems: string[] = [];
    for (const [number, { what, check }] of storeChecks.entries()) {
      const store = new HandleStore(await folderHandle(`handles/${number}`));
      problems.push(...(await check(store)).map((problem) => `${what}: ${problem}`));
    }
    return problems;
  },

  /** Who may write together: two handles of one folder, and two folders of one name. */
  async locks() {
    const [one, same, other] = await Promise.all(['locks/a/run', 'locks/a/run', 'locks/b/run'].map(folderHandle));
    if (!one || !same || !other) throw new Error('no handles');
    const first = new HandleStore(one, 'first');
    const release = await first.lock();
    const attempt = (handle: FileSystemDirectoryHandle, name?: string): Promise<string> =>
      new HandleStore(handle, name).lock().then(
        async (free) => {
          await free();
          return 'taken';
        },
        (error: unknown) => String(error),
      );
    const held = [await attempt(same), await attempt(same, 'by another name'), await attempt(other)];
    const listed = await first.list();
    await release();
    // A page that ended with the lock has left its file, and the lock is free.
    const left = await one.getFileHandle('.page-lock', { create: true });
    const writable = await left.createWritable();
    await writable.write('rootsigma gone');
    await writable.close();
    const free = await Promise.all([attempt(same), attempt(other)]);
    const names: string[] = [];
    for await (const name of one.keys()) names.push(name);
    return { held, listed, free, names };
  },

  /** A run in a folder whose handle the page has: trained into it in a worker, loaded, saved and exported. */
  async handles() {
    const [kept, copy, models] = await Promise.all(['kept', 'copy', 'models'].map(folderHandle));
    if (!kept || !copy || !models) throw new Error('no handles');
    const made = { ...options, worker, threads: 1, dataOptions: digits, epochs: 1, onNotice: 'silent' } as const;
    const run = await api.train('digits', { ...made, out: kept });
    const taken = await api.train('digits', { ...made, out: kept }).then(
      () => 'nothing',
      (error: unknown) => String(error),
    );
    const loaded = await api.load(kept);
    const saved = await (await loaded.save(copy)).sample(2);
    return {
      taken,
      samples: [await run.sample(2), await loaded.sample(2), saved].map(({ data }) => [...data]),
      exported: await loaded.exportTo(models),
      again: [...(await (await api.load(copy)).sample(2)).data],
    };
  },

  draws(): number[] {
    return [...normal(key(5), [64]).data];
  },

  /** Trains to the end, and to the middle in another folder: in the worker, one thread. */
  async trainTwice() {
    const notices: string[] = [];
    const events: string[] = [];
    const whole = await api.train('digits', {
      ...options,
      worker,
      threads: 1,
      dataOptions: digits,
      out: { opfs: 'runs/whole' },
      onEvent: ({ event }) => events.push(event),
      onNotice: (line) => notices.push(line),
    });
    const stop = new AbortController();
    const part = await api.train('digits', {
      ...options,
      worker,
      threads: 1,
      dataOptions: digits,
      out: { opfs: 'runs/part' },
      signal: stop.signal,
      onNotice: 'silent',
      onEvent: (event) => {
        if (event.event === 'epoch' && event.epoch === 2) stop.abort();
      },
    });
    const { elbo } = await whole.evaluate({ draws: 5 });
    return {
      notices,
      events,
      elbo,
      engine: whole.engineName,
      path: whole.path,
      sample: [...(await whole.sample(4)).data],
      partEpochs: part.config.training.epochs,
      isolated: crossOriginIsolated,
      zip: [...(await whole.zip())],
    };
  },

  /** After a reload: the part goes on to the end. */
  async resume() {
    await api.train('digits', {
      worker,
      threads: 1,
      dataOptions: digits,
      epochs: options.epochs,
      out: { opfs: 'runs/part' },
      resume: true,
      onNotice: 'silent',
    });
    return { part: await listOf('runs/part'), whole: await listOf('runs/whole') };
  },

  /** Goes on from the weights of Node's run, in the worker and on this thread: from an address, a run, the browser's files, a ZIP. */
  async startFrom() {
    const run = await api.load('run');
    const kept = { opfs: 'runs/origin' };
    await (await run.save(kept)).dispose();
    const archive = new File([await run.zip()], 'run.zip');
    const made = { dataOptions: digits, epochs: 1, seed: 7, threads: 1, onNotice: 'silent' } as const;
    const files = async (from: api.Run | api.RunSource, where: api.TrainOptions): Promise<number[]> => {
      const tuned = await api.train('digits', { ...made, ...where, from });
      return [...((await tuned.files())['model.safetensors'] ?? [])];
    };
    const inWorker: number[][] = [];
    for (const from of ['run', run, kept, archive]) inWorker.push(await files(from, { worker }));
    const here = await files(run, {});
    const out = { opfs: 'runs/tuned' };
    const tuned = await api.train('digits', { ...made, worker, from: run, out });
    const other = await refusal(() => api.train('digits', { ...made, worker, from: run, latent: 3 }));
    const again = await api.load(out);
    // One folder, however it is spelt: the run that is to be started from would be written over.
    const root = await navigator.storage.getDirectory();
    const handle = await (await root.getDirectoryHandle('runs')).getDirectoryHandle('origin');
    const own = await api.load(kept);
    const before = await own.files();
    const onItself: string[] = [];
    for (const [from, to] of [
      [kept, { opfs: 'runs/origin/' }],
      [handle, kept],
      [own, handle],
    ] as const) {
      for (const where of [{}, { worker }]) {
        onItself.push(await refusal(() => api.train('digits', { ...made, ...where, from, out: to, overwrite: true })));
      }
    }
    const after = await (await api.load(kept)).files();
    return {
      onItself,
      isUntouched: JSON.stringify(Object.entries(after)) === JSON.stringify(Object.entries(before)),
      inWorker,
      here,
      other,
      origin: again.config.from?.run,
      samples: [[...(await tuned.sample(4)).data], [...(await again.sample(4)).data]],
    };
  },

  /** Trains in a worker on 60 MB that are sent there: too much to be cloned at once in 50 ms. Gives the number of steps. */
  async sendAndTrain(): Promise<number> {
    const pixels = new Float32Array(20_000 * 784);
    for (let start = 0; start < pixels.length; start += 1007) pixels.fill((start % 3) / 2, start, start + 500);
    const data = new api.NdArray(pixels, [20_000, 28, 28]);
    performance.mark('training begins');
    // What made the data is no task of the training's.
    await new Promise((turn) => setTimeout(turn, 0));
    let steps = 0;
    await api.train(data, {
      worker,
      threads: 1,
      epochs: 1,
      latent: 2,
      hidden: [16],
      batchSize: 2000,
      onNotice: 'silent',
      onEvent: ({ event }) => (steps += event === 'step' ? 1 : 0),
    });
    await new Promise((turn) => setTimeout(turn, 0));
    performance.mark('training ends');
    return steps;
  },

  /** Two threads share the steps. */
  async share() {
    const notices: string[] = [];
    const steps: number[] = [];
    await api.train('digits', {
      worker,
      threads: 2,
      epochs: 1,
      hidden: [400],
      batchSize: 128,
      dataOptions: { count: 320, testCount: 10 },
      onNotice: (line) => notices.push(line),
      onEvent: (event) => {
        if (event.event === 'step') steps.push(event.loss);
      },
    });
    return { notices, steps };
  },

  /** A run that Node made, from its URL and from files that a user might pick. */
  async fromNode() {
    const run = await api.load('run');
    const names = ['config.json', 'model.safetensors'];
    const files = await Promise.all(
      names.map(async (name) => new File([await (await fetch(`run/${name}`)).blob()], name)),
    );
    const picked = await api.load(files, { engine: 'reference' });
    const x = await run.sample(3);
    return {
      // The default score of images is fitted first, and kept where the run can be written: not here.
      scores: [...(await run.score(x)).data],
      threshold: (await run.fitThreshold('digits', { contamination: 0.1, limit: 50 })).examples,
      files: Object.keys(await run.files()),
      sample: [...(await run.sample(4)).data],
      picked: [...(await picked.sample(4)).data],
      evaluated: (await run.evaluate({ draws: 5, limit: 20, data: 'digits' })).elbo,
    };
  },

  /** What a run can do, on this thread, with data from files. */
  async everything() {
    const csv = new File([columns()], 'people.csv', { type: 'text/csv' });
    const notices: string[] = [];
    const onNotice = (line: string): number => notices.push(line);
    const people = await api.train(csv, { epochs: 2, latent: 2, hidden: [8], onNotice });
    const rows = await people.sampleTable(5);
    const scored = await people.score(csv);
    const run = await api.train(await npy(), { epochs: 1, latent: 2, hidden: [8], onNotice });
    const x = await run.examples({ split: 'train', limit: 3 });
    const codes = await run.encode(x);
    const shapes = {
      columns: rows.columns.map(({ name }) => name),
      scored: scored.shape,
      encode: codes.covariance.shape,
      decode: (await run.decode(codes.mean)).shape,
      reconstruct: (await run.reconstruct(x)).shape,
      explain: (await run.explain(x)).shape,
      interpolate: (await run.interpolate(x, x, { steps: 4 })).shape,
      traverse: (await run.traverse({ steps: 3 })).shape,
      exported: Object.keys(await run.export({ root: 'symmetric' })),
      files: Object.keys(await run.files()),
      again: (await (await api.load(new Blob([await run.zip()]))).sample(2)).shape,
    };
    return { shapes, notices };
  },

  /** A folder of images as the page gets it (class folders, three formats): trained on in the worker and here. */
  async images() {
    const paths = (await (await fetch('photos/list.json')).json()) as string[];
    const files = await Promise.all(
      paths.map(async (path) => {
        const name = path.split('/').at(-1) ?? '';
        const file = new File([await (await fetch(`photos/${path}`)).blob()], name);
        return Object.defineProperty(file, 'webkitRelativePath', { value: `photos/${path}` });
      }),
    );
    const notices: string[] = [];
    const made = { ...images, engine: 'onnxruntime-web', threads: 1 } as const;
    const inWorker = await api.train(files, { ...made, worker, onNotice: (line) => notices.push(line) });
    const here = await api.train(files, { ...made, onNotice: 'silent' });
    const { dataset } = await here.testData(files, { split: 'all' });
    const some = files.slice(0, 3);
    const { dataset: picked } = await here.testData(some.map((file) => new File([file], file.name)));
    const weights = async (run: api.Run): Promise<number[]> => [...((await run.files())['model.safetensors'] ?? [])];
    return {
      notices,
      configs: [inWorker.config, here.config],
      weights: [await weights(inWorker), await weights(here)],
      labels: [...(dataset.labels ?? [])],
      classNames: dataset.classNames,
      names: Array.from({ length: dataset.size }, (_, k) => dataset.names?.at(k)),
      pixels: [...api.examplesOf(dataset).data],
      pickedNames: Array.from({ length: picked.size }, (_, k) => picked.names?.at(k)),
      scores: [[...(await here.score(files, { split: 'all' })).data], [...(await here.score(dataset)).data]],
      means: [[...(await here.encode(picked)).mean.data], [...(await inWorker.encode(picked)).mean.data]],
      reconstructions: (await here.reconstruct(some)).shape,
      one: (await here.encode(new File([files[0] ?? ''], 'one.png'))).mean.shape,
    };
  },

  /** What a page cannot do, in words. */
  async refusals() {
    const calls: Record<string, () => PromiseLike<unknown>> = {
      path: () => api.train('people.csv'),
      download: () => api.train('mnist'),
      folder: () => api.train('digits', { ...options, out: 'runs/x' }),
      read: () => api.readTable('people.csv'),
      networks: () => api.train('digits', { worker, networks: (() => ({})) as never }),
      store: () => api.train('digits', { worker, out: new api.MemoryStore() }),
      kind: () => api.train(new File(['x'], 'thesis.tex')),
      taken: () => api.train('digits', { ...options, worker, out: { opfs: 'runs/whole' } }),
      none: () => api.load({ opfs: 'runs/none' }),
      native: () => api.createEngine({ engine: 'onnxruntime-node' }),
    };
    const said: Record<string, string> = {};
    for (const [name, call] of Object.entries(calls)) {
      said[name] = await refusal(call);
    }
    return said;
  },
};

/** What a call is refused with, in words. */
async function refusal(call: () => PromiseLike<unknown>): Promise<string> {
  return call().then(
    () => 'nothing',
    (error: unknown) => (error instanceof Error ? `${error.name}: ${error.message}` : String(error)),
  );
}

/** Twelve images of 4 × 4 in NPY format. */
async function npy(): Promise<File> {
  return new File([await (await fetch('images.npy')).blob()], 'images.npy');
}

Object.assign(globalThis, { tests });
document.documentElement.dataset.ready = '';
