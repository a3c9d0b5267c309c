import { describe, expect, test } from 'vitest';
import { tableOf } from '../../io/index.ts';
import { columnOf, encoderOf } from '../../testing/tables.ts';
import { dateOf, datePatternOf, formatDate } from './dates.ts';

describe('dates', () => {
  test.each<[string, string[]]>([
    ['YYYY-MM-DD', ['2024-02-29', '1969-07-20']],
    ['YYYY-MM-DD HH:mm', ['2024-02-29 10:30', '2024-03-01 00:00']],
    ['YYYY-MM-DDTHH:mm:ssZ', ['2024-02-29T10:30:05Z', '2024-03-01T23:59:59Z']],
    ['YYYY-MM-DDTHH:mm:ss.SSSZ', ['2024-02-29T10:30:05.123Z']],
    ['DD.MM.YYYY', ['29.02.2024', '01.12.1969']],
    ['D.M.YYYY', ['29.2.2024', '1.12.1969']],
    ['DD-MM-YYYY', ['03-04-2024']],
    ['M/D/YYYY', ['2/29/2024', '12/1/1969']],
    ['MM/DD/YYYY', ['01/02/2024', '03/04/2024']],
    ['DD/MM/YYYY', ['01/02/2024', '29/02/2024']],
    ['YYYY/MM/DD', ['2024/02/29']],
  ])('as %s are found, read and written again', (pattern, cells) => {
    expect(datePatternOf(cells)).toBe(pattern);
    for (const cell of cells) expect(formatDate(dateOf(cell, pattern), pattern)).toBe(cell);
  });

  test.each([['30.02.2024'], ['1.2.03'], ['12/13/14'], ['2024-13-01'], ['1.2/2024'], ['v1.2.2024'], ['']])(
    'are not %s',
    (cell) => {
      expect(datePatternOf([cell])).toBeUndefined();
    },
  );

  test('of no consistent order are none, and are rounded to what is shown', () => {
    expect(datePatternOf(['31/12/2024', '12/31/2024'])).toBeUndefined();
    expect(datePatternOf(['31.12.2024', '2024-12-31'])).toBeUndefined();
    expect(formatDate(Date.UTC(2024, 0, 1, 10, 29, 59, 925), 'YYYY-MM-DD HH:mm')).toBe('2024-01-01 10:30');
    expect(dateOf('1.2.2024', 'DD.MM.YYYY')).toBe(Date.UTC(2024, 1, 1));
    expect(dateOf('0050/01/02', 'YYYY/MM/DD')).toBe(Date.parse('0050-01-02'));
  });

  test('are columns that come back as they were written', () => {
    const cells = Array.from({ length: 60 }, (_, i) => `${1 + (i % 28)}/${1 + (i % 12)}/${1950 + i}`);
    const table = tableOf({ born: cells, x: cells.map((_, i) => i / 7) });
    const encoder = encoderOf(table);
    expect(encoder.state.columns[0]).toMatchObject({ kind: 'datetime', format: 'D/M/YYYY', dateOnly: true });
    expect(columnOf(encoder.decode(encoder.encodeMatrix(table)), 'born')).toEqual(cells);
    const ambiguous = tableOf({ born: ['01/02/2024', '03/04/2024'] });
    const said = encoderOf(ambiguous, { born: { format: 'DD/MM/YYYY' } }).state.columns[0];
    expect(said).toMatchObject({ format: 'DD/MM/YYYY', min: Date.UTC(2024, 1, 1) });
    expect(() => encoderOf(ambiguous, { born: { format: 'MM/YY' } })).toThrow(/'MM\/YY' is no pattern of dates/);
    expect(() => encoderOf(table, { born: { kind: 'datetime', format: 'MM/DD/YYYY' } })).toThrow(
      /expected a date as MM/,
    );
  });
});
