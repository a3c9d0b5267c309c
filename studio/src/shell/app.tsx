import { useEffect, useRef } from 'preact/hooks';
import { reconnect } from '../api/live.ts';
import { isRefused, token } from '../api/token.ts';
import { followRuns, loadRuns } from '../state/runs.ts';
import { Empty } from '../ui/message.tsx';
import { Header } from './header.tsx';
import { ErrorBoundary, Outlet } from './outlet.tsx';
import { topPages } from './pages.ts';
import { href, route } from './router.ts';
import { RunFrame } from './run-frame.tsx';
import { SignIn } from './sign-in.tsx';

export function App() {
  const isKnown = token.value !== '' && !isRefused.value;
  useEffect(() => {
    if (!isKnown) return undefined;
    reconnect();
    return followRuns();
  }, [isKnown, token.value]);
  const place = route.value.segments.join('/');
  const main = useRef<HTMLElement>(null);
  const isFirst = useRef(true);
  // After a change of page, readers and keyboards go on at its beginning. A tab of a run keeps them where they are.
  const page = route.value.segments.slice(0, 2).join('/');
  useEffect(() => {
    if (!isFirst.current) main.current?.focus();
    isFirst.current = false;
    scrollTo(0, 0);
  }, [page]);
  if (!isKnown) return <SignIn onToken={() => void loadRuns()} />;
  return (
    <>
      <a class="skip" href="#main" onClick={(event) => { event.preventDefault(); main.current?.focus(); }}>Skip to the page</a>
      <Header />
      <main id="main" ref={main} tabIndex={-1}>
        <ErrorBoundary key={place}>
          <Content />
        </ErrorBoundary>
      </main>
    </>
  ); // prettier-ignore
}

function Content() {
  const [first = 'runs', id] = route.value.segments;
  const page = topPages.find(({ path }) => path === first);
  useEffect(() => {
    document.title = `${page && id === undefined ? page.title : 'Run'} · rootsigma studio`;
  }, [page, id]);
  if (first === 'runs' && id !== undefined) return <RunFrame key={id} id={id} />;
  if (page) return <Outlet page={page} props={{}} />;
  return (
    <Empty title="There is no such page.">
      <p>
        The address leads nowhere here. <a href={href(['runs'])}>All runs</a>
      </p>
    </Empty>
  );
}
