// What the Hugging Face Hub reads of a folder: metadata at the head of README.md, config.json, model.safetensors. The rules are those of its
// documentation (hub-docs: modelcard.md, model-cards.md; the library's `ModelCardData` and `EvalResult`).
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { NdArray, makeDigits, tableOf, train } from '../src/index.ts';
import type { DataInput, TrainOptions } from '../src/index.ts';
import { decodeSafetensors } from '../src/io/index.ts';

const python = '/usr/bin/python3';
const hasYaml = spawnSync(python, ['-c', 'import yaml']).status === 0;

/** Of the Hub's tasks, those that a generative model of images or tables can have. */
const pipelineTags = ['unconditional-image-generation', 'image-feature-extraction', 'feature-extraction'];
/** Of the Hub's licences: what may stand where nobody has chosen one. */
const licences = ['unknown', 'other'];

const folder = mkdtempSync(join(tmpdir(), 'rootsigma-hub-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

type Metadata = Readonly<Record<string, unknown>>;

/** The fields between the two lines of hyphens with which the file begins. */
function metadataOf(path: string): Metadata {
  const text = readFileSync(path, 'utf8');
  const [, head = ''] = /^---\n(.*?)\n---\n\n# /s.exec(text) ?? [];
  const fields = head.split('\n').map((line) => /^([\w-]+): (.*)$/.exec(line) ?? []);
  return Object.fromEntries(fields.map(([, name = '', value = '']) => [name, JSON.parse(value) as unknown]));
}

const isTexts = (value: unknown): boolean => Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'string' && each !== ''); // prettier-ignore

function expectValid(metadata: Metadata): void {
  const known = ['library_name', 'license', 'tags', 'pipeline_tag', 'datasets', 'metrics', 'model-index'];
  expect(known).toEqual(expect.arrayContaining(Object.keys(metadata)));
  expect(metadata).toMatchObject({ library_name: 'rootsigma' });
  expect(licences).toContain(metadata.license);
  for (const name of ['tags', 'datasets', 'metrics'])
    if (name in metadata) expect(isTexts(metadata[name]), name).toBe(true);
  const tags = metadata.tags as string[];
  expect(new Set(tags).size).toBe(tags.length);
  expect(tags).toEqual(expect.arrayContaining(['vae', 'onnx', 'safetensors']));
  if ('pipeline_tag' in metadata) expect(pipelineTags).toContain(metadata.pipeline_tag);
  // Names of data sets on the Hub: owner/name.
  for (const name of (metadata.datasets ?? []) as string[]) expect(name).toMatch(/^[\w-]+\/[\w.-]+$/);
  for (const model of (metadata['model-index'] ?? []) as Metadata[]) {
    expect(Object.keys(model).sort()).toEqual(['name', 'results']);
    for (const result of model.results as Readonly<Record<'task' | 'dataset', Metadata> & { metrics: Metadata[] }>[]) {
      expect(Object.keys(result).sort()).toEqual(['dataset', 'metrics', 'task']);
      expect(result.task.type).toEqual(expect.any(String));
      expect(result.dataset).toMatchObject({ name: expect.any(String) as string, type: expect.any(String) as string });
      for (const metric of result.metrics) {
        expect(metric).toMatchObject({ type: expect.any(String) as string, value: expect.any(Number) as number });
        expect(metadata.metrics).toContain(metric.type);
      }
    }
  }
}

const options: TrainOptions = { latent: 2, hidden: [8], epochs: 1, batchSize: 20, seed: 1, threads: 1, onNotice: 'silent' }; // prettier-ignore
const table = tableOf([
  { name: 'it\'s "a": #name', values: Array.from({ length: 60 }, (_, k) => (k * 37) % 50) },
  { name: 'colour', values: Array.from({ length: 60 }, (_, k) => ['red', 'green', 'blue'][k % 3]!) },
]);
const cases: readonly (readonly [string, DataInput, TrainOptions, Metadata])[] = [
  ['images', makeDigits({ count: 60 }), {}, { pipeline_tag: 'unconditional-image-generation' }],
  ['given-labels', makeDigits({ count: 60 }), { condition: 'label', prior: 'conditional-normal' }, {}],
  ['rows', table, {}, {}],
  [
    'numbers',
    new NdArray(
      Float32Array.from({ length: 180 }, (_, k) => (k * 7) % 11),
      [60, 3],
    ),
    {},
    {},
  ],
];

describe('the layout of the Hugging Face Hub', () => {
  it.each(cases)('of a run and an export of %s is valid', async (name, data, own, expected) => {
    const out = join(folder, name);
    const run = await train(data, { ...options, ...own, out });
    await run.exportTo(join(folder, `${name}-exported`));
    await run.dispose();
    for (const place of [out, join(folder, `${name}-exported`)]) {
      const metadata = metadataOf(join(place, 'README.md'));
      expectValid(metadata);
      expect(metadata).toMatchObject(expected);
      if (!('pipeline_tag' in expected)) expect(metadata).not.toHaveProperty('pipeline_tag');
      expect(JSON.parse(readFileSync(join(place, 'config.json'), 'utf8'))).toHaveProperty('model');
      const { metadata: ofTensors } = decodeSafetensors(readFileSync(join(place, 'model.safetensors')));
      expect(ofTensors).toMatchObject({ format: 'rootsigma' });
    }
    // What the training came to is known of the run.
    expect(metadataOf(join(out, 'README.md'))).toHaveProperty('model-index');
  });

  it.skipIf(!hasYaml)(`is read by a parser of YAML as by one of JSON${hasYaml ? '' : ' (no python3-yaml)'}`, () => {
    const paths = cases.flatMap(([name]) => [name, `${name}-exported`].map((each) => join(folder, each, 'README.md')));
    const script = `
import json, sys, yaml
print(json.dumps([yaml.safe_load(open(path).read().split("---\\n")[1]) for path in sys.argv[1:]]))
`;
    const { status, stdout, stderr } = spawnSync(python, ['-c', script, ...paths], { encoding: 'utf8' });
    expect(status, stderr).toBe(0);
    expect(JSON.parse(stdout)).toEqual(paths.map(metadataOf));
  });
});
