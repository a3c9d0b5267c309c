// What is used of the codecs as Emscripten made them, without what the packages wrap around them (emscripten-codec.ts).

declare module '@jsquash/jpeg/codec/dec/mozjpeg_dec.js' {
  export default function factory(options: object): Promise<{
    decode(bytes: ArrayBuffer, preserveOrientation?: boolean): ImageData | null;
  }>;
}

declare module '@jsquash/webp/codec/dec/webp_dec.js' {
  export default function factory(options: object): Promise<{ decode(bytes: ArrayBuffer): ImageData | null }>;
}
