// A served model under load: requests a second and how long they take, of `rootsigma serve`, of the same without batching, and of a plain
// Python server with torch and the same weights, in the same run; then whether too much of it is refused in order. README.md has the numbers.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import autocannon from 'autocannon';
import { load, train } from '../dist/index.js';
import { encodeNpy } from '../dist/io/npy.js';
import { findPython, machineFacts } from './lib/machine.mjs';

const usage = `node bench/serving.mjs [--seconds S] [--rounds N] [--clients 1,32,256] [--operation encode] [--body npy|json] [--run FOLDER] [--no-overload]

  --seconds    of each measurement (default 5)
  --rounds     measurements of each server and number of clients, in turn; the median is shown (default 3)
  --run        a run of images with a dense network and a diagonal posterior (default: one is trained, 784-400-20)`;

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '3' },
    clients: { type: 'string', default: '1,32,256' },
    body: { type: 'string', default: 'npy' },
    run: { type: 'string' },
    'no-overload': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (options.help) {
  console.log(usage);
  process.exit(0);
}
const root = new URL('..', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'rootsigma-serving-'));
const children = [];
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const path = options.run ?? join(folder, 'run');
if (options.run === undefined) {
  const trained = await train('digits', { latent: 20, hidden: [400], epochs: 1, dataOptions: { count: 5000, testCount: 100 }, out: path, onNotice: 'silent' }); // prettier-ignore
  await trained.dispose();
}
const run = await load(path, { onNotice: 'silent' });
const examples = await run.sample(64);
const one = { data: examples.data.slice(0, 784), shape: [1, 28, 28], dtype: 'float32' };
const isNpy = options.body === 'npy';
const type = isNpy ? 'application/x-npy' : 'application/json';
const body = isNpy ? Buffer.from(encodeNpy(one)) : JSON.stringify({ x: [Array.from({ length: 28 }, (_, row) => Array.from(one.data.subarray(row * 28, row * 28 + 28)))] }); // prettier-ignore

/** Starts a program that writes its address as JSON on its first line. */
function start(command, args) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, ROOTSIGMA_THREADS: '1' } }); // prettier-ignore
  children.push(child);
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`${command} ended with ${code}`)));
    child.stdout.once('data', (bytes) => resolve({ child, url: JSON.parse(String(bytes).split('\n')[0]).url }));
  });
}
const serve = (...flags) => start(process.execPath, [join(root, 'dist/cli/main.js'), 'serve', path, '--port', '0', '--json', '--log', 'none', '--reload-every', '0', ...flags]); // prettier-ignore

const servers = [
  { name: 'rootsigma serve', ...(await serve()) },
  { name: 'without batching (--max-batch 1)', ...(await serve('--max-batch', '1')) },
];
const python = findPython();
const weights = Object.entries(run.parameters).filter(([name]) => /^(encoder|mean|logVariance)/.test(name));
if (python === undefined || !existsSync('/usr/bin/python3'))
  console.log('Python: none with numpy found; its server is left out.');
else {
  for (const [name, array] of weights) writeFileSync(join(folder, `${name}.npy`), encodeNpy(array));
  const script = join(root, 'bench/workers/python/serve_encoder.py');
  servers.push({ name: 'Python: http.server, torch', ...(await start(python, [script, folder])) });
}

/** All say the same of the same example, or they are not compared. */
async function check() {
  const expected = Array.from((await run.encode(examples)).mean.data.subarray(0, run.model.latent));
  for (const { name, url } of servers) {
    const answer = await fetch(`${url}/encode`, {
      method: 'POST',
      headers: { 'content-type': type, accept: type },
      body,
    });
    if (!answer.ok) throw new Error(`${name}: ${answer.status} ${await answer.text()}`);
    const found = isNpy ? numbersOf(new Uint8Array(await answer.arrayBuffer())) : (await answer.json()).mean[0];
    const far = Math.max(...expected.map((value, k) => Math.abs(value - found[k])));
    if (!(far < 1e-4)) throw new Error(`${name}: its answer is ${far} from the library's.`);
  }
}
const numbersOf = (bytes) =>
  new Float32Array(bytes.buffer.slice(bytes.byteLength - 4 * run.model.latent, bytes.byteLength));

function shoot({ url }, connections, duration) {
  return autocannon({ url: `${url}/encode`, method: 'POST', headers: { 'content-type': type, accept: type }, body, connections, duration }); // prettier-ignore
}
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

await check();
for (const line of machineFacts(python)) console.log(line);
console.log(
  `encode of one image as ${options.body}, ${options.rounds} rounds of ${options.seconds} s; load and servers share the machine\n`,
);
console.log('| clients | server | requests/s | p50, ms | p99, ms | other than 200 |\n|---|---|---|---|---|---|');
for (const connections of options.clients.split(',').map(Number)) {
  const found = new Map(servers.map(({ name }) => [name, []]));
  for (const server of servers) await shoot(server, connections, 1);
  for (let round = 0; round < Number(options.rounds); round++) {
    for (const server of servers)
      found.get(server.name).push(await shoot(server, connections, Number(options.seconds)));
  }
  for (const [name, results] of found) {
    const [rate, p50, p99] = [median(results.map(({ requests }) => requests.average)), median(results.map(({ latency }) => latency.p50)), median(results.map(({ latency }) => latency.p99))]; // prettier-ignore
    const wrong = results.reduce((sum, { non2xx, errors }) => sum + non2xx + errors, 0);
    console.log(`| ${connections} | ${name} | ${Math.round(rate)} | ${p50} | ${p99} | ${wrong} |`);
  }
}

if (!options['no-overload']) {
  const small = { name: 'overload', ...(await serve('--max-queue', '32')) };
  const { requests, non2xx, errors, statusCodeStats } = await shoot(small, 512, Number(options.seconds));
  const statuses = Object.entries(statusCodeStats).map(([status, { count }]) => `${count} of ${status}`);
  const health = (await fetch(`${small.url}/healthz`)).status;
  const answer = (
    await fetch(`${small.url}/encode`, { method: 'POST', headers: { 'content-type': type, accept: type }, body })
  ).status;
  console.log(
    `\noverload, 512 clients and a queue of 32: ${requests.total} answers, ${statuses.join(', ')}, ${errors} errors; then /healthz ${health}, encode ${answer}`,
  );
  if (errors > 0 || non2xx === 0 || health !== 200 || answer !== 200) process.exitCode = 1;
}
await run.dispose();
process.exit();
