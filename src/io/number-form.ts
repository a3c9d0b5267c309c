/** How numbers are written in a column of text. */
export interface NumberForm {
  readonly decimal: '.' | ',';
  /** Between groups of three digits: `,`, `.`, `'`, a blank of some kind; absent: nothing. */
  readonly group?: string;
  /** The groups before the last have two digits: 1,23,456. */
  readonly indian?: true;
  /** A currency before the number, such as `$` or `EUR `. */
  readonly prefix?: string;
  /** What stands behind it: `%`, ` €`, ` kg`. */
  readonly suffix?: string;
  /** How numbers below 0 are written; absent: with a hyphen before them. */
  readonly negative?: 'parentheses' | 'trailing' | 'minus sign';
  /** Numbers above 0 have a +. */
  readonly plus?: true;
  /** The same number of digits behind the decimal sign everywhere. */
  readonly fixed?: true;
}

/** A number's text in its parts. */
export interface NumberParts {
  /** Digits with the signs between them. */
  readonly core: string;
  /** `e5`, or nothing. */
  readonly exponent: string;
  readonly negative: 'hyphen' | 'parentheses' | 'trailing' | 'minus sign' | undefined;
  readonly plus: boolean;
  readonly prefix: string;
  readonly suffix: string;
}

const spaces = String.raw`[ \u00A0\u202F\u2009]`;
const codes =
  'USD|EUR|GBP|CHF|JPY|CNY|INR|AUD|CAD|NZD|SEK|NOK|DKK|PLN|CZK|HUF|RON|BGN|RUB|UAH|TRY|BRL|MXN|ARS|CLP|COP|ZAR|KRW|SGD|HKD|TWD|THB|IDR|MYR|PHP|VND|ILS|AED|SAR|EGP|NGN|KES|PKR';
const currency = String.raw`(?:[A-Z]{0,3}\p{Sc}|${codes}|kr\.?|Fr\.?|Rs\.?)`;
const unit = String.raw`(?:[\p{L}\p{Sc}°µΩ%‰][\p{L}\p{Sc}°µΩ%‰/²³·^.]{0,15}(?:${spaces}[\p{L}°µΩ%/²³·^.]{1,12})?)`;
const parts = new RegExp(
  String.raw`^(\()?${spaces}?([+\-−])?${spaces}?(${currency}${spaces}?)?([+\-−])?` +
    String.raw`((?:\d(?:[\d.,'’ \u00A0\u202F\u2009]*\d)?[.,]?|[.,]\d+))([eE][+-]?\d+)?(${spaces}?${unit})?(${spaces}?[-−])?${spaces}?(\))?$`,
  'u',
);

/** The parts of a number as people write them, whatever its signs mean; `undefined` for all else. */
export function partsOf(written: string): NumberParts | undefined {
  const match = parts.exec(written.trim());
  if (!match) return undefined;
  const [, open, before, prefix = '', within, core = '', exponent = '', suffix = '', behind, close] = match;
  if ((open === undefined) !== (close === undefined)) return undefined;
  const signs = [before, within, behind].filter((sign) => sign !== undefined);
  if (signs.length + (open === undefined ? 0 : 1) > 1) return undefined;
  const sign = signs[0]?.trim();
  return {
    core,
    exponent,
    prefix,
    suffix,
    plus: sign === '+',
    negative:
      open !== undefined
        ? 'parentheses'
        : behind !== undefined
          ? 'trailing'
          : sign === '-'
            ? 'hyphen'
            : sign === '−'
              ? 'minus sign'
              : undefined,
  };
}

/** Whole part and fraction; thousands in groups of three by one sign, by blanks of any kind, or as in India. */
function corePattern(decimal: '.' | ',', group: '.' | ','): RegExp {
  const grouped = String.raw`[1-9]\d{0,2}(?:([${group}'’])\d{3}(?:\1\d{3})*|(?:${spaces}\d{3})+)`;
  const indian = String.raw`[1-9]\d?(?:([${group}])\d\d)(?:\2\d\d)*\2\d{3}`;
  return new RegExp(String.raw`^(?:\d+|${grouped}|${indian})?(?:[${decimal}](\d*))?$`, 'u');
}

const cores = { '.': corePattern('.', ','), ',': corePattern(',', '.') } as const;
const anyBlank = new RegExp(spaces, 'u');

/** A core read with one decimal sign. */
export interface CoreReading {
  /** As JavaScript writes it. */
  readonly digits: string;
  readonly group: string | undefined;
  readonly indian: boolean;
  /** Digits behind the decimal sign. */
  readonly decimals: number;
}

/** What a core is where `decimal` is the decimal sign; `undefined` where it cannot be a number then. */
export function readCore(core: string, decimal: '.' | ','): CoreReading | undefined {
  const match = cores[decimal].exec(core);
  if (!match || core === decimal) return undefined;
  const [, group, indian, fraction = ''] = match;
  const digits = core
    .replaceAll(/[^\d.,]/gu, '')
    .replaceAll(decimal === '.' ? ',' : '.', '')
    .replace(',', '.');
  return {
    digits,
    group: group ?? indian ?? anyBlank.exec(core)?.[0],
    indian: indian !== undefined,
    decimals: fraction.length,
  };
}

/** The number that a text written in this form is, or NaN. Signs, and whether a currency is named, may differ. */
export function parseNumber(written: string, form: NumberForm): number {
  const found = partsOf(written);
  if (!found || !isOfForm(found, form)) return NaN;
  const core = readCore(found.core, form.decimal);
  if (!core) return NaN;
  const value = Number(core.digits + found.exponent);
  return found.negative ? -value : value;
}

/** Whether what stands around a number is what the form has; a currency may be left out, and nothing else. */
export function isOfForm({ prefix, suffix }: Pick<NumberParts, 'prefix' | 'suffix'>, form: NumberForm): boolean {
  const [before, after] = [prefix.trim(), suffix.trim()];
  const [formBefore, formAfter] = [form.prefix?.trim() ?? '', form.suffix?.trim() ?? ''];
  if (before === formBefore && after === formAfter) return true;
  return before === '' && after === '' && isCurrency(formBefore + formAfter);
}

const wholeCurrency = new RegExp(`^${currency}$`, 'u');

export function isCurrency(text: string): boolean {
  return wholeCurrency.test(text);
}

/** The number as the form writes it, with as many digits behind the decimal sign as `decimals` says (absent: as few as tell it). */
export function formatNumber(value: number, form: NumberForm, decimals?: number): string {
  if (!Number.isFinite(value)) return '';
  const plain =
    decimals === undefined || (form.fixed !== true && decimals > 0)
      ? shortest(value, decimals)
      : Math.abs(value).toFixed(decimals);
  const [digits = '', exponent = ''] = plain.split(/(?=e)/);
  const [whole = '', fraction = ''] = digits.split('.');
  const grouped = form.group === undefined ? whole : groupDigits(whole, form.group, form.indian === true);
  const text = `${grouped}${fraction === '' ? '' : form.decimal + fraction}${exponent}`;
  const isNegative = value < 0 && /[1-9]/.test(digits);
  const before = isNegative ? '-' : form.plus && value > 0 ? '+' : '';
  const [prefix, suffix] = [form.prefix ?? '', form.suffix ?? ''];
  if (isNegative && form.negative === 'parentheses') return `(${prefix}${text}${suffix})`;
  if (isNegative && form.negative === 'trailing') return `${prefix}${text}${suffix}-`;
  return `${isNegative && form.negative === 'minus sign' ? '−' : before}${prefix}${text}${suffix}`;
}

/** As few digits as tell the number, rounded to `decimals`. */
function shortest(value: number, decimals: number | undefined): string {
  return String(Math.abs(decimals === undefined ? value : Number(value.toFixed(decimals))));
}

function groupDigits(whole: string, group: string, indian: boolean): string {
  return whole.replace(indian ? /\B(?=(?:\d\d)*\d{3}$)/g : /\B(?=(?:\d{3})+$)/g, group);
}
