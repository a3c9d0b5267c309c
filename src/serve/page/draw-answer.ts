/** An answer, and what it was asked of. */
export interface DrawnAnswer {
  readonly answer: Readonly<Record<string, unknown>>;
  /** The body of the request. */
  readonly asked: Readonly<Record<string, unknown>>;
  readonly exampleShape: readonly number[];
}

/**
 * An answer as elements: images as they are, contributions of pixels as heat maps beside their images, contributions of columns as bars. It
 * runs in the page as its own text, and may use nothing from outside of itself.
 */
export function drawAnswer({ answer, asked, exampleShape }: DrawnAnswer): HTMLElement[] {
  /** Examples that are drawn, and columns of one of them. */
  const [mostImages, mostExplained, mostColumns] = [64, 16, 20];
  const [height = 0, width = 0, channels = 1] = exampleShape;
  const isImage = exampleShape.length === 2 || (exampleShape.length === 3 && channels === 3);
  const depthOf = (value: unknown): number => (Array.isArray(value) ? 1 + depthOf(value[0]) : 0);
  const flat = (value: unknown): number[] => (value as readonly unknown[]).flat(Infinity) as number[];
  const element = (name: string, text = '', className = ''): HTMLElement => Object.assign(document.createElement(name), { textContent: text, className }); // prettier-ignore

  const { x, contributions } = answer;
  if (Array.isArray(contributions)) {
    const explained = (contributions as readonly unknown[]).slice(0, mostExplained);
    if (isImage) return heatMaps(explained);
    const names = (answer.columns as readonly string[] | undefined) ?? flat(explained[0]).map((_, at) => String(at));
    return explained.map((each, number) => bars(flat(each), names, number));
  }
  if (!isImage || !Array.isArray(x)) return [];
  return (x as readonly unknown[]).slice(0, mostImages).map((image, at) => pictureOf(image, `example ${at}`));

  /** Pixels of an image in [0, 1], grey or in colour. */
  function pictureOf(image: unknown, label: string): HTMLElement {
    const values = flat(image);
    return canvasOf(label, (at) => [0, 1, 2].map((k) => 255 * (values[channels === 3 ? 3 * at + k : at] ?? 0)));
  }

  function canvasOf(label: string, colour: (pixel: number) => readonly number[]): HTMLElement {
    const canvas = Object.assign(document.createElement('canvas'), { width, height });
    canvas.setAttribute('role', 'img');
    canvas.setAttribute('aria-label', label);
    const pixels = new ImageData(width, height);
    for (let at = 0; at < width * height; at++) pixels.data.set([...colour(at), 255], 4 * at);
    canvas.getContext('2d')?.putImageData(pixels, 0, 0);
    return canvas;
  }

  /** White is nothing; red what makes an example unusual, blue what makes it usual: all of one answer on one scale. */
  function heatMaps(explained: readonly unknown[]): HTMLElement[] {
    const all = explained.map((each) => {
      const values = flat(each);
      return Array.from({ length: width * height }, (_, at) => values.slice(channels * at, channels * (at + 1)).reduce((a, b) => a + b, 0)); // prettier-ignore
    });
    const top = all.flat().reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const given = (depthOf(asked.x) === exampleShape.length ? [asked.x] : (asked.x ?? [])) as readonly unknown[];
    const pairs = all.map((values, number) => {
      const sum = values.reduce((a, b) => a + b, 0);
      const most = values.indexOf(Math.max(...values));
      const label = `contributions of example ${number}, most at row ${Math.floor(most / width)}, column ${most % width}: ${nats(values[most] ?? 0)}`; // prettier-ignore
      const figure = element('figure', '', 'explained');
      const shown = flat(given[number] ?? []).length === width * height * channels;
      if (shown) figure.append(pictureOf(given[number], `example ${number}`));
      figure.append(
        canvasOf(label, (at) => {
          const value = top === 0 ? 0 : (values[at] ?? 0) / top;
          const end = value < 0 ? [31, 95, 174] : [179, 38, 30];
          return end.map((channel) => 255 + Math.abs(value) * (channel - 255));
        }),
        element('figcaption', `${nats(sum)} in all`),
      );
      return figure;
    });
    const least = Math.min(0, ...all.flat());
    const below = least < 0 ? `; blue below 0, down to ${nats(least)}` : '';
    return [...pairs, element('p', `A pixel: white 0, red up to ${nats(Math.max(0, ...all.flat()))}${below}.`, 'hint')];
  }

  /** The largest first. */
  function bars(values: readonly number[], names: readonly string[], number: number): HTMLElement {
    const order = [...values.keys()].sort((a, b) => Math.abs(values[b] ?? 0) - Math.abs(values[a] ?? 0));
    const top = Math.abs(values[order[0] ?? 0] ?? 0);
    const sum = values.reduce((a, b) => a + b, 0);
    const table = element('table', '', 'bars');
    const rows = order.slice(0, mostColumns).map((at) => {
      const value = values[at] ?? 0;
      const row = element('tr');
      const bar = element('div', '', value < 0 ? 'bar below' : 'bar');
      bar.style.width = `${top === 0 ? 0 : (100 * Math.abs(value)) / top}%`;
      const [name, cell] = [element('th', names[at] ?? ''), element('td')];
      name.setAttribute('scope', 'row');
      cell.append(bar);
      row.append(name, cell, element('td', nats(value)));
      return row;
    });
    const rest = order.slice(mostColumns).reduce((total, at) => total + (values[at] ?? 0), 0);
    const more = order.length > mostColumns ? `; ${order.length - mostColumns} more have ${nats(rest)}` : '';
    table.append(element('caption', `Example ${number}: ${nats(sum)} in all${more}`), ...rows);
    return table;
  }

  function nats(value: number): string {
    return `${Number(value.toPrecision(4))} nats`.replace('-', '−');
  }
}
