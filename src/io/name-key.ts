/** A name without what people and programs write differently: case, blanks around it, and what parts its words. */
export function nameKey(name: string): string {
  return name
    .normalize('NFKC')
    .trim()
    .toLowerCase()
    .replace(/[\s_.-]+/gu, ' ');
}
