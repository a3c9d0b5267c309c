// What `rootsigma --help` loads: the parser and the rows of the commands, none of what they compute with.
import { readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { expect, it } from 'vitest';

const src = resolve(import.meta.dirname, '../../src');

/** The files that a module loads before its first line runs: imports of values, not those of types, nor dynamic ones. */
function loadedBy(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found;
  found.add(file);
  const text = readFileSync(file, 'utf8');
  for (const [, specifier = ''] of text.matchAll(/^(?:import|export) (?!type)(?:[^;]*? from )?'([^']+)'/gm)) {
    expect(specifier, file).toMatch(/^\.|^node:|^commander$/);
    if (specifier.startsWith('.')) loadedBy(resolve(dirname(file), specifier), found);
  }
  return found;
}

it('is the command line, core and what finds the ranks of a job, without what commands compute with', () => {
  const loaded = [...loadedBy(resolve(src, 'cli/main.ts'))].map((file) => relative(src, file));
  expect(loaded).toContain('cli/commands/train.ts');
  expect(loaded.filter((file) => !/^(cli|core|mpi)\//.test(file) || file.startsWith('cli/library/'))).toEqual([]);
});
