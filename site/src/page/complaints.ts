/** Says at the top of the page what its address asked for in vain. */
export function sayComplaints(place: HTMLElement, complaints: readonly string[]): void {
  const [first, ...rest] = complaints;
  if (first === undefined) return;
  const intro = document.createElement('p');
  intro.textContent = 'Not all of this page’s address could be followed:';
  const list = document.createElement('ul');
  // One address can hold thousands of wrong settings.
  for (const text of [first, ...rest].slice(0, 5)) list.append(item(text));
  if (complaints.length > 5) list.append(item(`and ${complaints.length - 5} more.`));
  const close = document.createElement('button');
  close.type = 'button';
  close.textContent = 'Close';
  close.addEventListener('click', () => {
    place.hidden = true;
  });
  place.append(intro, list, close);
  place.hidden = false;
}

function item(text: string): HTMLLIElement {
  const made = document.createElement('li');
  made.textContent = text;
  return made;
}
