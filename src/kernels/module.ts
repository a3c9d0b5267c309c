/** Kernels compiled to WebAssembly: on first use, once. `Kernels` is what the module exports; pointers are byte offsets. */
export class KernelModule<Kernels> {
  readonly #text: string;
  #compiled: WebAssembly.Module | undefined;

  /** @param text the module's bytes as `scripts/build-kernels.mjs` writes them */
  constructor(text: string) {
    this.#text = text;
  }

  /** The kernels over a memory. */
  instantiate(memory: WebAssembly.Memory): Kernels {
    this.#compiled ??= new WebAssembly.Module(bytesOf(this.#text));
    return new WebAssembly.Instance(this.#compiled, { env: { memory } }).exports as unknown as Kernels;
  }
}

/** A digit of 87 or 88 stands before a second one. */
function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [];
  for (let i = 0; i < text.length; i++) {
    let value = digitAt(text, i);
    if (value >= 87) value = 89 * value - 87 * 88 + digitAt(text, ++i);
    bytes.push((value + 240) % 256);
  }
  return Uint8Array.from(bytes);
}

/** The place among the characters from # to ~ but for quote, backslash and backtick. */
function digitAt(text: string, index: number): number {
  const code = text.charCodeAt(index);
  return code - 35 - Number(code > 39) - Number(code > 92) - Number(code > 96);
}
