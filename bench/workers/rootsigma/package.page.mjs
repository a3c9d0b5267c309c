// In pages: what a bundler is to find. Node has package.mjs in its place.
import * as data from '../../../dist/data/index.js';
import * as engines from '../../../dist/engine/index.js';
import * as models from '../../../dist/models/index.js';
import * as training from '../../../dist/training/index.js';
import { version } from '../../../package.json';
import { describeEngine } from './describe-engine.mjs';

const layers = { data, engine: engines, models, training };

export function layer(folder) {
  return Promise.resolve(layers[folder]);
}

export function startEngine(threads) {
  return describeEngine(`rootsigma ${version}`, engines, threads);
}
