// Names of months and days as people write them, in the languages of the Latin script that most tables come in. A word means
// the same month, or the same day, in every language that has it, so reading needs no language; writing does.

interface Names {
  /** Long names and short ones, from January on. */
  readonly months: readonly [long: string, short: string];
  /** Long names and short ones, from Sunday on. */
  readonly weekdays: readonly [long: string, short: string];
}

const languages: readonly Names[] = [
  {
    months: [
      'January February March April May June July August September October November December',
      'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec',
    ],
    weekdays: ['Sunday Monday Tuesday Wednesday Thursday Friday Saturday', 'Sun Mon Tue Wed Thu Fri Sat'],
  },
  {
    months: [
      'Januar Februar März April Mai Juni Juli August September Oktober November Dezember',
      'Jan Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez',
    ],
    weekdays: ['Sonntag Montag Dienstag Mittwoch Donnerstag Freitag Samstag', 'So Mo Di Mi Do Fr Sa'],
  },
  {
    months: [
      'janvier février mars avril mai juin juillet août septembre octobre novembre décembre',
      'janv févr mars avr mai juin juil août sept oct nov déc',
    ],
    weekdays: ['dimanche lundi mardi mercredi jeudi vendredi samedi', 'dim lun mar mer jeu ven sam'],
  },
  {
    months: [
      'enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre',
      'ene feb mar abr may jun jul ago sep oct nov dic',
    ],
    weekdays: ['domingo lunes martes miércoles jueves viernes sábado', 'dom lun mar mié jue vie sáb'],
  },
  {
    months: [
      'gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre',
      'gen feb mar apr mag giu lug ago set ott nov dic',
    ],
    weekdays: ['domenica lunedì martedì mercoledì giovedì venerdì sabato', 'dom lun mar mer gio ven sab'],
  },
  {
    months: [
      'janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro',
      'jan fev mar abr mai jun jul ago set out nov dez',
    ],
    weekdays: ['domingo segunda terça quarta quinta sexta sábado', 'dom seg ter qua qui sex sáb'],
  },
  {
    months: [
      'januari februari maart april mei juni juli augustus september oktober november december',
      'jan feb mrt apr mei jun jul aug sep okt nov dec',
    ],
    weekdays: ['zondag maandag dinsdag woensdag donderdag vrijdag zaterdag', 'zo ma di wo do vr za'],
  },
];

/** Other short forms in use: without accents, or longer. */
const otherMonths: Readonly<Record<string, number>> = { sept: 8, fevr: 1, dec: 11, aout: 7, mrz: 2, maerz: 2, jän: 0 };
const otherWeekdays: Readonly<Record<string, number>> = { tues: 2, thur: 4, thurs: 4, wednes: 3 };

function lookup(kind: keyof Names, others: Readonly<Record<string, number>>): ReadonlyMap<string, number> {
  const places = new Map(Object.entries(others));
  for (const language of languages) {
    for (const list of language[kind]) {
      for (const [place, name] of list.split(' ').entries()) places.set(name.toLowerCase(), place);
    }
  }
  return places;
}

const places = { months: lookup('months', otherMonths), weekdays: lookup('weekdays', otherWeekdays) };

/** Which month (0 for January) or day of the week (0 for Sunday) a word names, in any case, with a point or without; `undefined` for another word. */
export function placeOfName(kind: keyof Names, word: string): number | undefined {
  return places[kind].get(bare(word));
}

const shortForms = {
  months: new Set(languages.flatMap(({ months }) => months[1].toLowerCase().split(' '))),
  weekdays: new Set(languages.flatMap(({ weekdays }) => weekdays[1].toLowerCase().split(' '))),
};

/** Whether a name is a long form, and in no language a short one, as "May" is. */
export function isLongName(kind: keyof Names, word: string): boolean {
  const name = bare(word);
  const others = kind === 'months' ? otherMonths : otherWeekdays;
  return places[kind].has(name) && !shortForms[kind].has(name) && !Object.hasOwn(others, name);
}

function bare(word: string): string {
  return (word.endsWith('.') ? word.slice(0, -1) : word).toLowerCase();
}

/**
 * All names, as the given ones are written: in their language, long or short, in their case, short ones with a point. A form
 * that was seen stays.
 *
 * @param seen words with the places that they name
 */
export function namesLike(kind: keyof Names, seen: ReadonlyMap<string, number>, long: boolean): readonly string[] {
  const words = [...seen.keys()];
  const lists = languages.map((language) => language[kind].map((list) => list.split(' ')));
  const known = lists.map((forms) => {
    const names = new Set((long ? forms[0] : forms[1])?.map((name) => name.toLowerCase()));
    return words.filter((word) => names.has(bare(word))).length;
  });
  const [longNames = [], shortNames = []] = lists[known.indexOf(Math.max(...known))] ?? [];
  const change = caseOf(words);
  const pointed = words.some((word) => word.endsWith('.'));
  // "Mai" is no short form, and has a point only where others like it do.
  const whole = (place: number): boolean => longNames[place] === shortNames[place];
  const always = [...seen].some(([word, place]) => whole(place) && word.endsWith('.'));
  const names = (long ? longNames : shortNames).map(
    (name, place) => change(name) + (pointed && (always || !whole(place)) ? '.' : ''),
  );
  for (const [word, place] of seen) names[place] = word;
  return names;
}

function caseOf(words: readonly string[]): (name: string) => string {
  if (words.length === 0) return (name) => name;
  const every = (change: (word: string) => string): boolean => words.every((word) => word === change(word));
  if (every((word) => word.toUpperCase())) return (name) => name.toUpperCase();
  if (every((word) => word.toLowerCase())) return (name) => name.toLowerCase();
  return (name) => name.charAt(0).toUpperCase() + name.slice(1);
}
