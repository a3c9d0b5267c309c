import './swatch.css';

/** A piece of a line, by its colour and its dashes. */
export function Swatch({ color, dash }: { readonly color: string; readonly dash: readonly number[] }) {
  return (
    <svg class="swatch" viewBox="0 0 22 8" aria-hidden="true">
      <line x1="1" x2="21" y1="4" y2="4" stroke={color} stroke-width="2.5" stroke-dasharray={dash.join(' ')} />
    </svg>
  );
}
