// In a page the codecs fetch their files themselves: bundlers put these beside the scripts. Node has image-codecs.ts.

/** Nothing: the codec fetches what lies beside it. */
export function compiledCodec(): WebAssembly.Module | undefined {
  return undefined;
}
