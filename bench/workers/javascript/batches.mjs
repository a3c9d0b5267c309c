import { readBytes } from '#bytes';

/** Random batches [batchSize, inputSize] of a file of bytes 0 and 255, as float32 numbers 0 and 1. */
export async function batchSource({ data, sizes: { batchSize, inputSize } }) {
  const examples = Float32Array.from(await readBytes(data), (byte) => byte / 255);
  const count = examples.length / inputSize;
  return () => {
    const batch = new Float32Array(batchSize * inputSize);
    for (let row = 0; row < batchSize; row++) {
      const start = Math.floor(Math.random() * count) * inputSize;
      batch.set(examples.subarray(start, start + inputSize), row * inputSize);
    }
    return batch;
  };
}

/** Sizes of the five dense layers. */
export function layerSizes({ inputSize, hidden, latent }) {
  return {
    encoder: [inputSize, hidden],
    mean: [hidden, latent],
    logVariance: [hidden, latent],
    decoder: [latent, hidden],
    output: [hidden, inputSize],
  };
}

/** PyTorch's start: uniform on ±1/√fanIn. */
export function initialWeights([fanIn, fanOut]) {
  const bound = 1 / Math.sqrt(fanIn);
  const draw = () => (2 * Math.random() - 1) * bound;
  return {
    weight: Float32Array.from({ length: fanIn * fanOut }, draw),
    bias: Float32Array.from({ length: fanOut }, draw),
  };
}
