const significant = (value) => Number(value.toPrecision(3)).toString();

/** Seconds in a unit that suits them. */
export function formatTime(seconds) {
  if (seconds >= 1) return `${significant(seconds)} s`;
  if (seconds >= 1e-3) return `${significant(seconds * 1e3)} ms`;
  return `${significant(seconds * 1e6)} µs`;
}

const columns = [
  { title: 'contestant', align: 'left' },
  { title: 'time', align: 'right' },
  { title: 'CPU', align: 'right' },
  { title: 'ours ÷ theirs', align: 'right' },
  { title: 'min–max', align: 'right' },
  { title: 'target', align: 'left' },
];

/** All contests as one table; a contest's title stands on a line of its own. */
export function formatTable(contests) {
  const body = contests.map(({ title, unit, rows }) => ({ heading: `${title} (${unit})`, cells: rows.map(cellsOf) }));
  const all = [columns.map(({ title }) => title), ...body.flatMap(({ cells }) => cells)];
  const widths = columns.map((_, column) => Math.max(...all.map((cells) => cells[column].length)));
  const line = (cells) =>
    cells
      .map((cell, column) =>
        columns[column].align === 'left' ? cell.padEnd(widths[column]) : cell.padStart(widths[column]),
      )
      .join('  ')
      .trimEnd();
  return [
    line(columns.map(({ title }) => title)),
    '-'.repeat(widths.reduce((total, width) => total + width + 2, -2)),
    ...body.flatMap(({ heading, cells }) => [heading, ...cells.map(line)]),
  ].join('\n');
}

function cellsOf({ name, seconds, cpuSeconds, ratio, lowest, highest, target, skipped }) {
  if (skipped !== undefined) return [`  ${name}`, '', '', '', '', `skipped: ${skipped}`];
  const times = [formatTime(seconds), formatTime(cpuSeconds)];
  if (ratio === undefined) return [`  ${name}`, ...times, '', '', ''];
  const spread = `${significant(lowest)}–${significant(highest)}`;
  const goal = target === undefined ? '' : `≤ ${target}: ${ratio <= target ? 'met' : 'MISSED'}`;
  return [`  ${name}`, ...times, significant(ratio), spread, goal];
}
