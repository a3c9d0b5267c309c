/** Numbers that are the same for one seed: xorshift32. */
export function randomOf(seed: number): (below: number) => number {
  let state = Math.imul(seed + 1, 2654435761) >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const bytes = [0, 1, 2, 127, 128, 254, 255, 0x0a, 0x22, 0x2c, 0x5b, 0x7b];
const words = [0, 1, 0x7f, 0xff, 0x7fff, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff];

/**
 * A file with one to four faults: bytes changed, numbers of 2 to 8 bytes put in either order, spans left out, repeated, moved or
 * taken from another file, and cuts.
 */
export function mutate(seeds: readonly Uint8Array[], seed: number): Uint8Array {
  const random = randomOf(seed);
  const pick = <T>(list: readonly T[]): T => list[random(list.length)] as T;
  let file: Uint8Array = Uint8Array.from(pick(seeds));
  const faults = 1 + random(4);
  for (let k = 0; k < faults; k++) {
    const at = random(file.length + 1);
    const span = 1 + random(random(8) === 0 ? 1000 : 16);
    switch (random(9)) {
      case 0:
        if (at < file.length) file[at] = random(256);
        break;
      case 1:
        if (at < file.length) file[at] = pick(bytes);
        break;
      case 2:
        if (at < file.length) file[at] = (file[at] ?? 0) ^ (1 << random(8));
        break;
      case 3: {
        const width = pick([2, 4, 8]);
        const view = new DataView(file.buffer);
        if (at + width > file.length) break;
        const little = random(2) === 0;
        if (width === 2) view.setUint16(at, pick(words), little);
        else if (width === 4) view.setUint32(at, pick(words), little);
        else view.setBigUint64(at, BigInt(pick(words)) << BigInt(pick([0, 8, 32])), little);
        break;
      }
      case 4:
        file = joined(file.subarray(0, at), file.subarray(at + span));
        break;
      case 5:
        file = joined(file.subarray(0, at), file.subarray(at, at + span), file.subarray(at));
        break;
      case 6: {
        const other = pick(seeds);
        const from = random(other.length + 1);
        file = joined(file.subarray(0, at), other.subarray(from, from + span), file.subarray(at));
        break;
      }
      case 7:
        file.copyWithin(at, random(file.length + 1), random(file.length + 1));
        break;
      default:
        if (random(4) === 0) file = file.slice(0, at);
    }
  }
  return file;
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
