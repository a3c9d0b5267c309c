// What the playground's form says, in the address.

export interface Setting {
  readonly name: string;
  readonly text: string;
  readonly kind: 'part' | 'number' | 'numbers';
  readonly fallback: string;
  readonly least?: number;
  readonly most?: number;
  readonly isWhole?: boolean;
}

/** Every setting; one that is empty is left to the library. */
export const settings: readonly Setting[] = [
  { name: 'data', text: 'Data', kind: 'part', fallback: 'digits' },
  { name: 'examples', text: 'Examples', kind: 'number', fallback: '2000', least: 100, most: 60_000, isWhole: true },
  { name: 'posterior', text: 'Posterior q(z|x)', kind: 'part', fallback: 'full' },
  { name: 'prior', text: 'Prior p(z)', kind: 'part', fallback: 'standard-normal' },
  { name: 'objective', text: 'Objective', kind: 'part', fallback: 'elbo' },
  { name: 'likelihood', text: 'Likelihood p(x|z)', kind: 'part', fallback: '' },
  { name: 'beta', text: 'β', kind: 'number', fallback: '', least: 0, most: 1e6 },
  { name: 'latent', text: 'Latent dimensions', kind: 'number', fallback: '2', least: 1, most: 256, isWhole: true },
  { name: 'hidden', text: 'Hidden layers', kind: 'numbers', fallback: '128' },
  { name: 'learningRate', text: 'Learning rate', kind: 'number', fallback: '0.002', least: 1e-8, most: 10 },
  { name: 'batchSize', text: 'Batch', kind: 'number', fallback: '100', least: 1, most: 10_000, isWhole: true },
  { name: 'epochs', text: 'Epochs', kind: 'number', fallback: '20', least: 1, most: 10_000, isWhole: true },
  { name: 'seed', text: 'Seed', kind: 'number', fallback: '0', least: 0, most: 2 ** 31, isWhole: true },
];

/** Why a text cannot be a setting's value, in words. */
export function settingProblem({ kind, least, most, isWhole }: Setting, text: string): string | undefined {
  if (text === '' || kind === 'part') return undefined;
  if (kind === 'numbers') return /^\d+(\s*,\s*\d+)*$/.test(text) ? undefined : 'Widths between commas, such as 256,64.';
  const value = Number(text);
  if (!Number.isFinite(value)) return 'This is no number.';
  if (isWhole && !Number.isInteger(value)) return 'This is no whole number.';
  if ((least !== undefined && value < least) || (most !== undefined && value > most)) return `From ${least ?? ''} to ${most ?? ''}.`; // prettier-ignore
  return undefined;
}

/** What `train` is given. Of what is empty the library decides; `beta` is an option of some objectives alone. */
export function optionsOf(values: Readonly<Record<string, string>>): Readonly<Record<string, unknown>> {
  const options: Record<string, unknown> = {};
  for (const { name, kind } of settings) {
    const text = values[name] ?? '';
    if (text === '' || name === 'data' || name === 'examples') continue;
    options[name] = kind === 'number' ? Number(text) : kind === 'numbers' ? text.split(',').map(Number) : text;
  }
  return options;
}
