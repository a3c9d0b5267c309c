// Counts in Prometheus' text format: https://prometheus.io/docs/instrumenting/exposition_formats/ (version 0.0.4).

export type Labels = Readonly<Record<string, string>>;

export interface Metric {
  /** Lines without the heading. */
  lines(): string[];
}

/** Something that only grows; its name ends with `_total`. */
export class Counter implements Metric {
  readonly #name: string;
  readonly #values = new Map<string, number>();

  constructor(name: string) {
    this.#name = name;
  }

  add(labels: Labels = {}, amount = 1): void {
    const key = labelText(labels);
    this.#values.set(key, (this.#values.get(key) ?? 0) + amount);
  }

  lines(): string[] {
    return [...this.#values].map(([labels, value]) => `${this.#name}${braced(labels)} ${numberText(value)}`);
  }
}

/** How often values came to no more than each bound, their sum and their number. */
export class Histogram implements Metric {
  readonly #name: string;
  readonly #bounds: readonly number[];
  readonly #values = new Map<string, { readonly counts: number[]; sum: number; count: number }>();

  constructor(name: string, bounds: readonly number[]) {
    this.#name = name;
    this.#bounds = bounds;
  }

  observe(value: number, labels: Labels = {}): void {
    const key = labelText(labels);
    let found = this.#values.get(key);
    if (!found) this.#values.set(key, (found = { counts: this.#bounds.map(() => 0), sum: 0, count: 0 }));
    const at = this.#bounds.findIndex((bound) => value <= bound);
    if (at >= 0) found.counts[at] = (found.counts[at] ?? 0) + 1;
    found.sum += value;
    found.count++;
  }

  lines(): string[] {
    return [...this.#values].flatMap(([labels, { counts, sum, count }]) => {
      let below = 0;
      const bucket = (bound: string, value: number): string =>
        `${this.#name}_bucket${braced([labels, `le="${bound}"`].filter((text) => text !== '').join(','))} ${value}`;
      return [
        ...this.#bounds.map((bound, at) => bucket(numberText(bound), (below += counts[at] ?? 0))),
        bucket('+Inf', count),
        `${this.#name}_sum${braced(labels)} ${numberText(sum)}`,
        `${this.#name}_count${braced(labels)} ${count}`,
      ];
    });
  }
}

/** A value that is looked up when it is asked for. */
class Gauge implements Metric {
  readonly #name: string;
  readonly #read: () => number | ReadonlyMap<Labels, number>;

  constructor(name: string, read: () => number | ReadonlyMap<Labels, number>) {
    this.#name = name;
    this.#read = read;
  }

  lines(): string[] {
    const found = this.#read();
    const values = typeof found === 'number' ? [[{}, found] as const] : [...found];
    return values.map(([labels, value]) => `${this.#name}${braced(labelText(labels))} ${numberText(value)}`);
  }
}

/** Metrics by their names, and the text that Prometheus reads. */
export class Metrics {
  readonly contentType = 'text/plain; version=0.0.4; charset=utf-8';
  readonly #metrics: { readonly heading: string; readonly metric: Metric }[] = [];

  counter(name: string, help: string): Counter {
    return this.#add(name, help, 'counter', new Counter(name));
  }

  histogram(name: string, help: string, bounds: readonly number[]): Histogram {
    return this.#add(name, help, 'histogram', new Histogram(name, bounds));
  }

  /** @param type `counter` for what is read elsewhere and only grows */
  gauge(
    name: string,
    help: string,
    read: () => number | ReadonlyMap<Labels, number>,
    type: 'gauge' | 'counter' = 'gauge',
  ): void {
    this.#add(name, help, type, new Gauge(name, read));
  }

  /** What every process has, under the names that Prometheus' own clients use. */
  addProcess(): void {
    const started = Date.now() / 1000 - process.uptime();
    const cpu = (): number => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1e6;
    };
    this.gauge('process_cpu_seconds_total', 'Processor time, user and system.', cpu, 'counter');
    this.gauge('process_resident_memory_bytes', 'Resident memory.', () => process.memoryUsage.rss());
    this.gauge('process_start_time_seconds', 'When the process started, since 1970.', () => started);
  }

  text(): string {
    return this.#metrics.map(({ heading, metric }) => [heading, ...metric.lines(), ''].join('\n')).join('');
  }

  #add<T extends Metric>(name: string, help: string, type: string, metric: T): T {
    this.#metrics.push({ heading: `# HELP ${name} ${help}\n# TYPE ${name} ${type}`, metric });
    return metric;
  }
}

function labelText(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${value.replace(/[\\"\n]/g, (char) => (char === '\n' ? '\\n' : `\\${char}`))}"`)
    .join(',');
}

function braced(labels: string): string {
  return labels === '' ? '' : `{${labels}}`;
}

function numberText(value: number): string {
  return value === Infinity ? '+Inf' : value === -Infinity ? '-Inf' : String(value);
}
