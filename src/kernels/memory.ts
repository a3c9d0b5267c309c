import { ValueError, bytesPerElement, typedArrayOver } from '../core/index.ts';
import type { ArrayOf, DType } from '../core/index.ts';
import type { KernelModule } from './module.ts';

const pageBytes = 65536;
/** A cache line: keeps buffers of different use off each other's lines and every SIMD access aligned. */
const alignment = 64;
/** The first bytes stay unused, so that no view has offset 0 and AssemblyScript's static data (none today) has room. */
const reservedBytes = 1024;

/**
 * A WebAssembly memory of fixed size with the kernels of one module instantiated over it. Views come from `allocate` and live as long
 * as the memory; there is no `free`: the owner of the memory knows its layout in advance (parameters, gradients, moments).
 *
 * The memory is not shared (two ways to ONNX Runtime of three refuse that) and never grows (growing detaches every view).
 */
export class KernelMemory<Kernels> {
  readonly memory: WebAssembly.Memory;
  readonly buffer: ArrayBuffer;
  readonly kernels: Kernels;
  #next = reservedBytes;

  /** @param bytes what `allocate` can hand out in all, when each length is a multiple of 64 bytes */
  constructor(bytes: number, module: KernelModule<Kernels>) {
    if (!Number.isSafeInteger(bytes) || bytes < 0 || bytes > 65535 * pageBytes) {
      throw new ValueError(
        `KernelMemory: ${bytes} bytes asked for; a WebAssembly memory holds 0 to ${65535 * pageBytes}.`,
      );
    }
    const pages = Math.ceil((reservedBytes + bytes) / pageBytes);
    this.memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    this.buffer = this.memory.buffer;
    this.kernels = module.instantiate(this.memory);
  }

  /** Bytes not yet handed out. */
  get bytesLeft(): number {
    return this.buffer.byteLength - this.#next;
  }

  /**
   * A zeroed view, 64-byte aligned.
   * @throws ValueError when the memory is used up, or `length` is no length
   */
  allocate<D extends DType>(dtype: D, length: number): ArrayOf[D] {
    if (!Number.isSafeInteger(length) || length < 0) {
      throw new ValueError(`KernelMemory.allocate: ${length} is no length.`);
    }
    const bytes = bytesPerElement[dtype] * length;
    if (bytes > this.bytesLeft) {
      throw new ValueError(
        `KernelMemory.allocate: ${length} elements of ${dtype} need ${bytes} bytes, ${this.bytesLeft} are left. Create the memory larger.`,
      );
    }
    const view = typedArrayOver(dtype, this.buffer, { start: this.#next, length });
    this.#next = Math.min(Math.ceil((this.#next + bytes) / alignment) * alignment, this.buffer.byteLength);
    return view;
  }

  /**
   * The byte offset of a view of this memory.
   * @throws ValueError when the view lies in another buffer
   */
  offsetOf(operation: string, name: string, view: ArrayBufferView): number {
    if (view.buffer !== this.buffer) {
      throw new ValueError(
        `${operation}: '${name}' is not a view of the kernel memory. Take it from KernelMemory.allocate, or copy it in first.`,
      );
    }
    return view.byteOffset;
  }
}
