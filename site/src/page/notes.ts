/** Notes behind words: the browser opens them by click, touch and keyboard; here they open by hovering too, beside their word. */
export function mountNotes(): void {
  for (const term of document.querySelectorAll<HTMLButtonElement>('button.term')) {
    const note = document.getElementById(term.getAttribute('popovertarget') ?? '');
    if (note) mountNote(term, note);
  }
}

function mountNote(term: HTMLButtonElement, note: HTMLElement): void {
  let hovered = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const later = (act: () => void): void => {
    clearTimeout(timer);
    timer = setTimeout(act, 180);
  };
  const isOpen = (): boolean => note.matches(':popover-open');
  const enter = (event: PointerEvent): void => {
    if (event.pointerType !== 'mouse') return;
    later(() => {
      if (isOpen()) return;
      hovered = true;
      note.showPopover();
    });
  };
  const leave = (event: PointerEvent): void => {
    if (event.pointerType !== 'mouse') return;
    later(() => {
      if (hovered && isOpen()) note.hidePopover();
    });
  };
  for (const part of [term, note]) {
    part.addEventListener('pointerenter', enter);
    part.addEventListener('pointerleave', leave);
  }
  // A click on the word of a note that hovering opened keeps it.
  term.addEventListener('click', (event) => {
    if (!hovered || !isOpen()) return;
    event.preventDefault();
    hovered = false;
  });
  note.addEventListener('toggle', () => {
    if (isOpen()) place(term, note);
    else hovered = false;
  });
}

/** Under the word, or above it where there is no room. */
function place(term: Element, note: HTMLElement): void {
  const word = term.getBoundingClientRect();
  const { width, height } = note.getBoundingClientRect();
  const left = Math.max(8, Math.min(word.left, document.documentElement.clientWidth - width - 8));
  const below = word.bottom + 6;
  const top = below + height < innerHeight ? below : Math.max(8, word.top - height - 6);
  note.style.left = `${left}px`;
  note.style.top = `${top}px`;
}
