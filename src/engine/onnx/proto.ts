import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { bytesPerElement } from '../../core/index.ts';
import type { DType, TypedArray } from '../../core/index.ts';

/**
 * What every model that rootsigma writes declares: the opset that Debian 12's tools know, in which all ops used here have
 * the form that is written (ScatterElements with a reduction is of 16; in 18 the axes of ReduceMax, ReduceMin and ReduceProd become an
 * input); IR 8 belongs to it. Readers since the middle of 2022 (onnx 1.12, ONNX Runtime 1.12) take it. The two change together,
 * and only here.
 */
export const onnxVersions = { ir: 8, opset: 17 } as const;

/** Element types of ONNX values: ours and the int64 that shapes and axes are made of. */
export type OnnxType = DType | 'int64';

const typeCodes: Readonly<Record<OnnxType, number>> = {
  float32: 1,
  int32: 6,
  int64: 7,
  bool: 9,
  float64: 11,
  uint32: 12,
};

/** The code of `TensorProto.DataType`, which Cast takes as its attribute. */
export function typeCode(type: OnnxType): number {
  return typeCodes[type];
}

export type OnnxAttribute =
  { readonly int: number } | { readonly ints: readonly number[] } | { readonly string: string };

export interface OnnxNode {
  readonly op: string;
  /** Value names; '' leaves an optional input out. */
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

export interface OnnxInitializer {
  readonly name: string;
  readonly type: OnnxType;
  readonly shape: readonly number[];
  readonly data: TypedArray | BigInt64Array<ArrayBuffer>;
}

/** An input or output of the graph; a named size is symbolic (`dim_param`). */
export interface OnnxValueInfo {
  readonly name: string;
  readonly type: OnnxType;
  readonly shape: readonly (number | string)[];
}

export interface OnnxModel {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxInitializer[];
  readonly inputs: readonly OnnxValueInfo[];
  readonly outputs: readonly OnnxValueInfo[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** The model as protobuf bytes (`onnx.proto3`: the field numbers below are its). */
export function encodeModel(model: OnnxModel): Uint8Array<ArrayBuffer> {
  const writer = new BinaryWriter();
  int(writer, 1, onnxVersions.ir);
  text(writer, 2, 'rootsigma');
  message(writer, 7, () => {
    for (const node of model.nodes) message(writer, 1, () => encodeNode(writer, node));
    text(writer, 2, model.name);
    for (const initializer of model.initializers) message(writer, 5, () => encodeInitializer(writer, initializer));
    for (const value of model.inputs) message(writer, 11, () => encodeValueInfo(writer, value));
    for (const value of model.outputs) message(writer, 12, () => encodeValueInfo(writer, value));
  });
  message(writer, 8, () => int(writer, 2, onnxVersions.opset));
  for (const [key, value] of Object.entries(model.metadata)) {
    message(writer, 14, () => text(text(writer, 1, key), 2, value));
  }
  return writer.finish();
}

function encodeNode(writer: BinaryWriter, { op, inputs, output, attributes }: OnnxNode): BinaryWriter {
  for (const name of inputs) text(writer, 1, name);
  text(writer, 2, output);
  text(writer, 3, output);
  text(writer, 4, op);
  for (const [name, value] of Object.entries(attributes)) {
    message(writer, 5, () => encodeAttribute(text(writer, 1, name), value));
  }
  return writer;
}

/** The last field is the kind: AttributeType INT 2, STRING 3, INTS 7. */
function encodeAttribute(writer: BinaryWriter, value: OnnxAttribute): BinaryWriter {
  if ('int' in value) return int(int(writer, 3, value.int), 20, 2);
  if ('string' in value) {
    return int(writer.tag(4, WireType.LengthDelimited).bytes(new TextEncoder().encode(value.string)), 20, 3);
  }
  for (const item of value.ints) int(writer, 8, item);
  return int(writer, 20, 7);
}

function encodeInitializer(writer: BinaryWriter, { name, type, shape, data }: OnnxInitializer): BinaryWriter {
  for (const size of shape) int(writer, 1, size);
  int(writer, 2, typeCodes[type]);
  text(writer, 8, name);
  return writer.tag(9, WireType.LengthDelimited).bytes(littleEndianBytes(data, type));
}

function encodeValueInfo(writer: BinaryWriter, { name, type, shape }: OnnxValueInfo): BinaryWriter {
  text(writer, 1, name);
  return message(writer, 2, () =>
    message(writer, 1, () => {
      int(writer, 1, typeCodes[type]);
      return message(writer, 2, () => {
        for (const size of shape) {
          message(writer, 1, () => (typeof size === 'string' ? text(writer, 2, size) : int(writer, 1, size)));
        }
        return writer;
      });
    }),
  );
}

/** `raw_data` is little-endian whatever the machine is. */
function littleEndianBytes(data: OnnxInitializer['data'], type: OnnxType): Uint8Array {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (hostIsLittleEndian) return bytes;
  const size = type === 'int64' ? 8 : bytesPerElement[type];
  const swapped = new Uint8Array(bytes.length);
  for (let k = 0; k < bytes.length; k++) swapped[k] = bytes[k - (k % size) + size - 1 - (k % size)]!;
  return swapped;
}

const hostIsLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

function int(writer: BinaryWriter, field: number, value: number): BinaryWriter {
  return writer.tag(field, WireType.Varint).int64(value);
}

function text(writer: BinaryWriter, field: number, value: string): BinaryWriter {
  return writer.tag(field, WireType.LengthDelimited).string(value);
}

function message(writer: BinaryWriter, field: number, body: () => unknown): BinaryWriter {
  writer.tag(field, WireType.LengthDelimited).fork();
  body();
  return writer.join();
}
