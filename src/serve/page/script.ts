import type { RunAbout } from '../about-types.ts';
import type { DescribedSchema, bodyFaults } from './body-faults.ts';
import type { drawAnswer } from './draw-answer.ts';

/** What else runs in the page. */
export interface PageParts {
  readonly bodyFaults: typeof bodyFaults;
  readonly drawAnswer: typeof drawAnswer;
}

/** What the page does. It runs in the page alone, as its own text: it may use nothing from outside of itself but what it is given. */
export function tryPage({ bodyFaults, drawAnswer }: PageParts): void {
  interface DescribedPost {
    readonly summary: string;
    readonly requestBody: { readonly content: Readonly<Record<string, { readonly schema: DescribedSchema }>> };
  }
  interface Described {
    readonly paths: Readonly<Record<string, { readonly post?: DescribedPost }>>;
  }
  const runs = new Map<string, RunAbout>();
  let token = '';
  let described: Described = { paths: {} };
  const element = (id: string): HTMLElement => {
    const found = document.getElementById(id);
    if (!found) throw new Error(`there is no #${id}`);
    return found;
  };
  const access = element('access');
  const runSelect = element('run') as HTMLSelectElement;
  const operationSelect = element('operation') as HTMLSelectElement;
  const body = element('body') as HTMLTextAreaElement;
  const message = element('message');
  /** What has been written, by `kept`. */
  const edited = new Map<string, string>();

  const say = (text: string, isBad = false): void => {
    message.textContent = text;
    message.className = isBad ? 'bad' : '';
  };
  const headers = (): Record<string, string> => (token === '' ? {} : { authorization: `Bearer ${token}` });

  async function open(): Promise<void> {
    const answer = await fetch('/runs', { headers: headers() });
    if (answer.status === 401) {
      access.hidden = false;
      if (token !== '') say('This is not the token of this server.', true);
      element('token').focus();
      return;
    }
    const listed = (await answer.json()) as { readonly runs: readonly RunAbout[] };
    described = (await (await fetch('/openapi.json', { headers: headers() })).json()) as Described;
    access.hidden = true;
    say('');
    for (const run of listed.runs) runs.set(run.name, run);
    runSelect.replaceChildren(...listed.runs.map(({ name }) => new Option(name)));
    element('work').hidden = false;
    showRun();
  }

  function chosen(): RunAbout | undefined {
    return runs.get(runSelect.value);
  }

  function showRun(): void {
    const run = chosen();
    if (!run) return;
    operationSelect.replaceChildren(...run.operations.map(({ name }) => new Option(name)));
    const facts: readonly (readonly [string, string])[] = [
      ['Trained on', run.trainedOn],
      [
        'Takes',
        run.takes === 'rows'
          ? `rows of ${run.columns?.length ?? 0} columns`
          : `arrays of ${run.exampleShape.join(' × ')}`,
      ],
      [
        'Model',
        `${run.latent} latent dimensions, ${run.posterior} posterior, ${run.prior} prior, ${run.likelihood} likelihood`,
      ],
      ['Loaded', `${new Date(run.loadedAt).toLocaleString()} on ${run.engine}`],
    ];
    const list = document.createElement('dl');
    for (const [name, value] of facts) {
      const [term, what] = [document.createElement('dt'), document.createElement('dd')];
      term.textContent = name;
      what.textContent = value;
      list.append(term, what);
    }
    element('about').replaceChildren(list);
    showOperation();
  }

  function showOperation(): void {
    const run = chosen();
    const operation = run?.operations.find(({ name }) => name === operationSelect.value);
    if (!run || !operation) return;
    element('summary').textContent = `${postOf()?.summary ?? ''}.`;
    body.value = edited.get(kept()) ?? exampleOf(run, operation.name);
    const wants = Object.entries(schemaOf().properties ?? {}).flatMap(([name, schema]) => {
      const [term, what] = [document.createElement('dt'), document.createElement('dd')];
      term.textContent = name;
      what.textContent = wantText(run, operation.name, name, schema);
      return [term, what];
    });
    element('wants').replaceChildren(...wants);
    element('wants').hidden = wants.length === 0;
    sayFaults();
  }

  function postOf(): DescribedPost | undefined {
    return described.paths[`/runs/${runSelect.value}/${operationSelect.value}`]?.post;
  }

  function schemaOf(): DescribedSchema {
    return postOf()?.requestBody.content['application/json']?.schema ?? {};
  }

  /** What an entry of the body may be. */
  function wantText(run: RunAbout, operation: string, name: string, schema: DescribedSchema): string {
    const gaps = operation === 'impute' ? ', null where one is missing' : '';
    if (name === 'z') return `codes: lists of ${run.latent} numbers, or one`;
    if (name === 'x')
      return `lists of numbers, [n, ${run.exampleShape.join(', ')}] or one of it, as in training${gaps}`;
    if (name !== 'rows') {
      const { minimum, maximum = Infinity, description = '', enum: choices } = schema;
      const range = minimum === undefined ? '' : maximum >= 2 ** 30 ? ` From ${minimum} on.` : ` ${minimum} to ${maximum}.`; // prettier-ignore
      return `${description}${range}${choices ? ` One of ${choices.join(', ')}.` : ''}`;
    }
    const columns = (run.columns ?? []).filter(({ kind }) => !['id', 'split', 'ignored'].includes(kind));
    const texts = columns.slice(0, 12).map(({ name: column, levels, min, max }) => {
      const shown = levels?.slice(0, 6).map((level) => String(level)).join(', ') ?? (min === undefined ? '' : `${min} to ${String(max)} in training`); // prettier-ignore
      return `${column}${shown === '' ? '' : ` (${shown}${(levels?.length ?? 0) > 6 ? ', …' : ''})`}`;
    });
    const more = columns.length > 12 ? `; and ${columns.length - 12} more` : '';
    return `a list of rows, { "column": value }; null or left out is missing${operation === 'impute' ? ', and is filled' : ''}: ${texts.join('; ')}${more}`;
  }

  /** Says what is wrong with what is being typed, where it is typed. */
  function sayFaults(): void {
    const run = chosen();
    if (!run) return;
    const { exampleShape, latent, columns = [] } = run;
    const { fault, notes } = bodyFaults(body.value, { schema: schemaOf(), exampleShape, latent, columns });
    body.setAttribute('aria-invalid', String(fault !== undefined));
    element('fault').textContent = fault ?? notes.map((note) => `Note: ${note}.`).join(' ');
    element('fault').className = fault === undefined ? 'hint' : 'bad';
  }

  /** For what a request stays as it was written: for a run, all operations that take examples have the same. */
  function kept(): string {
    const operation = operationSelect.value;
    return `${runSelect.value}/${['sample', 'decode', 'impute'].includes(operation) ? operation : ''}`;
  }

  /** A request that is answered, to begin with. */
  function exampleOf(run: RunAbout, operation: string): string {
    if (operation === 'sample') return JSON.stringify({ count: 8, seed: 1 }, null, 2);
    const given =
      run.condition && run.takes === 'arrays'
        ? { given: Object.fromEntries(run.condition.map((name) => [name, '0'])) }
        : {};
    if (operation === 'decode') return JSON.stringify({ z: [Array.from({ length: run.latent }, () => 0)], ...given });
    const gaps = operation === 'impute';
    if (run.takes === 'arrays') return JSON.stringify({ x: [filled(run.exampleShape, gaps)], ...given });
    const columns = (run.columns ?? []).filter(({ kind }) => !['id', 'split', 'ignored'].includes(kind));
    const gap = columns.find(({ name }) => !run.condition?.includes(name));
    const row = columns.map(({ name, levels, min = 0, max = 0 }): [string, unknown] => {
      if (gaps && name === gap?.name) return [name, null];
      if (levels?.[0] !== undefined) return [name, levels[0]];
      // Dates are texts.
      if (typeof min === 'string' || typeof max === 'string') return [name, min];
      return [name, Number(((min + max) / 2).toPrecision(3))];
    });
    return JSON.stringify({ rows: [Object.fromEntries(row)] }, null, 2);
  }

  function filled([length = 0, ...rest]: readonly number[], gaps: boolean): unknown {
    return Array.from({ length }, (_, at) => (rest.length > 0 ? filled(rest, gaps && at === 0) : gaps ? null : 0));
  }

  async function send(): Promise<void> {
    const button = element('send') as HTMLButtonElement;
    button.disabled = true;
    const start = performance.now();
    const sent = body.value;
    try {
      const answer = await fetch(`/runs/${runSelect.value}/${operationSelect.value}`, {
        method: 'POST',
        headers: { ...headers(), 'content-type': 'application/json' },
        body: sent,
      });
      const found = (await answer.json()) as Readonly<Record<string, unknown>>;
      element('took').textContent = `${answer.status}, ${Math.round(performance.now() - start)} ms`;
      element('answer').hidden = false;
      // Numbers of one list on one line, and in as many digits as a person reads.
      const text = JSON.stringify(found, null, 1)
        .replaceAll(/(-?\d\.\d{5})\d+/g, '$1')
        .replaceAll(/\[\s+([^[\]{}"]+?)\s+\]/g, (_, inner: string) => `[${inner.replaceAll(/\s+/g, ' ')}]`);
      element('text').textContent = text.length > 20_000 ? `${text.slice(0, 20_000)}\n…` : text;
      say(answer.ok ? '' : String(found.detail), !answer.ok);
      const { exampleShape = [] } = chosen() ?? {};
      const asked = answer.ok && sent.trim() !== '' ? (JSON.parse(sent) as Readonly<Record<string, unknown>>) : {};
      element('picture').replaceChildren(...drawAnswer({ answer: found, asked, exampleShape }));
    } catch (error) {
      say(`The server does not answer: ${String(error)}`, true);
    } finally {
      button.disabled = false;
    }
  }

  function curl(): string {
    const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
    const auth = token === '' ? '' : ` -H 'Authorization: Bearer TOKEN'`;
    const url = `${location.origin}/runs/${runSelect.value}/${operationSelect.value}`;
    return `curl ${url}${auth} -H 'Content-Type: application/json' -d ${quoted(body.value)}`;
  }

  access.addEventListener('submit', (event) => {
    event.preventDefault();
    token = (element('token') as HTMLInputElement).value.trim();
    void open();
  });
  element('request').addEventListener('submit', (event) => {
    event.preventDefault();
    void send();
  });
  element('copy').addEventListener('click', () => {
    void navigator.clipboard.writeText(curl()).then(
      () => {
        say('Copied.');
      },
      () => {
        say(curl());
      },
    );
  });
  element('description').addEventListener('click', (event) => {
    if (token === '') return;
    // An address has no headers.
    event.preventDefault();
    element('answer').hidden = false;
    element('text').textContent = JSON.stringify(described, null, 1);
  });
  body.addEventListener('input', () => {
    edited.set(kept(), body.value);
    sayFaults();
  });
  runSelect.addEventListener('change', showRun);
  operationSelect.addEventListener('change', showOperation);
  // A link that the server prints may have the token behind #, which browsers send to nobody.
  const linked = /^#token=(.+)$/.exec(location.hash)?.[1];
  if (linked !== undefined) {
    token = decodeURIComponent(linked);
    history.replaceState(null, '', location.pathname);
  }
  void open();
}
