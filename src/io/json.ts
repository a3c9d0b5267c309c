/**
 * The first key that an object of `text` holds twice, with the nesting depth of that object (1 is the outermost), or
 * `undefined`. `JSON.parse` would silently keep the last. `text` must be valid JSON.
 */
export function findDuplicateKey(text: string): { key: string; depth: number } | undefined {
  const open: (Set<string> | undefined)[] = [];
  const token = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/gs;
  for (const match of text.matchAll(token)) {
    const [found, colon] = match;
    if (found === '{') open.push(new Set());
    else if (found === '[') open.push(undefined);
    else if (found === '}' || found === ']') open.pop();
    else if (colon !== undefined) {
      const keys = open.at(-1);
      const key = JSON.parse(found.slice(0, found.length - colon.length)) as string;
      if (keys?.has(key)) return { key, depth: open.length };
      keys?.add(key);
    }
  }
  return undefined;
}
