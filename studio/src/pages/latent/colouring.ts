import type { CodesData } from '../../latent/codes.ts';
import { byCategory, byNumber, plainly } from '../../latent/colours.ts';
import type { Colouring } from '../../latent/colours.ts';

export interface ColourChoice {
  readonly name: string;
  readonly title: string;
}

/** By what points may be coloured. */
export function colourChoices({ about, labels, kl }: CodesData): ColourChoice[] {
  return [
    ...(labels ? [{ name: 'label', title: 'label' }] : []),
    ...(kl ? [{ name: 'kl', title: 'KL(q ‖ p)' }] : []),
    { name: 'error', title: 'reconstruction error' },
    ...about.columns.map(({ name }) => ({ name: `column:${name}`, title: name })),
    { name: 'none', title: 'nothing' },
  ];
}

export function colouringOf(codes: CodesData, choice: string, isDark: boolean): Colouring {
  const { about, labels, kl, error } = codes;
  if (choice === 'label' && labels) {
    const classes = about.classes ?? [...new Set(labels)].sort((a, b) => a - b).map(String);
    return byCategory('label', labels, classes);
  }
  if (choice === 'kl' && kl) return byNumber('KL(q ‖ p), nats', kl, isDark);
  if (choice === 'error') return byNumber('−log p(x|z), nats', error, isDark);
  const column = about.columns.find(({ name }) => `column:${name}` === choice);
  const values = column && codes.column(column.name);
  if (!column || !values) return plainly(about.count);
  return column.levels ? byCategory(column.name, values, column.levels) : byNumber(column.name, values, isDark);
}
