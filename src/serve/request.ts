import { DataError, NdArray, ValueError, checkOptions, formatShape } from '../core/index.ts';
import type { OptionRules } from '../core/index.ts';
import { decodeNpy, decodeText, parseJson, toNdArray } from '../io/index.ts';
import { HttpError } from '../server/index.ts';
import { asExamples, numbersIn, tableIn } from './json-input.ts';
import { operationOptions } from './operation-options.ts';
import type { Input, Limits, Operation, OperationOptions, OptionName } from './operation.ts';
import type { LoadedRun } from './served-runs.ts';

export const jsonType = 'application/json';
export const npyType = 'application/x-npy';

/** A request as HTTP has it. */
export interface RawRequest {
  readonly contentType: string | undefined;
  /** How the body is packed: it must not be. */
  readonly contentEncoding?: string | undefined;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly query: URLSearchParams;
}

/** What a request asks for. */
export interface ParsedRequest {
  readonly input: Input;
  readonly options: OperationOptions;
}

/** What an input is called in JSON. */
export function inputName({ input }: Operation, { table }: LoadedRun): 'x' | 'rows' | 'z' | undefined {
  if (input === 'none') return undefined;
  if (input === 'codes') return 'z';
  return table ? 'rows' : 'x';
}

/**
 * What a request asks of an operation.
 *
 * @throws HttpError 415 for a type that is not read; ValueError, ShapeError or DataError for what is wrong, with its place
 */
export function parseRequest(
  operation: Operation,
  { loaded, request, limits, onNotice }: { readonly loaded: LoadedRun; readonly request: RawRequest; readonly limits: Limits; readonly onNotice: (line: string) => void }, // prettier-ignore
): ParsedRequest {
  const known = operation.options(loaded);
  const fromQuery = queryOptions(request.query);
  const { bytes } = request;
  const { contentEncoding = 'identity' } = request;
  if (contentEncoding.trim().toLowerCase() !== 'identity') {
    throw new HttpError(415, `the body is packed ('${contentEncoding.slice(0, 100)}'): send it as it is.`, { 'accept-encoding': 'identity' }); // prettier-ignore
  }
  const type = bytes.length === 0 ? undefined : mediaType(request.contentType);
  const name = inputName(operation, loaded);
  let input: unknown;
  let fromBody: Readonly<Record<string, unknown>> = {};
  if (type === npyType) {
    if (name !== 'x' && name !== 'z') {
      throw new HttpError(415, name === 'rows' ? 'rows of a table come as JSON: { "rows": [ … ] }.' : `${operation.name} takes no array.`); // prettier-ignore
    }
    input = toNdArray(decodeNpy(bytes, { name: 'the body' }), 'the body');
  } else if (type === jsonType) {
    const body = parseJson(decodeText(bytes, 'the body'), { name: 'the body' });
    if (typeof body !== 'object' || body === null || Array.isArray(body)) {
      throw new DataError(`the body must be an object${name === undefined ? '' : `, { "${name}": … }`}.`);
    }
    checkKind(operation.name, body, name);
    ({ input, rest: fromBody } = withoutInput(body as Readonly<Record<string, unknown>>, name));
  }
  const twice = Object.keys(fromBody).find((key) => Object.hasOwn(fromQuery, key));
  if (twice !== undefined) throw new ValueError(`${operation.name}: '${twice}' is in the address and in the body.`);
  const options = { ...fromQuery, ...fromBody };
  checkOptions(operation.name, options, rulesOf(known));
  if (name !== undefined && input === undefined) {
    throw new ValueError(`${operation.name}: '${name}' is missing: ${example(name, loaded)}.`);
  }
  const parsed =
    name === undefined ? ({ kind: 'none' } as const) : inputOf(input, { name, operation, loaded, limits, onNotice });
  checkRows(operation, parsed, limits);
  return { input: parsed, options: options };
}

function rulesOf(known: readonly OptionName[]): OptionRules<Record<string, unknown>> {
  return Object.fromEntries(known.map((name) => [name, operationOptions[name].rule]));
}

/** @throws HttpError 415 */
function mediaType(header: string | undefined): typeof jsonType | typeof npyType {
  const [type = ''] = (header ?? '').split(';');
  const found = type.trim().toLowerCase();
  if (found === jsonType || found === npyType) return found;
  throw new HttpError(
    415,
    `the body is ${found === '' ? 'of no type' : `'${found.slice(0, 100)}'`}: send ${jsonType} or ${npyType} (header Content-Type).`,
    { accept: `${jsonType}, ${npyType}` },
  );
}

/** Options in the address, as text: numbers and true and false are taken for such where the option wants them. */
function queryOptions(query: URLSearchParams): Readonly<Record<string, unknown>> {
  const options = new Map<string, unknown>();
  for (const [name, text] of query) {
    if (options.has(name)) throw new ValueError(`'${name.slice(0, 100)}' comes twice in the address.`);
    options.set(name, valueOf(name, text));
  }
  return Object.fromEntries(options);
}

function valueOf(name: string, text: string): unknown {
  const option = Object.hasOwn(operationOptions, name) ? operationOptions[name as OptionName] : undefined;
  if (option?.schema.type === 'integer') return text.trim() === '' ? text : Number(text);
  if (option?.schema.type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

function withoutInput(body: Readonly<Record<string, unknown>>, name: string | undefined) {
  const entries = Object.entries(body);
  return {
    input: entries.find(([key]) => key === name)?.[1],
    rest: Object.fromEntries(entries.filter(([key]) => key !== name)),
  };
}

/** @throws ValueError for an array where rows are wanted, and the other way round */
function checkKind(operation: string, body: object, name: string | undefined): void {
  if (name === 'rows' && Object.hasOwn(body, 'x')) {
    throw new ValueError(`${operation}: this run takes rows of a table: {"rows": [...]}.`);
  }
  if (name === 'x' && Object.hasOwn(body, 'rows')) {
    throw new ValueError(`${operation}: this run takes arrays: {"x": [...]}.`);
  }
}

function example(name: 'x' | 'rows' | 'z', { run }: LoadedRun): string {
  if (name === 'rows') return '{ "rows": [{ "column": value, … }, …] }';
  const shape = name === 'z' ? [run.model.latent] : run.exampleShape;
  return `{ "${name}": [ … ] } of shape [n, ${shape.join(', ')}], or such an array as ${npyType}`;
}

function inputOf(
  value: unknown,
  { name, operation, loaded, limits, onNotice }: { readonly name: 'x' | 'rows' | 'z'; readonly operation: Operation; readonly loaded: LoadedRun; readonly limits: Limits; readonly onNotice: (line: string) => void }, // prettier-ignore
): Input {
  const where = `$.${name}`;
  const { run, table } = loaded;
  if (name === 'rows') {
    const known = table?.state.columns.map((column) => column.name) ?? [];
    // Before columns are made for them.
    if (Array.isArray(value)) checkCount(operation, value.length, limits, known.length);
    const needed = table?.blocks.map(({ column }) => column) ?? [];
    return { kind: 'table', table: tableIn(value, where, { known, needed, onNotice }) };
  }
  const gaps = operation.input === 'gaps';
  const given = value instanceof NdArray ? (value as NdArray) : undefined;
  const array = given ?? numbersIn(value, where, { gaps });
  if (given && !gaps) checkFinite(given);
  const shape = name === 'z' ? [run.model.latent] : run.exampleShape;
  return { kind: 'array', array: asExamples(array, shape, given ? 'the array' : where) };
}

function checkFinite({ data, shape }: NdArray): void {
  for (let at = 0; at < data.length; at++) {
    if (Number.isFinite(data[at])) continue;
    const place = shape.map((_, axis) => Math.floor(at / shape.slice(axis + 1).reduce((a, b) => a * b, 1)) % (shape[axis] ?? 1)); // prettier-ignore
    throw new ValueError(`the array holds ${String(data[at])} at [${place.join(', ')}] of ${formatShape(shape)}.`);
  }
}

/** Cells of the rows of a request. */
const mostCells = 2 ** 23;

function checkCount({ name }: Operation, count: number, { maxRows }: Limits, columns = 1): void {
  if (count > maxRows) throw new ValueError(`${name}: ${count} rows are more than a request may have, ${maxRows} (--max-rows).`); // prettier-ignore
  if (count * columns > mostCells) throw new ValueError(`${name}: ${count} rows of ${columns} columns are more than a request may have, ${mostCells} cells.`); // prettier-ignore
}

function checkRows(operation: Operation, input: Input, limits: Limits): void {
  if (input.kind === 'array') checkCount(operation, input.array.shape[0] ?? 0, limits);
}

/**
 * What the client takes of what there is, the first where it does not care.
 *
 * @throws HttpError 406
 */
export function negotiated(accept: string | undefined, offered: readonly [string, ...string[]]): string {
  if (accept === undefined || accept.trim() === '') return offered[0];
  const ranges = accept.split(',').map((text) => {
    const [type = '', ...parameters] = text.split(';').map((piece) => piece.trim().toLowerCase());
    const q = Number(parameters.find((piece) => piece.startsWith('q='))?.slice(2) ?? 1);
    return { type, q: Number.isNaN(q) ? 0 : q };
  });
  const qualityOf = (offer: string): number => {
    const matches = [offer, `${offer.replace(/\/.*/, '')}/*`, '*/*'].map((type) => ranges.find((range) => range.type === type)); // prettier-ignore
    return matches.find((match) => match !== undefined)?.q ?? 0;
  };
  const best = [...offered].sort((a, b) => qualityOf(b) - qualityOf(a))[0];
  if (best !== undefined && qualityOf(best) > 0) return best;
  throw new HttpError(406, `the answer can be had as ${offered.join(' or ')} (header Accept), and not as '${accept.slice(0, 100)}'.`); // prettier-ignore
}
