import { Curves } from '../../charts/curves.tsx';
import type { RunPageProps } from '../../shell/pages.ts';

export default function CurvesPage({ run }: RunPageProps) {
  return <Curves runs={[run]} />;
}
