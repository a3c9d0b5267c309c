import { describe, expect, test } from 'vitest';
import { DataError, NdArray, ShapeError } from '../core/index.ts';
import { formatCsv, formatJsonLine, parseCsv, parseJsonLines } from './index.ts';

describe('CSV', () => {
  test('reads commas, semicolons, tabs and blanks', () => {
    const expected = NdArray.from([
      [1, -2.5],
      [3e-3, 0.5],
    ]);
    for (const text of [
      '1,-2.5\n3e-3,.5\n',
      '1;-2.5\r\n3E-3;0.5',
      '1\t-2.5\n\n3e-3\t.5',
      '\uFEFF 1   -2.5\n 0.003 +.5 \n',
      '1, -2.5\n3e-3, 5e-1',
    ]) {
      expect(parseCsv(text)).toEqual(expected);
    }
    expect(parseCsv('nan,-inf').toNested()).toEqual([[NaN, -Infinity]]);
    expect(parseCsv('a,b\n1,2', { header: true }).toNested()).toEqual([[1, 2]]);
  });

  test('names line and column of what is wrong', () => {
    expect(() => parseCsv('1,2\n\n3,x', { name: 'm.csv' })).toThrow(
      'm.csv, line 3, column 2: expected a number, found "x".',
    );
    expect(() => parseCsv('a,b\n1,2')).toThrow(/line 1, column 1: .*header\?/);
    expect(() => parseCsv('1,2\n3', { name: 'm.csv' })).toThrow(
      'm.csv, line 2: expected 2 numbers as in the first row, found 1.',
    );
    for (const text of ['', '\n\n', '1,', '1,,2', '0x10', '1_000', '"1"', '1 2,3', '--1', '1e']) {
      expect(() => parseCsv(text), text).toThrow(DataError);
    }
  });

  test('writes the fewest digits that read back', () => {
    const doubles = NdArray.from([
      [0.1, 1 / 3],
      [1e-300, -0.5],
      [Infinity, NaN],
    ]);
    expect(parseCsv(formatCsv(doubles))).toEqual(doubles);
    expect(formatCsv(NdArray.from([[0.1, 1 / 3, 16777216]], 'float32'), { header: ['a', 'b,c', 'd'] })).toBe(
      'a,"b,c",d\n0.1,0.33333334,16777216\n',
    );
    const floats = NdArray.from([[1 / 3, 1e-40, 3.4e38, 0.1, 8388609, NaN]], 'float32');
    expect(NdArray.from(parseCsv(formatCsv(floats)), 'float32')).toEqual(floats);
    expect(formatCsv(NdArray.from([1, 2]))).toBe('1,2\n');
    expect(() => formatCsv(NdArray.from(1))).toThrow(ShapeError);
    expect(() => formatCsv(NdArray.from([1, 2]), { header: ['a'] })).toThrow(ShapeError);
  });
});

describe('JSON lines', () => {
  test('are read back', () => {
    const records = [
      { step: 1, loss: 0.5 },
      { step: 2, note: 'a\nb' },
    ];
    expect(parseJsonLines(records.map(formatJsonLine).join(''))).toEqual({ records });
    expect(parseJsonLines('')).toEqual({ records: [] });
  });

  test('a torn last line is reported, any other broken line refused', () => {
    expect(parseJsonLines('{"a":1}\n{"a":')).toEqual({ records: [{ a: 1 }], torn: { line: 2, text: '{"a":' } });
    expect(parseJsonLines('{"a":1}\n{"a":2}')).toEqual({ records: [{ a: 1 }, { a: 2 }] });
    expect(() => parseJsonLines('{"a":\n{"a":2}\n', { name: 'm.jsonl' })).toThrow(/m\.jsonl, line 1: not JSON/);
    expect(() => parseJsonLines('[1]\n')).toThrow(/line 1: expected a JSON object, found \[1\]/);
  });
});
