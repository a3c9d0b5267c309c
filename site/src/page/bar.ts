import { symmetricRoot } from '../covariance.ts';
import { initialValues } from '../fields.ts';
import { initialShared } from '../figure.ts';
import type { Figure } from '../figure.ts';
import { labeled, matrix, symmetric } from '../format.ts';
import { patch } from '../patch.ts';
import type { Store } from '../store.ts';
import { codeFor, languages } from './code.ts';
import type { Language } from './code.ts';

/** The bar at the foot of the page: the reader's Σ and its root, always in sight, with code to copy. */
export function mountBar(bar: HTMLElement, store: Store, figures: readonly Figure[]): void {
  const numbers = required(bar, '[data-bar="numbers"]');
  const code = required(bar, '[data-bar="code"]');
  const panel = required(bar, '[data-bar="panel"]');
  const toggle = required(bar, '[data-bar="toggle"]');
  const said = required(bar, '[data-bar="said"]');
  let language: Language = 'typescript';

  const draw = (): void => {
    const { sigma } = store.shared;
    patch(
      numbers,
      `${labeled('Σ', symmetric(sigma, { name: 'bar.sigma', ink: 'cov' }))}${labeled('Σ<sup>1/2</sup>', matrix(symmetricRoot(sigma), { name: 'bar.root', digits: 3, ink: 'root' }))}`,
    );
    code.textContent = codeFor(language, sigma);
  };
  const say = (text: string): void => {
    said.textContent = text;
    setTimeout(() => {
      said.textContent = '';
    }, 2500);
  };
  const copy = (text: string, what: string): void => {
    navigator.clipboard.writeText(text).then(
      () => {
        say(`${what} copied`);
      },
      () => {
        say('Copying was refused: select the text instead');
      },
    );
  };

  bar.addEventListener('click', (event) => {
    const action =
      event.target instanceof Element ? event.target.closest<HTMLElement>('[data-do]')?.dataset.do : undefined;
    if (action === 'copy') copy(codeFor(language, store.shared.sigma), languages[language]);
    else if (action === 'link') copy(location.href, 'Link to this state');
    else if (action === 'reset') {
      for (const { id, fields } of figures) store.change(id, { own: initialValues(fields) });
      store.change('', { shared: initialShared });
    }
  });
  bar.addEventListener('change', (event) => {
    if (event.target instanceof HTMLInputElement && event.target.name === 'bar-language') {
      language = event.target.value as Language;
      draw();
    }
  });
  toggle.addEventListener('click', () => {
    const open = panel.toggleAttribute('hidden');
    toggle.setAttribute('aria-expanded', String(!open));
  });
  bar.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || panel.hasAttribute('hidden')) return;
    panel.setAttribute('hidden', '');
    toggle.setAttribute('aria-expanded', 'false');
    toggle.focus();
  });
  store.subscribe((figure) => {
    if (figure === undefined) draw();
  });
  draw();
  bar.hidden = false;
}

function required(parent: ParentNode, selector: string): HTMLElement {
  const found = parent.querySelector<HTMLElement>(selector);
  if (!found) throw new Error(`page: there is no ${selector}.`);
  return found;
}
