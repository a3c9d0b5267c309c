/** The bytes of an input file, which the server has under the last part of its path. */
export async function readBytes(path) {
  const response = await fetch(`/inputs/${path.split('/').at(-1)}`);
  return new Uint8Array(await response.arrayBuffer());
}
