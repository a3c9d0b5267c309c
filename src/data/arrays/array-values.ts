import { DataError } from '../../core/index.ts';
import type { Shape } from '../../core/index.ts';
import type { NpyHeader } from '../../io/index.ts';
import { supportOf } from '../dataset.ts';
import type { NumberRange } from '../dataset.ts';

/** What an array's numbers are taken for. */
export interface ValueReading {
  readonly support: 'unit-interval' | 'real';
  /** The number in the file that stands for 1. */
  readonly divisor: number;
  /** What a person should know of it. */
  readonly note?: string;
}

export interface ValuesOnDisk {
  /** File and array, for messages. */
  readonly where: string;
  readonly type: NpyHeader['type'];
  readonly sampleShape: Shape;
  /** Of all its numbers. */
  readonly found: NumberRange;
}

/** What a trained model's own data say of new ones. */
export interface TrainedValues {
  /** The number that stood for 1, where more than the type says so. */
  readonly range?: number | undefined;
  /** Whether its data were in a unit of their own. */
  readonly isReal?: boolean;
  /** Whether its data cannot have been floats: those of files of images. */
  readonly isOfPixels?: boolean;
  /** Whether its numbers, shares of `range`, were floats; undefined where a run does not know. */
  readonly wereFloats?: boolean | undefined;
}

/** Greys that cameras and scanners write, in 16 bits each: of 8, 10, 12, 14 and 16 bits. */
const whites = [255, 1023, 4095, 16_383, 65_535];

/** What 1 is in a file of this type, where nobody says so: it is what runs know that say nothing. */
export function usualDivisor(type: NpyHeader['type']): number {
  return type === 'uint8' ? 255 : 1;
}

/**
 * What the numbers of an array are, from their type, their range and the shape of an example:
 *
 * - bytes and 16 bit unsigned integers in images are shares of white: of 255, or of the smallest of 10, 12, 14 and 16 bits that
 *   holds them; in vectors bytes are that only where they reach 255;
 * - bytes that are all 0 or 1 are flags;
 * - every other number stands for itself, and the data are in [0, 1] or not as `supportOf` says.
 *
 * @param options.asked the number that stands for 1, by the option `range`
 * @param options.trained what the data of a trained model say, for new data of its kind
 * @throws DataError when numbers lie outside the range that is asked for
 */
export function readValues(
  values: ValuesOnDisk,
  { asked, trained }: { readonly asked?: number | undefined; readonly trained?: TrainedValues | undefined },
): ValueReading {
  const { type, sampleShape, found, where } = values;
  if (asked !== undefined) {
    const isShare = asked !== 1;
    if (isShare && !(found.least >= 0 && found.greatest <= asked)) {
      throw new DataError(
        `${where}: holds numbers from ${found.least} to ${found.greatest}; with range ${asked} they must lie in 0 to ${asked}.`,
      );
    }
    return { divisor: asked, support: isShare ? 'unit-interval' : supportOf(found, sampleShape) };
  }
  if (trained !== undefined) {
    const { divisor, note } = readForTrained(values, trained);
    return { divisor, support: supportOf(scaled(found, divisor), sampleShape), ...(note !== undefined && { note }) };
  }
  if (type === 'bool') return { divisor: 1, support: 'unit-interval' };
  if (type === 'uint8') return readBytes(values);
  const isImage = sampleShape.length > 1;
  if (type === 'uint16' && isImage && found.greatest > 1) {
    const white = whites.find((level) => found.greatest <= level) ?? 65_535;
    return {
      divisor: white,
      support: 'unit-interval',
      note: `${where} holds uint16 up to ${found.greatest}, taken as pixels whose white is ${white} (--data-option range=65535 makes another number white, range=1 takes them as numbers).`,
    };
  }
  const support = supportOf(found, sampleShape);
  if (support === 'unit-interval' || !isImage || type.startsWith('float')) return { divisor: 1, support };
  const note = `${where} holds ${type}, taken as numbers; pixels are saved as uint8, or with --data-option range=${found.greatest} made shares of it.`;
  return { divisor: 1, support, ...(found.least >= 0 && { note }) };
}

function readBytes({ where, sampleShape, found }: ValuesOnDisk): ValueReading {
  const { greatest } = found;
  if (greatest <= 1) {
    const note = `${where} holds bytes 0 and 1, taken as they are (--data-option range=255 takes them as shares of 255).`;
    return { divisor: 1, support: 'unit-interval', note };
  }
  const isImage = sampleShape.length > 1;
  if (isImage || greatest === 255) {
    const isDark = greatest < 128;
    const note = `${where} holds bytes up to ${greatest}, taken as shares of 255 (--data-option range=${greatest} takes them as shares of ${greatest}, range=1 as numbers).`;
    return { divisor: 255, support: 'unit-interval', ...(isDark && { note }) };
  }
  const note = `${where} holds vectors of bytes up to ${greatest}, taken as numbers (--data-option range=255 takes them as shares of 255).`;
  return { divisor: 1, support: 'real', note };
}

/**
 * New data of a trained model are taken as its own were, by what its run says and never by their greatest number alone: one
 * stray number would change what all others mean. Without a range, bytes are shares of 255 and every other number stands for itself.
 * Where a run has a range and its own data were floats, floats are shares of it too; else they may have been divided by it already, or
 * not, so what was taken is said.
 */
function readForTrained(
  { where, type, found }: ValuesOnDisk,
  { range, isReal = false, isOfPixels = false, wereFloats = false }: TrainedValues,
): Pick<ValueReading, 'divisor' | 'note'> {
  if (type === 'bool' || (isReal && range === undefined)) return { divisor: 1 };
  const isFloat = type.startsWith('float');
  if (type === 'uint8') {
    const divisor = Math.min(range ?? 255, 255);
    const isFlags = divisor === 255 && found.greatest === 1;
    const note = `${where} holds bytes 0 and 1, taken as shares of 255; save flags as booleans or floats.`;
    return { divisor, ...(isFlags && { note }) };
  }
  if (range === undefined || range === 1 || (isFloat && isOfPixels)) return { divisor: 1 };
  if (!isFloat || wereFloats) return { divisor: range };
  if (found.greatest <= 1) {
    const note = `${where} holds floats up to ${found.greatest}, taken as they are; the run's own data were shares of ${range}.`;
    return { divisor: 1, note };
  }
  const note = `${where} holds floats up to ${found.greatest}, all taken as shares of ${range}, as the run's own data were; keep what is divided already within 0 to 1.`;
  return { divisor: range, note };
}

function scaled({ least, greatest }: NumberRange, divisor: number): NumberRange {
  return { least: least / divisor, greatest: greatest / divisor };
}
