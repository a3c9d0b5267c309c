import { UnsupportedError } from '../core/index.ts';
import { messageOf } from './bytes.ts';

/** A decoder of images that Emscripten made. */
export interface Codec {
  /** Pixels as RGBA; `null` for what cannot be decoded. */
  decode(bytes: ArrayBuffer, preserveOrientation?: boolean): ImageData | null;
}

/** A codec that has decoded more bytes than this is left to the garbage collector: its memory grows and never shrinks. */
export const largestKept = 2 ** 25;

export type CodecFactory = (options: {
  readonly noInitialRun: boolean;
  readonly printErr: (line: string) => void;
  readonly instantiateWasm?: (
    imports: WebAssembly.Imports,
    done: (instance: WebAssembly.Instance) => void,
  ) => WebAssembly.Exports;
}) => Promise<Codec>;

export interface CodecOptions {
  /** Its file, for messages. */
  readonly file: string;
  /** Compiled; default: the codec fetches what lies beside its script. */
  readonly wasm: WebAssembly.Module | undefined;
  readonly printErr?: (line: string) => void;
}

/** @throws UnsupportedError when its file cannot be had: that is no fault of an image */
export async function startCodec(factory: CodecFactory, { file, wasm, printErr }: CodecOptions): Promise<Codec> {
  try {
    return await factory({
      noInitialRun: true,
      printErr: printErr ?? (() => undefined),
      ...(wasm && {
        instantiateWasm: (imports, done) => {
          const instance = new WebAssembly.Instance(wasm, imports);
          done(instance);
          return instance.exports;
        },
      }),
    });
  } catch (error) {
    throw new UnsupportedError(
      `${file}: the decoder cannot be started (${messageOf(error)}). In a page the file must lie where the bundler puts files of scripts (docs/in-a-page.md).`,
    );
  }
}
