import { connection } from '../api/live.ts';
import { topPages } from './pages.ts';
import { href, route } from './router.ts';
import { theme } from './theme.ts';
import type { Theme } from './theme.ts';

export function Header() {
  const [first = 'runs'] = route.value.segments;
  return (
    <header class="bar">
      <a class="brand" href={href(['runs'])} aria-label="rootsigma studio: all runs">
        <span aria-hidden="true" class="brand-mark">
          Σ<sup>½</sup>
        </span>
        <span class="brand-name">studio</span>
      </a>
      <nav aria-label="Pages" class="tabs top">
        {topPages.map(({ path, title }) => (
          <a key={path} href={href([path])} aria-current={path === first ? 'page' : undefined}>
            {title}
          </a>
        ))}
        <a href="./article/" title="What does Σ^{1/2} mean in μ + Σ^{1/2} ⊙ ε?">
          Article
        </a>
      </nav>
      <Connection />
      <label class="theme">
        <span class="hidden">Colours</span>
        <select
          value={theme.value}
          onChange={(event) => {
            theme.value = event.currentTarget.value as Theme;
          }}
        >
          <option value="system">Auto</option>
          <option value="light">Light</option>
          <option value="dark">Dark</option>
        </select>
      </label>
    </header>
  );
}

const states = { live: 'live', connecting: 'connecting…', lost: 'not connected' } as const;

/** Whether what is shown follows the runs. */
function Connection() {
  const now = connection.value;
  return (
    <span class={`connection ${now.state}`} role="status" title={now.state === 'lost' ? now.words : undefined}>
      <span aria-hidden="true" class="dot" />
      {states[now.state]}
    </span>
  );
}
