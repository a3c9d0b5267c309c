import { DataError } from '../core/index.ts';
import { isPassedOver } from './images/listing.ts';

/**
 * Files that the user of a page picked or dropped, one by one or as a folder (`<input type="file" webkitdirectory>`), or a folder that the
 * page was given (`showDirectoryPicker`). Where a file's name has `/` in it, as in `new File([blob], 'cat/1.png')`, it lies in folders.
 */
export type FileInput = File | readonly File[] | FileList | FileSystemDirectoryHandle;

/** Whether this is what a `FileInput` is, and not an array of numbers, a table or a data set. */
export function isFileInput(data: unknown): data is FileInput {
  if (typeof data !== 'object' || data === null) return false;
  if (data instanceof Blob) return true;
  if ('kind' in data && data.kind === 'directory' && 'values' in data) return true;
  if (!Array.isArray(data) && !isFileList(data)) return false;
  return data.length > 0 ? Array.from(data).every((item) => item instanceof Blob) : isFileList(data);
}

/** What `input.files` is; Node has no such class. */
function isFileList(data: object): data is FileList {
  return typeof FileList === 'function' && data instanceof FileList;
}

export interface PickedFiles {
  /** The folder that all lie in; absent for files that were picked one by one. */
  readonly folder?: string;
  /** By their paths below the folder, hidden ones left out. */
  readonly files: ReadonlyMap<string, File>;
}

/** @throws DataError where there is no file, or one that has no name */
export async function pickedFiles(input: FileInput): Promise<PickedFiles> {
  if (isHandle(input)) return { folder: input.name, files: kept(await filesBelow(input, '')) };
  const list = input instanceof Blob ? [input] : Array.from(input);
  const paths = list.map(pathOf);
  const folder = sharedFolder(paths);
  const start = folder === undefined ? 0 : folder.length + 1;
  const files = kept(list.map((file, k) => [(paths[k] ?? '').slice(start), file] as const));
  return { ...(folder !== undefined && { folder }), files };
}

/** The same files, as they may be sent to a worker: what folder a file lies in gets lost on the way, its name does not. */
export function sendableFiles(input: FileInput): FileInput {
  if (isHandle(input)) return input;
  const withPath = (file: File): File => {
    const path = pathOf(file);
    return path === file.name ? file : new File([file], path, { type: file.type, lastModified: file.lastModified });
  };
  return input instanceof Blob ? withPath(input) : Array.from(input, withPath);
}

function isHandle(input: FileInput): input is FileSystemDirectoryHandle {
  return 'kind' in input;
}

function pathOf({ name, webkitRelativePath }: Partial<File>): string {
  if (name === undefined) throw new DataError("data: a Blob has no name: give a File, new File([blob], 'people.csv').");
  // Node's files have none.
  return webkitRelativePath === undefined || webkitRelativePath === '' ? name : webkitRelativePath;
}

/** The folder at the top of all paths, if there is one. */
function sharedFolder(paths: readonly string[]): string | undefined {
  const [first = '', ...inner] = paths[0]?.split('/') ?? [];
  return inner.length > 0 && paths.every((path) => path.startsWith(`${first}/`)) ? first : undefined;
}

/** Without hidden files and what systems leave behind; of one name, the second and third are numbered. */
function kept(files: readonly (readonly [path: string, file: File])[]): Map<string, File> {
  const found = new Map<string, File>();
  for (const [path, file] of files) {
    if (path.split('/').some(isPassedOver)) continue;
    let name = path;
    for (let k = 2; found.has(name); k++) name = path.replace(/(\.[^./]*)?$/, ` (${k})$1`);
    found.set(name, file);
  }
  if (found.size === 0) throw new DataError('data: no file was given.');
  return found;
}

async function filesBelow(folder: FileSystemDirectoryHandle, above: string): Promise<[string, File][]> {
  const files: [string, File][] = [];
  for await (const entry of folder.values()) {
    if (isPassedOver(entry.name)) continue;
    const path = above + entry.name;
    if (entry.kind === 'file') files.push([path, await entry.getFile()]);
    else files.push(...(await filesBelow(entry, `${path}/`)));
  }
  return files;
}

/** @throws DataError that names the file when it cannot be read, such as one that has changed since it was picked */
export async function fileBytes(file: Blob, name: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch (error) {
    throw new DataError(`${name}: cannot be read (${error instanceof Error ? error.message : String(error)}).`);
  }
}
