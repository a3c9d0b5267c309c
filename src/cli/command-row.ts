import type { Option } from 'commander';
import type { CliContext } from './context.ts';
import type { ExitCode } from './exit-codes.ts';
import type * as library from './library/index.ts';
import type { Communicator } from '../mpi/index.ts';
import type { Output } from './output.ts';

/** What commands compute with. Nobody imports it but for its types: it is loaded when a command runs, so that help is not kept waiting. */
export type Library = typeof library;

/** What a command gets: where it runs, what it computes with, and where it says what it has to say. */
export interface CommandContext extends CliContext {
  readonly output: Output;
  readonly library: Library;
  /** The processes that do this together, where several do (`mpirun`): each its part. Rank 0 alone writes, and is heard. */
  readonly ranks?: Communicator | undefined;
  /** Whether this process writes: all but ranks other than the first. */
  readonly isFirst: boolean;
}

/** All there is to know of a command: one row a file. */
export interface CommandRow<Args extends readonly unknown[] = never, Flags = never> {
  readonly name: string;
  readonly summary: string;
  /** Each with what it is: `['<run>', "a run's folder"]`. */
  readonly args?: readonly (readonly [syntax: string, what: string])[];
  /** In the order of the help; a function where they are not known before what the command computes with is loaded. */
  readonly options: readonly Option[] | (() => Promise<readonly Option[]>);
  readonly examples: readonly string[];
  /** Whether it watches the signal and ends in order; the others are left at once. */
  readonly stopsItself?: boolean;
  /** Whether the ranks of an MPI job part its work; another command is done by rank 0 alone. */
  readonly parted?: boolean;
  /** Whether `-o` names a folder. */
  readonly writesFolder?: boolean;
  /** Without a code, it is done. */
  readonly run: (context: CommandContext, args: Args, flags: Flags) => Promise<ExitCode | undefined>;
}

/** Commands under a common name. */
export interface CommandGroup {
  readonly name: string;
  readonly summary: string;
  readonly commands: readonly CommandRow[];
}
