export { installLatent } from './routes.ts';
