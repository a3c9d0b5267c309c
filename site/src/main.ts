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

/** What these take to run comes when the reader does. */
const later: Readonly<Record<string, (element: HTMLElement, body: HTMLElement) => Promise<void>>> = {
  digit: async (_, body) => (await import('./digit/mount.ts')).mountDigits(body, store),
  train: async (element, body) => {
    (await import('./train/mount.ts')).mountTraining(element, body, store);
  },
};

for (const element of document.querySelectorAll<HTMLElement>('figure[data-figure]')) {
  const figure = figures.find(({ id }) => id === element.dataset.figure);
  const body = element.querySelector<HTMLElement>('.figure-body');
  if (!figure || !body) continue;
  const mount = later[figure.id];
  if (mount) mountNear(element, body, mount);
  else new MountedFigure(element, body, figure, store);
}

function mountNear(
  element: HTMLElement,
  body: HTMLElement,
  mount: (element: HTMLElement, body: HTMLElement) => Promise<void>,
): void {
  const near = new IntersectionObserver(
    (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      near.disconnect();
      mount(element, body).catch((error: unknown) => {
        reportError(error);
        const note = document.createElement('p');
        note.className = 'verdict refused';
        note.textContent = 'What this figure runs on could not be loaded. Reload the page to try again.';
        body.append(note);
      });
    },
    { rootMargin: '800px' },
  );
  near.observe(element);
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
