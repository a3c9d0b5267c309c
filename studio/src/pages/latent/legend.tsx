import { categoryLook, cssColour, rampColour } from '../../latent/colours.ts';
import type { Legend as LegendOf } from '../../latent/colours.ts';
import { formatNumber } from '../../ui/format.ts';

/** What colours and marks mean. A press on a category selects its examples beside what is selected, or takes them out again. */
export function Legend({ legend, selected, onToggle }: {
  readonly legend: LegendOf;
  /** Categories all of whose examples are selected. */
  readonly selected: ReadonlySet<number>;
  readonly onToggle: (level: number) => void;
}) {
  if (legend.kind === 'none') return null;
  if (legend.kind === 'numbers') {
    const steps = 24;
    return (
      <div class="categories ramp">
        <span class="quiet">{legend.title}</span>
        <span class="number">{formatNumber(legend.low, 3)}</span>
        <svg viewBox={`0 0 ${steps} 1`} preserveAspectRatio="none" aria-hidden="true">
          {Array.from({ length: steps }, (_, k) => <rect key={k} x={k} width="1.05" height="1" fill={cssColour(rampColour(k / (steps - 1), legend.isDark))} />)}
        </svg>
        <span class="number">{formatNumber(legend.high, 3)}</span>
        {legend.missing > 0 && <span class="quiet">{legend.missing} without, grey</span>}
      </div>
    );
  }
  return (
    <ul class="categories" aria-label={`Colours by ${legend.title}`}>
      {legend.levels.map((level, k) => (
        <li key={level}>
          <button type="button" class="plain" aria-pressed={selected.has(k)} title={`Select ${level}, or take it out again`} onClick={() => { onToggle(k); }}>
            <Mark category={k} /> {level} <span class="quiet">{legend.counts[k]}</span>
          </button>
        </li>
      ))}
    </ul>
  );
} // prettier-ignore

function Mark({ category }: { readonly category: number }) {
  const { colour, mark } = categoryLook(category);
  return (
    <svg class="mark" viewBox="-6 -6 12 12" aria-hidden="true" fill={colour}>
      {mark === 0 && <circle r="5" />}
      {mark === 1 && <rect x="-4.5" y="-4.5" width="9" height="9" />}
      {mark === 2 && <path d="M0 -5.5L5.5 4H-5.5Z" />}
      {mark === 3 && <path d="M0 -6L6 0L0 6L-6 0Z" />}
    </svg>
  );
}
