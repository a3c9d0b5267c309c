const keywords = new Set(
  'import from const let export function return for of in if else new await async def as lambda True False None with while yield'.split(
    ' ',
  ),
);

/** Comments, strings, numbers and keywords of TypeScript or Python, wrapped for colour. Takes escaped HTML. */
export function highlight(code: string): string {
  const token = /(\/\/[^\n]*|#[^\n]*)|('[^'\n]*')|\b(\d+(?:\.\d+)?(?:e-?\d+)?)\b|\b([A-Za-z_]\w*)\b/g;
  return code.replace(token, (all: string, comment?: string, text?: string, number?: string, word?: string) => {
    if (comment !== undefined) return `<i class="tok-comment">${all}</i>`;
    if (text !== undefined) return `<i class="tok-string">${all}</i>`;
    if (number !== undefined) return `<i class="tok-number">${all}</i>`;
    return word !== undefined && keywords.has(word) ? `<i class="tok-keyword">${all}</i>` : all;
  });
}
