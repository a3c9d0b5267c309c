/** ONNX Runtime's WebAssembly: the server has it once for all, below this path (the pages' own build leaves it out). */
export const engineChoice = { name: 'onnxruntime-web', wasmPaths: new URL('/assets/', location.origin).href } as const;
