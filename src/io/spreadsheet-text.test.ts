import fc from 'fast-check';
import { expect, it } from 'vitest';
import { guardFormula, unguardFormula } from './spreadsheet-text.ts';
import { formatTableCsv } from './format-table-csv.ts';
import { parseTableCsv } from './parse-table-csv.ts';
import { tableOf } from './table.ts';

it.each([
  ...[
    '=1+1',
    '=HYPERLINK("http://x","y")',
    '@SUM(A1)',
    '+1+2',
    '-2+3',
    "-1+cmd|' /C calc'!A0",
    ' =1',
    '\t=1',
    '\rx',
    '\nx',
  ],
  ...['＝1', '＋cmd', '- item', '-N/A', "'=1", "''@x", '+49-30-1234', '-a', '--1+1', '-1*2', '+A1', '-5e', '-1 USDX'],
])('%j gets an apostrophe', (text) => {
  expect(guardFormula(text)).toBe(`'${text}`);
});

it.each([
  ...[
    '-5',
    '-5.25',
    '+3',
    '-3e-7',
    '-5 %',
    '-55,13%',
    '-1.234,50 €',
    '-€5',
    '-$1,234.50',
    '+49 30 1234',
    '-12 EUR',
    '- 5',
  ],
  ...["-1'234.50", '-.5', '-', '--', '+', '=', '(21,703.25)', 'a=b', 'x', '', "'", "it's", "'s", "'-5", '1-2', '#N/A'],
])('%j stays as it is', (text) => {
  expect(guardFormula(text)).toBe(text);
  expect(unguardFormula(text)).toBe(text);
});

it('reads back every text that it writes, and its names', () => {
  const cell = fc.string({
    unit: fc.constantFrom('=', '+', '-', '@', "'", '"', ',', '\t', '\r', '\n', ' ', '1', '.', 'a', '%', '€', '＝'),
    maxLength: 6,
  });
  fc.assert(
    fc.property(cell, (text) => {
      expect(unguardFormula(guardFormula(text))).toBe(text);
      const table = tableOf({ x: ['word', text], '=name': ['@a', 'b'] });
      const csv = formatTableCsv(table);
      const read = parseTableCsv(csv);
      expect(read.columns.map(({ name }) => name)).toEqual(['x', '=name']);
      expect(read.columns.map(({ values }) => values)).toEqual([
        ['word', text],
        ['@a', 'b'],
      ]);
      // What another program sees never begins like a formula.
      expect(csv).toMatch(/^x,'=name\nword,'@a\n/);
    }),
  );
});

it('keeps formulas when asked to, and never touches numbers', () => {
  const table = tableOf({ x: [-1, -Infinity], y: ['=1', '@'] });
  expect(formatTableCsv(table)).toBe("x,y\n-1,'=1\n-Infinity,@\n");
  expect(formatTableCsv(table, { formulas: 'keep' })).toBe('x,y\n-1,=1\n-Infinity,@\n');
});
