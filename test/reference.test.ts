// The reference's links: that a dead one is found; and, on demand as it takes a while, the whole reference:
//
//     ROOTSIGMA_REFERENCE=1 npx vitest run test/reference.test.ts
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const { brokenLinks } = (await import(join(root, 'scripts/links.mjs'))) as {
  readonly brokenLinks: (folder: string) => string[];
};

it('finds links to missing pages and to missing places of pages, and no others', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rootsigma-links-'));
  mkdirSync(join(folder, 'deep'));
  const fine = ['deep/b.html', 'deep/b.html#there', '#here', 'https://example.com/x', 'icons.svg#any'];
  const links = [...fine, 'gone.html', 'deep/b.html#gone', '#gone', 'deep/b.html#the'];
  const anchors = links.map((link) => `<a class="x" href="${link}">x</a>`).join('');
  writeFileSync(join(folder, 'a.html'), `<p id="here">${anchors}</p>`);
  writeFileSync(join(folder, 'deep/b.html'), '<p id="there"><a href="../a.html#here">x</a><a href="a.html">x</a></p>');
  writeFileSync(join(folder, 'icons.svg'), '<svg/>');
  expect(brokenLinks(folder).sort()).toEqual(
    [
      'a.html: #gone',
      'a.html: deep/b.html#gone',
      'a.html: deep/b.html#the',
      'a.html: gone.html',
      'deep/b.html: a.html',
    ].sort(),
  );
  rmSync(folder, { recursive: true });
});

it.runIf(process.env.ROOTSIGMA_REFERENCE)('is built for every entry point, without dead links', () => {
  const { status, stderr } = spawnSync('node', ['scripts/build-reference.mjs'], { cwd: root, encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const page = (name: string): string => readFileSync(join(root, 'site/dist/reference', name), 'utf8');
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { exports: object };
  for (const name of Object.keys(exports).filter((each) => each !== './package.json')) {
    const module = `modules/rootsigma${name.slice(1).replace('/', '_')}.html`;
    expect({ module, there: existsSync(join(root, 'site/dist/reference', module)) }).toEqual({ module, there: true });
  }
  // Text of a doc comment has arrived.
  expect(page('functions/rootsigma.load.html')).toContain('A run from its folder');
});
