import { defaultClientConditions, defineConfig } from 'vite';
import type { Plugin } from 'vite';
import { aliases } from '../site/build/aliases.ts';

/** ONNX Runtime's WebAssembly is in the package once, in dist/onnxruntime-web, from where the studio's server has it (`/assets/`). */
const withoutWasm = (): Plugin => ({
  name: 'without-onnxruntime-wasm',
  generateBundle(_, bundle) {
    for (const name of Object.keys(bundle)) if (/ort-wasm.*\.wasm$/.test(name)) Reflect.deleteProperty(bundle, name);
  },
});

export default defineConfig({
  root: import.meta.dirname,
  // Relative addresses: the files work under any path.
  base: './',
  resolve: { alias: aliases, conditions: ['rootsigma:source', ...defaultClientConditions] },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  plugins: [withoutWasm()],
  worker: { format: 'es', plugins: () => [withoutWasm()] },
  build: {
    // Part of the package: `rootsigma studio` serves it.
    outDir: '../dist/studio-app',
    emptyOutDir: true,
    target: 'es2022',
    // Those that know `light-dark()`, which then stands in the style sheet as it is written.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
