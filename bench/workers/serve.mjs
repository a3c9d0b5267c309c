// Serves one contestant over standard input and output, one JSON object a line:
//   {"module", "options"}  →  {"name", "units"?, "notes"?} or {"skipped"}
//   {"repetitions"}        →  {"seconds", "cpuSeconds" (of all its threads), "loss"? (of a training), "memory" (bytes, the peak)}
import { createInterface } from 'node:readline';

for (const method of ['log', 'info', 'debug']) console[method] = console.error;

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const answer = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

try {
  const { module, options } = JSON.parse((await lines.next()).value);
  const contestant = await setUp(module, options);
  answer(contestant);
  for await (const line of lines) {
    const { repetitions } = JSON.parse(line);
    const cpu = process.cpuUsage();
    const started = performance.now();
    await contestant.run(repetitions);
    const seconds = (performance.now() - started) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    answer({
      seconds,
      cpuSeconds: (user + system) / 1e6,
      loss: contestant.loss?.(),
      memory: process.resourceUsage().maxRSS * 1024,
    });
  }
  await contestant.finish?.();
} catch (error) {
  answer({ error: error.stack });
}

async function setUp(module, options) {
  try {
    const { setUp } = await import(new URL(module, import.meta.url));
    return await setUp(options);
  } catch (error) {
    if (error.code === 'ERR_MODULE_NOT_FOUND') return { skipped: error.message.split(' imported from')[0] };
    throw error;
  }
}
