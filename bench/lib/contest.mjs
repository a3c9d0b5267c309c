import { setTimeout as pause } from 'node:timers/promises';
import { median } from './statistics.mjs';
import { PageWorker } from './page-worker.mjs';
import { Worker } from './worker.mjs';

/**
 * Runs one case: our worker and each peer's in turn, in pairs of blocks (A B, B A, A B, …). The ratio of a pair compares
 * blocks that ran one right after the other, so what else the machine does hits both alike.
 *
 * @returns rows for the table; times in seconds a unit of work
 */
export async function runContest(contest, { pairs, blockSeconds, python, browser, progress }) {
  progress(contest.title);
  const { warmUpSeconds = 1 } = contest;
  const ours = await startOrSkip(contest.ours, { python, browser, warmUpSeconds });
  if (ours.skipped !== undefined) return [{ name: contest.ours.label ?? 'rootsigma', skipped: ours.skipped }];
  const own = [];
  const rows = [];
  try {
    for (const peer of contest.peers) {
      const row = await runPeer(ours, peer, { pairs, blockSeconds, python, browser, warmUpSeconds, own });
      progress(`  ${row.name}${row.skipped === undefined ? '' : `: skipped, ${row.skipped}`}`);
      rows.push(row);
    }
    while (own.length < pairs) own.push(await timeBlock(ours, blockSeconds));
  } finally {
    await ours.stop();
  }
  const all = [rowOf(ours, own), ...rows];
  if (!contest.memory) for (const row of all) delete row.memory;
  return all.map(({ memory, ...row }) =>
    memory
      ? { ...row, notes: [row.notes, `${Math.round(memory / 2 ** 20)} MiB at the peak`].filter(Boolean).join('; ') }
      : row,
  );
}

async function runPeer(ours, contestant, { pairs, blockSeconds, python, browser, warmUpSeconds, own }) {
  const peer = await startOrSkip(contestant, { python, browser, warmUpSeconds });
  if (peer.skipped !== undefined) return { name: contestant.label, skipped: peer.skipped };
  const theirs = [];
  const ratios = [];
  try {
    for (let pair = 0; pair < pairs; pair++) {
      const order = pair % 2 === 0 ? [ours, peer] : [peer, ours];
      const measured = new Map();
      for (const worker of order) measured.set(worker, await timeBlock(worker, blockSeconds));
      own.push(measured.get(ours));
      theirs.push(measured.get(peer));
      ratios.push(measured.get(ours).seconds / measured.get(peer).seconds);
    }
  } finally {
    await peer.stop();
  }
  return {
    ...rowOf(peer, theirs),
    ratio: median(ratios),
    lowest: Math.min(...ratios),
    highest: Math.max(...ratios),
    target: contestant.target,
  };
}

function rowOf({ facts, repetitions }, blocks) {
  const { loss } = blocks.at(-1);
  const trained =
    loss === undefined || loss === null ? [] : [`loss ${loss.toFixed(1)} nats after ${repetitions} steps`];
  return {
    name: facts.name,
    notes: [facts.notes, ...trained].filter(Boolean).join('; '),
    memory: Math.max(...blocks.map(({ memory }) => memory ?? 0)),
    seconds: median(blocks.map(({ seconds }) => seconds)),
    cpuSeconds: median(blocks.map(({ cpuSeconds }) => cpuSeconds)),
  };
}

async function startOrSkip(contestant, options) {
  try {
    if (contestant.kind !== 'page') return await Worker.start(contestant, options);
    const browser = await options.browser();
    return browser.skipped === undefined ? await PageWorker.start(contestant, { ...options, browser }) : browser;
  } catch (cause) {
    throw new Error(`${contestant.label}: ${cause.message}`, { cause });
  }
}

/** Wall and CPU seconds a unit of work. */
async function timeBlock(worker, blockSeconds) {
  // Thread pools spin for some milliseconds after their work: let the other worker's come to rest.
  await pause(50);
  const repetitions = Math.max(1, Math.round(blockSeconds / worker.secondsPerRepetition));
  const { seconds, cpuSeconds, loss, memory } = await worker.block(repetitions);
  if (Number.isNaN(loss)) throw new Error(`${worker.facts.name}: its loss is NaN`);
  const units = repetitions * (worker.facts.units ?? 1);
  return { seconds: seconds / units, cpuSeconds: cpuSeconds / units, loss, memory };
}
