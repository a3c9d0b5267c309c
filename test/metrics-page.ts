import { metrics } from '../src/evaluation/metrics/index.ts';
import type { Metric, MetricNeeds, Quantity } from '../src/evaluation/metrics/index.ts';
import { cell, linksTo, optionRow, sentence } from './models-page.ts';

/** docs/metrics.md: every row of the table of metrics, as Markdown. `npm run build:models` writes it. */
export function metricsPage(): string {
  return `<!-- Made from the rows of the table of metrics by \`npm run build:models\`: change the rows. -->

# What can be measured

\`rootsigma evaluate RUN\` gives ELBO, NLL and active units (of codes: how many are used). What else there is, \`--metrics\` names: \`--metrics mig,dci\`, with
\`--set mig.bins=10\` for an option, or \`--metrics all\`, which takes what the run and the examples have and says of each other why
not. In code: \`run.evaluate({ metrics: ['mig', { name: 'dci', trees: 50 }] })\`; the result has \`metrics\`, each quantity by its name (a
number, \`{ value, standardError }\`, or a list), and \`skippedMetrics\`. Each metric draws by the evaluation's seed and its own name, so
what else is measured changes nothing. A metric of your own is \`defineMetric\` of \`rootsigma/evaluation/metrics\`, given among the names.

Of a model with a condition c, what is said of q(z|x), p(x|z) and p(z) is so given each example's c.

${linksTo(metrics)}
${metrics.map(metricText).join('')}`;
}

function metricText(metric: Metric): string {
  const { name, summary, quantities, formula, paper, remarks, cost, needs, options } = metric;
  const lines = Object.entries(options).map(optionRow);
  const table =
    lines.length > 0 ? `\n| option | what it is | may be | default |\n|---|---|---|---|\n${lines.join('\n')}\n` : '';
  return `
## \`${name}\`

${sentence(summary)}
${formula === undefined ? '' : `\n    ${formula}\n`}${paper === undefined ? '' : `\n${sentence(paper)}\n`}
| quantity | what it is | range | better |
|---|---|---|---|
${Object.entries(quantities).map(quantityRow).join('\n')}
${remarks === undefined ? '' : `\n${sentence(remarks)}\n`}
Cost: ${cost}. ${needsText(needs)}
${table}`;
}

function quantityRow([name, { what, range, better = 'neither', unit }]: readonly [string, Quantity]): string {
  if (!range) return `| ${[`\`${name}\``, what, '', ''].map(cell).join(' | ')} |`;
  const [least, most] = range;
  const bounds = `${least === -Infinity ? '(−∞' : `[${least}`}, ${most === Infinity ? '∞)' : `${most}]`}`;
  const cells = [`\`${name}\``, what, `${bounds}${unit === undefined ? '' : ` ${unit}`}`, better];
  return `| ${cells.map(cell).join(' | ')} |`;
}

function needsText({ prior = [], posterior = [], labels, factors, images, table }: MetricNeeds): string {
  const needed = [
    ...posterior.map((capability) => `\`${capability}\` of the posterior`),
    ...prior.map((capability) => `\`${capability}\` of the prior`),
    ...(labels ? ['labels'] : []),
    ...(factors ? ['the factors that the examples were made from'] : []),
    ...(images ? ['images'] : []),
    ...(table ? ['a table'] : []),
  ];
  return needed.length === 0 ? 'Every run has it.' : `Needs ${needed.join(', ')}.`;
}
