// Light or dark: as the system says, unless a person has said otherwise here.
import { effect, signal } from '@preact/signals';

export type Theme = 'system' | 'light' | 'dark';
const place = 'rootsigma-studio-theme';
const kept = localStorage.getItem(place);

export const theme = signal<Theme>(kept === 'light' || kept === 'dark' ? kept : 'system');
const system = matchMedia('(prefers-color-scheme: dark)');
/** Counts changes of colours, for canvases that are to be painted again. */
export const paint = signal(0);

effect(() => {
  const chosen = theme.value;
  if (chosen === 'system') {
    localStorage.removeItem(place);
    delete document.documentElement.dataset.theme;
  } else {
    localStorage.setItem(place, chosen);
    document.documentElement.dataset.theme = chosen;
  }
  paint.value = paint.peek() + 1;
});
system.addEventListener('change', () => {
  paint.value += 1;
});

const colors = { of: -1, known: new Map<string, string>() };

/** The colour that a custom property of the style sheet has now, for canvases: `colorOf('--accent')`. */
export function colorOf(property: string): string {
  // To ask the browser makes it compute all styles.
  if (colors.of !== paint.peek()) {
    colors.of = paint.peek();
    colors.known.clear();
  }
  let color = colors.known.get(property);
  if (color === undefined) colors.known.set(property, (color = computedColor(property)));
  return color;
}

function computedColor(property: string): string {
  const probe = document.createElement('i');
  probe.style.color = `var(${property})`;
  probe.hidden = true;
  document.body.append(probe);
  const color = getComputedStyle(probe).color;
  probe.remove();
  return color;
}

export const prefersStillness = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches;
