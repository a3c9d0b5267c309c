import { builtInParts, optionText, partKinds } from '../src/config/index.ts';
import type { PartKind, PartOption } from '../src/parts/index.ts';
import { sentence } from './models-page.ts';

/** What a part's row says of one of its options, and whose it is. */
interface Said {
  readonly kind: PartKind;
  readonly part: string;
  readonly text: string;
}

/**
 * src/config/option-docs.generated.ts: the parts' options as an interface with doc comments, which editors show where options are
 * given flat. Types are derived from the rows; comments cannot be. `npm run build:models` writes it.
 */
export function optionTypes(): string {
  return `// Made from the rows of the table of parts by \`npm run build:models\`: change the rows.
import type { OptionOf } from './part-table.ts';

/** The options of the parts that there are, flat, as their rows say them. */
export interface DocumentedOptions {
${fields(partKinds, (name) => `OptionOf<'${name}'>`)}}
`;
}

const plurals = { prior: 'priors', posterior: 'posteriors', likelihood: 'likelihoods', network: 'networks' } as const;

/** src/models/option-docs.generated.ts: the same for who puts a model together by hand (`createVae`), an interface for each kind. */
export function modelOptionTypes(): string {
  const kinds = Object.entries(plurals) as [keyof typeof plurals, string][];
  const imports = kinds.map(([, list]) => `import type { ${list} } from './${list}/index.ts';\n`).toSorted();
  const interfaces = kinds.map(
    ([kind, list]) => `
/** The options of the ${list} that there are, flat, as their rows say them. */
export interface ${kind.replace(/^./, (first) => first.toUpperCase())}OptionDocs {
${fields([kind], (name) => `OptionOf<(typeof ${list})[number], '${name}'>`)}}
`,
  );
  return `// Made from the rows of the table of parts by \`npm run build:models\`: change the rows.
import type { FlatOptions, Part } from '../parts/index.ts';
${imports.join('')}
/** What one of them may be; a name that no part has is nothing. */
type OptionOf<Row extends Part, Name extends string> =
  FlatOptions<Row> extends Readonly<Partial<Record<Name, infer Value>>> ? Value : undefined;
${interfaces.join('')}`;
}

/** The options of parts of these kinds as members of an interface. */
function fields(kinds: readonly PartKind[], typeOf: (name: string) => string): string {
  const found = new Map<string, Said[]>();
  for (const kind of kinds) {
    for (const { name: part, options } of builtInParts[kind]) {
      for (const [name, option] of Object.entries(options as Readonly<Record<string, PartOption>>)) {
        found.set(name, [...(found.get(name) ?? []), { kind, part, text: textOf(option) }]);
      }
    }
  }
  return [...found].map(([name, said]) => `${comment(said)}  readonly ${name}?: ${typeOf(name)};\n`).join('');
}

function textOf({ help, default: usual, defaultText }: PartOption): string {
  const text =
    defaultText ?? (usual === undefined || typeof usual === 'function' ? undefined : optionText(usual as never));
  return `${sentence(help)}${text === undefined ? '' : ` Default: ${text}.`}`;
}

/** What parts say alike is said once. */
function comment(said: readonly Said[]): string {
  const texts = [...new Set(said.map(({ text }) => text))];
  const lines = texts.map((text) => {
    const whose = partKinds.flatMap((kind) => {
      const names = said.filter((each) => each.text === text && each.kind === kind).map(({ part }) => `\`${part}\``);
      return names.length === 0 ? [] : [`${kind} ${names.join(', ')}`];
    });
    return `${text} (${whose.join('; ')})`.replaceAll('*/', '* /');
  });
  return `  /**\n${lines.map((line) => `   * ${lines.length > 1 ? '- ' : ''}${line}\n`).join('')}   */\n`;
}
