// Trains the small VAE that the article ships with, and writes it to public/digits.safetensors: 8-bit weights, one
// scale a row, and where its test digits lie in latent space. Run once, after `npm run build`:
//
//     node site/train-digit-model.mjs
import { writeFileSync } from 'node:fs';
import { NdArray, makeDigits, train } from 'rootsigma';

const options = {
  posterior: 'full',
  root: 'symmetric',
  latent: 2,
  hidden: [128, 64],
  epochs: 60,
  learningRate: 1.5e-3,
  schedule: 'cosine',
  dataOptions: { count: 30_000 },
  seed: 1,
  threads: 1,
};
const mapped = 600;

const run = await train('digits', {
  ...options,
  onEvent: (event) => {
    if (event.event === 'epoch' && event.epoch % 5 === 0) console.log(JSON.stringify(event));
  },
});
const evaluation = await run.evaluate({ draws: 100, limit: 1000 });
console.log({ elbo: evaluation.elbo, nll: evaluation.nll.value });

/** Rows as signed bytes with the row's largest magnitude at 127. */
function quantize({ data, shape }) {
  const columns = shape.length === 2 ? shape[1] : data.length;
  const rows = data.length / columns;
  const bytes = new Int8Array(data.length);
  const scales = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const own = data.subarray(row * columns, (row + 1) * columns);
    scales[row] = own.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / 127 || 1;
    own.forEach((value, column) => (bytes[row * columns + column] = Math.round(value / scales[row])));
  }
  return { bytes, scales };
}

/** A safetensors file of int8 and float32 tensors. */
function encode(tensors, metadata) {
  const header = { __metadata__: metadata };
  let size = 0;
  for (const [name, { data, shape }] of tensors) {
    header[name] = {
      dtype: data instanceof Int8Array ? 'I8' : 'F32',
      shape,
      data_offsets: [size, (size += data.byteLength)],
    };
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const padded = Math.ceil(text.length / 8) * 8;
  const file = new Uint8Array(8 + padded + size).fill(32, 8, 8 + padded);
  new DataView(file.buffer).setBigUint64(0, BigInt(padded), true);
  file.set(text, 8);
  let at = 8 + padded;
  for (const { data } of tensors.values()) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return file;
}

// float32 first: their offsets must be multiples of four.
const tensors = new Map();
const weights = new Map();
for (const [name, array] of Object.entries(run.parameters)) {
  if (array.shape.length < 2) {
    tensors.set(name, { data: Float32Array.from(array.data), shape: [...array.shape] });
    continue;
  }
  const { bytes, scales } = quantize(array);
  tensors.set(`${name}.scale`, { data: scales, shape: [scales.length] });
  weights.set(name, { data: bytes, shape: [...array.shape] });
}
const test = makeDigits({ split: 'test', count: mapped });
const pixels = new Float32Array(mapped * 784);
test.gather(
  Uint32Array.from({ length: mapped }, (_, i) => i),
  pixels,
);
const { mean } = await run.encode(new NdArray(pixels, [mapped, 784]));
tensors.set('map', { data: Float32Array.from(mean.data), shape: [mapped, 2] });
// The first ten test digits show one of each class.
tensors.set('examples', {
  data: Int8Array.from(pixels.subarray(0, 7840), (value) => Math.round(127 * value)),
  shape: [10, 784],
});
for (const [name, tensor] of weights) tensors.set(name, tensor);

const file = encode(tensors, {
  options: JSON.stringify(options),
  testElbo: evaluation.elbo.toFixed(2),
  testNll: evaluation.nll.value.toFixed(2),
});
writeFileSync(new URL('public/digits.safetensors', import.meta.url), file);
console.log(`${file.length} bytes`);
