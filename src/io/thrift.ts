/** A struct's fields by their numbers; what is not needed (lists, text, numbers with a point) is skipped and left out. */
export type ThriftStruct = ReadonlyMap<number, number | boolean | ThriftStruct>;

const types = { stop: 0, yes: 1, no: 2, byte: 3, int16: 4, int32: 5, int64: 6, double: 7, binary: 8, list: 9, set: 10, struct: 12 }; // prettier-ignore
/** Structs within structs, at most. */
const maximumDepth = 16;

/** Reads Thrift's compact protocol, as Parquet's page headers have it; never beyond the bytes' end. */
export class Thrift {
  offset: number;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array, offset: number) {
    this.#bytes = bytes;
    this.offset = offset;
  }

  /** Goes on by `count` bytes and gives where they began. */
  skip(count: number): number {
    const start = this.offset;
    if (!(count >= 0 && start + count <= this.#bytes.length)) throw new Error('a page ends before its contents');
    this.offset += count;
    return start;
  }

  /** An unsigned number of up to 64 bits, 7 a byte; rounded beyond 2⁵³. */
  varint(): number {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.#byte();
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
    throw new Error('a number of more than 64 bits');
  }

  struct(depth = 0): ThriftStruct {
    if (depth > maximumDepth) throw new Error('a header nested too deep');
    const fields = new Map<number, number | boolean | ThriftStruct>();
    let field = 0;
    for (;;) {
      const byte = this.#byte();
      const type = byte & 15;
      if (type === types.stop) return fields;
      field = byte >> 4 === 0 ? this.zigzag() : field + (byte >> 4);
      const value = this.#value(type, depth);
      if (value !== undefined) fields.set(field, value);
    }
  }

  #value(type: number, depth: number): number | boolean | ThriftStruct | undefined {
    if (type === types.yes || type === types.no) return type === types.yes;
    if (type === types.byte) return this.#byte();
    if (type === types.int16 || type === types.int32 || type === types.int64) return this.zigzag();
    if (type === types.struct) return this.struct(depth + 1);
    if (type === types.double) this.skip(8);
    else if (type === types.binary) this.skip(this.varint());
    else if (type === types.list || type === types.set) this.#skipList(depth + 1);
    else throw new Error(`a header with the unknown type ${type}`);
    return undefined;
  }

  #skipList(depth: number): void {
    if (depth > maximumDepth) throw new Error('a header nested too deep');
    const byte = this.#byte();
    const type = byte & 15;
    const count = byte >> 4 === 15 ? this.varint() : byte >> 4;
    for (let k = 0; k < count; k++) {
      // In a list, a truth value takes a byte.
      if (type === types.yes || type === types.no) this.skip(1);
      else this.#value(type, depth);
    }
  }

  /** A whole number of either sign. */
  zigzag(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  #byte(): number {
    const byte = this.#bytes[this.skip(1)];
    return byte ?? 0;
  }
}
