import type { RunAbout } from '../about-types.ts';

/** What the page does. It runs in the page alone, as its own text: it may use nothing from outside of itself. */
export function tryPage(): void {
  interface Described {
    readonly paths: Readonly<Record<string, { readonly post?: { readonly summary: string } }>>;
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
    const { summary = '' } = described.paths[`/runs/${run.name}/${operation.name}`]?.post ?? {};
    const options = operation.options.length > 0 ? ` Options: ${operation.options.join(', ')}.` : '';
    element('summary').textContent = `${summary}.${options}`;
    body.value = edited.get(kept()) ?? exampleOf(run, operation.name);
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
    try {
      const answer = await fetch(`/runs/${runSelect.value}/${operationSelect.value}`, {
        method: 'POST',
        headers: { ...headers(), 'content-type': 'application/json' },
        body: body.value,
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
      draw(found.x);
    } catch (error) {
      say(`The server does not answer: ${String(error)}`, true);
    } finally {
      button.disabled = false;
    }
  }

  /** Images among the answer, grey or in colour. */
  function draw(x: unknown): void {
    const shape = chosen()?.exampleShape ?? [];
    const [height = 0, width = 0, channels = 1] = shape;
    const isImage = (shape.length === 2 || (shape.length === 3 && channels === 3)) && Array.isArray(x);
    const images = isImage ? (x as readonly unknown[]).slice(0, 64) : [];
    element('picture').replaceChildren(
      ...images.map((image, number) => {
        const canvas = document.createElement('canvas');
        Object.assign(canvas, { width, height });
        canvas.setAttribute('role', 'img');
        canvas.setAttribute('aria-label', `example ${number}`);
        const pixels = new ImageData(width, height);
        const values = (image as readonly unknown[]).flat(2) as readonly number[];
        for (let at = 0; at < width * height; at++) {
          for (let k = 0; k < 3; k++) pixels.data[4 * at + k] = 255 * (values[channels === 3 ? 3 * at + k : at] ?? 0);
          pixels.data[4 * at + 3] = 255;
        }
        canvas.getContext('2d')?.putImageData(pixels, 0, 0);
        return canvas;
      }),
    );
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
