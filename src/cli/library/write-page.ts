import { localFiles } from '#file-system';

/** Writes a page as a file, whole or not at all. @throws WriteError when it cannot be written */
export async function writePage(path: string, page: string): Promise<void> {
  const { writeOutput } = await localFiles();
  writeOutput(path, page);
}
