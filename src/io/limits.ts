import { DataError } from '../core/index.ts';

/**
 * The most bytes that one image may decode to, 256 MiB: 67 million pixels of a JPEG or WebP (which their codecs decode to four
 * bytes each), 89 million of an RGB PNG, 268 million of a grey one. Decoding takes up to five times as much.
 */
export const imageLimit = 2 ** 28;

/** Refuses an image for its size before anything is allocated for it. @throws DataError */
export function checkImageSize(
  name: string,
  { width, height, bytesPerPixel }: { readonly width: number; readonly height: number; readonly bytesPerPixel: number },
): void {
  if (width * height * bytesPerPixel <= imageLimit) return;
  const most = Math.floor(imageLimit / bytesPerPixel / 1e6);
  throw new DataError(
    `${name}: ${width}×${height} pixels are more than the ${most} million that an image of its kind may have. ` +
      'Scale it down with another program first.',
  );
}
