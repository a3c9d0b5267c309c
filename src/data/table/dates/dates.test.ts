import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ValueError } from '../../../core/index.ts';
import { dateOfDays, daysOf, weekdayOf } from './calendar.ts';
import { DateCodec, checkDatePattern, commonUnit, dateReader, findDates, readIsoDate, roundTo } from './index.ts';

const utc = Date.UTC;

describe('the calendar', () => {
  test('is that of Date', () => {
    for (let days = -800_000; days < 800_000; days += 997) {
      const date = new Date(days * 86_400_000);
      const expected = { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
      expect(dateOfDays(days)).toEqual(expected);
      expect(daysOf(expected.year, expected.month, expected.day)).toBe(days);
      expect(weekdayOf(days)).toBe(date.getUTCDay());
    }
  });
});

describe('how a column writes dates', () => {
  test.each<[string, string[], (string | undefined)?]>([
    ['YYYY-MM-DD', ['2024-02-29', '1969-07-20']],
    ['YYYY-MM-DD HH:mm', ['2024-02-29 10:30', '2024-03-01 00:00']],
    ['YYYY-MM-DDTHH:mm:ssZ', ['2024-02-29T10:30:05Z', '2024-03-01T23:59:59Z']],
    ['YYYY-MM-DDTHH:mm:ss.SSSZ', ['2024-02-29T10:30:05.123Z']],
    ['YYYY-MM-DDTHH:mm:ss(.SSSSSS)', ['2024-02-29T10:30:05.123456', '2024-02-29T10:30:05']],
    ['YYYY-MM-DD( HH:mm(:ss))', ['2024-02-29 10:30:05', '2024-02-29 10:31', '2024-03-01']],
    ['YYYYMMDD', ['20180610', '20181208', '20180817']],
    ['YYYYMMDDTHHmmss', ['20180610T101500', '20181208T000000', '20181208T235959']],
    ['YYYYMMDDHHmmss', ['20180610101530', '20180610101531', '20181231101532']],
    ['YYYYMM', ['201806', '201812', '201901', '202004']],
    ['DDMMYYYY', ['10062018', '31122017', '01022018'], 'only it fits'],
    ['DD.MM.YYYY', ['29.02.2024', '01.12.1969'], 'only it fits'],
    ['D.M.YYYY', ['29.2.2024', '1.12.1969'], 'only it fits'],
    ['D. M. YYYY', ['29. 2. 2024', '1. 12. 1969'], 'only it fits'],
    ['DD-MM-YYYY', ['03-04-2024'], 'open'],
    ['M/D/YYYY', ['2/29/2024', '12/1/1969'], 'only it fits'],
    ['MM/DD/YYYY', ['01/02/2024', '03/04/2024'], 'open'],
    ['DD/MM/YYYY', ['01/02/2024', '29/02/2024'], 'only it fits'],
    ['YYYY/MM/DD', ['2024/02/29']],
    ['DD.MM.YYYY HH:mm:ss', ['06.10.2018 14:05:09', '31.12.2018 00:00:00'], 'only it fits'],
    ['M/DD/YYYY h:mm A', ['6/10/2018 7:05 PM', '12/13/2018 12:04 AM'], 'only it fits'],
    ['M/DD/YYYY h:mm:ss aa', ['6/10/2018 7:05:01 p.m.', '12/13/2018 12:04:59 a.m.'], 'only it fits'],
    ['DD/MM/YYYY h:mma', ['06/10/2018 7:05pm', '23/11/2018 12:04am'], 'only it fits'],
    ['MM/DD/YY', ['10/26/18', '01/05/99', '01/05/68'], 'only it fits'],
    ['YY-MM-DD', ['18-06-10', '18-12-30', '17-01-30'], 'years'],
    ['DD-MMM-YYYY', ['10-Jun-2018', '01-May-2018']],
    ['DD-MMM-YY', ['10-Jun-18', '01-May-99']],
    ['DDMMMYYYY', ['10JUN2018', '01MAY2018']],
    ['MMMM D, YYYY', ['June 10, 2018', 'May 1, 2018']],
    ['MMMM Do, YYYY', ['June 10th, 2018', 'May 1st, 2018', 'May 2nd, 2018', 'May 23rd, 2018', 'May 11th, 2018']],
    ['dddd, MMMM DD, YYYY', ['Wednesday, June 13, 2018', 'Sunday, June 10, 2018']],
    ['ddd MMM DD HH:mm:ss YYYY', ['Sun Jun 10 14:05:09 2018', 'Mon Jun 11 00:00:00 2018']],
    ['ddd, DD MMM YYYY HH:mm:ss +0200', ['Sun, 10 Jun 2018 14:05:09 +0200', 'Mon, 11 Jun 2018 14:05:09 +0200']],
    ['DD/MMM/YYYY:HH:mm:ss -0530', ['10/Jun/2018:14:05:09 -0530', '11/Jun/2018:14:05:09 -0530']],
    ['D. MMMM YYYY', ['10. Juni 2018', '1. März 2018']],
    ['D. MMM YYYY', ['10. Jan. 2018', '1. Mai 2018', '3. Dez. 2018']],
    ['D [de] MMMM [de] YYYY', ['10 de junio de 2018', '3 de enero de 2020']],
    ['D MMM YYYY', ['10 janv. 2018', '3 févr. 2020']],
    ['MMM YYYY', ['Jun 2018', 'Jan 2019']],
    ['MMM-YY', ['Jun-18', 'Jan-19']],
    ['YYYY-MM', ['2018-06', '2019-01']],
    ['MM/YYYY', ['06/2018', '11/2019']],
    ['YYYY[Q]Q', ['2018Q2', '2019Q4']],
    ['HH:mm:ss', ['14:05:09', '00:00:00']],
    ['h:mm a', ['2:05 pm', '11:59 am', '12:00 am']],
    ['YYYY-MM-DD HH:mm:ss+02:00', ['2018-06-10 14:05:09+02:00', '2018-06-11 00:00:00+02:00']],
    ['YYYY-MM-DD HH:mm:ss UTC', ['2018-06-10 14:05:09 UTC', '2018-06-11 14:05:09 UTC']],
  ])('as %s is found, read and written again', (pattern, texts, evidence) => {
    const found = findDates(texts);
    expect(found).toMatchObject({ format: { pattern }, misfits: [] });
    if (evidence === 'years') expect(found?.evidence).toMatch(/years|only it fits/);
    else if (evidence !== undefined) expect(found?.evidence).toBe(evidence);
    const codec = new DateCodec(found!.format);
    for (const text of texts) expect(codec.write(codec.read(text))).toBe(text);
  });

  test('means the right times', () => {
    const read = (text: string, ...others: string[]): number => {
      const codec = new DateCodec(findDates([text, ...others])!.format);
      return codec.read(text);
    };
    expect(read('06/10/2018 19:05', '11/30/2018 22:12')).toBe(utc(2018, 5, 10, 19, 5));
    expect(read('10.06.2018 14:05:09')).toBe(utc(2018, 5, 10, 14, 5, 9));
    expect(read('6/10/2018 12:05 AM', '6/30/2018 1:00 PM')).toBe(utc(2018, 5, 10, 0, 5));
    expect(read('6/10/2018 12:05 PM', '6/30/2018 1:00 PM')).toBe(utc(2018, 5, 10, 12, 5));
    expect(read('01/20/68')).toBe(utc(2068, 0, 20));
    expect(read('01/20/69')).toBe(utc(1969, 0, 20));
    expect(read('2018-06-10T10:15:30,25')).toBe(utc(2018, 5, 10, 10, 15, 30, 250));
    expect(read('2018-06-10 14:05+02:00')).toBe(utc(2018, 5, 10, 12, 5));
    expect(read('2018-06-10 14:05 EST')).toBe(utc(2018, 5, 10, 19, 5));
    expect(read('2018Q3')).toBe(utc(2018, 6, 1));
    expect(read('14:05')).toBe((14 * 60 + 5) * 60_000);
    expect(read('1er août 2018', '12 août 2018')).toBe(utc(2018, 7, 1));
    expect(read('0050/01/02', '1050/01/02', '1051/01/02')).toBe(Date.parse('0050-01-02'));
  });

  test.each(
    [
      [
        '31.02.2018',
        '1.2.3',
        '30.02.2024',
        '12/13.14',
        '2024-13-01',
        'v1.2.2024',
        '',
        '192.168.1.10',
        '3/4',
        '12:75',
        '123-45-6789',
      ],
      [
        '25:00',
        '2018-06-10 24:01',
        'Monday',
        'May',
        'June 31, 2018',
        '+41 44 123 45 67',
        'Mon, 10 Jun 2018',
        '10:20:30:40',
        '2018-W23',
      ],
    ].flat(),
  )('%s is no date', (text) => {
    expect(findDates([text])).toBeUndefined();
  });

  test('too few numbers of digits alone are numbers, and so are those of which one is no date', () => {
    expect(findDates(['20180610', '20180611'])).toBeUndefined();
    expect(findDates(['20180610', '20180611', '20180631'])).toBeUndefined();
    expect(findDates(['30180610', '30180611', '30180612'])).toBeUndefined();
  });

  test('cells that do not fit are told', () => {
    const fine = Array.from({ length: 30 }, (_, k) => `${1 + (k % 12)}/${1 + (k % 28)}/2018`);
    expect(findDates([...fine, '2/30/2018', 'soon'])?.misfits).toEqual([30, 31]);
    // Half of them: none.
    expect(findDates(['31.12.2024', '2024-12-31'])).toBeUndefined();
  });

  test('day or month first: rows in order, regular steps, other columns, else said to be open', () => {
    const inOrder = ['01/02/2018', '05/02/2018', '11/02/2018', '01/03/2018', '02/03/2018', '03/04/2018'];
    expect(findDates(inOrder)).toMatchObject({ format: { pattern: 'DD/MM/YYYY' }, evidence: 'rows in order' });
    const monthly = Array.from({ length: 30 }, (_, k) => `01/${String((k % 12) + 1).padStart(2, '0')}/${2018 + Math.floor(k / 12)}`); // prettier-ignore
    expect(findDates(monthly)).toMatchObject({ format: { pattern: 'DD/MM/YYYY' }, evidence: 'regular steps' });
    const open = ['03/02/2018', '01/05/2018', '02/04/2018'];
    expect(findDates(open)).toMatchObject({ format: { pattern: 'MM/DD/YYYY' }, evidence: 'open' });
    expect(findDates(open, { like: 'day first' })).toMatchObject({
      format: { pattern: 'DD/MM/YYYY' },
      evidence: 'other columns',
    });
  });

  test('several zones are one time scale, written in the commonest', () => {
    const found = findDates(['2018-01-10 14:05+01:00', '2018-06-10 14:05+02:00', '2018-07-10 14:05+02:00']);
    expect(found).toMatchObject({ format: { pattern: 'YYYY-MM-DD HH:mm+02:00' }, zones: ['+02:00', '+01:00'] });
    const codec = new DateCodec(found!.format);
    expect(codec.write(codec.read('2018-01-10 14:05+01:00'))).toBe('2018-01-10 15:05+02:00');
  });

  test('random times in random patterns are found again, or said to be open', () => {
    const dates = ['YYYY-MM-DD', 'DD.MM.YYYY', 'MM/DD/YYYY', 'DD/MM/YYYY', 'YYYY/MM/DD', 'D-MMM-YYYY', 'MMMM D, YYYY', 'YYYYMMDD', 'DD MMM YY']; // prettier-ignore
    const clocks = ['', ' HH:mm', ' HH:mm:ss', ' h:mm A', ' HH:mm:ss.SSS'];
    const zones = ['', 'Z', '+05:30', ' UTC'];
    const millisecond = fc.integer({ min: utc(1970), max: utc(2060) });
    const column = fc.tuple(
      fc.constantFrom(...dates),
      fc.constantFrom(...clocks),
      fc.constantFrom(...zones),
      fc.array(millisecond, { minLength: 12, maxLength: 40 }),
    );
    fc.assert(
      fc.property(column, ([date, clock, zone, times]) => {
        const pattern = date + clock + (clock === '' || clock.endsWith('A') ? '' : zone);
        const given = new DateCodec({ pattern });
        const texts = [...new Set(times.map((time) => given.write(time)))];
        const found = findDates(texts);
        expect(found?.misfits).toEqual([]);
        const codec = new DateCodec(found!.format);
        for (const text of texts) {
          expect(codec.write(codec.read(text))).toBe(text);
          if (found?.evidence !== 'open') expect(codec.read(text)).toBe(given.read(text));
        }
      }),
      { numRuns: 300, seed: 20_180_610 },
    );
  });
});

describe('patterns that people give', () => {
  test.each([
    ['DD/MM/YYYY HH:mm', 'DD/MM/YYYY HH:mm'],
    ['%d/%m/%Y %H:%M', 'DD/MM/YYYY HH:mm'],
    ['%b %d, %Y %I:%M %p', 'MMM DD, YYYY hh:mm A'],
    ['dd.MM.yyyy', 'DD.MM.YYYY'],
    ['dd/mm/yyyy', 'DD/MM/YYYY'],
    ['dd/mm/yyyy hh:mm', 'DD/MM/YYYY HH:mm'],
    ['yyyy-mm-dd HH:mm', 'YYYY-MM-DD HH:mm'],
    ['HH:mm', 'HH:mm'],
    ['MM/YY', 'MM/YY'],
    ['X', 'X'],
  ])('%s is taken for %s', (given, pattern) => {
    expect(checkDatePattern('born', given)).toBe(pattern);
  });

  test.each([
    ['MM/DD', 'it has no year'],
    ['DD YYYY', 'it has a day, and no month'],
    ['YYYY-MM-DD hh:mm A A', 'it has the half twice'],
    ['MM/DD/YYYY mm', 'it has a minute, and no hour'],
    ['[on]', 'it has none of their tokens'],
    ['%q', 'it has none of their tokens'],
  ])('%s is refused: %s', (given, problem) => {
    expect(() => checkDatePattern('born', given)).toThrow(ValueError);
    expect(() => checkDatePattern('born', given)).toThrow(`'${given}' is no pattern of dates ('born'): ${problem}`);
  });

  test('read seconds since 1970, and ISO 8601 besides their own', () => {
    const seconds = new DateCodec({ pattern: 'X' });
    expect([seconds.read('1528639200'), seconds.read('-1.5'), seconds.read('x')]).toEqual([1528639200000, -1500, NaN]);
    expect(seconds.write(1528639200000)).toBe('1528639200');
    expect(new DateCodec({ pattern: 'x' }).read('1528639200000')).toBe(1528639200000);
    const read = dateReader({ pattern: 'DD/MM/YYYY' });
    expect(read('2018-06-10T10:30Z')).toBe(utc(2018, 5, 10, 10, 30));
    expect([read('10/6/2018'), read('6/30/2018')]).toEqual([utc(2018, 5, 10), NaN]);
    expect([readIsoDate('2018-06-10'), readIsoDate('20180610')]).toEqual([utc(2018, 5, 10), NaN]);
  });
});

describe('what dates are whole numbers of', () => {
  const times = (...texts: string[]): Float64Array => Float64Array.from(texts, (text) => Date.parse(`${text}Z`));
  test.each<[string, string[]]>([
    ['year', ['2018-01-01', '2020-01-01', '2023-01-01']],
    ['quarter', ['2018-01-01', '2018-04-01', '2023-10-01']],
    ['month', ['2018-01-01', '2018-02-01', '2023-12-01']],
    ['month', ['2018-01-15', '2018-02-15', '2023-12-15']],
    ['month end', ['2018-01-31', '2018-02-28', '2020-02-29']],
    ['week', ['2018-06-04', '2018-06-11', '2018-07-02', '2018-07-09']],
    ['day', ['2018-06-04', '2018-06-11']],
    ['day', ['2018-06-04T12:00', '2018-06-05T12:00', '2018-06-09T12:00', '2018-07-09T12:00']],
    ['6 hours', ['2018-06-04T12:00', '2018-06-05T18:00', '2018-06-09T00:00']],
    ['15 minutes', ['2018-06-04T12:15', '2018-06-05T18:30', '2018-06-09T00:00']],
    ['minute', ['2018-06-04T12:15', '2018-06-05T18:31', '2018-06-09T00:00']],
    ['second', ['2018-06-04T12:15:01', '2018-06-05T18:31:02', '2018-06-09T00:00:03']],
    ['ms', ['2018-06-04T12:15:01.001', '2018-06-05T18:31:02.012', '2018-06-09T00:00:03.5']],
  ])('%s: %s', (unit, texts) => {
    const all = times(...texts.map((text) => (text.includes('T') ? text : `${text}T00:00`)));
    expect(commonUnit(all, 1)).toBe(unit);
    const first = Math.min(...all);
    for (const time of all) expect(roundTo(time, commonUnit(all, 1), first)).toBe(time);
  });

  test('rounding goes to the nearest, and a format shows no less than it can', () => {
    const first = utc(2018, 0, 31);
    expect(roundTo(utc(2018, 1, 20), 'month end', first)).toBe(utc(2018, 1, 28));
    expect(roundTo(utc(2018, 1, 10), 'month end', first)).toBe(first);
    expect(roundTo(utc(2018, 2, 20), 'month', utc(2018, 0, 1))).toBe(utc(2018, 3, 1));
    expect(roundTo(utc(2018, 5, 10, 7), 'day', utc(2018, 0, 1, 12))).toBe(utc(2018, 5, 10, 12));
    expect(commonUnit(times('2018-06-04T00:00', '2018-06-05T00:00'), 86_400_000)).toBe('day');
  });
});
