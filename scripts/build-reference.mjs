// The reference: a page for each export of every entry point in package.json, from its doc comment, in site/dist/reference.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Application } from 'typedoc';
import { brokenLinks } from './links.mjs';

const root = join(import.meta.dirname, '..');
const out = join(root, 'site/dist/reference');
const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
/** Source files of the entry points, by the name that they are imported by. */
const entries = Object.entries(exports).flatMap(([subpath, target]) =>
  target.types
    ? [[join('rootsigma', subpath), join(root, target.types.replace('dist', 'src').replace('.d.ts', '.ts'))]]
    : [],
);

const app = await Application.bootstrap({
  name: 'rootsigma',
  tsconfig: join(root, 'tsconfig.build.json'),
  entryPoints: entries.map(([, path]) => path),
  // `npm run check` has seen the types.
  skipErrorChecking: true,
  readme: 'none',
  disableSources: true,
  excludePrivate: true,
  sortEntryPoints: false,
  githubPages: false,
  // Types that are used and not exported stand where they are used.
  validation: { notExported: false, invalidLink: true },
  logLevel: 'Error',
});
const names = new Map(entries.map(([name, path]) => [path, name]));
const entryPoints = app.getEntryPoints() ?? [];
for (const entry of entryPoints) entry.displayName = names.get(entry.sourceFile.fileName) ?? entry.displayName;
const project = app.converter.convert(entryPoints);
app.validate(project);
await app.generateDocs(project, out);

const broken = brokenLinks(out);
if (app.logger.hasErrors() || broken.length > 0) {
  for (const link of broken) console.error(`build:docs: a link that leads nowhere: ${link}`);
  process.exitCode = 1;
} else {
  console.log(`The reference of ${entries.length} entry points: ${join(out, 'index.html')}`);
}
