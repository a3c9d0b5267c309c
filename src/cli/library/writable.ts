import { localFiles } from '#file-system';
import { checkOptions, rule } from '../../core/index.ts';

/**
 * Checks that a file can be written there, or files in a folder, before there is something to write; changes nothing.
 *
 * @throws WriteError saying what is in the way, and what helps
 */
export async function checkWritable(path: string, options: { readonly isFolder?: boolean } = {}): Promise<void> {
  checkOptions('checkWritable', options, { isFolder: rule.flag });
  const { checkWritable: check } = await localFiles();
  check(path, options);
}
