/** What of libwebp's WebAssembly build is used. */
declare module '@jsquash/webp/decode.js' {
  export function init(options: {
    readonly printErr?: (line: string) => void;
    readonly instantiateWasm?: (
      imports: WebAssembly.Imports,
      done: (instance: WebAssembly.Instance) => void,
    ) => WebAssembly.Exports;
  }): Promise<void>;
  export default function decode(bytes: ArrayBuffer): Promise<ImageData>;
}
