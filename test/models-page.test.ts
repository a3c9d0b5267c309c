// docs/models.md is what the rows of the table of parts say: `npm run build:models` writes it anew.
import { format, resolveConfig } from 'prettier';
import { expect, it } from 'vitest';
import { partsPage } from './models-page.ts';

it('is what the rows say', async () => {
  const path = `${import.meta.dirname}/../docs/models.md`;
  const options = await resolveConfig(path);
  await expect(await format(partsPage(), { ...options, parser: 'markdown' })).toMatchFileSnapshot(path);
});
