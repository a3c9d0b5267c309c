import { DataError, printable } from '../../core/index.ts';

/** How many of them a message names. */
const named = 50;

/** What becomes of files that cannot be read: left aside, however many, or the end of reading. */
export type UnreadablePolicy = 'skip' | 'fail';

/** The files of a source that gave an error, in one list. */
export class Unreadable {
  readonly #source: string;
  readonly #total: number;
  readonly #policy: UnreadablePolicy | undefined;
  readonly #errors = new Map<string, string>();

  /**
   * @param source a folder's path or name
   * @param options.policy default: left aside, unless they are more than half of all
   */
  constructor(source: string, options: { readonly total: number; readonly policy: UnreadablePolicy | undefined }) {
    this.#source = source;
    this.#total = options.total;
    this.#policy = options.policy;
  }

  has(path: string): boolean {
    return this.#errors.has(path);
  }

  reason(path: string): string {
    return this.#errors.get(path) ?? '';
  }

  /** @throws the error when it is no fault of the file */
  add(path: string, error: unknown): void {
    if (!(error instanceof DataError)) throw error;
    this.#errors.set(path, printable(error.message));
  }

  /** To be asked when all were tried. @throws DataError that lists them, when too many cannot be read */
  check(): void {
    const count = this.#errors.size;
    const most = this.#policy === 'fail' ? 0 : this.#policy === 'skip' ? this.#total - 1 : this.#total / 2;
    if (count <= most) return;
    const advice =
      this.#policy === 'fail'
        ? "Repair or remove them, or leave out 'unreadable=fail'."
        : count === this.#total
          ? 'Repair or convert them.'
          : "More than half: repair or remove them, or read the others alone, data option 'unreadable=skip'.";
    const head = `${this.#source}: ${this.#count('cannot be read')}`;
    if (this.#total === 1) throw new DataError(this.reason([...this.#errors.keys()][0] ?? ''));
    throw new DataError([`${head}. ${advice}`, ...this.#list()].join('\n'));
  }

  /** For people: what was left aside. */
  notes(): string[] {
    if (this.#errors.size === 0) return [];
    return [`${this.#source}: ${this.#count('cannot be read')}, left aside:`, ...this.#list()];
  }

  #count(what: string): string {
    return `${this.#errors.size} of ${this.#total} images ${what}`;
  }

  #list(): string[] {
    const folder = printable(`${this.#source.replace(/\/+$/, '')}/`);
    const lines = [...this.#errors.values()].map((message) =>
      message.startsWith(folder) ? `  ${message.slice(folder.length)}` : `  ${message}`,
    );
    const more = lines.length > named ? [`  … and ${lines.length - named} more.`] : [];
    return [...lines.slice(0, named), ...more];
  }
}
