// docs/models.md, docs/metrics.md and the doc comments of options are what the rows of the tables say: `npm run build:models` writes
// them anew.
import { format, resolveConfig } from 'prettier';
import { expect, it } from 'vitest';
import { metricsPage } from './metrics-page.ts';
import { partsPage } from './models-page.ts';
import { modelOptionTypes, optionTypes } from './option-types.ts';

it.each([
  ['models.md', partsPage],
  ['metrics.md', metricsPage],
])('%s is what the rows say', async (name, page) => {
  const path = `${import.meta.dirname}/../docs/${name}`;
  const options = await resolveConfig(path);
  await expect(await format(page(), { ...options, parser: 'markdown' })).toMatchFileSnapshot(path);
});

it.each([
  ['config', optionTypes],
  ['models', modelOptionTypes],
])("options given flat have the rows' texts as doc comments, in %s", async (folder, types) => {
  await expect(types()).toMatchFileSnapshot(`${import.meta.dirname}/../src/${folder}/option-docs.generated.ts`);
});
