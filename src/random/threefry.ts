/**
 * Threefry2x32 with 20 rounds: a keyed bijection of 64-bit counters whose outputs pass every known test of randomness.
 * Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011 (Random123).
 */
const rotations = [13, 15, 26, 6, 17, 29, 16, 24] as const;
const parity = 0x1bd11bda;

/** Encrypts the counter (counterHigh, counterLow); all words are uint32. */
export function threefry2x32(
  keyHigh: number,
  keyLow: number,
  counterHigh: number,
  counterLow: number,
): [first: number, second: number] {
  const schedule = [keyHigh | 0, keyLow | 0, keyHigh ^ keyLow ^ parity] as const;
  let a = (counterHigh + schedule[0]) | 0;
  let b = (counterLow + schedule[1]) | 0;
  for (let block = 0; block < 5; block++) {
    for (let round = 0; round < 4; round++) {
      const rotation = rotations[(block % 2) * 4 + round]!;
      a = (a + b) | 0;
      b = ((b << rotation) | (b >>> (32 - rotation))) ^ a;
    }
    a = (a + schedule[(block + 1) % 3]!) | 0;
    b = (b + schedule[(block + 2) % 3]! + block + 1) | 0;
  }
  return [a >>> 0, b >>> 0];
}
