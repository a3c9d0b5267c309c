// What is chosen of the codes, as files.

/** A column of what is written: a name, and what stands in it at each example. */
export interface ExportColumn {
  readonly name: string;
  readonly at: (index: number) => string | number | undefined;
}

/** The dimensions of codes [n, latent] as columns. */
export function codeColumns(name: string, values: Float32Array, latent: number): ExportColumn[] {
  return Array.from({ length: latent }, (_, k) => ({
    name: `${name}${k + 1}`,
    at: (index) => values[index * latent + k],
  }));
}

/** RFC 4180, with a line feed after every record. */
export function csvOf(rows: readonly number[], columns: readonly ExportColumn[]): string {
  const lines = [columns.map(({ name }) => csvField(name)).join(',')];
  for (const row of rows) lines.push(columns.map(({ at }) => csvField(textOf(at(row)))).join(','));
  return `${lines.join('\n')}\n`;
}

/** Vectors as the Embedding Projector reads them: numbers between tabs, no header. */
export function vectorsTsv(rows: readonly number[], values: Float32Array, latent: number): string {
  const line = (row: number): string =>
    Array.from(values.subarray(row * latent, (row + 1) * latent), (value) => textOf(value)).join('\t');
  return rows.map((row) => `${line(row)}\n`).join('');
}

/** Metadata as the Embedding Projector reads them: with a header where there are two columns or more, and none for one. */
export function metadataTsv(rows: readonly number[], columns: readonly ExportColumn[]): string {
  const field = (text: string): string => text.replaceAll(/[\t\r\n]+/g, ' ');
  const lines = rows.map((row) => columns.map(({ at }) => field(textOf(at(row)))).join('\t'));
  if (columns.length > 1) lines.unshift(columns.map(({ name }) => field(name)).join('\t'));
  return lines.map((line) => `${line}\n`).join('');
}

/** As few digits as tell one float32 from another. */
function textOf(value: string | number | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return value;
  if (!Number.isFinite(value)) return '';
  for (let digits = 6; digits < 9; digits++) {
    const text = String(Number(value.toPrecision(digits)));
    if (Math.fround(Number(text)) === Math.fround(value)) return text;
  }
  return String(value);
}

function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
