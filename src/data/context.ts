import type { Communicator } from '../mpi/index.ts';
import type { DataConfig } from './config.ts';

/** What data are read for, and how this machine gets at them. */
export interface ResolveContext {
  /**
   * A run's data, for other examples of the same kind: they are brought to the same form (image size, a table's columns
   * and codes), and none are held out at random, unless they are to be trained on.
   */
  readonly like?: DataConfig;
  /** Whether data in the form of `like` are trained on. Default: false. */
  readonly trainsOn?: boolean;
  /** Where packages of the operating system put data sets, which are taken from there before they are downloaded; default: `/usr/share/datasets`. */
  readonly packagedFolder?: string;
  /** Tables: columns that are given to the model and not modelled; with `like`, its own are. */
  readonly condition?: readonly string[] | undefined;
  /** Where downloads are kept; default: `ROOTSIGMA_CACHE`, or `rootsigma` in the user's cache folder. */
  readonly cacheFolder?: string;
  /** Base URL of a mirror, which holds `mnist/` and `fashion-mnist/`; default: `ROOTSIGMA_MIRROR`, or the usual places. */
  readonly mirror?: string;
  /**
   * Bytes above which a file's examples stay on disk and are read as they are asked for, in the same order and with the
   * same values; default: 1 GiB.
   */
  readonly memoryLimit?: number;
  /** Files that have been read already, by the paths that they are read by: those of ranks, each of which has read a part of them. */
  readonly files?: Map<string, Uint8Array<ArrayBuffer>> | undefined;
  /** The processes that read the same data together: of files that stay on disk, each reads its part where all are looked at. */
  readonly ranks?: Communicator | undefined;
  readonly onProgress?: (progress: LoadProgress) => void;
  readonly signal?: AbortSignal;
}

/** Whether data are new examples for a trained model: taken as they are, nothing held out. */
export function areForModel({ like, trainsOn = false }: Pick<ResolveContext, 'like' | 'trainsOn'>): boolean {
  return like !== undefined && !trainsOn;
}

export const defaultMemoryLimit = 2 ** 30;

/** How far data are read, for whoever shows it. */
export interface LoadProgress {
  /** What is read: a URL or a folder. */
  readonly what: string;
  readonly unit: 'bytes' | 'files' | 'rows';
  readonly done: number;
  /** Absent when it is not known. */
  readonly total?: number;
}
