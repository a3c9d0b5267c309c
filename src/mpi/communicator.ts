/** Pieces of an array, one a rank: how many numbers, and from where. */
export interface Pieces {
  readonly counts: Int32Array;
  readonly offsets: Int32Array;
}

/** Numbers that ranks hand each other. */
export type Numbers = Uint8Array | Float32Array | Float64Array;

/**
 * The processes of a job, its ranks, which all run the same program: what one of them calls here, all of them call, in the same order.
 * Between the first two and the others there is this difference: those block their thread, as they stand within a step; these wait
 * asleep, however long another one takes.
 */
export interface Communicator {
  /** 0 … size − 1; rank 0 writes and speaks for all. */
  readonly rank: number;
  readonly size: number;
  /** How many of the ranks run on this host. */
  readonly localSize: number;
  /** Physical cores of this host that are this rank's share, a fraction where it shares one; undefined where nobody knows. */
  readonly cores: number | undefined;
  /** What its share would be if mpirun had not bound ranks to cores; undefined where it is not known to. */
  readonly unboundCores: number | undefined;
  /** Everybody's piece of an array, to everybody, in place (MPI_Allgatherv). */
  allGather(array: Numbers, pieces: Pieces): void;
  /** Piece k of what is sent goes to rank k, and piece k of what comes is from there (MPI_Alltoallv). */
  allToAll(sent: Float32Array, to: Pieces, received: Float32Array, from: Pieces): void;
  /** What each rank gives, in their order. */
  gatherBytes(bytes: Uint8Array): Promise<Uint8Array[]>;
  /** What one rank gives, rank 0 unless another is named; what the others give does not count. */
  broadcastBytes(bytes: Uint8Array, from?: number): Promise<Uint8Array>;
  /**
   * As `gatherBytes`, on a channel of its own, so that a rank may come here while others still wait for it elsewhere.
   * @param seconds how long to wait for all of them
   * @returns undefined when somebody has not come by then
   */
  gatherAtEnd(text: string, seconds: number): Promise<string[] | undefined>;
  /** Ends the processes of all ranks at once. */
  abort(code: number): void;
}

/** Pieces that lie one behind the other. */
export function piecesOf(counts: readonly number[]): Pieces {
  let end = 0;
  const offsets = counts.map((count) => (end += count) - count);
  return { counts: Int32Array.from(counts), offsets: Int32Array.from(offsets) };
}
