/**
 * Text that a spreadsheet would run: it begins with one of = + - @ (full width too), after blanks as well, or with a tab or
 * a line's end, which some programs drop (OWASP, CSV Injection). An apostrophe before it is looked through.
 */
const beginsFormula = /^'*(?:[\t\r\n]|\s*[=+\-@＝＋－＠])/;

/**
 * Signed amounts as people write them (-1.234,50 €; -$5; +12.5 %; -3e-7), phone numbers in blanks (+49 30 1234) and bare
 * signs are no formulas: spreadsheets read them as what they are.
 */
const harmless =
  /^\s*(?:[+-]\s?(?:\p{Sc}\s?)?(?:\d[\d.,'’ \u00A0\u202F]*|[.,]\d+)(?:[eE][+-]?\d+)?(?:[ \u00A0\u202F]?(?:%|‰|\p{Sc}|[A-Z]{3}))?|[+\-=@]+)\s*$/u;

function isFormula(text: string): boolean {
  return beginsFormula.test(text) && !harmless.test(text.replace(/^'+/, ''));
}

/** Text as a spreadsheet shows it instead of running it: with an apostrophe before it where it must be. */
export function guardFormula(text: string): string {
  return isFormula(text) ? `'${text}` : text;
}

/** The text that `guardFormula` was given. */
export function unguardFormula(text: string): string {
  return text.startsWith("'") && isFormula(text.slice(1)) ? text.slice(1) : text;
}
