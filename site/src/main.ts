import 'virtual:katex.css';
import './style/page.css';
import './style/figures.css';
import { figures } from './figures/index.ts';
import { keepAddress } from './page/address.ts';
import { mountBar } from './page/bar.ts';
import { followContents } from './page/contents.ts';
import { MountedFigure } from './page/mount.ts';
import { linkTabs } from './page/tabs.ts';
import { Store } from './store.ts';

const store = new Store(figures, new URLSearchParams(location.search));

for (const element of document.querySelectorAll<HTMLElement>('figure[data-figure]')) {
  const figure = figures.find(({ id }) => id === element.dataset['figure']);
  const body = element.querySelector('.figure-body');
  if (figure && body) new MountedFigure(element, body, figure, store);
}

const bar = document.querySelector<HTMLElement>('#bar');
if (bar) mountBar(bar, store, figures);
const contents = document.querySelector('#contents');
if (contents) followContents(contents);
linkTabs();
keepAddress(store);
document.documentElement.dataset['ready'] = '';
