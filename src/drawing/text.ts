import { gunzip } from '../io/index.ts';
import { fontBase64, fontCharacters, fontMetrics } from './font.generated.ts';

/** One character: where its alpha values stand relative to the pen, and how far the pen moves. */
interface Glyph {
  readonly left: number;
  /** Below the text's upper edge. */
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly advance: number;
  readonly alpha: Uint8Array;
}

const recordSize = 6;
let glyphs: Map<string, Glyph> | undefined;

/** Unpacked when the first text is drawn. */
function font(): Map<string, Glyph> {
  glyphs ??= unpack();
  return glyphs;
}

function unpack(): Map<string, Glyph> {
  const bytes = gunzip(
    Uint8Array.from(atob(fontBase64), (character) => character.charCodeAt(0)),
    { name: 'the font' },
  );
  const view = new DataView(bytes.buffer);
  const characters = Array.from(fontCharacters);
  let offset = characters.length * recordSize;
  return new Map(
    characters.map((character, index) => {
      const at = index * recordSize;
      const [width, height] = [view.getUint8(at + 2), view.getUint8(at + 3)];
      const alpha = bytes.subarray(offset, offset + width * height);
      offset += width * height;
      const [left, top] = [view.getInt8(at), view.getInt8(at + 1)];
      return [character, { left, top, width, height, advance: view.getUint16(at + 4, true) / 64, alpha }];
    }),
  );
}

/** Characters that the font lacks are drawn as '?'. */
function glyphsOf(text: string): Glyph[] {
  const known = font();
  return Array.from(text).flatMap((character) => known.get(character) ?? known.get('?') ?? []);
}

/** From one line's baseline to the next, pixels. */
export const lineHeight: number = fontMetrics.lineHeight;
/** How far above the baseline a capital's middle is, to centre text on a line. */
export const textMiddle = 6;

/** How wide a text is, pixels. */
export function measureText(text: string): number {
  return glyphsOf(text).reduce((total, { advance }) => total + advance, 0);
}

/** The longest beginning of a text that is at most `width` pixels wide; shortened ones end in '…'. */
export function fitText(text: string, width: number): string {
  if (measureText(text) <= width) return text;
  let shown = Array.from(text);
  while (shown.length > 0 && measureText(`${shown.join('')}…`) > width) shown = shown.slice(0, -1);
  return shown.length > 0 ? `${shown.join('').trimEnd()}…` : '';
}

/** Calls `plot` for every pixel that a text covers, from its beginning on the baseline. @param plot alpha in (0, 1] */
export function eachTextPixel(text: string, plot: (x: number, y: number, alpha: number) => void): void {
  let pen = 0;
  for (const { left, top, width, height, advance, alpha } of glyphsOf(text)) {
    for (let k = 0; k < width * height; k++) {
      const value = alpha[k]! / fontMetrics.levels;
      if (value > 0)
        plot(Math.round(pen) + left + (k % width), top - fontMetrics.ascent + Math.floor(k / width), value);
    }
    pen += advance;
  }
}
