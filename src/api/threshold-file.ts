import { existsSync } from 'node:fs';
import { parseThresholds } from '../io/index.ts';
import type { AnomalyThresholds } from '../io/index.ts';
import { RunFolder, readFileJson, writeFileAtomic } from '../io/node/index.ts';

/** The thresholds in a run's folder; undefined where none were fitted. @throws DataError or ValueError for a damaged file */
export function readThresholds(path: string): AnomalyThresholds | undefined {
  const file = RunFolder.open(path).thresholds;
  return existsSync(file) ? parseThresholds(readFileJson(file), { name: file }) : undefined;
}

export function writeThresholds(path: string, thresholds: AnomalyThresholds): void {
  const checked = parseThresholds(thresholds);
  writeFileAtomic(RunFolder.open(path).thresholds, `${JSON.stringify(checked, null, 2)}\n`);
}
