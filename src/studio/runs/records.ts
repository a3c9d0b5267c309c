/** A JSON object's entries; undefined for what is none. */
export function asRecord(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function recordIn(value: unknown, name: string): Readonly<Record<string, unknown>> {
  const found = isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return isRecord(found) ? found : {};
}

export function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** A text of at most so many characters: what a run says may come from anywhere. */
export function textOf(value: unknown, most = 200): string | undefined {
  return typeof value === 'string' ? value.slice(0, most) : undefined;
}
