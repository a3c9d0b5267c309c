export { RunAlarms, alarmsOf } from './alarms.ts';
export type { Alarm } from './alarms.ts';
