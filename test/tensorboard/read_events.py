"""Reads TensorBoard event files with nothing of TensorFlow: `python3 read_events.py FILE` prints an event a line, as JSON.

Records by their own checksums (CRC-32C bit by bit, RFC 3720), protobuf by its wire format; the field numbers are those of event.proto,
summary.proto, tensor.proto and the hparams plugin's plugin_data.proto.
"""
import json
import struct
import sys


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def masked(data):
    crc = crc32c(data)
    return (((crc >> 15) | (crc << 17 & 0xFFFFFFFF)) + 0xA282EAD8) & 0xFFFFFFFF


# RFC 3720, B.4
assert crc32c(bytes(32)) == 0x8A9136AA
assert crc32c(b"\xff" * 32) == 0x62A8AB43
assert crc32c(bytes(range(32))) == 0x46DD794E
assert crc32c(b"123456789") == 0xE3069283


def records(data):
    at = 0
    while at < len(data):
        (length,) = struct.unpack_from("<Q", data, at)
        (of_length,) = struct.unpack_from("<I", data, at + 8)
        body = data[at + 12 : at + 12 + length]
        (of_body,) = struct.unpack_from("<I", data, at + 12 + length)
        assert of_length == masked(data[at : at + 8]), "checksum of a length"
        assert len(body) == length and of_body == masked(body), "checksum of a record"
        yield body
        at += 16 + length


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


def fields(data):
    """{number: [values]}, lengths as bytes."""
    found, at = {}, 0
    while at < len(data):
        tag, at = varint(data, at)
        kind = tag & 7
        if kind == 0:
            value, at = varint(data, at)
        elif kind == 1:
            (value,), at = struct.unpack_from("<d", data, at), at + 8
        elif kind == 2:
            length, at = varint(data, at)
            value, at = data[at : at + length], at + length
        elif kind == 5:
            (value,), at = struct.unpack_from("<f", data, at), at + 4
        else:
            raise ValueError(f"wire type {kind}")
        found.setdefault(tag >> 3, []).append(value)
    return found


def doubles(data):
    return list(struct.unpack(f"<{len(data) // 8}d", data))


def any_value(data):
    of = fields(data)
    if 2 in of:
        return of[2][0]
    if 3 in of:
        return of[3][0].decode()
    return bool(of[4][0])


def value_of(data):
    of = fields(data)
    value = {"tag": of[1][0].decode()}
    if 2 in of:
        value["scalar"] = of[2][0]
    if 4 in of:
        image = fields(of[4][0])
        value["image"] = {"height": image[1][0], "width": image[2][0], "colors": image[3][0], "png": image[4][0].hex()}
    if 5 in of:
        histogram = fields(of[5][0])
        value["histogram"] = {
            **{name: histogram[number][0] for number, name in enumerate(("min", "max", "num", "sum", "squares"), 1)},
            "limits": doubles(histogram[6][0]),
            "counts": doubles(histogram[7][0]),
        }
    if 8 in of:
        tensor = fields(of[8][0])
        assert tensor[1][0] == 7
        value["text"] = tensor[8][0].decode()
    if 9 in of:
        plugin = fields(fields(of[9][0])[1][0])
        value["plugin"] = plugin[1][0].decode()
        if 2 in plugin:
            entries = [fields(entry) for entry in fields(fields(plugin[2][0])[3][0])[1]]
            value["hyperparameters"] = {entry[1][0].decode(): any_value(entry[2][0]) for entry in entries}
    return value


for record in records(open(sys.argv[1], "rb").read()):
    of = fields(record)
    event = {"time": of[1][0], "step": of.get(2, [0])[0]}
    if 3 in of:
        event["version"] = of[3][0].decode()
    if 7 in of:
        event["session"] = fields(of[7][0])[1][0]
    if 5 in of:
        event["values"] = [value_of(value) for value in fields(of[5][0]).get(1, [])]
    print(json.dumps(event))
