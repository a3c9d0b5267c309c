import 'virtual:katex.css';
import './style/page.css';
import './style/figures.css';
import { figures } from './figures/index.ts';
import { keepAddress } from './page/address.ts';
import { mountBar } from './page/bar.ts';
import { sayComplaints } from './page/complaints.ts';
import { followContents } from './page/contents.ts';
import { MountedFigure } from './page/mount.ts';
import { mountNotes } from './page/notes.ts';
import { linkTabs } from './page/tabs.ts';
import { Store } from './store.ts';

const store = new Store(figures, new URLSearchParams(location.search));

for (const element of document.querySelectorAll<HTMLElement>('figure[data-figure]')) {
  const figure = figures.find(({ id }) => id === element.dataset.figure);
  const body = element.querySelector('.figure-body');
  if (figure && body && figure.id !== 'digit') new MountedFigure(element, body, figure, store);
}

/** The VAE and its model come when the reader does. */
const digits = document.querySelector('figure[data-figure="digit"]');
const digitBody = digits?.querySelector<HTMLElement>('.figure-body');
if (digits && digitBody) {
  const near = new IntersectionObserver(
    (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      near.disconnect();
      import('./digit/mount.ts')
        .then(({ mountDigits }) => mountDigits(digitBody, store))
        .catch((error: unknown) => {
          reportError(error);
          const note = document.createElement('p');
          note.className = 'verdict refused';
          note.textContent =
            'The model could not be loaded, so nothing can be drawn here. Reload the page to try again.';
          digitBody.append(note);
        });
    },
    { rootMargin: '800px' },
  );
  near.observe(digits);
}

const complaints = document.querySelector<HTMLElement>('#complaints');
if (complaints) sayComplaints(complaints, store.complaints);
const bar = document.querySelector<HTMLElement>('#bar');
if (bar) mountBar(bar, store, figures);
const contents = document.querySelector('#contents');
if (contents) followContents(contents);
linkTabs();
mountNotes();
keepAddress(store);
document.documentElement.dataset.ready = '';
