import type { RunDetail } from '../contract.ts';
import { listInside, statInside } from './inside.ts';
import type { RunPlace } from './run-folders.ts';

/** A file of a run that may be fetched. */
export interface RunFile {
  readonly name: string;
  readonly type: string;
  /** Whether a browser may show it by itself; everything else is a download. */
  readonly isShown: boolean;
}

const file = (name: string, type: string): RunFile => ({ name, type, isShown: type === 'image/png' });

/** What a run may have, by name: nothing else of its folder is ever read for a page. */
const known: readonly RunFile[] = [
  file('config.json', 'application/json'),
  file('metrics.jsonl', 'application/x-ndjson'),
  file('README.md', 'text/markdown; charset=utf-8'),
  file('model.safetensors', 'application/octet-stream'),
  file('samples.png', 'image/png'),
  file('samples.csv', 'text/csv; charset=utf-8'),
  file('reconstructions.png', 'image/png'),
  file('thresholds.json', 'application/json'),
  file('model/encoder.onnx', 'application/octet-stream'),
  file('model/decoder.onnx', 'application/octet-stream'),
  file('model/prior.onnx', 'application/octet-stream'),
  file('model/classifier.onnx', 'application/octet-stream'),
];

/** Pictures by epoch: `pictures/samples-0012.png`. */
const picturesFolder = 'pictures';
const picture = /^(samples|reconstructions)-(\d{1,8})\.png$/;
const mostPictures = 1000;

/** The known file of that name. Of anything else there is none. */
export function runFileNamed(name: string): RunFile | undefined {
  const [folder, rest = ''] = name.split('/', 2);
  if (folder === picturesFolder && name === `${folder}/${rest}` && picture.test(rest)) return file(name, 'image/png');
  return known.find((each) => each.name === name);
}

/** Those that the run has. */
export function filesOf({ root, parts }: RunPlace): RunDetail['files'] {
  return known.flatMap(({ name, type }) => {
    const stats = statInside(root, [...parts, ...name.split('/')]);
    return stats?.isFile() ? [{ name, bytes: stats.size, type }] : [];
  });
}

/** Its pictures by epoch, the latest where there are too many. */
export function picturesOf({ root, parts }: RunPlace): RunDetail['pictures'] {
  return listInside(root, [...parts, picturesFolder])
    .flatMap(({ name, isFolder }) => {
      const [, kind, epoch] = (isFolder ? undefined : picture.exec(name)) ?? [];
      return kind === undefined ? [] : [{ kind, epoch: Number(epoch), file: `${picturesFolder}/${name}` }];
    })
    .sort((a, b) => a.epoch - b.epoch || (a.kind < b.kind ? -1 : 1))
    .slice(-mostPictures);
}
