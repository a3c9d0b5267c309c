import { closeSync, constants, openSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../../io/node/index.ts';
import { ownFolder } from '../data/inside-folder.ts';
import { openInside, readInside } from '../runs/inside.ts';
import { asRecord } from '../runs/records.ts';

/** The folder of what the studio itself keeps, below RUNS. */
const folder = '.studio';
const mostJson = 2 ** 20;
const tailBytes = 2 ** 16;
const mostLines = 200;

/** What the studio keeps of runs beside them: how they were started, what their trainings said, what evaluations came to. */
export class OwnFiles {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  read(kind: 'starts' | 'evaluations', id: string): Readonly<Record<string, unknown>> | undefined {
    const text = readInside(this.#root, [folder, kind, `${id}.json`], mostJson);
    return text === undefined ? undefined : asRecord(text);
  }

  /** @returns the file's path */
  write(kind: 'starts' | 'evaluations' | 'options', id: string, value: object): string {
    const path = join(ownFolder(this.#root, folder, kind), `${id}.json`);
    writeFileAtomic(path, `${JSON.stringify(value, null, 1)}\n`);
    return path;
  }

  /** A file to which a process may add lines, emptied; to be closed. */
  openLog(id: string): number {
    const { O_WRONLY, O_CREAT, O_TRUNC, O_APPEND } = constants;
    const noLink = (constants.O_NOFOLLOW as number | undefined) ?? 0;
    return openSync(join(ownFolder(this.#root, folder, 'logs'), `${id}.log`), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | noLink, 0o600); // prettier-ignore
  }

  /** The last lines of it. */
  log(id: string): string[] {
    const file = openInside(this.#root, [folder, 'logs', `${id}.log`]);
    if (!file) return [];
    try {
      const { size } = file.stats;
      const from = Math.max(0, size - tailBytes);
      const lines = file
        .read(from, size - from)
        .toString('utf8')
        .split('\n');
      // The first may be half a line.
      return (from > 0 ? lines.slice(1) : lines).filter((line) => line.trim() !== '').slice(-mostLines);
    } finally {
      file.close();
    }
  }

  closeLog(log: number): void {
    closeSync(log);
  }
}
