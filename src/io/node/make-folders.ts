import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { codeOf } from '../../core/index.ts';
import type { FileCalls } from './file-calls.ts';
import { kindOf } from './path-fault.ts';

/**
 * Makes a folder and those above it that are not there; gives the first that was not. Node's own `recursive` takes it that a folder which cannot
 * be made for want of one (ENOENT) lacks the one above, makes that again, and never ends where that is there and takes none, as in /proc.
 *
 * @throws the system's error
 */
export function makeFolders(path: string, calls: Pick<FileCalls, 'mkdirSync'> = { mkdirSync }): string | undefined {
  if (kindOf(path) === 'folder') return undefined;
  const above = dirname(path);
  const first = above === path ? undefined : makeFolders(above, calls);
  try {
    calls.mkdirSync(path);
  } catch (error) {
    // Somebody else was faster.
    if (codeOf(error) === 'EEXIST' && kindOf(path) === 'folder') return first;
    throw error;
  }
  return first ?? path;
}
