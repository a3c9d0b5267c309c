import type { CliContext } from './context.ts';
import { exitCodes } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { Output } from './output.ts';
import type { OutputOptions } from './output.ts';

/** What a command's action gets: where it runs, and where it says what it has to say. */
export interface ActionContext extends CliContext {
  readonly output: Output;
}

export interface PerformOptions extends OutputOptions {
  /** Whether the action watches the signal and ends in order; the others are left at once. */
  readonly stopsItself?: boolean;
  /** The file that the command writes (`-o`), or with `writesFolder` the folder. */
  readonly output?: string | undefined;
  readonly writesFolder?: boolean;
}

/** Without a code, it is done. */
export type Action = (context: ActionContext) => Promise<ExitCode | undefined>;

/** One call of the command line, from arguments to exit code. */
export class Session {
  readonly context: CliContext;
  exitCode: ExitCode = exitCodes.done;

  constructor(context: CliContext) {
    this.context = context;
  }

  /** @throws WriteError before anything is read, where the output could not be written */
  async perform(action: Action, options: PerformOptions): Promise<void> {
    const output = new Output(this.context, options);
    const { context } = this;
    try {
      if (options.output !== undefined) {
        const { checkWritable } = await import('./library/index.ts');
        await checkWritable(options.output, { isFolder: options.writesFolder ?? false });
      }
      const result = action({ ...context, output });
      this.exitCode = (await (options.stopsItself ? result : orAborted(result, context.signal))) ?? exitCodes.done;
    } finally {
      output.clearStatus();
    }
  }
}

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
