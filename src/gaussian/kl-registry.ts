import type { Tensor } from '../graph/index.ts';
import type { Distribution } from './distribution.ts';

/** A class of distributions, as `registerKl` takes it. */
export interface DistributionClass<D extends Distribution> {
  readonly prototype: D;
}

/** A closed form of KL(q ‖ p). */
export type KlRule = (q: Distribution, p: Distribution) => Tensor;

const rules = new Map<object, Map<object, KlRule>>();

/** Adds a closed form of KL(q ‖ p) for two classes and their subclasses; the closest classes win, q's first. */
export function registerKl<Q extends Distribution, P extends Distribution>(
  q: DistributionClass<Q>,
  p: DistributionClass<P>,
  kl: (q: Q, p: P) => Tensor,
): void {
  const row = rules.get(q.prototype) ?? new Map<object, KlRule>();
  row.set(p.prototype, kl as unknown as KlRule);
  rules.set(q.prototype, row);
}

/** The prototypes of an object, closest first. */
function lineage(value: object): object[] {
  const chain: object[] = [];
  for (let at: unknown = Object.getPrototypeOf(value); at; at = Object.getPrototypeOf(at)) chain.push(at);
  return chain;
}

/** The rule for the closest classes of both; undefined when there is none. */
export function findKlRule(q: Distribution, p: Distribution): KlRule | undefined {
  const others = lineage(p);
  for (const own of lineage(q)) {
    const row = rules.get(own);
    const found = row && others.find((other) => row.has(other));
    if (found) return row.get(found);
  }
  return undefined;
}
