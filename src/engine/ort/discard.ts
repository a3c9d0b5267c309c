/** Handing over a smaller buffer costs more than its collection. */
const worthwhile = 2 ** 14;

/** A port that nothing comes out of: what is transferred to it is gone. */
let sink: MessagePort | undefined;

/**
 * Frees buffers that nobody will read again, without waiting for the garbage collector. onnxruntime-node returns a copy
 * of every output, of those too that it wrote into our arrays; for a training step that is megabytes, and collecting
 * them keeps four helper threads at marking, on the cores that the next step needs.
 */
export function discard(buffers: readonly ArrayBuffer[]): void {
  const large = buffers.filter(({ byteLength }) => byteLength >= worthwhile);
  if (large.length > 0) (sink ??= closedPort()).postMessage(undefined, large);
}

function closedPort(): MessagePort {
  const { port1 } = new MessageChannel();
  port1.close();
  keepFreedMemory(port1);
  return port1;
}

/**
 * glibc hands memory back to the system, and faults it in again page by page, unless it has once seen a larger block
 * freed (mallopt(3), M_MMAP_THRESHOLD); 32 MiB is the most that counts. Elsewhere this does nothing.
 */
function keepFreedMemory(port: MessagePort): void {
  port.postMessage(undefined, [new ArrayBuffer(31 * 2 ** 20)]);
}
