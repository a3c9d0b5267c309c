/** Bytes as base64, in Node and in pages. */
export function toBase64(bytes: Uint8Array): string {
  let text = '';
  // Of one call's arguments there may be some ten thousand.
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}
