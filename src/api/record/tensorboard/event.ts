import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { readImageHeader } from '../../../io/image-header.ts';

/** A value of an event, as TensorBoard shows it under its tag. */
export type EventValue = { readonly tag: string } & (
  | { readonly scalar: number }
  | { readonly png: Uint8Array }
  | { readonly histogram: readonly number[] }
  /** Markdown. */
  | { readonly text: string }
  /** Of the whole run, for the table of hyperparameters; the tag is given by TensorBoard. */
  | { readonly hyperparameters: Readonly<Record<string, number | string | boolean>> }
);

export interface EventContents {
  /** Seconds since 1970. */
  readonly wallTime: number;
  readonly step?: number;
  readonly values?: readonly EventValue[];
}

/** The tag under which the table of hyperparameters looks for those of a run. */
export const hyperparametersTag = '_hparams_/session_start_info';

/** The first event of a file: what its events are. */
export function encodeFirstEvent(wallTime: number): Uint8Array<ArrayBuffer> {
  const writer = new BinaryWriter();
  double(writer, 1, wallTime);
  text(writer, 3, 'brain.Event:2');
  return writer.finish();
}

/** That whatever an earlier file has is void: SessionLog.START at step 0. */
export function encodeRestart(wallTime: number): Uint8Array<ArrayBuffer> {
  const writer = new BinaryWriter();
  double(writer, 1, wallTime);
  message(writer, 7, () => {
    int(writer, 1, 1);
  });
  return writer.finish();
}

/** `tensorflow.Event` of event.proto and summary.proto: the field numbers below are theirs. */
export function encodeEvent({ wallTime, step = 0, values = [] }: EventContents): Uint8Array<ArrayBuffer> {
  const writer = new BinaryWriter();
  double(writer, 1, wallTime);
  int(writer, 2, step);
  message(writer, 5, () => {
    for (const value of values)
      message(writer, 1, () => {
        encodeValue(writer, value);
      });
  });
  return writer.finish();
}

function encodeValue(writer: BinaryWriter, value: EventValue): void {
  text(writer, 1, value.tag);
  if ('scalar' in value) writer.tag(2, WireType.Bit32).float(value.scalar);
  else if ('png' in value)
    message(writer, 4, () => {
      encodeImage(writer, value.png);
    });
  else if ('histogram' in value)
    message(writer, 5, () => {
      encodeHistogram(writer, value.histogram);
    });
  else if ('text' in value) {
    metadata(writer, 'text');
    message(writer, 8, () => {
      encodeString(writer, value.text);
    });
  } else {
    metadata(writer, 'hparams', () => {
      message(writer, 3, () => {
        for (const [name, of] of Object.entries(value.hyperparameters)) {
          message(writer, 1, () => {
            text(writer, 1, name);
            message(writer, 2, () => {
              encodeAny(writer, of);
            });
          });
        }
      });
    });
    message(writer, 8, () => {
      encodeString(writer, '');
    });
  }
}

function encodeImage(writer: BinaryWriter, png: Uint8Array): void {
  const { width, height, colors } = readImageHeader(png);
  int(writer, 1, height);
  int(writer, 2, width);
  int(writer, 3, colors);
  writer.tag(4, WireType.LengthDelimited).bytes(png);
}

const mostBuckets = 30;

/** `HistogramProto`: how many values lie below each limit and not below the one before. */
function encodeHistogram(writer: BinaryWriter, given: readonly number[]): void {
  const values = given.filter((value) => Number.isFinite(value));
  const [least, largest] = [Math.min(...values, Infinity), Math.max(...values, -Infinity)];
  const isOne = !(largest > least);
  const count = isOne ? 1 : mostBuckets;
  const widthOf = isOne ? 0 : (largest - least) / count;
  const limits = Array.from({ length: count }, (_, k) => (k === count - 1 ? largest : least + (k + 1) * widthOf));
  const buckets = new Array<number>(count).fill(0);
  for (const value of values) {
    const at = isOne ? 0 : Math.min(count - 1, Math.floor((value - least) / widthOf));
    buckets[at] = (buckets[at] ?? 0) + 1;
  }
  double(writer, 1, values.length > 0 ? least : 0);
  double(writer, 2, values.length > 0 ? largest : 0);
  double(writer, 3, values.length);
  double(writer, 4, values.reduce((sum, value) => sum + value, 0)); // prettier-ignore
  double(writer, 5, values.reduce((sum, value) => sum + value * value, 0)); // prettier-ignore
  doubles(writer, 6, values.length > 0 ? limits : [0]);
  doubles(writer, 7, values.length > 0 ? buckets : [0]);
}

/** `SummaryMetadata` with the plugin that shows the value. */
function metadata(writer: BinaryWriter, plugin: string, content?: () => void): void {
  message(writer, 9, () => {
    message(writer, 1, () => {
      text(writer, 1, plugin);
      if (content) message(writer, 2, content);
    });
  });
}

/** A `TensorProto` of one string (DT_STRING is 7), of no axes. */
function encodeString(writer: BinaryWriter, value: string): void {
  int(writer, 1, 7);
  message(writer, 2, () => undefined);
  text(writer, 8, value);
}

/** `google.protobuf.Value` */
function encodeAny(writer: BinaryWriter, value: number | string | boolean): void {
  if (typeof value === 'number') double(writer, 2, value);
  else if (typeof value === 'string') text(writer, 3, value);
  else writer.tag(4, WireType.Varint).bool(value);
}

function int(writer: BinaryWriter, field: number, value: number): void {
  writer.tag(field, WireType.Varint).int64(value);
}

function double(writer: BinaryWriter, field: number, value: number): void {
  writer.tag(field, WireType.Bit64).double(value);
}

function doubles(writer: BinaryWriter, field: number, values: readonly number[]): void {
  message(writer, field, () => {
    for (const value of values) writer.double(value);
  });
}

function text(writer: BinaryWriter, field: number, value: string): void {
  writer.tag(field, WireType.LengthDelimited).string(value);
}

function message(writer: BinaryWriter, field: number, body: () => void): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  body();
  writer.join();
}
