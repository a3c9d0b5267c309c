// THIRD_PARTY.md: what an installed rootsigma brings along, and under which licences. `npm run licences` writes it; a test keeps it true.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** What umap-js is made of. */
const needsOfUmap = [
  'ml-levenberg-marquardt',
  'ml-matrix',
  'is-any-array',
  'ml-array-max',
  'ml-array-min',
  'ml-array-rescale',
];

/** The list, from package-lock.json alone. */
export function licenseList() {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const rows = Object.entries(packages)
    .filter(([path, { dev, devOptional }]) => path !== '' && !dev && !devOptional)
    .map(([path, about]) => ({ name: path.replace(/^.*node_modules\//, ''), ...about }));
  // Their files are copied into the package, or built into the studio's pages.
  const pages = ['preact', '@preact/signals', '@preact/signals-core', 'uplot', 'katex', 'umap-js', ...needsOfUmap];
  for (const name of ['onnxruntime-web', ...pages]) {
    rows.push({ name, ...packages[`node_modules/${name}`], optional: false, shipped: true });
  }
  const line = ({ name, version, license, optional, shipped }) => {
    if (!license) throw new Error(`${name}: says no licence`);
    const how = shipped ? 'its files are in this package' : optional ? 'optional' : 'needed';
    return `| ${name} | ${version} | ${license} | ${how} |`;
  };
  return `# Licences of what is installed with rootsigma

Written by \`npm run licences\` from package-lock.json. Optional packages are installed where they fit the machine; of
\`@koromix/koffi-…\` there is one for each kind of machine. The packages themselves hold the texts of their licences.

| package | version | licence | |
|---|---|---|---|
${rows
  .sort((a, b) => (a.name < b.name ? -1 : 1))
  .map(line)
  .join('\n')}
`;
}

const target = join(root, 'THIRD_PARTY.md');
if (process.argv.includes('--check')) {
  if (readFileSync(target, 'utf8') !== licenseList()) {
    console.error('THIRD_PARTY.md is not of package-lock.json: npm run licences writes it anew.');
    process.exit(1);
  }
} else writeFileSync(target, licenseList());
