import type { Plugin } from 'vite';

/** Leaves files of WebAssembly out of what is built: the package has them once, from where the studio's server has them (`/assets/`). */
export const withoutWasm = (names: RegExp): Plugin => ({
  name: 'without-wasm',
  generateBundle(_, bundle) {
    for (const name of Object.keys(bundle)) if (names.test(name)) Reflect.deleteProperty(bundle, name);
  },
});
