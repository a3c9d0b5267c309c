/** A tensor of a safetensors file: numbers, as stored. */
export interface StoredTensor {
  readonly data: Float32Array | Int8Array;
  readonly shape: readonly number[];
}

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/** Reads the float32 and int8 tensors of a file that this site's own script wrote. */
export function readSafetensors(bytes: ArrayBuffer): Map<string, StoredTensor> {
  const length = Number(new DataView(bytes).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 8, length))) as Record<string, Entry>;
  const tensors = new Map<string, StoredTensor>();
  for (const [name, { dtype, shape, data_offsets: offsets }] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const own = bytes.slice(8 + length + offsets[0], 8 + length + offsets[1]);
    tensors.set(name, { data: dtype === 'I8' ? new Int8Array(own) : new Float32Array(own), shape });
  }
  return tensors;
}
