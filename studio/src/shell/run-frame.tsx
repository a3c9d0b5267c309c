import { useEffect } from 'preact/hooks';
import type { RunDetail } from '../../../src/studio/contract.ts';
import { Problem } from '../api/problem.ts';
import { RunActions, WhyNot } from '../pages/run/actions.tsx';
import { useResource } from '../state/resource.ts';
import { runOf } from '../state/runs.ts';
import { Empty, Failure, Loading } from '../ui/message.tsx';
import { StateBadge } from '../ui/run-state.tsx';
import { Outlet } from './outlet.tsx';
import { runPages } from './pages.ts';
import { href, route } from './router.ts';

/** What all pages of one run have around them: its name, what it does, its tabs. */
export function RunFrame({ id }: { readonly id: string }) {
  const { value, problem, reload } = useResource<RunDetail>(`runs/${id}`);
  const summary = runOf(id);
  // The stream has the numbers; what only the detail has changes when a state does, or an epoch brings pictures.
  useEffect(() => {
    const differs = (of: 'state' | 'epoch' | 'evaluating'): boolean => summary?.[of] !== value?.[of];
    if (value && summary && (differs('state') || differs('epoch') || differs('evaluating'))) reload();
  }, [summary?.state, summary?.epoch, summary?.evaluating]);
  const title = value?.name;
  useEffect(() => {
    if (title !== undefined) document.title = `${title} · rootsigma studio`;
  }, [title]);
  if (!value) {
    if (problem instanceof Problem && problem.status === 404) {
      return (
        <Empty title="There is no such run.">
          <p>
            It may have been deleted or moved. <a href={href(['runs'])}>All runs</a>
          </p>
        </Empty>
      );
    }
    return problem === undefined ? <Loading /> : <Failure problem={problem} again={reload} />;
  }
  const run: RunDetail = { ...value, ...summary };
  const [, , tab = ''] = route.value.segments;
  const page = runPages.find(({ path }) => path === tab);
  return (
    <>
      <div class="run-head">
        <p class="trail">
          <a href={href(['runs'])}>Runs</a>
        </p>
        <h1>{run.name}</h1>
        <StateBadge state={run.state} />
        <RunActions run={run} reload={reload} />
      </div>
      <WhyNot run={run} />
      <nav aria-label="Of this run" class="tabs">
        {runPages
          .filter(({ suits }) => suits?.(run) ?? true)
          .map(({ path, title: name }) => (
            <a
              key={path}
              href={href(['runs', id, ...(path === '' ? [] : [path])])}
              aria-current={path === tab ? 'page' : undefined}
            >
              {name}
            </a>
          ))}
      </nav>
      {page ? <Outlet page={page} props={{ run, reload }} /> : <Empty title="A run has no such page." level={2} />}
    </>
  );
}
