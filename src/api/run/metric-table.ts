// The table of metrics for the command line: a module of its own, so that nothing else fetches it.
export { metrics } from '../../evaluation/metrics/index.ts';
