import type { RunPageProps } from '../../shell/pages.ts';
import { Pictures } from './pictures.tsx';

export default function PicturesPage({ run }: RunPageProps) {
  return <Pictures runs={[run]} />;
}
