import { describe, expect, test } from 'vitest';
import { DataError, ValueError } from '../core/index.ts';
import { MemoryStore, parseJson, parseJsonLines, shown } from './index.ts';
import { RunFolder } from '../api/keeping/run-folder.ts';
import { parseRunConfig } from '../config/index.ts';

describe('parseJson', () => {
  test('reads what JSON.parse reads, long texts and all', () => {
    const long = 'x"\\'.repeat(1_000_000);
    const value = { a: [1, 'two', null, { b: true }], '[{"': '}],,', long };
    expect(parseJson(JSON.stringify(value))).toEqual(value);
    expect(parseJson(`${'['.repeat(100)}${']'.repeat(100)}`)).toBeDefined();
  });

  test('refuses what is nested deep or no JSON, naming the file', () => {
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
    ] as const) {
      // prettier-ignore
      const deep = `${open.repeat(2000)}1${close.repeat(2000)}`;
      expect(() => parseJson(deep, { name: 'f.json' })).toThrow(/^f\.json: JSON nested more than 100 times/);
    }
    expect(() => parseJson('{"a":', { name: 'f.json' })).toThrow(/^f\.json: not JSON/);
    expect(() => parseJson('['.repeat(3_000_000))).toThrow(DataError);
    expect(() => parseJson(`[${'0,'.repeat(2 ** 24)}0]`)).toThrow(/more than 16777216 values/);
  });
});

test('shown writes the beginning of any value', () => {
  expect(shown(undefined)).toBe('nothing');
  expect(shown([1, 'a', { b: null }])).toBe('[1,"a",{"b":null}]');
  for (const value of ['x'.repeat(1e6), Array(1e6).fill([1]), { a: Array(1e6).fill('b'.repeat(1000)) }]) {
    expect(shown(value).length).toBeLessThan(60);
  }
});

test('a configuration of millions of wrong entries is refused in a few words', () => {
  for (const data of [{ shape: Array<string>(1e6).fill('a') }, { shape: Array<number>(1e5).fill(1) }]) {
    const refused = (): unknown => parseRunConfig({ schemaVersion: 1, data });
    expect(refused).toThrow(ValueError);
    expect(refused).toThrow(/^[^]{1,4000}$/);
  }
  let nested: unknown = 1;
  for (let k = 0; k < 5000; k++) nested = [nested];
  expect(() => parseRunConfig({ schemaVersion: 1, data: { options: { nested } } })).toThrow(/nested more than 100/);
});

describe('the log of metrics', () => {
  const repaired = async (log: string, most: number): Promise<string> => {
    const store = new MemoryStore();
    await store.replace('config.json', '{}');
    await store.replace('metrics.jsonl', log);
    const folder = await RunFolder.open(store);
    await folder.repairMetrics(({ step }) => typeof step === 'number' && step <= most);
    return new TextDecoder().decode(await store.read('metrics.jsonl'));
  };
  const line = (step: number): string => `{"step":${step},"note":"π"}\n`;

  test('keeps whole lines as they are, wherever they stand, and drops the others', async () => {
    expect(await repaired(line(1) + line(2) + line(3), 2)).toBe(line(1) + line(2));
    expect(await repaired(line(1) + line(9) + line(2), 2)).toBe(line(1) + line(2));
    expect(await repaired(`\n${line(9)}${line(1)}\n${line(2).trim()}`, 2)).toBe(
      `${line(1)}\n${line(2)}`.replace('\n\n', '\n'),
    );
    expect(await repaired(`${line(1)}{"step":2,"no`, 5)).toBe(line(1));
    expect(await repaired(line(8), 5)).toBe('');
    expect(await repaired('', 5)).toBe('');
  });

  test('a last line that is cut within a character is torn, no other encoding', () => {
    const bytes = new TextEncoder().encode(line(1) + line(2)).subarray(0, -4);
    expect(parseJsonLines(bytes)).toMatchObject({ records: [{ step: 1 }], torn: { line: 2 } });
  });
});
