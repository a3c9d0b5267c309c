export { encodeJs } from './encode-js.ts';
export { encodePy } from './encode-py.ts';
