import type { Store } from '../io/index.ts';

/** One part of a store's contract, on an empty store: gives what was found to be otherwise. It runs in pages too. */
export interface StoreCheck {
  readonly what: string;
  readonly check: (store: Store) => Promise<string[]>;
}

const bytes = Uint8Array.of(0, 255, 10, 13, 200);

export const storeChecks: readonly StoreCheck[] = [
  {
    what: 'is empty at first',
    check: async (store) => {
      await store.remove('a/b');
      return differences([
        ['list', await store.list(), []],
        ['list of a folder', await store.list('model/'), []],
        ['read', await store.read('a'), undefined],
        ['read in a folder', await store.read('a/b'), undefined],
      ]);
    },
  },
  {
    what: 'reads what was written, replaces it, and keeps bytes as they are',
    check: async (store) => {
      await store.replace('a.bin', 'a longer text, before');
      await store.replace('a.bin', bytes);
      await store.replace('deep/er/b.txt', 'Σ^½ ✓');
      await store.replace('empty', new Uint8Array(0));
      const read = await store.read('a.bin');
      read?.fill(7);
      return differences([
        ['bytes', [...((await store.read('a.bin')) ?? [])], [...bytes]],
        ['text', textOf(await store.read('deep/er/b.txt')), 'Σ^½ ✓'],
        ['empty', (await store.read('empty'))?.length, 0],
        ['a part of a larger buffer', await roundTrip(store, new Uint8Array([1, 2, 3, 4]).subarray(1, 3)), [2, 3]],
      ]);
    },
  },
  {
    what: 'keeps what a file held before, when asked to',
    check: async (store) => {
      const replace = (contents: string): Promise<void> => store.replace('deep/last', contents, { keepAs: 'previous' });
      await replace('one');
      const first = [await store.list('deep'), await store.read('deep/previous')];
      await replace('two');
      await replace('three');
      return differences([
        ['at first', first, [['last'], undefined]],
        ['the files', await store.list('deep'), ['last', 'previous']],
        ['the new one', textOf(await store.read('deep/last')), 'three'],
        ['the one before', textOf(await store.read('deep/previous')), 'two'],
      ]);
    },
  },
  {
    what: 'lists files and folders, sorted, and removes either',
    check: async (store) => {
      for (const name of ['b', 'a/y', 'a/x/z', 'ab', 'c']) await store.replace(name, name);
      const before = [await store.list(), await store.list('a'), await store.list('a/'), await store.list('a/x')];
      await store.remove('b');
      await store.remove('a/x');
      const after = [await store.list(), await store.list('a')];
      await store.remove('a');
      return differences([
        ['before', before, [['a/', 'ab', 'b', 'c'], ['x/', 'y'], ['x/', 'y'], ['z']]],
        ['after', after, [['a/', 'ab', 'c'], ['y']]],
        ['without the folder', await store.list(), ['ab', 'c']],
        ['its files', await store.read('a/y'), undefined],
      ]);
    },
  },
  {
    what: 'appends, in the order of the calls',
    check: async (store) => {
      await store.append('log/m.jsonl', 'one\n');
      await store.append('log/m.jsonl', new TextEncoder().encode('two\n'));
      const lines = Array.from({ length: 20 }, (_, k) => `${k}\n`);
      for (const line of lines) await store.append('log/m.jsonl', line);
      const log = textOf(await store.read('log/m.jsonl'));
      await store.replace('log/m.jsonl', 'anew\n');
      await store.append('log/m.jsonl', 'more\n');
      return differences([
        ['log', log, `one\ntwo\n${lines.join('')}`],
        ['after a replacement', textOf(await store.read('log/m.jsonl')), 'anew\nmore\n'],
      ]);
    },
  },
  {
    what: 'refuses names that lead elsewhere',
    check: async (store) => {
      const outcomes: string[] = [];
      for (const name of ['../a', 'a/../../b', '/etc/passwd', '', 'a//b', 'a\\b', 'c:a', '.']) {
        for (const [verb, call] of [
          ['read', () => store.read(name)],
          ['replace', () => store.replace(name, 'x')],
          ['append', () => store.append(name, 'x')],
          ['remove', () => store.remove(name)],
        ] as const) {
          const refused = await call().then(
            () => false,
            (error: unknown) => error instanceof Error && error.name === 'DataError',
          );
          if (!refused) outcomes.push(`${verb} '${name}' was not refused`);
        }
      }
      return outcomes;
    },
  },
  {
    what: 'has one owner at a time',
    check: async (store) => {
      const release = await store.lock();
      const second = await store.lock().then(
        () => 'was given',
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
      await store.replace('a', 'x');
      const listed = await store.list();
      await release();
      const again = await store.lock();
      await again();
      return differences([
        ['a second owner', second.includes('is writing there'), true],
        ['the lock is no file of the run', listed, ['a']],
      ]);
    },
  },
];

async function roundTrip(store: Store, contents: Uint8Array): Promise<number[]> {
  await store.replace('part', contents);
  return [...((await store.read('part')) ?? [])];
}

function textOf(contents: Uint8Array | undefined): string | undefined {
  return contents && new TextDecoder().decode(contents);
}

function differences(cases: readonly (readonly [what: string, found: unknown, expected: unknown])[]): string[] {
  const show = (value: unknown): string => JSON.stringify({ value });
  return cases
    .filter(([, found, expected]) => show(found) !== show(expected))
    .map(([what, found, expected]) => `${what}: ${show(found)} and not ${show(expected)}`);
}
