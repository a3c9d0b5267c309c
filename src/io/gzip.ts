import { gzipSync } from 'fflate';
import { DataError } from '../core/index.ts';
import { joinBytes, viewOf } from './bytes.ts';
import type { DecodeOptions } from './bytes.ts';
import { crc32 } from './crc32.ts';
import { checkRatio, checkUnpackedSize, idleBytes, inflateExactly, reasonOf } from './inflate.ts';

function isGzip(bytes: Uint8Array): boolean {
  return bytes.length >= 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** Ends of members that are tried and are none, in a whole file: three bytes of every 16 million look like the beginning of the next. */
const mostMistaken = 64;

/**
 * The contents of a gzip file, each of its members (as `cat a.gz b.gz`, bgzip and logs that are appended to have several) checked against
 * its length and CRC-32.
 *
 * @throws DataError when the file is not gzip, is truncated, fails its checksum, or has members that hold nothing and no end
 */
export function gunzip(bytes: Uint8Array, options: DecodeOptions = {}): Uint8Array<ArrayBuffer> {
  const name = options.name ?? 'gzip data';
  if (!isGzip(bytes) || bytes.length < leastMember) {
    throw new DataError(`${name}: not a gzip file (${bytes.length} bytes, expected the magic bytes 1f 8b).`);
  }
  try {
    return unpackMember(bytes, name);
  } catch (error) {
    if (memberAfter(bytes, leastMember) === bytes.length) throw error;
    return unpackMembers(bytes, name);
  }
}

/** The members of a file one after the other, where they are not one. */
function unpackMembers(bytes: Uint8Array, name: string): Uint8Array<ArrayBuffer> {
  const members: Uint8Array<ArrayBuffer>[] = [];
  let [total, mistaken, filledAt] = [0, 0, 0];
  for (let start = 0; start < bytes.length;) {
    if (start - filledAt > idleBytes)
      throw new DataError(`${name}: ${start - filledAt} bytes of members hold nothing.`);
    for (let end = start; ;) {
      end = mistaken < mostMistaken ? memberAfter(bytes, end + leastMember) : bytes.length;
      try {
        const member = unpackMember(bytes.subarray(start, end), name);
        total += member.length;
        checkRatio(name, total, end);
        if (member.length > 0) {
          members.push(member);
          filledAt = end;
        }
        start = end;
        break;
      } catch (error) {
        // Its length stands at a member's end, so where it ends is seen by that it unpacks.
        if (end >= bytes.length) throw error;
        mistaken++;
      }
    }
  }
  return joinBytes(members);
}

/** Header and trailer of a member, and the shortest deflate stream, in bytes. */
const leastMember = 18;

/** Where the next member may begin, from `from` on, or the end. */
function memberAfter(bytes: Uint8Array, from: number): number {
  for (let at = from; ; at++) {
    at = bytes.indexOf(0x1f, at);
    if (at < 0 || at + leastMember > bytes.length) return bytes.length;
    if (bytes[at + 1] === 0x8b && bytes[at + 2] === 8) return at;
  }
}

/** @throws DataError for what is not one member */
function unpackMember(bytes: Uint8Array, name: string): Uint8Array<ArrayBuffer> {
  const view = viewOf(bytes);
  const checksum = view.getUint32(bytes.length - 8, true);
  const size = view.getUint32(bytes.length - 4, true);
  checkUnpackedSize(name, size, bytes.length);
  let unpacked;
  try {
    unpacked = inflateExactly(bytes.subarray(headerLength(bytes), bytes.length - 8), size);
  } catch (error) {
    throw new DataError(`${name}: gzip data is damaged or truncated (${reasonOf(error)}).`);
  }
  if (crc32(unpacked) !== checksum) {
    throw new DataError(`${name}: the gzip checksum does not match: the file is damaged or truncated.`);
  }
  return unpacked;
}

/** Bytes before the deflate stream (RFC 1952): ten, and what the flags say follows. @throws Error where they end early */
function headerLength(bytes: Uint8Array): number {
  const flags = bytes[3]!;
  let at = 10;
  if (flags & 4) at += 2 + bytes[at]! + 256 * bytes[at + 1]!;
  // A name, and a comment, each ending with a zero.
  for (const flag of [8, 16]) {
    if ((flags & flag) === 0) continue;
    const end = bytes.indexOf(0, at);
    if (end < 0) throw new Error('its header does not end');
    at = end + 1;
  }
  if (flags & 2) at += 2;
  if (bytes[2] !== 8 || at > bytes.length - 8) throw new Error('its header is damaged');
  return at;
}

/** `bytes` as a gzip file; without a time stamp, so equal contents give equal files. */
export function gzip(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return gzipSync(bytes, { mtime: 0 });
}

/** `bytes` unpacked when they are gzip, else as they are. */
export function gunzipIfNeeded(bytes: Uint8Array, options: DecodeOptions = {}): Uint8Array {
  return isGzip(bytes) ? gunzip(bytes, options) : bytes;
}
