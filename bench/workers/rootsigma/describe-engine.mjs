/** An engine on so many threads (default: the library's own choice), and the words that name it in the table. */
export async function describeEngine(name, { createEngine, defaultThreads }, threads) {
  const count = threads ?? defaultThreads();
  let notes = '';
  const engine = await createEngine({ threads: count, onNotice: (line) => (notes = line) });
  return { engine, label: `${name}, ${engine.name}, ${count} thread${count === 1 ? '' : 's'}`, notes };
}
