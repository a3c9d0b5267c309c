import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { presets } from '../src/config/index.ts';

const read = (name: string): string => readFileSync(new URL(`../docs/${name}`, import.meta.url), 'utf8');

/** Tables of a page: their rows by the names of the columns. */
function rowsOf(text: string): Readonly<Record<string, string>>[] {
  const blocks = text.split(/\n(?!\|)/).map((block) => block.split('\n').filter((line) => line.startsWith('|')));
  const cells = (line = ''): string[] => line.split('|').slice(1, -1).map((cell) => cell.trim()); // prettier-ignore
  return blocks.flatMap(([head, , ...lines]) =>
    lines.map((line) => Object.fromEntries(cells(line).map((cell, k) => [cells(head)[k] ?? '', cell]))),
  );
}

const guide = read('which-one.md');
const results = read('results.md');
const measuredOn = (data: string): Readonly<Record<string, string>>[] => {
  const own = results.slice(results.indexOf(`\n### ${data}`));
  return rowsOf(own.slice(0, own.indexOf('```')));
};
const [onDigits, onSprites] = ['digits', 'sprites'].map(measuredOn);
/** A column's cell of a preset: of digits, where the column does not say `, sprites`. */
function measuredCell(preset: string, column: string): string {
  const isOnSprites = column.endsWith(', sprites');
  const row = (isOnSprites ? onSprites : onDigits)?.find((each) => each.preset === preset);
  return row?.[column.replace(', sprites', '')] ?? 'no row';
}

describe('the guide "Which one?"', () => {
  const rows = rowsOf(guide);

  it('names presets that there are', () => {
    expect(rows.length).toBeGreaterThan(20);
    const names = presets.map(({ name }) => `\`${name}\``);
    expect(rows.map(({ preset }) => preset).filter((name) => !names.includes(name ?? ''))).toEqual([]);
  });

  it.each(rows.map((row) => [row.preset ?? '', row] as const))(
    'cites the row of %s as it was measured',
    (name, row) => {
      const numbers = Object.entries(row).filter(([column]) => column !== 'preset' && column !== 'when');
      // What is not measured says so, and says it no longer when it is.
      const expected = numbers.map(([column]) => [column, measuredCell(name, column)]);
      expect(numbers).toEqual(expected);
    },
  );
});
