/** A number of a record: NaN where JSON has null, which it writes for what is not finite. */
export interface NamedNumber {
  readonly name: string;
  readonly value: number;
}

/** What says where and when, and not how it goes. */
const places: ReadonlySet<string> = new Set(['event', 'epoch', 'epochs', 'step', 'totalSteps', 'examples', 'time']);
const mostDepth = 4;

/**
 * Every number of a record under its name: `step.loss`, `scalars.beta`, `training.elbo`, `validation.kl`. What objectives say in
 * `metrics` stands beside what every one of them says, once.
 */
export function namedNumbers(record: Readonly<Record<string, unknown>>): NamedNumber[] {
  const { event } = record;
  if (event !== 'step' && event !== 'epoch') return [];
  const found = new Map<string, number>();
  const add = (value: unknown, path: readonly string[]): void => {
    if (typeof value === 'number' || value === null) {
      const name = path.join('.');
      if (!found.has(name)) found.set(name, value ?? NaN);
    } else if (typeof value === 'object' && !Array.isArray(value) && path.length < mostDepth) {
      for (const [key, inner] of Object.entries(value)) add(inner, key === 'metrics' ? path : [...path, key]);
    }
  };
  for (const [key, value] of Object.entries(record)) {
    if (places.has(key)) continue;
    const isGroup = typeof value === 'object' && value !== null && key !== 'metrics';
    add(value, isGroup ? [key] : key === 'metrics' ? [event] : [event, key]);
  }
  return [...found].map(([name, value]) => ({ name, value }));
}
