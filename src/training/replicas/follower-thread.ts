import type { PackedGraph } from '../../graph/index.ts';
import type { EngineChoice } from '../../engine/index.ts';
import type { StepGraph } from '../step-graph.ts';
import type { Rank } from './plan.ts';
import type { ReplicaOptions } from './replica.ts';

/** What a follower's thread is given: plain data. */
export interface FollowerTask extends ReplicaOptions {
  readonly engine: EngineChoice;
  readonly step: Pick<StepGraph, 'shape' | 'names'> & { readonly outputs: PackedGraph; readonly sumsDense: boolean };
  readonly member: {
    readonly replicas: number;
    readonly memory: SharedArrayBuffer;
    readonly index: number;
    /** Whose threads they are, where they are those of one of several processes. */
    readonly of?: Rank | undefined;
  };
}

/** A thread that runs `follow`: of Node's worker_threads, or a worker of a worker in a page. */
export interface FollowerThread {
  /** Settles when it waits for commands. */
  readonly ready: Promise<void>;
  /** Settles with the reason where it ends before it is told to. */
  readonly failure: Promise<Error>;
  /** Settles when it is gone. */
  readonly end: Promise<void>;
  /** Ends it wherever it is; `end` settles once it is gone. */
  kill(): void;
  /** Whether the process waits for it. */
  hold(on: boolean): void;
}
