/** Whether something failed because memory ran out: of JavaScript's arrays, of WebAssembly, of ONNX Runtime. */
export function isOutOfMemory(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  return /array buffer allocation failed|could not allocate memory|failed to allocate memory|bad_alloc|out of memory|invalid (typed )?array length|Cannot allocate memory/i.test(
    error.message,
  );
}
