// Codes of a run, as the server sends them.
import type { CodesAbout, ExamplesAbout, FrameHeader } from '../../../src/studio/latent/contract.ts';
import { FrameReader, arrayOf } from '../../../src/studio/latent/frames.ts';
import { request } from '../api/client.ts';
import { Problem } from '../api/problem.ts';

export interface CodesData {
  readonly about: CodesAbout;
  /** Means of q(z|x), [count, latent]. */
  readonly mean: Float32Array;
  readonly stddev: Float32Array | undefined;
  /** Lower triangles of Σ, [count, latent (latent + 1) / 2]. */
  readonly covariance: Float32Array | undefined;
  readonly labels: Uint32Array | undefined;
  readonly kl: Float32Array | undefined;
  readonly error: Float32Array;
  readonly priorDraws: Float32Array | undefined;
  readonly column: (name: string) => Float32Array | undefined;
}

export interface CodesProgress {
  readonly what: string;
  readonly done: number;
  readonly total: number;
}

interface Frame {
  readonly header: FrameHeader;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** Frames of an answer as they come. @throws Problem where the server says that it failed, or the answer ends before its end */
async function* framesAt(path: string, signal: AbortSignal): AsyncGenerator<Frame> {
  const response = await request(path, { signal });
  const reader = response.body?.getReader();
  const frames = new FrameReader();
  for (;;) {
    const piece = await reader?.read();
    if (!piece || piece.done) break;
    for (const frame of frames.read(piece.value)) {
      if (frame.header.type === 'failed') throw new Problem(500, frame.header.detail);
      if (frame.header.type === 'end') return;
      yield frame;
    }
  }
  throw new Problem(0, 'The answer broke off: the studio may have ended. Try again.');
}

export async function fetchCodes(
  id: string,
  query: string,
  { signal, onProgress }: { readonly signal: AbortSignal; readonly onProgress: (progress: CodesProgress) => void },
): Promise<CodesData> {
  let about: CodesAbout | undefined;
  const arrays = new Map<string, Float32Array | Uint32Array | Uint8Array>();
  for await (const { header, body } of framesAt(`runs/${id}/codes?${query}`, signal)) {
    if (header.type === 'progress') onProgress(header);
    else if (header.type === 'codes') about = header.about;
    else if (header.type === 'array') arrays.set(header.name, arrayOf(header.dtype, body));
  }
  if (!about) throw new Problem(0, 'The studio sent no codes.');
  const floats = (name: string): Float32Array | undefined => arrays.get(name) as Float32Array | undefined;
  return {
    about,
    mean: floats('mean') ?? new Float32Array(),
    stddev: floats('stddev'),
    covariance: floats('covariance'),
    labels: arrays.get('labels') as Uint32Array | undefined,
    kl: floats('kl'),
    error: floats('error') ?? new Float32Array(),
    priorDraws: floats('priorDraws'),
    column: (name) => floats(`column:${name}`),
  };
}

/** Σ of single examples, packed, one after the other. */
export async function fetchCovariances(id: string, query: string, rows: readonly number[], signal: AbortSignal): Promise<Float32Array> {
  for await (const { header, body } of framesAt(`runs/${id}/covariances?${query}&rows=${rows.join(',')}`, signal))
    if (header.type === 'array') return arrayOf(header.dtype, body) as Float32Array;
  return new Float32Array();
} // prettier-ignore

/** An example to look at. */
export type ExampleLook =
  | { readonly looks: 'picture'; readonly shades: Uint8Array; readonly shape: readonly [number, number, number] }
  | { readonly looks: 'row'; readonly cells: Readonly<Record<string, string | number | boolean | null>> }
  | { readonly looks: 'numbers'; readonly values: Float32Array };

export async function fetchExamples(id: string, query: string, rows: readonly number[], signal: AbortSignal): Promise<ExampleLook[]> {
  let about: ExamplesAbout | undefined;
  for await (const { header, body } of framesAt(`runs/${id}/examples?${query}&rows=${rows.join(',')}`, signal)) {
    if (header.type === 'examples') about = header.about;
    if (header.type === 'array') return looksOf(arrayOf(header.dtype, body), header.shape);
  }
  return (about?.cells ?? []).map((cells) => ({ looks: 'row', cells }));
} // prettier-ignore

/** Pictures [n, height, width, channels] as bytes, or numbers [n, …]. */
export function looksOf(values: Float32Array | Uint32Array | Uint8Array, shape: readonly number[]): ExampleLook[] {
  const [count = 0, height = 0, width = 0, channels = 0] = shape;
  const size = values.length / Math.max(1, count);
  return Array.from({ length: count }, (_, k): ExampleLook => {
    const part = values.subarray(k * size, (k + 1) * size);
    return part instanceof Uint8Array
      ? { looks: 'picture', shades: part, shape: [height, width, channels] }
      : { looks: 'numbers', values: part as Float32Array };
  });
}
