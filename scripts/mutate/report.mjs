// What came of a trial, as a table, and who is alive and why (survivors.json).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const short = (text) => (text.length > 60 ? `${text.slice(0, 57)}…` : text).replace(/\s+/g, ' ');

export function described({ id, file, line, kind, original, replacement }) {
  return `${id} ${file}:${line} ${kind}: ${short(original)} ⇒ ${short(replacement)}`;
}

export function report(mutants, verdicts, root) {
  const reasons = JSON.parse(readFileSync(join(root, 'scripts/mutate/survivors.json'), 'utf8'));
  const stateOf = ({ id }) => verdicts.get(id).state;
  const states = ['killed', 'endless', 'survived', 'unreached'];
  const row = (name, cells) =>
    console.log(`${name.padEnd(20)}${cells.map((cell) => String(cell).padStart(10)).join('')}`);
  const counts = (name, list) => {
    const found = states.map((state) => list.filter((each) => stateOf(each) === state).length);
    row(name, [list.length, ...found, `${((100 * (found[0] + found[1])) / list.length).toFixed(1)} %`]);
  };
  row('', ['mutants', ...states, 'dead']);
  for (const folder of [...new Set(mutants.map(({ file }) => file.split('/').slice(0, 2).join('/')))].sort()) {
    counts(
      folder,
      mutants.filter(({ file }) => file.startsWith(`${folder}/`)),
    );
  }
  counts('all', mutants);

  const alive = mutants.filter((each) => ['survived', 'unreached'].includes(stateOf(each)));
  for (const each of alive) {
    console.log(
      `\n${stateOf(each)}: ${described(each)}\n  ${reasons[each.id]?.reason ?? 'NO REASON in survivors.json'}`,
    );
  }
  const dead = mutants.filter((each) => reasons[each.id] && !alive.includes(each));
  for (const each of dead) console.log(`\nin survivors.json, and dies: ${described(each)}`);
}
