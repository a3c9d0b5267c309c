import { defaultClientConditions, defineConfig } from 'vite';
import { aliases } from '../site/build/aliases.ts';
import { withoutWasm } from '../site/build/without-wasm.ts';

/** It is in dist/onnxruntime-web. */
const ofOnnxRuntime = /ort-wasm.*\.wasm$/;

export default defineConfig({
  root: import.meta.dirname,
  // Relative addresses: the files work under any path.
  base: './',
  resolve: { alias: aliases, conditions: ['rootsigma:source', ...defaultClientConditions] },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  plugins: [withoutWasm(ofOnnxRuntime)],
  worker: { format: 'es', plugins: () => [withoutWasm(ofOnnxRuntime)] },
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
