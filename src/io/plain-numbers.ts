/** A currency's or a percent sign, before or after the number. */
const sign = String.raw`[$€£¥%]?\s?`;
const minus = String.raw`([+-]?)`;
const withPoint = new RegExp(`^\\s*${minus}${sign}${minus}(\\d{1,3}(?:,\\d{3})+|\\d+)((?:\\.\\d+)?)\\s?${sign}$`);
const withComma = new RegExp(`^\\s*${minus}${sign}${minus}(\\d{1,3}(?:\\.\\d{3})+(?=,)|\\d+)((?:,\\d+)?)\\s?${sign}$`);
/** Nothing to do: most fields, told apart by one look. */
const special = /[,$€£¥%]/;

/**
 * Brings numbers as people and spreadsheets write them to the form that programs read, and leaves all else alone. By the
 * file's delimiter: in one of commas, a comma within a (quoted) number groups thousands: `$1,234.50` → `1234.50`; in any
 * other it is the decimal sign, and points before it group: `1.234,50 €` → `1234.50`. Currency and percent signs go.
 */
export function plainNumbers(delimiter: string): (field: string) => string {
  const pattern = delimiter === ',' ? withPoint : withComma;
  return (field) => {
    if (!special.test(field)) return field;
    const match = pattern.exec(field);
    if (!match) return field;
    const [, before = '', after = '', whole = '', fraction = ''] = match;
    return `${before}${after}${whole.replaceAll(/[.,]/g, '')}${fraction.replace(',', '.')}`;
  };
}
