import { useState } from 'preact/hooks';

/** A command line, to be copied. */
export function Copy({ text, label = 'Copy the command' }: { readonly text: string; readonly label?: string }) {
  const [said, setSaid] = useState('');
  const copy = (): void => {
    navigator.clipboard.writeText(text).then(
      () => {
        setSaid('Copied');
      },
      () => {
        setSaid('Select it and press Ctrl+C');
      },
    );
  };
  return (
    <div class="copy">
      <code>{text}</code>
      <button type="button" class="small" onClick={copy} aria-label={label}>
        Copy
      </button>
      <span class="said" role="status">
        {said}
      </span>
    </div>
  );
}
