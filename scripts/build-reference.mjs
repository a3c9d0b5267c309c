// The reference: a page for each export of every entry point in package.json, from its doc comment, in site/dist/reference.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Application, LogLevel, Logger } from 'typedoc';
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

/** Constants that types are derived from, and what no user names: each stands where it is used. */
const notExported = [
  ...[
    'drawingRoots',
    'formats',
    'rootKinds',
    'runSchema',
    'splitNames',
    'thresholdSchema',
    'thresholdsSchema',
    'trainingSchema',
  ],
  // What flat options and rules are made of: of use within types alone.
  ...['Choice', 'OptionRule.type'],
  ...[
    'BufferMemory',
    'ColumnState',
    'Intersection',
    'LabelledExamples',
    'None',
    'OddCell',
    'OptionsOf',
    'OrderEvidence',
    'OrtEngineName',
    'Rows',
    'Unbranded',
    'ValueOf',
    'src/training/replicas/plan.ts:Rank',
    'src/training/replicas/range.ts:Range',
  ],
  // Between a page and its worker.
  ...['CallContext', 'CompiledFacts', 'CompileRequest', 'PackedArray', 'PackedNode', 'RemoteEngineFacts', 'RunRequest'],
];

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
  includeHierarchySummary: false,
  // Whatever a signature names has a page of its own; a new type that is not exported ends the build.
  validation: { notExported: true, invalidLink: true },
  intentionallyNotExported: notExported,
});
/** What ends the build: errors, and of the warnings those of types without a page and of links in comments. */
const faults = [];
app.logger = new (class extends Logger {
  log(message, level) {
    super.log(message, level);
    if (level >= LogLevel.Error || /not included in the documentation|resolve link/.test(message)) faults.push(message);
  }
})();
const names = new Map(entries.map(([name, path]) => [path, name]));
const entryPoints = app.getEntryPoints() ?? [];
for (const entry of entryPoints) entry.displayName = names.get(entry.sourceFile.fileName) ?? entry.displayName;
const project = app.converter.convert(entryPoints);
app.validate(project);
await app.generateDocs(project, out);

const broken = brokenLinks(out);
if (faults.length > 0 || broken.length > 0) {
  for (const fault of faults) console.error(`build:docs: ${fault}`);
  for (const link of broken) console.error(`build:docs: a link that leads nowhere: ${link}`);
  process.exitCode = 1;
} else {
  console.log(`The reference of ${entries.length} entry points: ${join(out, 'index.html')}`);
}
