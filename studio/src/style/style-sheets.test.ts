import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const folder = join(import.meta.dirname, '..');

it('no class has rules of its own in two style sheets: a page that was left keeps its sheet, and would style the next', () => {
  const sheets = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.css'));
  expect(sheets.length).toBeGreaterThan(5);
  const where = new Map<string, Set<string>>();
  for (const sheet of sheets) {
    const text = readFileSync(join(folder, sheet), 'utf8');
    // Selectors of one class alone.
    for (const [, name = ''] of text.matchAll(/(?:^|\n|, ?)\s*\.([\w-]+)(?=\s*[,{])/g)) {
      where.set(name, (where.get(name) ?? new Set()).add(sheet));
    }
  }
  expect([...where].filter(([, files]) => files.size > 1).map(([name, files]) => [name, ...files])).toEqual([]);
});
