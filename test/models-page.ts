import { builtInParts, optionText, partKinds } from '../src/config/index.ts';
import type { PartRow } from '../src/config/index.ts';
import { createObjective } from '../src/objectives/index.ts';
import type { ObjectiveRow } from '../src/objectives/index.ts';
import type { PartKind, PartOption } from '../src/parts/index.ts';

const titles: Readonly<Record<PartKind, string>> = {
  prior: 'Priors, p(z)',
  posterior: 'Posteriors, q(z|x)',
  likelihood: 'Likelihoods, p(x|z)',
  network: 'Networks',
  objective: 'Objectives',
};

/** docs/models.md: every row of the table of parts, as Markdown. `npm run build:models` writes it. */
export function partsPage(): string {
  return `<!-- Made from the rows of the table of parts by \`npm run build:models\`: change the rows. -->

# What a model is made of

A model is a prior, a posterior, a likelihood and networks; an objective trains it. Each is chosen by its name, \`--posterior full\` or
\`{ posterior: 'full' }\`, with its options beside it (\`--root cholesky\`, \`root: 'cholesky'\`) or in it
(\`{ posterior: { name: 'full', root: 'cholesky' } }\`). \`config.json\` holds it in that last form. [A part of your
own](parts.md) is one object more.
${partKinds.map((kind) => section(titles[kind], builtInParts[kind])).join('')}`;
}

function section(title: string, rows: readonly PartRow[]): string {
  return `\n## ${title}\n\n${linksTo(rows)}\n${rows.map(partText).join('')}`;
}

/** Where each row stands on its page. */
export function linksTo(rows: readonly { readonly name: string }[]): string {
  return rows.map(({ name }) => `[\`${name}\`](#${name})`).join(' · ');
}

function partText(row: PartRow): string {
  const { name, summary, when, formula, paper, options } = row;
  const lines = Object.entries(options as Readonly<Record<string, PartOption>>).map(optionRow);
  const table =
    lines.length > 0 ? `\n| option | what it is | may be | default |\n|---|---|---|---|\n${lines.join('\n')}\n` : '';
  return `
### \`${name}\`

${capital(summary)}. ${sentence(when)}
${formula === undefined ? '' : `\n    ${formula}\n`}${paper === undefined ? '' : `\n${sentence(paper)}\n`}${row.kind === 'objective' ? criterionText(row) : ''}${table}`;
}

/** By what epochs are compared with its usual options, and whether threads share its steps. */
function criterionText(row: ObjectiveRow): string {
  const { criterion, couplesExamples, parameters } = createObjective(row, {}, sizes);
  const by = criterion.metric === 'elbo' ? 'the ELBO (at β = 1)' : `\`${criterion.metric}\``;
  const better = criterion.direction === 'max' ? 'larger' : 'smaller';
  const alone =
    parameters.length > 0
      ? ' One thread takes its steps, as it has parameters of its own.'
      : couplesExamples
        ? ' One thread takes its steps, as it compares examples.'
        : '';
  const without = row.needsNoDensity ? ' A posterior without a density (`deterministic`) will do.' : '';
  return `\nEpochs are compared by ${by}, the ${better} the better.${alone}${without}\n`;
}

/** Any will do. */
const sizes = { latent: 2, inputSize: 4, trainingSize: 100, batchSize: 16 };

export function optionRow([name, { rule, help, default: usual, defaultText }]: readonly [string, PartOption]): string {
  const text =
    defaultText ?? (usual === undefined || typeof usual === 'function' ? '' : optionText(usual as number | string));
  return `| ${[`\`${name}\``, help, rule.expected, text].map(cell).join(' | ')} |`;
}

export const cell = (text: string): string => text.replaceAll('|', String.raw`\|`);
/** Greek letters are symbols and stay. */
const capital = (text: string): string => text.replace(/^[a-z]/, (letter) => letter.toUpperCase());
export const sentence = (text: string): string => capital(text.endsWith('.') ? text : `${text}.`);
