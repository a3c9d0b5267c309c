import { DateCodec } from './read-and-write-dates.ts';
import type { DateFormat } from './read-and-write-dates.ts';
import { hasDate } from './pattern.ts';

const clock = 'HH:mm(:ss(.SSSSSS))(Z)';
const codecs = ['T', ' '].map((between) => new DateCodec({ pattern: `YYYY-MM-DD(${between}${clock})` }));

/** Milliseconds since 1970 of an ISO 8601 date or time (UTC where no zone is given), or NaN. */
export function readIsoDate(text: string): number {
  const trimmed = text.trim();
  // Cheap to see, for all the texts that are none.
  if (trimmed.charCodeAt(4) !== 45) return NaN;
  for (const codec of codecs) {
    const time = codec.read(trimmed);
    if (!Number.isNaN(time)) return time;
  }
  return NaN;
}

/** Reads texts in a format, and, as nothing else can be meant by it, ISO 8601. */
export function dateReader(format: DateFormat, codec = new DateCodec(format)): (text: string) => number {
  if (!hasDate(format.pattern)) return (text) => codec.read(text);
  return (text) => {
    const time = codec.read(text);
    return Number.isNaN(time) ? readIsoDate(text) : time;
  };
}
