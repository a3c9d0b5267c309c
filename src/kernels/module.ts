/** Kernels compiled to WebAssembly: on first use, once. `Kernels` is what the module exports; pointers are byte offsets. */
export class KernelModule<Kernels> {
  readonly #hex: string;
  #compiled: WebAssembly.Module | undefined;

  /** @param hex the module's bytes, two digits each */
  constructor(hex: string) {
    this.#hex = hex;
  }

  /** The kernels over a memory. */
  instantiate(memory: WebAssembly.Memory): Kernels {
    this.#compiled ??= new WebAssembly.Module(bytesOf(this.#hex));
    return new WebAssembly.Instance(this.#compiled, { env: { memory } }).exports as unknown as Kernels;
  }
}

function bytesOf(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) => parseInt(hex.slice(2 * i, 2 * i + 2), 16));
}
