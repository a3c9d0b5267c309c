import type { CodesData } from '../../latent/codes.ts';
import { mostForAggregate, mostForUmap } from '../../latent/projections.ts';
import { contourShares } from '../../latent/use-contours.ts';
import { Message } from '../../ui/message.tsx';

/** What one should know of what is drawn. */
export function Notes({ codes, layout, aggregate }: { readonly codes: CodesData; readonly layout: string; readonly aggregate: boolean }) {
  const { about } = codes;
  const lines = [
    ...(about.total > about.count ? [`The first ${about.count} of ${about.total} examples.`] : []),
    ...(about.spread === 'none' && about.count > 0 ? [`The posterior ‘${about.posterior}’ has no spread: a code is a function of its example, and there are no ellipses.`] : []),
    ...(about.spread !== 'none' && !about.hasMoments ? ['Ellipses are those of draws: the posterior has no covariance in closed form.'] : []),
    ...(!about.priorIsStandard ? [codes.priorDraws ? `The prior ‘${about.prior}’ is drawn by contours around ${contourShares.map((share) => `${100 * share} %`).join(', ')} of 2,000 draws.` : `The prior ‘${about.prior}’ cannot be drawn without a condition.`] : []),
    ...(layout === 'umap' ? [`UMAP keeps neighbours together; lengths and directions mean nothing there, so that there are no ellipses and no contours.${about.count > mostForUmap ? ` The first ${mostForUmap} codes.` : ''}`] : []),
    ...(aggregate && layout !== 'umap' && about.count > mostForAggregate ? [`The aggregate posterior is that of the first ${mostForAggregate}.`] : []),
    ...(about.whyNoSamples === undefined ? [] : [about.whyNoSamples]),
    ...about.notices,
  ];
  if (lines.length === 0) return null;
  return (
    <Message kind="info" title={lines[0] ?? ''}>
      {lines.slice(1).map((line) => <p key={line}>{line}</p>)}
    </Message>
  );
} // prettier-ignore
