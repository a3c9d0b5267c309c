import type * as koffiModule from 'koffi';
import { RootsigmaError, UnsupportedError } from '../core/index.ts';
import { piecesOf } from './communicator.ts';
import type { Communicator, Numbers, Pieces } from './communicator.ts';
import { coresOf, coresOfLauncher, shareOf } from './host-cores.ts';
import type { Cores } from './host-cores.ts';

/** What is called of MPI, with koffi's types; each gives an error code. A null for a status is MPI_STATUS_IGNORE. */
const functions = {
  MPI_Init_thread: ['void *', 'void *', 'int', 'void *'],
  MPI_Finalize: [],
  MPI_Abort: ['void *', 'int'],
  MPI_Comm_rank: ['void *', 'void *'],
  MPI_Comm_size: ['void *', 'void *'],
  MPI_Comm_dup: ['void *', 'void *'],
  MPI_Comm_split_type: ['void *', 'int', 'int', 'void *', 'void *'],
  MPI_Allgatherv: ['void *', 'int', 'void *', 'void *', 'void *', 'void *', 'void *', 'void *'],
  MPI_Alltoallv: ['void *', 'void *', 'void *', 'void *', 'void *', 'void *', 'void *', 'void *', 'void *'],
  MPI_Iallgather: ['void *', 'int', 'void *', 'void *', 'int', 'void *', 'void *', 'void *'],
  MPI_Iallgatherv: ['void *', 'int', 'void *', 'void *', 'void *', 'void *', 'void *', 'void *', 'void *'],
  MPI_Ibarrier: ['void *', 'void *'],
  MPI_Ibcast: ['void *', 'int', 'void *', 'int', 'void *', 'void *'],
  MPI_Test: ['void *', 'void *', 'void *'],
} as const;

type Calls = Readonly<Record<keyof typeof functions, (...args: readonly unknown[]) => unknown>>;
type Handle = bigint;

/** Open MPI's handles are addresses of what its library exports under these names. */
const exported = {
  world: 'ompi_mpi_comm_world',
  byte: 'ompi_mpi_byte',
  float: 'ompi_mpi_float',
  double: 'ompi_mpi_double',
  infoNull: 'ompi_mpi_info_null',
} as const;

/** MPI_IN_PLACE, MPI_THREAD_FUNNELED (one thread calls) and MPI_COMM_TYPE_SHARED of Open MPI's mpi.h. */
const [inPlace, funneled, sharedMemory] = [1n, 1, 0];

/** Counts are C ints. */
const mostBytes = 2 ** 31 - 1;
/** Texts of `gatherAtEnd`, in bytes. */
const textBytes = 4096;
/** Of a host, as far as they are told apart. */
const mostCores = 4096;
/** How long a wait spins before it sleeps, and for how long it sleeps then. */
const [spinMs, sleepMs] = [0.2, 1];
/** How long an end waits for what has been said to be heard. */
const drainMs = 250;

/**
 * Open MPI's library, by its C interface. An error inside it ends the whole job (MPI_ERRORS_ARE_FATAL, its default), so nothing of
 * what it returns is looked at but of the functions that are called first.
 */
export class OpenMpi implements Communicator {
  readonly rank: number;
  readonly size: number;
  readonly localSize: number;
  readonly cores: number | undefined;
  readonly unboundCores: number | undefined;
  readonly #calls: Calls;
  readonly #handles: Readonly<Record<keyof typeof exported, Handle>>;
  readonly #endings: Handle;

  /**
   * Loads the library and joins the job: once a process.
   * @param name of the library, as the system's loader finds it
   * @throws UnsupportedError where it does not load, or is of another MPI
   */
  constructor(koffi: typeof koffiModule, name: string) {
    const library = loadLibrary(koffi, name);
    const version = versionOf(library);
    if (!/^Open MPI\b/.test(version)) {
      throw new UnsupportedError(
        `${name} is of another MPI (${version}): ranks are joined by Open MPI, version 4 or 5, only. Install it and use its mpirun.`,
      );
    }
    this.#calls = Object.fromEntries(
      Object.entries(functions).map(([call, parameters]) => [call, library.func(call, 'int', [...parameters])]),
    ) as unknown as Calls;
    this.#handles = Object.fromEntries(
      Object.entries(exported).map(([key, symbol]) => [key, library.symbol(symbol) as Handle]),
    ) as Record<keyof typeof exported, Handle>;
    const { world, infoNull } = this.#handles;
    const code = this.#calls.MPI_Init_thread(null, null, funneled, new Int32Array(1));
    if (code !== 0) throw new RootsigmaError(`MPI_Init_thread of ${version} gave the error code ${String(code)}.`);
    this.rank = this.#number('MPI_Comm_rank', world);
    this.size = this.#number('MPI_Comm_size', world);
    this.#endings = this.#made('MPI_Comm_dup', world);
    const host = this.#made('MPI_Comm_split_type', world, sharedMemory, 0, infoNull);
    this.localSize = this.#number('MPI_Comm_size', host);
    const own = coresOf('self', readIfThere);
    const ofAll = this.#coresOn(host, own ?? []);
    this.cores = own && shareOf(own, ofAll);
    const ofLauncher = coresOfLauncher(process.ppid, readIfThere);
    this.unboundCores = ofLauncher && ofLauncher.length / this.localSize;
  }

  allGather(array: Numbers, { counts, offsets }: Pieces): void {
    const type = this.#typeOf(pinned(array));
    this.#calls.MPI_Allgatherv(inPlace, 0, type, array, counts, offsets, type, this.#handles.world);
  }

  allToAll(sent: Float32Array, to: Pieces, received: Float32Array, from: Pieces): void {
    const { float, world } = this.#handles;
    const { MPI_Alltoallv } = this.#calls;
    MPI_Alltoallv(sent, to.counts, to.offsets, float, received, from.counts, from.offsets, float, world);
  }

  async gatherBytes(bytes: Uint8Array): Promise<Uint8Array[]> {
    const { world, byte } = this.#handles;
    const { MPI_Iallgather, MPI_Iallgatherv } = this.#calls;
    const length = pinned(Float64Array.of(bytes.length));
    const lengths = pinned(new Float64Array(this.size));
    await this.#wait((request) => MPI_Iallgather(length, 8, byte, lengths, 8, byte, world, request));
    checkLength(lengths.reduce((a, b) => a + b));
    const pieces = piecesOf([...lengths]);
    const own = pinned(bytes.slice());
    const all = pinned(new Uint8Array(lengths.reduce((a, b) => a + b)));
    const { counts, offsets } = pieces;
    await this.#wait((request) => MPI_Iallgatherv(own, own.length, byte, all, counts, offsets, byte, world, request));
    return Array.from(counts, (count, k) => all.slice(offsets[k], (offsets[k] ?? 0) + count));
  }

  async broadcastBytes(bytes: Uint8Array, from = 0): Promise<Uint8Array> {
    const { world, byte } = this.#handles;
    const { MPI_Ibcast } = this.#calls;
    const length = pinned(Float64Array.of(bytes.length));
    await this.#wait((request) => MPI_Ibcast(length, 8, byte, from, world, request));
    const [size = 0] = length;
    checkLength(size);
    const all = pinned(this.rank === from ? bytes.slice() : new Uint8Array(size));
    await this.#wait((request) => MPI_Ibcast(all, size, byte, from, world, request));
    return all;
  }

  async gatherAtEnd(text: string, seconds: number): Promise<string[] | undefined> {
    const own = pinned(new Uint8Array(textBytes));
    const { written } = new TextEncoder().encodeInto(text, own.subarray(2));
    new DataView(own.buffer).setUint16(0, written);
    const all = pinned(new Uint8Array(this.size * textBytes));
    const { MPI_Iallgather } = this.#calls;
    const { byte } = this.#handles;
    const isOver = await this.#wait(
      (request) => MPI_Iallgather(own, textBytes, byte, all, textBytes, byte, this.#endings, request),
      seconds,
    );
    if (!isOver) return undefined;
    return Array.from({ length: this.size }, (_, k) => {
      const from = k * textBytes;
      const length = new DataView(all.buffer).getUint16(from);
      return new TextDecoder().decode(all.subarray(from + 2, from + 2 + length));
    });
  }

  abort(code: number): void {
    // What has been said is on its way through mpirun, which drops it at the end.
    sleep(drainMs);
    this.#calls.MPI_Abort(this.#handles.world, code);
  }

  /**
   * Leaves the job when all ranks do, blocking the thread. Nothing of MPI can be called afterwards.
   * @returns false where they do not within so many seconds
   */
  leave(seconds: number): boolean {
    const [request, isOver] = [new BigUint64Array(1), new Int32Array(1)];
    this.#calls.MPI_Ibarrier(this.#endings, request);
    const end = performance.now() + 1000 * seconds;
    for (;;) {
      this.#calls.MPI_Test(request, isOver, null);
      if (isOver[0] !== 0) break;
      if (performance.now() > end) return false;
      sleep(sleepMs);
    }
    this.#calls.MPI_Finalize();
    return true;
  }

  /** The cores of each rank on this host. */
  #coresOn(host: Handle, own: Cores): Cores[] {
    const rank = this.#number('MPI_Comm_rank', host);
    const all = pinned(new Uint8Array(this.localSize * mostCores));
    for (const core of own) if (core < mostCores) all[rank * mostCores + core] = 1;
    const { counts, offsets } = piecesOf(new Array<number>(this.localSize).fill(mostCores));
    const { byte } = this.#handles;
    this.#calls.MPI_Allgatherv(inPlace, 0, byte, all, counts, offsets, byte, host);
    return Array.from({ length: this.localSize }, (_, k) => {
      const marks = all.subarray(k * mostCores, (k + 1) * mostCores);
      return [...marks.keys()].filter((core) => marks[core] === 1);
    });
  }

  /** Begins what does not block, and waits asleep until it is over. False when it is not within `seconds`. */
  async #wait(begin: (request: BigUint64Array) => unknown, seconds = Infinity): Promise<boolean> {
    const request = pinned(new BigUint64Array(1));
    begin(request);
    const started = performance.now();
    const isOver = pinned(new Int32Array(1));
    for (;;) {
      this.#calls.MPI_Test(request, isOver, null);
      if (isOver[0] !== 0) return true;
      const waited = performance.now() - started;
      if (waited > 1000 * seconds) return false;
      if (waited > spinMs) await new Promise((resume) => setTimeout(resume, sleepMs));
    }
  }

  /** What a function writes behind its last argument. */
  #number(call: keyof Calls, ...args: readonly unknown[]): number {
    const out = new Int32Array(1);
    this.#calls[call](...args, out);
    return out[0] ?? 0;
  }

  #made(call: keyof Calls, ...args: readonly unknown[]): Handle {
    const out = new BigUint64Array(1);
    this.#calls[call](...args, out);
    return out[0] ?? 0n;
  }

  #typeOf(array: Numbers): Handle {
    if (array instanceof Uint8Array) return this.#handles.byte;
    return array instanceof Float32Array ? this.#handles.float : this.#handles.double;
  }
}

type Library = ReturnType<typeof koffiModule.load>;

function loadLibrary(koffi: typeof koffiModule, name: string): Library {
  try {
    // Global, as Open MPI's own plugins look its symbols up.
    return koffi.load(name, { global: true, lazy: true });
  } catch (error) {
    throw new UnsupportedError(
      `${name} does not load (${error instanceof Error ? error.message : String(error)}): install Open MPI 4 or 5 (Debian: apt install openmpi-bin libopenmpi3) on every host, where the loader looks for libraries (LD_LIBRARY_PATH).`,
    );
  }
}

/** What an MPI says it is; it may be asked before anything else. */
function versionOf(library: Library): string {
  const text = new Uint8Array(8192);
  const length = new Int32Array(1);
  library.func('MPI_Get_library_version', 'int', ['void *', 'void *'])(text, length);
  return new TextDecoder().decode(text.subarray(0, length[0])).split(',')[0]?.replaceAll('\0', '').trim() ?? '';
}

function readIfThere(path: string): string | undefined {
  try {
    return process.getBuiltinModule('node:fs').readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function checkLength(bytes: number): void {
  if (bytes > mostBytes) throw new RangeError(`${bytes} bytes are too many for one message of MPI.`);
}

function sleep(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

const pins = new WeakSet<ArrayBufferLike>();

/** V8 moves small arrays around until somebody has asked for their buffer. */
function pinned<T extends ArrayBufferView>(array: T): T {
  pins.add(array.buffer);
  return array;
}
