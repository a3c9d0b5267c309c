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
  const found = new Map<string, Said[]>();
  for (const kind of partKinds) {
    for (const { name: part, options } of builtInParts[kind]) {
      for (const [name, option] of Object.entries(options as Readonly<Record<string, PartOption>>)) {
        found.set(name, [...(found.get(name) ?? []), { kind, part, text: textOf(option) }]);
      }
    }
  }
  const fields = [...found].map(([name, said]) => `${comment(said)}  readonly ${name}?: OptionOf<'${name}'>;\n`);
  return `// Made from the rows of the table of parts by \`npm run build:models\`: change the rows.
import type { OptionOf } from './part-table.ts';

/** The options of the parts that there are, flat, as their rows say them. */
export interface DocumentedOptions {
${fields.join('')}}
`;
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
