// Whether words in drawings stand clear of curves, handles and each other: geometry, as the browser has laid it out.
import type { Page } from 'playwright-core';

/**
 * Labels that something crosses, in the figures that are in the page: what, and where. A label is as high as its letters and
 * as wide as its line; a curve is where its line is drawn, and not what it encloses.
 */
export async function crossedLabels(page: Page, selector = 'figure svg'): Promise<string[]> {
  return page.evaluate((wanted) => {
    interface Box {
      left: number;
      right: number;
      top: number;
      bottom: number;
    }
    const found = new Set<string>();
    const letters = (text: Element): Box => {
      const { left, right, top, bottom } = text.getBoundingClientRect();
      // A line's box has room for accents and descenders.
      const spare = 0.22 * (bottom - top);
      return { left: left + 1, right: right - 1, top: top + spare, bottom: bottom - spare };
    };
    const inside = (box: Box, { x, y }: { x: number; y: number }): boolean =>
      x > box.left && x < box.right && y > box.top && y < box.bottom;
    const overlap = (a: Box, b: Box): boolean =>
      a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
    const name = (element: Element): string =>
      element.closest<SVGElement>('[data-handle]')?.dataset.handle ?? element.getAttribute('class') ?? element.tagName;
    /** What of a shape can be seen: a nested drawing cuts off what is outside it. */
    const seenOf = (shape: Element): Box => {
      const nested = shape.parentElement?.closest('svg svg');
      const matrix = nested instanceof SVGSVGElement ? nested.ownerSVGElement?.getScreenCTM() : undefined;
      if (!(nested instanceof SVGSVGElement) || !matrix) return { left: -1e9, right: 1e9, top: -1e9, bottom: 1e9 };
      const [x, y] = [nested.x.baseVal.value, nested.y.baseVal.value];
      const from = new DOMPoint(x, y).matrixTransform(matrix);
      const to = new DOMPoint(x + nested.width.baseVal.value, y + nested.height.baseVal.value).matrixTransform(matrix);
      return { left: from.x, right: to.x, top: from.y, bottom: to.y };
    };
    for (const drawing of document.querySelectorAll(wanted)) {
      if (drawing.parentElement?.closest('svg')) continue;
      const figure = drawing.closest('figure')?.dataset.figure ?? '';
      const labels = [...drawing.querySelectorAll('text')]
        .map((text) => ({ words: text.textContent.trim(), box: letters(text) }))
        .filter(({ words }) => words !== '');
      const say = (words: string, by: string): unknown => found.add(`${figure}: “${words}” by ${by}`);
      labels.forEach(({ words, box }, i) => {
        for (const other of labels.slice(i + 1)) if (overlap(box, other.box)) say(words, `“${other.words}”`);
        for (const knob of drawing.querySelectorAll('.knob, .mark')) {
          if (overlap(box, knob.getBoundingClientRect())) say(words, name(knob));
        }
      });
      const curves = 'path, ellipse, line, circle:not(.knob, .mark, .halo, .reach)';
      for (const curve of drawing.querySelectorAll<SVGGeometryElement>(curves)) {
        const matrix = curve.getScreenCTM();
        if (!matrix || curve.matches('.grid, .axis, .dots, .tip, [d=""]')) continue;
        const seen = seenOf(curve);
        const length = curve.getTotalLength();
        for (let at = 0; at <= length; at += 1.5) {
          const point = curve.getPointAtLength(at).matrixTransform(matrix);
          if (!inside(seen, point)) continue;
          for (const { words, box } of labels) if (inside(box, point)) say(words, name(curve));
        }
      }
    }
    return [...found];
  }, selector);
}
