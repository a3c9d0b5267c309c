import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** Links of the pages in a folder that lead to no file of it, or to no place of a page: `page: link`. */
export function brokenLinks(folder) {
  const pages = readdirSync(folder, { recursive: true }).filter((file) => file.endsWith('.html'));
  const texts = new Map(pages.map((page) => [page, readFileSync(join(folder, page), 'utf8')]));
  const places = new Map(
    [...texts].map(([page, text]) => [page, new Set([...text.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id))]),
  );
  return [...texts].flatMap(([page, text]) => {
    const links = new Set([...text.matchAll(/\shref="([^"]*)"/g)].map(([, link]) => link));
    return [...links].flatMap((link) => {
      if (/^[a-z]+:/.test(link)) return [];
      const [path, place] = link.split('#');
      const target = path === '' ? page : relative(folder, join(folder, dirname(page), decodeURI(path)));
      const there = existsSync(join(folder, target));
      // Places in what is no page, such as pictures, are not looked for.
      const found = !place || !places.has(target) || places.get(target).has(decodeURI(place));
      return there && found ? [] : [`${page}: ${link}`];
    });
  });
}
