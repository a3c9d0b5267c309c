import type { Communicator } from '../mpi/index.ts';
import type { NdArray } from '../core/index.ts';
import type { Tensor } from '../graph/index.ts';
import type { EngineChoice } from './choice.ts';

/** Arrays by the names of a program's inputs or outputs. */
export type NamedArrays = Readonly<Record<string, NdArray>>;

/** What to compile: the outputs wanted, and which inputs and outputs live in arrays of the caller's. */
export interface ProgramSpec {
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** Inputs that every run reads from these arrays, in place: what the caller writes there, the next run sees. */
  readonly boundInputs?: NamedArrays;
  /** Outputs that every run writes into these arrays (shape and dtype must be the output's). */
  readonly boundOutputs?: NamedArrays;
  /**
   * State slots: bound inputs, by name, whose array takes this value after each run (running statistics, codebooks).
   * A run never sees its own update.
   */
  readonly state?: Readonly<Record<string, Tensor>>;
  /** How many of the engine's threads the program may use. Default: all. */
  readonly threads?: number;
}

/** A compiled computation that runs as often as it is fed. */
export interface Program {
  /** Names of the inputs that `run` must be fed: every input of the graph that is not bound. */
  readonly inputs: readonly string[];
  /**
   * Computes the outputs, all from the same inputs. Bound outputs come back as the bound arrays themselves.
   * @throws ShapeError or DTypeError when a fed array does not fit its input, naming it
   */
  run(feeds?: NamedArrays): Promise<Record<string, NdArray>>;
  /** Frees what the engine holds. A disposed program refuses to run. */
  dispose(): Promise<void>;
}

/** What compiles expressions into programs and runs them: `createEngine` gives one. */
export interface Engine {
  /** What makes another like it, on another thread. Default: auto. */
  readonly choice?: EngineChoice;
  /** `reference`, `onnxruntime-node`, `onnxruntime-web`. */
  readonly name: string;
  /** Threads that one program may use. */
  readonly threads: number;
  /** What the user should know of how it runs here. */
  readonly notice?: string;
  /** The processes among which runs that may be started together are parted; default: this one has all. */
  readonly ranks?: Communicator | undefined;
  compile(spec: ProgramSpec): Promise<Program>;
}
