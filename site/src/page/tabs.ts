/** A language chosen in one code example is chosen in all. */
export function linkTabs(): void {
  document.addEventListener('change', ({ target }) => {
    if (!(target instanceof HTMLInputElement) || target.dataset.language === undefined) return;
    for (const input of document.querySelectorAll<HTMLInputElement>(
      `input[data-language="${target.dataset.language}"]`,
    )) {
      input.checked = true;
    }
  });
}
