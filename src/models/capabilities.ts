import { CapabilityError } from '../core/index.ts';

/**
 * What a prior or a posterior can do beyond draws:
 *
 * - `logProbOfDraw`: the log density of a draw, with the draw
 * - `logProb`: the log density at any point
 * - `marginalLogProb`: that of each coordinate by itself, at any point
 * - `moments`: mean and variance in closed form
 * - `root`: a Gaussian, with its covariance and the root of it
 * - `codes`: z is made of codes of a book; a posterior says which
 */
export type Capability = 'logProbOfDraw' | 'logProb' | 'marginalLogProb' | 'moments' | 'root' | 'codes';

/** What Gaussians can. */
export const gaussianCapabilities: readonly Capability[] = [
  'logProbOfDraw',
  'logProb',
  'marginalLogProb',
  'moments',
  'root',
];

/** A prior or a posterior as part of a model. */
export interface ModelPart {
  readonly kind: 'prior' | 'posterior';
  /** Of its row. */
  readonly name: string;
  readonly capabilities: readonly Capability[];
}

const inWords: Readonly<Record<Capability, string>> = {
  logProbOfDraw: 'the log density of its draws (logProbOfDraw)',
  logProb: 'a log density at any point (logProb)',
  marginalLogProb: 'log densities of single latent dimensions (marginalLogProb)',
  moments: 'mean and variance in closed form (moments)',
  root: 'a covariance root (root)',
  codes: 'codes of a book (codes)',
};

/** Whether a part of a model can do something, such as say log q(z|x) of a draw. */
export function has({ capabilities }: Pick<ModelPart, 'capabilities'>, capability: Capability): boolean {
  return capabilities.includes(capability);
}

/**
 * Refuses a part that lacks what something needs of it.
 *
 * @param who needs it, in words: `objective 'beta-tc'`
 * @param remedy what to do, or rows of the part's kind, to say which would do
 * @throws CapabilityError that says which part lacks what
 */
export function requireCapabilities(
  who: string,
  part: ModelPart,
  needed: readonly Capability[],
  remedy: string | readonly Pick<ModelPart, 'name' | 'capabilities'>[] = [],
): void {
  const missing = needed.filter((capability) => !has(part, capability));
  if (missing.length === 0) return;
  const lacking = missing.map((capability) => inWords[capability]).join(' and ');
  const advice = typeof remedy === 'string' ? remedy : choiceText(part.kind, remedy, needed);
  throw new CapabilityError(
    `${who} needs of the ${part.kind} ${lacking}, which '${part.name}' does not have.${advice && ` ${advice}`}`,
  );
}

/** Which of the rows have what is needed. */
function choiceText(
  kind: string,
  rows: readonly Pick<ModelPart, 'name' | 'capabilities'>[],
  needed: readonly Capability[],
): string {
  const able = rows.filter((row) => needed.every((capability) => has(row, capability)));
  return able.length > 0 ? `Choose a ${kind} that has: ${able.map(({ name }) => name).join(', ')}.` : '';
}
