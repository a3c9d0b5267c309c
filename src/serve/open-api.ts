import { version } from '../core/index.ts';
import { boundsOf, levelsOf } from './about.ts';
import { operationOptions } from './operation-options.ts';
import type { Operation, OptionName, Schema } from './operation.ts';
import { operations } from './operations/index.ts';
import { inputName, jsonType, npyType } from './request.ts';
import type { LoadedRun } from './served-runs.ts';

const npySchema: Schema = { type: 'string', contentMediaType: npyType, description: "an array in numpy's format" };
const problem = { $ref: '#/components/responses/Problem' };

/** What this server offers, as OpenAPI 3.1 has it: each run with its own shapes and columns. */
export function openApi(runs: readonly LoadedRun[]): Readonly<Record<string, unknown>> {
  const [only] = runs;
  const paths = new Map<string, unknown>(Object.entries(fixedPaths));
  for (const loaded of runs) {
    paths.set(`/runs/${loaded.name}`, { get: get(`What the run ${loaded.name} takes and gives.`, loaded.name) });
    for (const operation of operations) {
      paths.set(`/runs/${loaded.name}/${operation.name}`, { post: post(operation, loaded, `${loaded.name}-`) });
      if (runs.length === 1) paths.set(`/${operation.name}`, { post: post(operation, loaded, '') });
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: only && runs.length === 1 ? `rootsigma: ${only.name}` : 'rootsigma',
      version,
      description:
        'Variational autoencoders over HTTP. Arrays come and go as JSON or as NPY (header Content-Type, header Accept).',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    security: [{}, { token: [] }],
    tags: [{ name: 'server' }, ...runs.map(({ name }) => ({ name, description: `The run ${name}.` }))],
    paths: Object.fromEntries(paths),
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'Where the server was given a token.' },
      },
      schemas: {
        Problem: {
          type: 'object',
          description: 'RFC 9457',
          required: ['type', 'title', 'status', 'detail'],
          properties: {
            type: { type: 'string' },
            title: { type: 'string' },
            status: { type: 'integer' },
            detail: { type: 'string', description: 'which value is wrong, where, and what to do' },
            error: { type: 'string', description: "the library's name of the error" },
            requestId: { type: 'string' },
          },
        },
      },
      responses: {
        Problem: {
          description: problemText,
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      },
    },
  };
}

const problemText =
  '400: the request is wrong; 401: no token; 403: host or origin; 404: no such run; 406, 415: another type; 413: too large; 422: this run cannot do that; 429, 503: too many requests, try again after Retry-After; 504: the deadline passed.';

function get(summary: string, tag: string, type = jsonType): Schema {
  return {
    tags: [tag],
    summary,
    operationId: `get ${summary}`.replaceAll(/\W+/g, '-').replace(/-$/, '').toLowerCase(),
    responses: { 200: { description: summary, content: { [type]: { schema: {} } } }, default: problem },
  };
}

const fixedPaths = {
  '/runs': { get: get('The runs that are served.', 'server') },
  '/healthz': { get: get('Whether the server is alive.', 'server') },
  '/readyz': { get: get('Whether it takes requests.', 'server') },
  '/metrics': { get: get("What it did, in Prometheus' text format.", 'server', 'text/plain') },
};

function post(operation: Operation, loaded: LoadedRun, prefix: string): Schema {
  const names = operation.options(loaded);
  const arrayOf = operation.arrayOf?.(loaded);
  return {
    tags: [loaded.name],
    summary: operation.summary,
    operationId: `${prefix}${operation.name}`,
    parameters: names.map((name) => ({
      name,
      in: 'query',
      description: operationOptions[name].what,
      // In an address a condition is text.
      schema: name === 'given' ? { type: 'string' } : operationOptions[name].schema,
    })),
    requestBody: requestBody(operation, loaded, names),
    responses: {
      200: {
        description: operation.summary,
        content: {
          [jsonType]: { schema: answerSchema(operation, loaded) },
          ...(arrayOf !== undefined && { [npyType]: { schema: { ...npySchema, description: arrayOf } } }),
        },
      },
      default: problem,
    },
  };
}

function answerSchema(operation: Operation, loaded: LoadedRun): Schema {
  return {
    type: 'object',
    required: ['run'],
    properties: {
      run: { type: 'string' },
      ...operation.answer(loaded),
      notices: { type: 'array', items: { type: 'string' }, description: 'what there is to know of the request' },
    },
  };
}

function requestBody(operation: Operation, loaded: LoadedRun, names: readonly OptionName[]): Schema {
  const name = inputName(operation, loaded);
  const takesArrays = name === 'x' || name === 'z';
  return {
    required: name !== undefined,
    content: {
      [jsonType]: {
        schema: {
          type: 'object',
          additionalProperties: false,
          ...(name !== undefined && { required: [name] }),
          properties: {
            ...(name !== undefined && { [name]: inputSchema(operation, loaded) }),
            ...Object.fromEntries(names.map((each) => [each, { ...operationOptions[each].schema, description: operationOptions[each].what }])), // prettier-ignore
          },
        },
      },
      ...(takesArrays && { [npyType]: { schema: npySchema } }),
    },
  };
}

function inputSchema(operation: Operation, loaded: LoadedRun): Schema {
  const { run, table } = loaded;
  if (operation.input === 'codes') return listsOf(['n', run.model.latent], { type: 'number' });
  const gaps = operation.input === 'gaps';
  if (!table) return listsOf(['n', ...run.exampleShape], gaps ? { type: ['number', 'null'] } : { type: 'number' });
  const columns = table.state.columns.slice(0, mostColumns);
  return {
    type: 'array',
    items: {
      type: 'object',
      properties: Object.fromEntries(columns.map((column) => [column.name, cellSchema(column)])),
    },
  };
}

/** Columns and levels that the description has; there may be thousands. */
const [mostColumns, mostLevels] = [500, 50];

function listsOf(shape: readonly (number | string)[], item: Schema): Schema {
  return shape.reduceRight<Schema>((inner, size) => ({ type: 'array', items: inner, description: String(size) }), item);
}

type ColumnState = NonNullable<LoadedRun['table']>['state']['columns'][number];

function cellSchema(column: ColumnState): Schema {
  const description = column.kind;
  if (column.kind === 'numeric') return { type: ['number', 'string', 'null'], description };
  if (column.kind === 'datetime') {
    const { min, max } = boundsOf(column);
    return { type: ['string', 'number', 'null'], description, ...(min !== undefined && { examples: [min, max] }) };
  }
  const examples = levelsOf(column).slice(0, mostLevels);
  return { type: ['string', 'number', 'boolean', 'null'], description, ...(examples.length > 0 && { examples }) };
}
