/** Where two JSON-like values differ: one text a path, `model.latent: 16 became 8`. */
export function differences(before: unknown, after: unknown, path: readonly string[] = []): string[] {
  if (isObject(before) && isObject(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap((key) => differences(before[key], after[key], [...path, key]));
  }
  const texts = [before, after].map((value) => (value === undefined ? 'nothing' : JSON.stringify(value)));
  return texts[0] === texts[1] ? [] : [`${path.join('.')}: ${texts.join(' became ')}`];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
