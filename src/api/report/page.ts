import { counted, formatShape, version } from '../../core/index.ts';
import { sha256 } from '../../io/sha256.ts';
import { toBase64 } from './base64.ts';
import { Markup, markup } from './html.ts';
import type { Part } from './html.ts';
import { posteriorCan } from './reported.ts';
import type { Reported } from './reported.ts';
import { style } from './style.ts';

/** The page, whose policy lets it reach for nothing. @param top what stands above its sections */
export async function page(title: string, top: Part, sections: readonly Part[]): Promise<string> {
  const digest = toBase64(await sha256(new TextEncoder().encode(style)));
  const policy = `default-src 'none'; img-src data:; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'`;
  return markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${new Markup(policy)}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        <style>${new Markup(style)}</style>
      </head>
      <body>
        ${top}
        <main>${sections}</main>
        <footer>Made by rootsigma ${version}. Everything is in this file.</footer>
      </body>
    </html> `.text;
}

/** What a report is called: as it is asked for, or by its folder, or its data. */
export function titleOf({ path, config }: Reported, title: string | undefined): string {
  return title ?? path?.replace(/[/\\]+$/, '').replace(/^.*[/\\]/, '') ?? config.data.source;
}

/** @param verb `trained`, or how it stands */
export function header(reported: Reported, title: string, verb = 'trained'): Markup {
  const { data, training, model } = reported.config;
  const kind = posteriorCan(reported, 'logProbOfDraw') ? 'A variational autoencoder' : 'An autoencoder';
  return markup`<header>
    <h1>${title}</h1>
    <p class="lead">
      ${kind} with ${counted(model.latent, 'latent dimension')}, ${verb} on ${counted(data.count, 'example')} of
      ${data.source}${data.table ? `, ${counted(data.table.columns.length, 'column')}` : `, each ${formatShape(data.shape)}`}${training.validation > 0 ? `; ${Math.round(100 * training.validation)} % of them were held out to choose the epoch` : ''}.
    </p>
  </header>`;
}

/** A figure of the page's first row. */
export interface Tile {
  readonly name: string;
  readonly value: string;
  readonly about?: string;
}

export function tileRow(found: readonly (Tile | undefined)[]): Markup {
  return markup`<dl class="tiles">${found.map((tile) => tile && markup`<div><dt>${tile.name}</dt><dd>${tile.value}${tile.about ? markup`<small>${tile.about}</small>` : undefined}</dd></div>`)}</dl>`; // prettier-ignore
}
