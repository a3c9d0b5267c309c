// Documents are held to the code: TypeScript snippets of the guides compile and run, examples run, command lines are the
// program's, links lead somewhere.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { rootsigma } from './cli/harness.ts';

const root = join(import.meta.dirname, '..');
const skipped = new Set(['node_modules', 'dist', 'runs', '.git', '.cache']);

function filesBelow(folder: string, ending: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (skipped.has(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path, ending) : path.endsWith(ending) ? [path] : [];
  });
}

/** The ```ts blocks of a document, in order. */
function snippets(path: string): string[] {
  return [...readFileSync(path, 'utf8').matchAll(/^```ts\n(.*?)^```/gms)].map((match) => match[1] ?? '');
}

/** Runs TypeScript against the built package, in a folder of its own inside it, so that 'rootsigma' is this package. */
function runTypeScript(name: string, source: string): { status: number | null; output: string } {
  const folder = join(root, '.cache/documents', name);
  rmSync(folder, { recursive: true, force: true }); // What an earlier run of the tests left.
  mkdirSync(folder, { recursive: true });
  const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 };
  writeFileSync(join(folder, 'main.mjs'), ts.transpileModule(source, { compilerOptions: options }).outputText);
  const { status, stdout, stderr } = spawnSync('node', ['main.mjs'], { cwd: folder, encoding: 'utf8' });
  return { status, output: stdout + stderr };
}

const built = existsSync(join(root, 'dist/index.js'));
if (!built) console.log('documents: snippets and examples are skipped, as there is no dist; `npm run build` makes it.');

const guides = [
  join(root, 'README.md'),
  join(root, 'CONTRIBUTING.md'),
  ...(existsSync(join(root, 'docs')) ? filesBelow(join(root, 'docs'), '.md') : []),
];

describe.runIf(built)('snippets', () => {
  const cases = guides.flatMap((path) =>
    snippets(path).map((source, index) => ({ name: `${relative(root, path)} ${index + 1}`, source })),
  );

  it.each(cases)('$name runs', ({ name, source }) => {
    const { status, output } = runTypeScript(name.replaceAll(/\W+/g, '-'), source);
    expect({ status, output }).toMatchObject({ status: 0 });
  });

  it('compile in a strict project', () => {
    const folder = join(root, '.cache/documents/types');
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const files = cases.map(({ name, source }) => {
      const path = join(folder, `${name.replaceAll(/\W+/g, '-')}.ts`);
      writeFileSync(path, source);
      return path;
    });
    const program = ts.createProgram(files, {
      module: ts.ModuleKind.NodeNext,
      target: ts.ScriptTarget.ES2023,
      types: ['node'],
      strict: true,
      skipLibCheck: true,
      noEmit: true,
    });
    const mistakes = ts.getPreEmitDiagnostics(program).map(({ file, start = 0, messageText }) => {
      const line = file ? file.getLineAndCharacterOfPosition(start).line + 1 : 0;
      return `${relative(folder, file?.fileName ?? '')}:${line} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
    });
    expect(mistakes).toEqual([]);
  });
});

describe('command lines', () => {
  /** `rootsigma …` in ```sh blocks, without what the shell takes for itself. */
  const lines = guides.flatMap((path) =>
    [...readFileSync(path, 'utf8').matchAll(/^```sh\n(.*?)^```/gms)].flatMap(([, block = '']) =>
      block.split('\n').flatMap((line) => /^rootsigma (.*?)(?: #.*)?$/.exec(line.trim())?.[1] ?? []),
    ),
  );

  /** The command that words begin with, and the options that its help has. */
  async function commandOf(words: readonly string[]): Promise<{ name: string; options: Set<string> }> {
    const name = words[0] === 'gaussian' && words[1] === 'sample' ? 'gaussian sample' : (words[0] ?? '');
    const { code, stdout } = await rootsigma([...name.split(' '), '--help']);
    expect({ name, code }).toEqual({ name, code: 0 });
    return { name, options: new Set(stdout.match(/(?<=^ {2}|^ {2}-\w, )--?[\w-]+/gm)) };
  }

  it.each(lines)('rootsigma %s has options that exist', async (line) => {
    const words = line.split(/\s+/);
    const { options } = await commandOf(words);
    expect(options).toContain('--help');
    for (const word of words.filter((each) => /^--?[a-z]/.test(each))) expect(options).toContain(word);
  });
});

describe.runIf(built)('examples', () => {
  it.each(filesBelow(join(root, 'examples'), '.ts').map((path) => relative(root, path)))('%s runs', (path) => {
    const { status, output } = runTypeScript(path.replaceAll(/\W+/g, '-'), readFileSync(join(root, path), 'utf8'));
    expect({ status, output }).toMatchObject({ status: 0 });
    expect(output).not.toMatch(/NaN|undefined/);
  });
});

describe('links', () => {
  /** GitHub's anchors: lower case, punctuation out, spaces to hyphens. */
  const anchorsOf = (path: string): Set<string> => {
    const headings = [...readFileSync(path, 'utf8').matchAll(/^#+ (.*)$/gm)].map((match) => match[1] ?? '');
    const slugs = headings.map(
      (heading) =>
      heading.toLowerCase().replaceAll(/[^\p{Letter}\p{Number}\s_-]/gu, '').trim().replaceAll(/\s/g, '-'), // prettier-ignore
    );
    const ids = [...readFileSync(path, 'utf8').matchAll(/<a (?:id|name)="([^"]+)"/g)].map((match) => match[1] ?? '');
    return new Set([...slugs, ...ids]);
  };

  it.each(filesBelow(root, '.md').map((path) => relative(root, path)))('of %s lead somewhere', (name) => {
    const path = join(root, name);
    const prose = readFileSync(path, 'utf8').replaceAll(/^```.*?^```/gms, '').replaceAll(/`[^`\n]*`/g, ''); // prettier-ignore
    const broken = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = '']) => {
      if (/^[a-z]+:/.test(target)) return [];
      const [file = '', anchor] = target.split('#');
      const resolved = file === '' ? path : join(dirname(path), decodeURIComponent(file));
      if (!existsSync(resolved)) return [target];
      return anchor !== undefined && resolved.endsWith('.md') && !anchorsOf(resolved).has(anchor) ? [target] : [];
    });
    expect(broken).toEqual([]);
  });
});
