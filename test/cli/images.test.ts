import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { examplesOf, load, readArray, readTable } from '../../src/index.ts';
import { encodePng } from '../../src/io/index.ts';
import { newFolder, rootsigma } from './harness.ts';

const folder = newFolder();
const file = (name: string): string => join(folder, name);
const cases = fileURLToPath(new URL('../fixtures/cases/images', import.meta.url));
const photos = file('photos');
const options = ['--latent', '2', '--hidden', '8', '--epochs', '1', '--threads', '1', '--quiet'];

beforeAll(async () => {
  cpSync(cases, photos, { recursive: true });
  expect((await rootsigma(['train', photos, ...options, '--out', file('run')])).code).toBe(0);
});

it('says what became of the files', async () => {
  writeFileSync(
    join(photos, 'one-cmyk', 'cut.jpg'),
    readFileSync(join(photos, 'one-cmyk', '000.jpg')).subarray(0, 200),
  );
  const { code, stderr } = await rootsigma(['train', photos, ...options.slice(0, -1), '--out', file('said')]);
  expect(code).toBe(0);
  expect(stderr).toMatch(
    /photos: 1 of 29 images cannot be read, left aside:\n {2}one-cmyk\/cut\.jpg: the JPEG is damaged/,
  );
  expect(stderr).toMatch(/transparent pixels \(in 12 images\) are composed on white/);
  expect(stderr).toMatch(/16-bit values \(in 12 images\) reach \d+: 4095 and more become white/);
  const config = JSON.parse(readFileSync(join(file('said'), 'config.json'), 'utf8')) as { data: { options: unknown } };
  expect(config.data.options).toMatchObject({ background: 255, range: 4095 });
  const failing = await rootsigma([
    'train',
    photos,
    ...options,
    '--data-option',
    'unreadable=fail',
    '--out',
    file('no'),
  ]);
  expect([failing.code, failing.stderr]).toEqual([2, expect.stringMatching(/1 of 29 .*\n {2}one-cmyk\/cut\.jpg: /)]);
});

it('leaves images beyond --data-option megapixels aside, and reads new ones by it', async () => {
  const small = [...options.slice(0, -1), '--data-option', 'megapixels=0.0005'];
  const { code, stderr } = await rootsigma(['train', join(photos, 'one-cmyk'), ...small, '--out', file('small')]);
  expect([code, stderr]).toEqual([2, expect.stringMatching(/\.jpg: 24×24 pixels are more than the 0\.0005 million .*megapixels=/)]); // prettier-ignore
  const wide = [...options, '--data-option', 'megapixels=0.001'];
  expect((await rootsigma(['train', photos, ...wide, '--out', file('wide')])).code).toBe(0);
  const config = JSON.parse(readFileSync(join(file('wide'), 'config.json'), 'utf8')) as { data: { options: unknown } };
  expect(config.data.options).toMatchObject({ megapixels: 0.001 });
  const large = file('large.png');
  writeFileSync(large, encodePng({ shape: [40, 40], data: new Uint8Array(1600) }));
  const scored = await rootsigma(['score', file('wide'), '--data', large, '-o', file('large.csv')]);
  expect([scored.code, scored.stderr]).toEqual([2, expect.stringMatching(/40×40 pixels are more than the 0\.001 million/)]); // prettier-ignore
});

it('names the files of scores and codes', async () => {
  const argv = ['score', file('run'), '-o', file('s.csv'), '--split', 'all', '--json'];
  const { records } = await rootsigma(argv);
  const { columns } = await readTable(file('s.csv'));
  expect(columns.map(({ name }) => name)).toEqual(['row', 'file', 'split', 'score']);
  const files = columns[1]!.values;
  expect([files.length, files[0], files.at(-1)]).toEqual([28, 'grey-16bit-12/000.png', 'one-cmyk/003.jpg']);
  expect(records[0]).toMatchObject({ split: 'all', mostAnomalous: [{ file: expect.stringMatching(/\.(png|jpg)$/) as string }, {}, {}, {}, {}] }); // prettier-ignore
  expect((await rootsigma(['encode', file('run'), '-o', file('z.parquet'), '--names', '--split', 'all'])).code).toBe(0);
  const codes = await readTable(file('z.parquet'));
  expect([codes.columns.map(({ name }) => name), codes.columns[0]!.values]).toEqual([['file', 'z1', 'z2'], files]);
  const refused = await rootsigma(['encode', file('run'), '-o', file('z.npy'), '--names']);
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringMatching(/--names: .* holds numbers alone/)]);
});

it('takes a single image', async () => {
  const image = join(photos, 'one-cmyk', '001.jpg');
  const scored = await rootsigma(['score', file('run'), '--data', image, '-o', file('one.csv')]);
  expect([scored.code, scored.stderr]).toEqual([0, '1 image as 24×24 RGB.\nscoring examples …\n']);
  const { columns } = await readTable(file('one.csv'));
  expect(columns[1]!.values).toEqual([image]);
  expect((await rootsigma(['encode', file('run'), '--data', image, '-o', file('one.npy')])).code).toBe(0);
  expect((await readArray(file('one.npy'))).shape).toEqual([1, 2]);
  expect((await rootsigma(['reconstruct', file('run'), '--data', image, '-o', file('one.png')])).code).toBe(0);
  const run = await load(file('run'), { onNotice: () => undefined });
  const two = await run.score([image, join(photos, 'one-cmyk', '002.jpg')]);
  expect(two.shape).toEqual([2]);
  await run.dispose();
});

it('says that a folder has changed since training', async () => {
  const said = async (): Promise<string> =>
    (await rootsigma(['encode', file('run'), '-o', file('z.npy'), '--split', 'train'])).stderr;
  expect(await said()).toBe('');
  cpSync(join(cases, 'one-cmyk', '000.jpg'), join(photos, 'one-cmyk', 'new.jpg'));
  expect(await said()).toMatch(/photos: has 26 training examples now, 25 when the run was trained; its test split may/);
});

it('reads 16-bit images of a run of before there was a range by the full one', async () => {
  const source = join(photos, 'grey-16bit-12');
  expect((await rootsigma(['train', source, ...options, '--out', file('old')])).code).toBe(0);
  const brightest = async (): Promise<number> => {
    const run = await load(file('old'));
    const { dataset } = await run.testData(source, { split: 'all' });
    await run.dispose();
    return Math.max(...examplesOf(dataset).data);
  };
  expect(await brightest()).toBeGreaterThan(0.9);
  const path = join(file('old'), 'config.json');
  const config = JSON.parse(readFileSync(path, 'utf8')) as { data: { options: { range?: number } } };
  expect(config.data.options.range).toBe(4095);
  delete config.data.options.range;
  writeFileSync(path, JSON.stringify(config));
  expect(await brightest()).toBeLessThan(0.07);
});
