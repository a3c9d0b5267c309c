/**
 * Serves one contestant in a page's worker (or in the page itself), as ../serve.mjs does in a process:
 *   {"options"}      →  {"name", "units"?, "notes"?} or {"skipped"}
 *   {"repetitions"}  →  {"seconds", "loss"?, "now": milliseconds since 1970}
 */
export function serve(setUp) {
  let contestant;
  async function answer({ options, repetitions }) {
    if (options !== undefined) {
      contestant = await setUp(options);
      const { name, units, notes, skipped } = contestant;
      return { name, units, notes, skipped };
    }
    const started = performance.now();
    await contestant.run(repetitions);
    const finished = performance.now();
    return {
      seconds: (finished - started) / 1000,
      loss: contestant.loss?.(),
      now: performance.timeOrigin + finished,
    };
  }
  // Followers of a shared step run the same script, and are not asked.
  addEventListener('message', async ({ data }) => {
    if (data?.bench === undefined) return;
    try {
      postMessage({ bench: await answer(data.bench) });
    } catch (error) {
      postMessage({ bench: { error: error.stack ?? String(error) } });
    }
  });
}
