import { isImageShape } from '../../drawing/index.ts';
import type { Store } from '../../io/index.ts';
import { toBase64 } from './base64.ts';
import { runFile } from '../keeping/run-folder.ts';
import { drawPictures, listPictures } from '../keeping/step-pictures.ts';
import type { PictureKind } from '../keeping/step-pictures.ts';
import type { Run } from '../run/run.ts';
import { markup } from './html.ts';
import type { Markup, Part } from './html.ts';

/** A larger picture is left out: the report is one file. */
const mostBytes = 4 * 2 ** 20;
/** Epochs that are shown. */
const mostEpochs = 6;

const titles: Readonly<Record<PictureKind, string>> = {
  samples: 'Samples: E[x|z] for draws z of the prior',
  reconstructions: 'Test examples, each with its reconstruction below',
};

/** What the model draws, at its end and on the way; undefined for examples that are no images. */
export async function pictureSection(run: Run): Promise<Markup | undefined> {
  if (!isImageShape(run.exampleShape)) return undefined;
  const { store } = run;
  const read = async (name: string): Promise<Uint8Array | undefined> => await store?.read(name);
  const files = { samples: await read(runFile.samples), reconstructions: await read(runFile.reconstructions) };
  const last: Partial<Record<PictureKind, Uint8Array>> = files.samples ?? files.reconstructions ? defined(files) : await drawPictures(run); // prettier-ignore
  const kinds = Object.keys(titles) as PictureKind[];
  const ends = kinds.map((kind): Part => {
    const png = last[kind];
    return png && markup`<figure><figcaption>${titles[kind]}</figcaption>${imageOf(png, `${titles[kind]}, at the end of training`)}</figure>`; // prettier-ignore
  });
  return markup`<div class="pictures">${ends}</div>
    ${store && (await strips(store, 2))}`;
}

/** What was drawn on the way, of a training that has left no model to draw with; undefined where there is none. */
export async function pictureStrips(exampleShape: readonly number[], store: Store): Promise<Part> {
  return isImageShape(exampleShape) ? await strips(store, 1) : undefined;
}

/** @param least of fewer epochs there is no strip */
async function strips(store: Store, least: number): Promise<Part> {
  const all = await picturesOf(store);
  const parts: Part[] = [];
  for (const kind of Object.keys(titles) as PictureKind[]) {
    const own = all.filter((each) => each.kind === kind);
    const count = Math.min(mostEpochs, own.length);
    const chosen = [...new Set(Array.from({ length: count }, (_, k) => own[Math.round((k * (own.length - 1)) / Math.max(1, count - 1))]))]; // prettier-ignore
    if (chosen.length < least) continue;
    const images: Part[] = [];
    for (const each of chosen) {
      const png = each && (await store.read(each.name));
      if (each && png)
        images.push(markup`<figure>${imageOf(png, `${kind} after epoch ${each.epoch}`)}<figcaption>epoch ${each.epoch}</figcaption></figure>`); // prettier-ignore
    }
    parts.push(markup`<h3>${kind === 'samples' ? 'Samples' : 'Reconstructions'} over time</h3><div class="strip">${images}</div>`); // prettier-ignore
  }
  return parts.length > 0 ? parts : undefined;
}

/** None where nobody can tell what lies there, as below a URL. */
async function picturesOf(store: Store): ReturnType<typeof listPictures> {
  try {
    return await listPictures(store);
  } catch {
    return [];
  }
}

function imageOf(png: Uint8Array, alt: string): Markup {
  if (png.length > mostBytes) return markup`<p class="quiet">${alt}: too large for this file.</p>`;
  return markup`<img src="data:image/png;base64,${toBase64(png)}" alt="${alt}" />`;
}

function defined<T extends object>(values: T): Partial<Record<keyof T, NonNullable<T[keyof T]>>> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}
