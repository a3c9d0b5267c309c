import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { labeledRows } from '../../dist/drawing/index.js';
import { NdArray } from '../../dist/core/index.js';
import { measured, roots, titles } from './plan.mjs';

const marks = { zoo: ['<!-- zoo -->', '<!-- /zoo -->'], roots: ['<!-- roots -->', '<!-- /roots -->'] };

/** Writes a study's part of docs/results.md, and a picture of samples for each data set. What is missing is said. */
export function writePage(study, results, { root, total }) {
  const path = join(root, 'docs/results.md');
  const [from, to] = marks[study];
  const page = readFileSync(path, 'utf8');
  const [before, rest] = page.split(from);
  const after = rest.split(to)[1];
  const text = study === 'roots' ? rootsText(results) : zooText(results, join(root, 'docs'));
  const state =
    results.length < total ? `\n${results.length} of ${total} trainings are done; the others are missing.\n` : '';
  writeFileSync(path, `${before}${from}\n${machineText()}${state}${text}\n${to}${after}`);
  console.log(`docs/results.md: ${results.length} of ${total} trainings.`);
}

function machineText() {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const [{ model }] = cpus();
  return `\nrootsigma ${version}, Node ${process.versions.node}, ${cpus().length} cores (${model.trim()}), ${new Date().toISOString().slice(0, 10)}.\n`;
}

function zooText(results, docs) {
  return Object.keys(titles)
    .map((source) => ({ source, rows: results.filter((each) => each.source === source) }))
    .filter(({ rows }) => rows.length > 0)
    .map(({ source, rows }) => {
      const names = [...new Set(rows.flatMap(({ result }) => Object.keys(result.metrics ?? {})))];
      const head = [
        'preset',
        '−ELBO',
        'log p(x given z)',
        'NLL ± standard error',
        'active units',
        ...names,
        'seconds an epoch',
      ];
      const body = rows.map(({ row, result }) => [
        `\`${row}\``,
        result.negativeElbo === undefined ? 'has none' : number(result.negativeElbo),
        number(result.reconstruction ?? result.kl - result.negativeElbo),
        result.nll ? `${number(result.nll.value)} ± ${number(result.nll.standardError)}` : 'has none',
        `${result.activeUnits} of ${result.latent}`,
        ...names.map((name) => (result.metrics?.[name] === undefined ? '' : number(result.metrics[name], 3))),
        number(result.secondsAnEpoch, 1),
      ]);
      const { result: first } = rows.find(({ result }) => result.nll) ?? rows[0];
      const picture = `results-${source}.png`;
      drawSamples(rows, join(docs, picture));
      return `
### ${titles[source]}

−ELBO over ${first.examples} test examples, one draw each; NLL by ${first.nll?.draws ?? measured.draws} draws for the first ${first.nll?.examples ?? measured.nllExamples} of them (its standard error
has the examples' spread in it, which rows share).

${table(head, body)}

![Samples of each preset](${picture})

\`\`\`sh
${rows.map(({ options }) => commandOf(source, options)).join('\n')}
\`\`\``;
    })
    .join('\n');
}

/** Each row of plan.mjs as what one would type. */
function commandOf(source, { dataOptions = {}, ...options }) {
  const flags = Object.entries(options).map(([name, value]) => {
    const flag = name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    return `--${flag} ${Array.isArray(value) ? value.join(',') : typeof value === 'number' ? Number(value.toPrecision(6)) : value}`;
  });
  const ofData = Object.entries(dataOptions).map(([name, value]) => `--data-option ${name}=${value}`);
  return ['rootsigma train', source, ...flags, ...ofData].join(' ');
}

function drawSamples(rows, path) {
  const [{ result }] = rows;
  const { shape } = result.pictures;
  const images = rows.map(({ result: { pictures } }) => Buffer.from(pictures.pixels, 'base64'));
  const all = new NdArray(
    Float32Array.from(Buffer.concat(images), (value) => value / 255),
    [rows.length, ...shape],
  );
  writeFileSync(path, labeledRows(all, { rows: rows.map(({ row }) => row) }));
}

function rootsText(results) {
  const bySeed = (row) => new Map(results.filter((each) => each.row === row).map(({ seed, result }) => [seed, result]));
  const baseline = bySeed(roots.baseline);
  const body = Object.keys(roots.rows).flatMap((row) => {
    const found = bySeed(row);
    if (found.size === 0) return [];
    const seeds = [...found.keys()].filter((seed) => baseline.has(seed));
    const paired = (of) =>
      row === roots.baseline ? '' : withError(seeds.map((seed) => of(found.get(seed)) - of(baseline.get(seed))));
    const values = [...found.values()];
    return [
      [
        row,
        withError(values.map(({ negativeElbo }) => negativeElbo)),
        paired(({ negativeElbo }) => negativeElbo),
        withError(values.map(({ nll }) => nll.value)),
        paired(({ nll }) => nll.value),
        String(values.length),
        number(median(values.map(({ secondsAnEpoch }) => secondsAnEpoch)), 1),
      ],
    ];
  });
  const head = [
    'posterior',
    '−ELBO',
    `less ${roots.baseline}`,
    'NLL',
    `less ${roots.baseline}`,
    'seeds',
    'seconds an epoch',
  ];
  return `
${roots.title}. Means ± standard errors over seeds; differences are of the same seed, so the same starting weights, order and noise where
the posteriors have the same. Negative is better.

${table(head, body)}`;
}

function withError(values) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length < 2) return number(mean);
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return `${number(mean)} ± ${number(Math.sqrt(variance / values.length))}`;
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

function number(value, digits = 2) {
  return value.toFixed(digits).replace(/^-/, '−');
}

function table(head, rows) {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
