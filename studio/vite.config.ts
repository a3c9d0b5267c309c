import { fileURLToPath } from 'node:url';
import { defaultClientConditions, defineConfig } from 'vite';
import { aliases } from '../site/build/aliases.ts';
import { withoutWasm } from '../site/build/without-wasm.ts';
import { withoutUnused } from './build/left-out.ts';

/** ONNX Runtime's is in dist/onnxruntime-web; of the image codecs that have some, nothing is left. */
const all = /\.wasm$/;

const fitCurve = fileURLToPath(new URL('src/latent/fit-curve.ts', import.meta.url));

export default defineConfig({
  root: import.meta.dirname,
  // Relative addresses: the files work under any path.
  base: './',
  resolve: {
    alias: [...aliases, { find: 'ml-levenberg-marquardt', replacement: fitCurve }],
    conditions: ['rootsigma:source', ...defaultClientConditions],
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  plugins: [withoutWasm(all)],
  worker: { format: 'es', plugins: () => [withoutWasm(all), withoutUnused()] },
  build: {
    // Part of the package: `rootsigma studio` serves it.
    outDir: '../dist/studio-app',
    emptyOutDir: true,
    target: 'es2022',
    // Those that know `light-dark()`, which then stands in the style sheet as it is written.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Pages are called by their folders: `page-latent-….js`.
    rolldownOptions: {
      output: {
        chunkFileNames: ({ name, facadeModuleId }) => {
          const folder = /pages\/(\w+)\/page\.tsx$/.exec(facadeModuleId ?? '')?.[1];
          return `assets/${folder === undefined ? name : `page-${folder}`}-[hash].js`;
        },
      },
    },
  },
});
