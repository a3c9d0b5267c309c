import { UnsupportedError } from '../core/index.ts';
import { mpiWorld, together } from '../mpi/index.ts';
import { strangersOf } from '../mpi/world.ts';
import type { Communicator } from '../mpi/index.ts';
import type { CommandContext, Library } from './command-row.ts';
import type { CliContext, TextSink } from './context.ts';
import { exitCodes } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { Output } from './output.ts';
import type { OutputOptions } from './output.ts';

/** How a command is performed: by its row and its flags. */
export interface PerformOptions extends OutputOptions {
  readonly stopsItself?: boolean | undefined;
  readonly parted?: boolean | undefined;
  /** The command's name, and all that was given to the program. */
  readonly name: string;
  readonly argv: readonly string[];
  /** The file that the command writes (`-o`), or with `writesFolder` the folder. */
  readonly output?: string | undefined;
  readonly writesFolder?: boolean | undefined;
}

/** One call of the command line, from arguments to exit code. */
export class Session {
  readonly context: CliContext;
  exitCode: ExitCode = exitCodes.done;

  constructor(context: CliContext) {
    this.context = context;
  }

  /** @throws WriteError before anything is read, where the output could not be written */
  async perform(
    action: (context: CommandContext) => Promise<ExitCode | undefined>,
    options: PerformOptions,
  ): Promise<void> {
    const all = await this.#ranks(options);
    if (all && !options.parted && all.rank > 0) return;
    const ranks = options.parted ? all : undefined;
    const isFirst = (ranks?.rank ?? 0) === 0;
    const context = isFirst ? this.context : { ...this.context, stdout: unheard, stderr: unheard };
    const output = new Output(context, options);
    try {
      const library = writtenBy(isFirst, await import('./library/index.ts'));
      if (all && !ranks)
        output.notice(`'${options.name}' is not parted among ranks: rank 0 of ${all.size} does it alone.`);
      const strangers = options.parted ? strangersOf(this.context.env) : undefined;
      if (strangers !== undefined) output.notice(strangersNotice(strangers, options.name));
      if (options.output !== undefined && isFirst) {
        await library.checkWritable(options.output, { isFolder: options.writesFolder ?? false });
      }
      const perform = (): Promise<ExitCode | undefined> => action({ ...context, output, library, ranks, isFirst });
      const result = ranks ? together(ranks, perform) : perform();
      this.exitCode = (await (options.stopsItself ? result : orAborted(result, context.signal))) ?? exitCodes.done;
    } finally {
      output.clearStatus();
    }
  }

  /** The ranks of the job, where they were all given this command. @throws UnsupportedError where their work is parted and they cannot be joined */
  async #ranks({ parted, argv }: PerformOptions): Promise<Communicator | undefined> {
    if (parted) return mpiWorld(this.context.env);
    try {
      const ranks = await mpiWorld(this.context.env);
      // Other commands a rank are other work.
      const all = (await ranks?.gatherBytes(new TextEncoder().encode(JSON.stringify(argv)))) ?? [];
      return new Set(all.map((bytes) => new TextDecoder().decode(bytes))).size === 1 ? ranks : undefined;
    } catch (error) {
      if (error instanceof UnsupportedError) return undefined;
      throw error;
    }
  }
}

function strangersNotice(count: number, command: string): string {
  return `srun has started ${count} processes that know nothing of each other, and each does all of '${command}' by itself. To do it together: 'srun --mpi=pmix', or mpirun (docs/distributed.md).`;
}

/** For ranks other than the first, the same without what writes. */
function writtenBy(isFirst: boolean, library: Library): Library {
  if (isFirst) return library;
  const nothing = (): Promise<void> => Promise.resolve();
  return { ...library, writeArray: nothing, writePage: nothing, writePicture: nothing, writeTable: nothing };
}

/** What ranks other than the first say, but for errors. */
const unheard: TextSink = { write: () => undefined };

/** The promise, or a rejection as soon as the signal fires. */
function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = new Promise<never>((_, reject) => {
    const fail = (): void => {
      reject(new DOMException('Interrupted', 'AbortError'));
    };
    if (signal.aborted) fail();
    else signal.addEventListener('abort', fail, { once: true });
  });
  return Promise.race([promise, aborted]);
}
