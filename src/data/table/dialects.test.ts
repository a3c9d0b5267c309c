import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatNumber, parseTableCsv } from '../../io/index.ts';
import type { NumberForm } from '../../io/index.ts';
import { dateReader, inferSchema } from '../index.ts';
import { DateCodec } from './dates/index.ts';
import { TypedTable } from './typed-table.ts';

// Tables written in random dialects: what is read back is what was written, or the reader says that it is open.

interface Written {
  readonly name: string;
  readonly kind: 'number' | 'word' | 'date';
  readonly cells: readonly string[];
  readonly values: readonly (number | string | null)[];
}

const rows = 40;
const forms: readonly NumberForm[] = [
  { decimal: '.' },
  { decimal: '.', group: ',' },
  { decimal: '.', group: "'" },
  { decimal: '.', group: ',', indian: true },
  { decimal: '.', group: ',', prefix: '$' },
  { decimal: '.', group: ',', negative: 'parentheses' },
  { decimal: '.', suffix: '%' },
  { decimal: '.', negative: 'minus sign' },
  { decimal: '.', negative: 'trailing' },
  { decimal: ',' },
  { decimal: ',', group: '.' },
  { decimal: ',', group: ' ' },
  { decimal: ',', group: '\u202F' },
  { decimal: ',', group: '.', suffix: ' €' },
  { decimal: ',', suffix: ' %' },
  { decimal: ',', prefix: 'EUR ' },
  { decimal: ',', suffix: ' kg' },
];
const patterns = ['YYYY-MM-DD', 'DD.MM.YYYY', 'MM/DD/YYYY', 'DD/MM/YYYY', 'YYYY/MM/DD', 'D.M.YYYY', 'YYYY-MM-DD HH:mm'];
const words = ['red', 'green', 'blue', 'dark blue', 'x;y', 'a, b', 'say "no"', 'tab\there', 'naïve', 'None of it'];

const dialect = fc.record({
  delimiter: fc.constantFrom(',', ';', '\t', '|'),
  quoteAll: fc.boolean(),
  lineEnd: fc.constantFrom('\n', '\r\n'),
  header: fc.boolean(),
  decimal: fc.constantFrom('.' as const, ',' as const),
  mark: fc.constantFrom('', 'NA', '#N/A', 'null', 'NaN', 'n/a'),
  bom: fc.boolean(),
  columns: fc.array(
    fc.record({
      kind: fc.constantFrom('number' as const, 'number' as const, 'word' as const, 'date' as const),
      form: fc.nat(),
      decimals: fc.integer({ min: 0, max: 4 }),
      scale: fc.constantFrom(1, 30, 5000, 3e6),
      fixed: fc.boolean(),
      missing: fc.boolean(),
      seed: fc.nat(),
    }),
    { minLength: 2, maxLength: 5 },
  ),
});
type Dialect = typeof dialect extends fc.Arbitrary<infer T> ? T : never;

/** Numbers in [0, 1), the same ones for a seed. */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function columnOf(
  { kind, form: place, decimals, scale, fixed, missing, seed }: Dialect['columns'][number],
  k: number,
  { decimal, mark }: Dialect,
): Written {
  const random = uniform(seed);
  const own = forms.filter((candidate) => candidate.decimal === decimal);
  const form = { ...own[place % own.length]!, ...(fixed && { fixed: true as const }) };
  const pattern = patterns[place % patterns.length]!;
  const codec = new DateCodec({ pattern });
  const read = dateReader({ pattern });
  const shuffled = words.toSorted((a, b) => ((a.length * seed) % 7) - ((b.length * seed) % 7)).slice(0, 3);
  const pairs = Array.from({ length: rows }, (): [string, number | string | null] => {
    if (missing && random() < 0.15) return [mark, null];
    if (kind === 'word') {
      const word = shuffled[Math.floor(random() * shuffled.length)]!;
      return [word, word];
    }
    if (kind === 'date') {
      const text = codec.write(Math.floor(1.3e9 + random() * 4e8) * 1000);
      return [text, read(text)];
    }
    const value = Number(((random() - 0.3) * scale).toFixed(decimals));
    return [formatNumber(value, form, decimals), value === 0 ? 0 : value];
  });
  return { name: `${kind}${k}`, kind, cells: pairs.map(([text]) => text), values: pairs.map(([, value]) => value) };
}

function textOf(columns: readonly Written[], { delimiter, quoteAll, lineEnd, header, bom }: Dialect): string {
  const quoted = (text: string): string =>
    quoteAll || text.includes(delimiter) || /["\n]/.test(text) || text !== text.trim()
      ? `"${text.replaceAll('"', '""')}"`
      : text;
  const lines = Array.from({ length: rows }, (_, row) =>
    columns.map(({ cells }) => quoted(cells[row]!)).join(delimiter),
  );
  const first = header ? [columns.map(({ name }) => quoted(name)).join(delimiter)] : [];
  return `${bom ? '\uFEFF' : ''}${[...first, ...lines].join(lineEnd)}${lineEnd}`;
}

test('500 tables in random dialects are read back, or what is open is said', () => {
  let open = 0;
  let numbers = 0;
  fc.assert(
    fc.property(dialect, (how) => {
      const columns = how.columns.map((column, k) => columnOf(column, k, how));
      // A first row of words alone cannot be told from names: nothing in such a file says which.
      fc.pre(how.header || columns.some(({ kind, cells }) => kind !== 'word' && cells[0] !== how.mark));
      const text = textOf(columns, how);
      const table = TypedTable.of(parseTableCsv(text));
      expect(table.dialect?.delimiter).toBe(how.delimiter);
      expect(table.columns.map(({ name }) => name)).toEqual(
        how.header ? columns.map(({ name }) => name) : columns.map((_, k) => `c${k + 1}`),
      );
      expect(table.rowCount).toBe(rows);
      const schema = inferSchema(table);
      for (const [k, written] of columns.entries()) {
        const read = table.columns[k]!;
        if (written.kind === 'number') {
          if (read.reading.open) {
            open++;
            continue;
          }
          numbers++;
          const column = written.values.map((value) => (value as number | null) ?? NaN);
          // Few different numbers with a unit are levels, which schema makes numbers.
          if (!read.numbers && read.reading.whyText) continue;
          expect([...(read.numbers ?? [])], `${written.name}: ${written.cells.slice(0, 5).join(' ')}`).toEqual(column);
        } else if (written.kind === 'word') {
          expect(Array.from({ length: rows }, (_, row) => read.cell(row))).toEqual(written.values);
        } else {
          const { dates, kind } = schema[k]!;
          if (kind !== 'datetime' || dates?.evidence === 'open') continue;
          const time = dateReader(dates!.format);
          expect([...read.read((cell) => time(String(cell)))]).toEqual(written.values.map((value) => value ?? NaN));
        }
      }
    }),
    { numRuns: 500 },
  );
  // Nearly all numbers are decided by what is there.
  expect(numbers).toBeGreaterThan(500);
  expect(open / (open + numbers)).toBeLessThan(0.1);
});
