/** The same encoder in JavaScript, for pages and any other runtime: a module without imports. */
export const encodeJs = String.raw`// Rows of the table as what the models take, by config.json: written by rootsigma beside encoder.onnx.
//
//   import { Encoder } from './encode.mjs';
//   const encoder = new Encoder(await (await fetch('config.json')).json());
//   const { x } = encoder.encode([{ age: 39, born: '1984-05-01', colour: 'red' }]);
//   await session.run({ x: new ort.Tensor('float32', x.data, x.shape), epsilon });
//
// A row is an object, as JSON has it, with an entry for each column that encoder.columns names; others are left aside.
//
// - numeric: a number, or a text that is one with a decimal point
// - datetime: ISO 8601, 2024-02-29 or 2024-02-29T13:45:10.5+02:00; UTC where no zone is given
// - boolean, categorical, ordinal: the value as it stands in config.json; 1 and '1' are the same
// - no value: null, NaN, an empty text, or a text that stood for it in the training data
//
// A category that training did not have counts as 'other'; of an ordinal column the nearest level is taken, where levels are numbers. A
// value that is not of its column's kind counts as none. Of the rows encoded last, encoder.notes says so, and encoder.surprise has how many nats
// rootsigma adds to their scores: log(n + 1) for each such value, n the training rows, and for a constant column that is another now.

const numberText = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const dateText = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/;
const features = ['numeric', 'datetime', 'boolean', 'categorical', 'ordinal'];

const keyOf = (value) => String(value).trim();

/** The number that a value is, or NaN. */
function numberOf(value) {
  if (typeof value === 'number') return value;
  const text = typeof value === 'string' ? value.trim() : '';
  return numberText.test(text) ? Number(text) : NaN;
}

/** Milliseconds since 1970, or NaN for what is no date. */
function timeOf(value) {
  const match = dateText.exec(String(value).trim());
  if (!match) return NaN;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0));
  const [fraction, zone] = match.slice(7);
  const midnight = new Date(0);
  midnight.setUTCFullYear(year, month - 1, day);
  if (midnight.getUTCMonth() !== month - 1 || midnight.getUTCDate() !== day) return NaN;
  if (hour > 23 || minute > 59 || second > 59) return NaN;
  const [, sign, hours, minutes = 0] = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone ?? '') ?? [];
  const offset = sign ? (sign === '-' ? -1 : 1) * (60 * Number(hours) + Number(minutes)) : 0;
  const milliseconds = fraction ? Number('0.' + fraction) * 1000 : 0;
  return midnight.getTime() + ((hour * 60 + minute) * 60 + second) * 1000 + milliseconds - offset * 60_000;
}

/** The piecewise linear function through (x, z); at a step, the middle of it; straight on beyond the ends. */
function interpolate(x, z, value) {
  const found = x.findIndex((each) => each >= value);
  const first = found < 0 ? x.length : found;
  if (x[first] === value) return (z[first] + z[x.lastIndexOf(value)]) / 2;
  const last = x.length - 1;
  if (first === 0 || first > last) {
    const end = first === 0 ? 0 : last;
    return z[end] + ((value - x[end]) * (z[last] - z[0])) / (x[last] - x[0]);
  }
  return z[first - 1] + ((value - x[first - 1]) * (z[first] - z[first - 1])) / (x[first] - x[first - 1]);
}

function transformed(transform, value) {
  const { name, mean, stddev } = transform;
  const z = name === 'standard' ? (value - mean) / stddev : interpolate(transform.x, transform.z, value);
  return Math.max(-1e6, Math.min(1e6, z));
}

/** The place of the level next to a number; undefined where either is none. */
function nearest(levels, value) {
  let best;
  let least = Infinity;
  levels.forEach((level, place) => {
    const distance = Math.abs(numberOf(level) - numberOf(value));
    if (distance < least) [best, least] = [place, distance];
  });
  return best;
}

export class Encoder {
  /** @param config what config.json holds */
  constructor(config) {
    const { table } = config.data;
    if (!table) throw new Error('config.json is of a model of arrays, not of a table.');
    const given = table.condition ?? [];
    const columns = table.columns.filter(({ kind }) => features.includes(kind));
    this.parts = {
      x: columns.filter(({ name }) => !given.includes(name)),
      condition: columns.filter(({ name }) => given.includes(name)),
    };
    /** The columns that a row must have, with their kinds. */
    this.columns = Object.fromEntries(columns.map(({ name, kind }) => [name, kind]));
    this.given = given;
    this.nats = table.rows === undefined ? 0 : Math.log(table.rows + 1);
    this.constants = table.columns.filter(({ kind, value }) => kind === 'constant' && value !== null);
    this.notes = [];
    this.surprise = new Float64Array(0);
  }

  /** Of n rows the model's inputs: x, { data: Float32Array, shape: [n, size] }, and condition, where the model has one. */
  encode(rows) {
    this.notes = [];
    this.surprise = new Float64Array(rows.length);
    const inputs = {};
    for (const [name, columns] of Object.entries(this.parts)) {
      if (columns.length === 0) continue;
      const widths = columns.map(widthOf);
      const size = widths.reduce((sum, width) => sum + width, 0);
      const data = new Float32Array(rows.length * size);
      let offset = 0;
      columns.forEach((column, place) => {
        const write = this.writer(column);
        rows.forEach((row, at) => write(row, at, data, at * size + offset));
        offset += widths[place];
      });
      inputs[name] = { data, shape: [rows.length, size] };
    }
    for (const { name, value: usual } of this.constants) {
      rows.forEach((row, at) => {
        const value = row[name] ?? null;
        if (value === null || keyOf(value) === keyOf(usual) || numberOf(value) === numberOf(usual)) return;
        this.note(name, at, 'is ' + JSON.stringify(value) + ', and was ' + JSON.stringify(usual) + ' in all training rows.');
      });
    }
    return inputs;
  }

  /** Of a value that training did not provide for. What is given and not modelled costs nothing. */
  note(name, at, text) {
    this.notes.push('row ' + at + ": '" + name + "' " + text);
    if (!this.given.includes(name)) this.surprise[at] += this.nats;
  }

  /** Writes a column's numbers of a row, from a place on. */
  writer(column) {
    const { kind, name, nullable, missing = [] } = column;
    const width = widthOf(column) - (nullable ? 1 : 0);
    const places = new Map((column.levels ?? column.values ?? []).map((level, place) => [keyOf(level), place]));
    const absent = new Set(['', ...missing]);
    return (row, at, data, start) => {
      if (!Object.hasOwn(row, name)) throw new Error("row " + at + ": the column '" + name + "' is missing; null says that it has no value.");
      const value = row[name];
      const isAbsent =
        value === null || value === undefined || (typeof value === 'number' && !Number.isFinite(value)) || (typeof value === 'string' && absent.has(value.trim()));
      const code = isAbsent ? undefined : this.code(column, places, value, at);
      if (code === undefined) {
        if (isAbsent && !nullable) this.note(name, at, 'has no value, which training never had.');
        if (nullable) data[start + width] = 1;
      } else if (kind === 'categorical' || kind === 'ordinal') data[start + code] = 1;
      else data[start] = code;
    };
  }

  /** A number, the place of a level, or undefined for what is not of the column's kind. */
  code(column, places, value, at) {
    const { kind, name, levels, pooled } = column;
    const note = (what) => {
      this.note(name, at, 'is ' + JSON.stringify(value) + ', ' + what);
    };
    if (kind === 'numeric' || kind === 'datetime') {
      const number = kind === 'numeric' ? numberOf(value) : timeOf(value);
      if (Number.isFinite(number)) return transformed(column.transform, number);
      note('which is ' + (kind === 'numeric' ? 'no number' : 'no date of ISO 8601') + ': taken as no value.');
      return undefined;
    }
    const place = places.get(keyOf(value));
    if (place !== undefined) return place;
    if (kind === 'categorical') {
      if (pooled === 0) note('a category that training never had.');
      return levels.length;
    }
    const next = kind === 'ordinal' ? nearest(levels, value) : undefined;
    note('which is none of its levels: ' + (next === undefined ? 'taken as no value.' : 'the nearest is taken.'));
    return next;
  }
}

function widthOf({ kind, levels, nullable }) {
  const width = kind === 'categorical' ? levels.length + 1 : kind === 'ordinal' ? levels.length : 1;
  return width + (nullable ? 1 : 0);
}
`;
