// What the tests say of one mutant.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { hash } from './sample.mjs';

/** The file that was mutated last: the tests' process still knows it so. */
let restored;

/** killed, endless, survived, or unreached: by no test. */
export async function tryMutant({ copy, tests, answers, mutant, reach }) {
  const chosen = testsFor(mutant, reach);
  if (chosen.length === 0) return { state: 'unreached' };
  const hashes = Object.fromEntries(chosen.map(({ file }) => [file, hash(readFileSync(join(copy, file), 'utf8'))]));
  const name = `verdict ${hash(mutant.mutated)}`;
  const known = answers.get(name);
  if (known && isStillTrue(known, hashes)) return known;

  const path = join(copy, mutant.file);
  const original = readFileSync(path, 'utf8');
  writeFileSync(path, mutant.mutated);
  const changed = [mutant.file, ...(restored ? [restored] : [])];
  const limit = 30 + 10 * Math.max(...chosen.map(({ cost }) => cost));
  const result = await tests.run({ changed, tests: chosen, limit });
  writeFileSync(path, original);
  restored = mutant.file;
  const verdict = { ...verdictOf(result, chosen), hashes };
  answers.set(name, verdict);
  return verdict;
}

/** Whose code other threads run too, where no mark says so, and the tests that start such threads. */
const threaded = /\/(replicas|threads)\//;
const startThreads = ['test/linalg-threads.test.ts', 'test/replicas/replicas.test.ts'];

/** The tests that reach a mutant, by file, the quickest first; its neighbours count as quicker. Costs in seconds. */
function testsFor({ id, file: mutated }, reach) {
  const chosen = reach.flatMap(({ file, reached, durations }) => {
    const isBehindThreads = threaded.test(mutated) && startThreads.includes(file);
    const by = isBehindThreads ? ['*'] : (reached[id] ?? []);
    const ids = (by.includes('*') ? Object.keys(durations) : by).filter((test) => durations[test] !== undefined);
    const cost = ids.reduce((sum, test) => sum + durations[test], 0) / 1000;
    return ids.length > 0 ? [{ file, ids, cost }] : [];
  });
  const price = ({ file, cost }) => (cost + 0.5) * (dirname(file) === dirname(mutated) ? 0.25 : 1);
  return chosen.sort((a, b) => price(a) - price(b));
}

function verdictOf(result, chosen) {
  if (!result) return { state: 'endless', by: chosen[0].file };
  const failed = result.files.find(({ state }) => state === 'failed');
  if (failed) {
    const test = failed.tests.find(({ state }) => state === 'failed');
    const message = (test?.message ?? failed.errors[0])?.slice(0, 200);
    return { state: 'killed', by: failed.file, test: test?.name, message };
  }
  const [message] = result.unhandled;
  if (message) return { state: 'killed', by: result.files.at(-1)?.file, message };
  return { state: 'survived' };
}

/** A test that killed still does while its file stays; who survived still does while no test file that reaches it changes. */
function isStillTrue(known, hashes) {
  const files = known.state === 'survived' ? Object.keys(hashes) : [known.by];
  return files.every((file) => hashes[file] !== undefined && known.hashes[file] === hashes[file]);
}
