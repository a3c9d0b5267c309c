// Which texts stand for "no value". The floor is what pandas takes (pandas.io.parsers, `STR_NA_VALUES`); whether a word is a
// level of its column instead is seen by its fellows.

/** Missing wherever they come, unless a column shows that they are levels of it. */
const usualMarks = new Set(
  ['', 'NA', 'N/A', 'n/a', 'na', 'NaN', 'nan', '-NaN', '-nan', 'NULL', 'null', 'None', '<NA>', '#N/A', '#N/A N/A', '#NA', '#NULL!', '1.#IND', '-1.#IND', '1.#QNAN', '-1.#QNAN', '?'], // prettier-ignore
);
/** Missing among numbers and dates, which they are none of. */
const markOfNumbers =
  /^(?:[-–—.*_]{1,3}|\?+|#+(?:n\/?a|value!|div\/0!|ref!|num!)?|[-+]?inf(?:inity)?|missing|\(missing\)|none|n\.?a\.?|n\/d|nd|not available|unknown)$/i;
/** Words that are also answers. */
const wordMark = /^(?:NA|None|null|NULL|nan|na|n\/a|N\/A)$/;

/** Whether a text (without blanks around it) is one of the usual marks. */
export function isUsualMark(text: string): boolean {
  return usualMarks.has(text) || /^(?:n\/a|nan|null|na)$/i.test(text);
}

/** Whether it is a mark in a column of numbers or dates. */
export function isMarkOfNumbers(text: string): boolean {
  return isUsualMark(text) || markOfNumbers.test(text);
}

/**
 * Whether a usual mark is a level of a column of texts: `None` beside words, unless numbers of the same file are missing so
 * too; `NA` only among codes of two capitals (North America, Namibia).
 */
export function isLevel(mark: string, fellows: readonly string[], marksOfNumbers: ReadonlySet<string>): boolean {
  if (!wordMark.test(mark) || marksOfNumbers.has(mark)) return false;
  const others = fellows.filter((text) => !isUsualMark(text));
  if (mark === 'None') return others.length > 0 && others.every((text) => /^\p{L}/u.test(text));
  return mark === 'NA' && others.length >= 3 && others.every((text) => /^[A-Z]{2}$/.test(text));
}
