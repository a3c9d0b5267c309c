/** What metrics are called in a sentence, where their names with spaces in them would not do. In records and JSON they have their names. */
const words: Readonly<Record<string, string>> = {
  elbo: 'ELBO',
  kl: 'KL',
  nll: 'NLL',
  mmd: 'MMD',
  iwae: 'IWAE bound',
  miwae: 'MIWAE bound',
  ciwae: 'CIWAE bound',
  piwae: 'PIWAE bound',
  renyi: 'Rényi bound',
  reconstructionAndKl: 'reconstruction minus KL',
  reconstructionAndNorm: 'reconstruction minus norm of codes',
  reconstructionAndCommitment: 'reconstruction minus commitment',
  paidKl: 'KL paid for',
  dimensionwiseKl: 'KL of single dimensions',
  discriminatorLoss: "discriminator's loss",
  codesUsed: 'codes used in a batch',
  perplexity: 'perplexity of codes in a batch',
};

const phases = new Set(['training', 'validation']);

/**
 * A metric's name in a sentence: `validation.elbo` → `validation ELBO`, `trimmedElbo` → `ELBO without the worst`, and of those that
 * have no words here `totalCorrelation` → `total correlation`.
 */
export function metricInWords(name: string): string {
  const [phase = '', ...rest] = name.split('.');
  if (phases.has(phase) && rest.length > 0) return `${phase} ${metricInWords(rest.join('.'))}`;
  if (Object.hasOwn(words, name)) return words[name] ?? name;
  const trimmed = /^trimmed([A-Z])(.*)$/.exec(name);
  if (trimmed) return `${metricInWords(`${(trimmed[1] ?? '').toLowerCase()}${trimmed[2] ?? ''}`)} without the worst`;
  return name.replace(
    /([a-z0-9])([A-Z])(?=[a-z]|$)/g,
    (_, before: string, letter: string) => `${before} ${letter.toLowerCase()}`,
  );
}
