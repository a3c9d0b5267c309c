import type * as koffiModule from 'koffi';
import { bytesPerElement } from '../../core/index.ts';
import type { NdArray } from '../../core/index.ts';
import { typeCode } from '../onnx/index.ts';
import { importHidden } from '../../core/index.ts';

export type Pointer = bigint;

/**
 * Places in the table `OrtApi` of onnxruntime_c_api.h. All are of its first version; the table only ever grows at its
 * end. A function that can fail returns a status: null, or what went wrong.
 */
const table = {
  GetErrorMessage: [2, 'str', ['void *']],
  CreateEnv: [3, 'void *', ['int', 'str', 'out']],
  CreateSessionFromArray: [8, 'void *', ['void *', 'void *', 'size_t', 'void *', 'out']],
  Run: [9, 'void *', ['void *', 'void *', 'void *', 'void *', 'size_t', 'void *', 'size_t', 'void *']],
  CreateSessionOptions: [10, 'void *', ['out']],
  SetSessionLogSeverityLevel: [22, 'void *', ['void *', 'int']],
  SetSessionGraphOptimizationLevel: [23, 'void *', ['void *', 'int']],
  SetIntraOpNumThreads: [24, 'void *', ['void *', 'int']],
  CreateRunOptions: [39, 'void *', ['out']],
  RunOptionsSetRunLogSeverityLevel: [41, 'void *', ['void *', 'int']],
  CreateTensorWithDataAsOrtValue: [49, 'void *', ['void *', 'void *', 'size_t', 'void *', 'size_t', 'int', 'out']],
  CreateCpuMemoryInfo: [69, 'void *', ['int', 'int', 'out']],
  ReleaseStatus: [93, 'void', ['void *']],
  ReleaseSession: [95, 'void', ['void *']],
  ReleaseValue: [96, 'void', ['void *']],
  ReleaseSessionOptions: [100, 'void', ['void *']],
} as const;

const apiVersion = 1;
/** OrtLoggingLevel: only what ends everything. What goes wrong is thrown; nothing is printed besides. */
const logFatal = 4;
/** GraphOptimizationLevel: constants are folded and what is redundant goes; there is nothing left to fuse. */
const optimizeBasic = 1;
/** OrtAllocatorType and OrtMemType of a caller's memory. */
const [arenaAllocator, defaultMemory] = [1, 0];

type Functions = Readonly<Record<keyof typeof table, (...args: readonly unknown[]) => unknown>>;
type Koffi = typeof koffiModule;

/** What sessions need of ONNX Runtime's C interface. */
export class OrtApi {
  readonly #koffi: Koffi;
  readonly #functions: Functions;
  readonly #environment: Pointer;
  readonly #memoryInfo: Pointer;
  readonly #runOptions: Pointer;

  constructor(koffi: Koffi, library: string) {
    keepLoaded(koffi, library);
    const base = koffi.load(library).func('OrtGetApiBase', 'void *', [])() as Pointer;
    const getApi = koffi.decode(base, 'void *') as Pointer;
    const api = koffi.call(getApi, koffi.proto('void *', ['uint32_t']), apiVersion) as Pointer | null;
    if (!api) throw new Error(`the library at ${library} does not have version ${apiVersion} of its interface`);
    const out = koffi.out(koffi.pointer('void *'));
    this.#koffi = koffi;
    this.#functions = Object.fromEntries(
      Object.entries(table).map(([name, [index, result, parameters]]) => {
        const prototype = koffi.proto(
          result,
          parameters.map((type) => (type === 'out' ? out : type)),
        );
        return [name, koffi.decode(koffi.decode(api, index * 8, 'void *'), prototype)];
      }),
    ) as Functions;
    this.#environment = this.#make('CreateEnv', logFatal, 'rootsigma');
    this.#memoryInfo = this.#make('CreateCpuMemoryInfo', arenaAllocator, defaultMemory);
    this.#runOptions = this.#make('CreateRunOptions');
    this.#check('RunOptionsSetRunLogSeverityLevel', this.#runOptions, logFatal);
  }

  /** @throws Error with what ONNX Runtime says of the model */
  createSession(model: Uint8Array, threads: number): Pointer {
    const options = this.#make('CreateSessionOptions');
    try {
      this.#check('SetSessionLogSeverityLevel', options, logFatal);
      this.#check('SetSessionGraphOptimizationLevel', options, optimizeBasic);
      this.#check('SetIntraOpNumThreads', options, threads);
      return this.#make('CreateSessionFromArray', this.#environment, model, model.byteLength, options);
    } finally {
      this.#functions.ReleaseSessionOptions(options);
    }
  }

  /** A tensor over the array's memory, which the caller keeps. */
  createTensor({ data, dtype, shape }: NdArray): Pointer {
    pin(data);
    // An empty array has no address.
    const memory = data.length > 0 ? data : new Float64Array(1);
    const dimensions = BigInt64Array.from([...shape, 1], BigInt);
    return this.#make(
      'CreateTensorWithDataAsOrtValue',
      this.#memoryInfo,
      memory,
      data.length * bytesPerElement[dtype],
      dimensions,
      shape.length,
      typeCode(dtype),
    );
  }

  /** @throws Error with what ONNX Runtime says went wrong */
  run(
    session: Pointer,
    inputs: { readonly names: BigUint64Array; readonly tensors: BigUint64Array },
    outputs: { readonly names: BigUint64Array; readonly tensors: BigUint64Array },
  ): void {
    this.#check(
      'Run',
      session,
      this.#runOptions,
      inputs.names,
      inputs.tensors,
      inputs.tensors.length,
      outputs.names,
      outputs.tensors.length,
      outputs.tensors,
    );
  }

  releaseSession(session: Pointer): void {
    this.#functions.ReleaseSession(session);
  }

  releaseValue(value: Pointer): void {
    this.#functions.ReleaseValue(value);
  }

  /** Where an array's memory is. It stays there as long as the array. */
  addressOf(array: Uint8Array): Pointer {
    pin(array);
    return this.#koffi.address(array);
  }

  #make(name: keyof typeof table, ...args: readonly unknown[]): Pointer {
    const result: [Pointer | null] = [null];
    this.#check(name, ...args, result);
    if (result[0] === null) throw new Error(`${name} returned nothing`);
    return result[0];
  }

  #check(name: keyof typeof table, ...args: readonly unknown[]): void {
    const status = this.#functions[name](...args) as Pointer | null;
    if (!status) return;
    const message = this.#functions.GetErrorMessage(status) as string;
    this.#functions.ReleaseStatus(status);
    throw new Error(message);
  }
}

let loaded: OrtApi | undefined;

/** The interface of the library in the package onnxruntime-node. @throws Error when it or koffi does not load */
export async function loadOrtApi(): Promise<OrtApi> {
  if (loaded) return loaded;
  const koffi = await importHidden<Koffi>('koffi');
  return (loaded ??= new OrtApi(koffi, findLibrary()));
}

/** `bin/napi-v6/linux/x64/libonnxruntime.so.1` and its like on other systems. */
function findLibrary(): string {
  const { createRequire } = process.getBuiltinModule('node:module');
  const fs = process.getBuiltinModule('node:fs');
  const path = process.getBuiltinModule('node:path');
  const { platform, arch } = process;
  const bin = path.join(path.dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json')), 'bin');
  const folders = fs.readdirSync(bin).map((interfaceVersion) => path.join(bin, interfaceVersion, platform, arch));
  for (const folder of folders.filter((name) => fs.existsSync(name))) {
    const library = fs.readdirSync(folder).find((name) => /^(libonnxruntime\.|onnxruntime\.dll$)/.test(name));
    if (library !== undefined) return path.join(folder, library);
  }
  throw new Error(`onnxruntime-node has no library for ${platform} on ${arch}`);
}

/**
 * Koffi unloads a library when its handle is collected, and when its thread ends; ONNX Runtime's own threads may be
 * inside it then.
 */
function keepLoaded(koffi: Koffi, library: string): void {
  const rtldNow = 2;
  if (process.platform === 'win32') koffi.load('kernel32.dll').func('LoadLibraryW', 'void *', ['str16'])(library);
  else koffi.load(null).func('dlopen', 'void *', ['str', 'int'])(library, rtldNow);
}

/** V8 moves small arrays around until somebody has asked for their buffer. */
function pin(array: ArrayBufferView): ArrayBufferLike {
  return array.buffer;
}
