/** Python's encoder of a table's rows, written beside its exported models. Needs numpy alone. */
export const encodePy = String.raw`"""Rows of the table as what the models take, by config.json: written by rootsigma beside encoder.onnx.

    from encode import Encoder
    inputs = Encoder("config.json").encode([{"age": 39, "born": "1984-05-01", "colour": "red"}])
    session.run(None, {**inputs, "epsilon": epsilon})

A row is a dict, as JSON has it, with an entry for each column that Encoder(...).columns names; others are left aside.

- numeric: a number, or a text that is one with a decimal point
- datetime: ISO 8601, 2024-02-29 or 2024-02-29T13:45:10.5+02:00; UTC where no zone is given
- boolean, categorical, ordinal: the value as it stands in config.json; 1 and "1" are the same
- no value: None, NaN, an empty text, or a text that stood for it in the training data

A category that training did not have counts as "other"; of an ordinal column the nearest level is taken, where levels are numbers. A value
that is not of its column's kind counts as none. Of the rows encoded last, Encoder.notes says so, and Encoder.surprise has how many nats rootsigma adds
to their scores: log(n + 1) for each such value, n the training rows, and for a constant column that is another now.
"""
import json
import math
import re
from datetime import datetime, timezone, timedelta
from decimal import Decimal

import numpy as np

NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?", re.IGNORECASE | re.ASCII)
DATE = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}(?::?\d{2})?)?)?", re.ASCII
)
FEATURES = ("numeric", "datetime", "boolean", "categorical", "ordinal")


def key_of(value):
    """A value as text, as JavaScript writes it: what makes two values the same category."""
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    if isinstance(value, (float, np.floating)):
        value = float(value)
        if value == int(value) if math.isfinite(value) else False:
            return str(int(value)) if abs(value) < 1e21 else repr(value)
        if 1e-6 <= abs(value) < 1:
            return f"{Decimal(repr(value)):f}"
        return repr(value).replace("e-0", "e-")
    return str(value).strip()


def number_of(value):
    """The number that a value is, or NaN."""
    if isinstance(value, (bool, np.bool_)):
        return math.nan
    if isinstance(value, str):
        text = value.strip()
        return float(text) if NUMBER.fullmatch(text) else math.nan
    return float(value)


def time_of(value):
    """Milliseconds since 1970, or NaN for what is no date."""
    match = DATE.fullmatch(str(value).strip())
    if not match:
        return math.nan
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    fraction, zone = match.group(7), match.group(8)
    try:
        days = (datetime(year, month, day) - datetime(1970, 1, 1)).days
    except ValueError:
        return math.nan
    if hour > 23 or minute > 59 or second > 59:
        return math.nan
    offset = 0
    if zone and zone != "Z":
        hours, minutes = int(zone[1:3]), int(zone[3:].lstrip(":") or 0)
        offset = (-1 if zone[0] == "-" else 1) * (60 * hours + minutes)
    milliseconds = float("0." + fraction) * 1000 if fraction else 0
    return days * 86_400_000 + ((hour * 60 + minute) * 60 + second) * 1000 + milliseconds - offset * 60_000


def interpolate(x, z, value):
    """The piecewise linear function through (x, z); at a step, the middle of it; straight on beyond the ends."""
    first = int(np.searchsorted(x, value, "left"))
    if first < len(x) and x[first] == value:
        last = int(np.searchsorted(x, value, "right")) - 1
        return (z[first] + z[last]) / 2
    if first == 0 or first == len(x):
        end = 0 if first == 0 else len(x) - 1
        return z[end] + (value - x[end]) * (z[-1] - z[0]) / (x[-1] - x[0])
    return z[first - 1] + (value - x[first - 1]) * (z[first] - z[first - 1]) / (x[first] - x[first - 1])


def transformed(transform, value):
    if transform["name"] == "standard":
        z = (value - transform["mean"]) / transform["stddev"]
    else:
        z = interpolate(transform["x"], transform["z"], value)
    return max(-1e6, min(1e6, z))


def nearest(levels, value):
    """The place of the level next to a number; None where either is none."""
    number = number_of(value)
    best, least = None, math.inf
    for place, level in enumerate(levels):
        distance = abs(number_of(level) - number)
        if distance < least:
            best, least = place, distance
    return best


class Encoder:
    """config: the path of config.json, or what it holds."""

    def __init__(self, config="config.json"):
        if isinstance(config, str):
            with open(config, encoding="utf-8") as file:
                config = json.load(file)
        table = config["data"].get("table")
        if table is None:
            raise ValueError("config.json is of a model of arrays, not of a table.")
        given = table.get("condition", [])
        features = [column for column in table["columns"] if column["kind"] in FEATURES]
        modelled = [column for column in features if column["name"] not in given]
        self._parts = {"x": modelled, "condition": [column for column in features if column["name"] in given]}
        self.columns = {column["name"]: column["kind"] for column in features}
        self._given = set(given)
        self._nats = math.log(table["rows"] + 1) if "rows" in table else 0.0
        self._constants = [column for column in table["columns"] if column["kind"] == "constant" and column["value"] is not None]
        self.notes = []
        self.surprise = np.zeros(0)

    def encode(self, rows):
        """Of n rows the model's inputs: x [n, size], float32, and condition [n, size], where the model has one."""
        self.notes = []
        self.surprise = np.zeros(len(rows))
        inputs = {}
        for name, columns in self._parts.items():
            if columns:
                blocks = [self._block(column, rows) for column in columns]
                inputs[name] = np.concatenate(blocks, axis=1).astype(np.float32)
        for column in self._constants:
            for at, row in enumerate(rows):
                value, usual = row.get(column["name"]), column["value"]
                if value is None or key_of(value) == key_of(usual) or number_of(value) == number_of(usual):
                    continue
                self._note(column["name"], at, f"is {value!r}, and was {usual!r} in all training rows.")
        return inputs

    def _note(self, name, at, text):
        """Of a value that training did not provide for. What is given and not modelled costs nothing."""
        self.notes.append(f"row {at}: '{name}' {text}")
        if name not in self._given:
            self.surprise[at] += self._nats

    def _block(self, column, rows):
        kind, name, levels = column["kind"], column["name"], column.get("levels", column.get("values", []))
        width = {"categorical": len(levels) + 1, "ordinal": len(levels)}.get(kind, 1)
        block = np.zeros((len(rows), width + (1 if column["nullable"] else 0)))
        places = {key_of(level): place for place, level in enumerate(levels)}
        absent = {"", *column.get("missing", [])}
        for at, row in enumerate(rows):
            if name not in row:
                raise KeyError(f"row {at}: the column '{name}' is missing; None says that it has no value.")
            value = row[name]
            is_absent = value is None or (isinstance(value, (float, np.floating)) and not math.isfinite(value))
            is_absent = is_absent or (isinstance(value, str) and value.strip() in absent)
            code = None if is_absent else self._code(column, places, value, at)
            if code is None:
                if is_absent and not column["nullable"]:
                    self._note(name, at, "has no value, which training never had.")
                if column["nullable"]:
                    block[at, width] = 1
            elif kind in ("categorical", "ordinal"):
                block[at, code] = 1
            else:
                block[at, 0] = code
        return block

    def _code(self, column, places, value, at):
        """A number, the place of a level, or None for what is not of the column's kind."""
        kind, name = column["kind"], column["name"]
        if kind in ("numeric", "datetime"):
            number = number_of(value) if kind == "numeric" else time_of(value)
            if math.isfinite(number):
                return transformed(column["transform"], number)
            what = "no number" if kind == "numeric" else "no date of ISO 8601"
            self._note(name, at, f"is {value!r}, which is {what}: taken as no value.")
            return None
        place = places.get(key_of(value))
        if place is not None:
            return place
        if kind == "categorical":
            if column["pooled"] == 0:
                self._note(name, at, f"is {value!r}, a category that training never had.")
            return len(column["levels"])
        place = nearest(column["levels"], value) if kind == "ordinal" else None
        what = "is none of its levels" + (": taken as no value" if place is None else ": the nearest is taken")
        self._note(name, at, f"is {value!r}, which {what}.")
        return place
`;
