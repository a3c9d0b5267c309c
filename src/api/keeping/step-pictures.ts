import { comparison, isImageShape, sheet } from '../../drawing/index.ts';
import type { Store } from '../../io/index.ts';
import { asShades } from '../model/shades.ts';
import { whyNoSamples } from '../model/why-no-samples.ts';
import { picturesFolder } from './run-folder.ts';
import type { KeptRun } from './run-files.ts';

/** What pictures there are of a training: the same draws of the prior and the same examples, as the model has them after an epoch. */
export const pictureKinds = ['samples', 'reconstructions'] as const;
export type PictureKind = (typeof pictureKinds)[number];

/** A picture that a run keeps of its training. */
export interface StepPicture {
  readonly kind: PictureKind;
  /** After which it was taken, counted from 1. */
  readonly epoch: number;
  /** In the run's folder: `pictures/samples-00012.png`. */
  readonly name: string;
}

const pattern = new RegExp(`^(${pictureKinds.join('|')})-(\\d{5,15})\\.png$`);

/** The name of a picture in a run's folder. */
export function pictureName(kind: PictureKind, epoch: number): string {
  return `${picturesFolder}${kind}-${String(epoch).padStart(5, '0')}.png`;
}

/** The pictures that a run has of its training, in the order of its epochs. */
export async function listPictures(store: Pick<Store, 'list'>): Promise<StepPicture[]> {
  const found = (await store.list(picturesFolder)).flatMap((file) => {
    const [, kind, epoch] = pattern.exec(file) ?? [];
    return kind === undefined ? [] : [{ kind: kind as PictureKind, epoch: Number(epoch), name: picturesFolder + file }];
  });
  return found.sort((a, b) => a.epoch - b.epoch || pictureKinds.indexOf(a.kind) - pictureKinds.indexOf(b.kind));
}

/** Removes what there is of later epochs than a training has completed. */
export async function removePicturesAfter(store: Store, epoch: number): Promise<void> {
  for (const picture of await listPictures(store)) if (picture.epoch > epoch) await store.remove(picture.name);
}

/** Unless it is said, so many steps at least lie between pictures: they take a small share of the time. */
const leastSteps = 100;

/**
 * Whether a picture is taken after an epoch: by default after each of the first ten, then ever fewer, some 16 a tenfold. It goes by the epoch
 * and its steps alone, so that a run that was stopped has the pictures of one that was not.
 *
 * @param step steps taken by the end of the epoch
 * @param every epochs between pictures; 0: none
 */
export function isPictured(epoch: number, step: number, every?: number): boolean {
  if (every !== undefined) return every > 0 && epoch % every === 0;
  const least = Math.max(epoch / 10, (leastSteps * epoch) / step);
  return epoch === 1 || epoch % roundUp(least) === 0;
}

/** The least of 1, 2, 5, 10, 20, 50, … that is not below. */
function roundUp(least: number): number {
  for (let power = 1; ; power *= 10) {
    const found = [1, 2, 5].find((factor) => factor * power >= least);
    if (found !== undefined) return found * power;
  }
}

/** Pixels that a sheet is wide and high, about; images of more stand two by two. */
const sheetSide = 512;
const mostColumns = 6;
/** Smaller images than this many pixels are enlarged to it. */
const smallestCell = 28;

/** What a run in training looks like now, as PNGs; none of examples that are no images, and no samples where there are none. */
export async function drawPictures(run: KeptRun): Promise<Partial<Record<PictureKind, Uint8Array>>> {
  const { exampleShape: shape } = run;
  if (!isImageShape(shape)) return {};
  const [height = 1, width = 1] = shape;
  const along = (pixels: number): number => Math.max(2, Math.min(mostColumns, Math.floor(sheetSide / pixels)));
  const [columns, rows] = [along(width), along(height)];
  const options = { columns, scale: Math.max(1, Math.ceil(smallestCell / Math.max(height, width))) };
  const { originals, reconstructions } = await run.testReconstructions(columns * Math.floor(rows / 2));
  return {
    ...(whyNoSamples(run) === undefined &&
      !run.model.fitPrior && { samples: sheet(asShades(run, await run.sample(columns * rows)), options) }),
    reconstructions: comparison(asShades(run, originals), asShades(run, reconstructions), options),
  };
}
