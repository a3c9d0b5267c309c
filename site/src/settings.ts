import type { Covariance } from './covariance.ts';
import { readField } from './fields.ts';
import type { Field } from './fields.ts';
import { initialShared } from './figure.ts';
import type { Figure, Shared } from './figure.ts';
import { isAddressed, isUsable } from './store.ts';

export interface Settings {
  readonly shared: Shared;
  readonly own: ReadonlyMap<string, Readonly<Record<string, number | string>>>;
  /** What could not be taken as it stands, in sentences. */
  readonly complaints: readonly string[];
}

/** The settings in an address. What is none, or out of reach, is said and not taken. */
export function readSettings(figures: readonly Figure[], query: URLSearchParams): Settings {
  const own = new Map<string, Record<string, number | string>>();
  const complaints: string[] = [];
  let shared = initialShared;
  for (const [name, text] of query) {
    if (name === 'sigma' || name === 'tried') {
      const { sigma, complaint } = readSigma(text);
      if (sigma && isUsable(sigma)) shared = { ...shared, sigma };
      else if (sigma) shared = { ...shared, tried: sigma };
      if (complaint !== undefined && !(name === 'tried' && sigma)) complaints.push(complaint);
      continue;
    }
    if (name === 'seed') {
      const seed = Number(text);
      if (text.trim() !== '' && Number.isInteger(seed) && seed >= 0 && seed < 2 ** 31) shared = { ...shared, seed };
      else complaints.push(`“${cut(text)}” is no seed: it takes a whole number from 0 to 2,147,483,647.`);
      continue;
    }
    const [id = '', ...rest] = name.split('.');
    const field = figures.find((figure) => figure.id === id)?.fields[rest.join('.')];
    if (!field || !isAddressed(rest.join('.'))) {
      if (!isForeign(name)) complaints.push(`there is no setting “${cut(name)}”.`);
      continue;
    }
    const value = readField(field, text);
    const taken = value !== undefined && !Number.isNaN(value);
    if (taken) own.set(id, { ...own.get(id), [rest.join('.')]: value });
    if (!taken || (field.kind === 'number' && value !== Number(text))) {
      complaints.push(`“${cut(text)}” is no value of ${cut(name)}, which takes ${allowed(field)}.`);
    }
  }
  return { shared, own, complaints };
}

function allowed(field: Field): string {
  if (field.kind === 'choice') return Object.keys(field.options).join(', ');
  return field.free === true ? 'a number' : `a number from ${field.min} to ${field.max}`;
}

/** Three numbers Σ₁₁, Σ₁₂, Σ₂₂. */
function readSigma(text: string): { readonly sigma?: Covariance; readonly complaint?: string } {
  const parts = text.split(',');
  const values = parts.map((part) => (part.trim() === '' ? NaN : Number(part)));
  const [xx = NaN, xy = NaN, yy = NaN] = values;
  if (values.length !== 3 || !values.every(Number.isFinite)) {
    return { complaint: `“${cut(text)}” is no Σ: it takes three numbers, Σ₁₁, Σ₁₂ and Σ₂₂, as in sigma=2,1,2.` };
  }
  const sigma = { xx, xy, yy };
  if (isUsable(sigma)) return { sigma };
  const shown = `[[${xx}, ${xy}], [${xy}, ${yy}]]`;
  if (Math.min(xx, yy) < 0.1 || Math.max(xx, yy) > 6 || Math.abs(xy) > 6) {
    const reach = 'this page draws variances from 0.1 to 6';
    return { complaint: `Σ = ${shown} is out of the figures’ reach: ${reach}, and covariances between −6 and 6.` };
  }
  return {
    sigma,
    complaint: `Σ = ${shown} describes no cloud of any width in every direction, so only the figure “What Σ is” shows it.`,
  };
}

/** What those who hand a link on append to it. */
const isForeign = (name: string): boolean => /^utm_|clid$|^ref$/.test(name);

function cut(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
