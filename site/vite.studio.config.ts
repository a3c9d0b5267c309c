// The article as a page of the studio: into the package, served at /article/.
import { basename } from 'node:path';
import { defineConfig, mergeConfig } from 'vite';
import { siteConfig } from './vite.config.ts';
import { studioTheme } from './build/studio-theme.ts';
import { withoutWasm } from './build/without-wasm.ts';

export default defineConfig(
  mergeConfig(siteConfig('studio'), {
    plugins: [studioTheme(), withoutWasm(/\.wasm$/)],
    worker: { plugins: () => [withoutWasm(/\.wasm$/)] },
    // ONNX Runtime's is the studio's, by its plain name. (The rest decodes images, of which nothing here is left.)
    experimental: {
      renderBuiltUrl: (name: string) =>
        name.endsWith('.wasm') ? `/assets/${basename(name).replace(/-[\w-]{8}\.wasm$/, '.wasm')}` : { relative: true },
    },
    build: { outDir: '../dist/studio-app/article' },
  }),
);
