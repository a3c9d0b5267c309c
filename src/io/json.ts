/**
 * The first key that an object of `text` holds twice, with the nesting depth of that object (1 is the outermost), or
 * `undefined`. `JSON.parse` would silently keep the last. `text` must be valid JSON; texts in it may be of any length.
 */
export function findDuplicateKey(text: string): { key: string; depth: number } | undefined {
  const open: (Set<string> | undefined)[] = [];
  const structure = /["{}[\]]/g;
  const colon = /\s*:/y;
  for (let match = structure.exec(text); match; match = structure.exec(text)) {
    const [found] = match;
    if (found === '{') open.push(new Set());
    else if (found === '[') open.push(undefined);
    else if (found !== '"') open.pop();
    else {
      const end = endOfText(text, match.index);
      structure.lastIndex = end;
      colon.lastIndex = end;
      if (!colon.test(text)) continue;
      const key = JSON.parse(text.slice(match.index, end)) as string;
      const keys = open.at(-1);
      if (keys?.has(key)) return { key, depth: open.length };
      keys?.add(key);
    }
  }
  return undefined;
}

/** Where a text in quotation marks ends that begins at `start`. A regular expression would run out of stack for long ones. */
function endOfText(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let first = quote;
    while (text[first - 1] === '\\') first--;
    if ((quote - first) % 2 === 0) return quote + 1;
  }
  return text.length;
}
