import { defaultClientConditions, defineConfig } from 'vite';
import type { UserConfig } from 'vite';
import { aliases } from './build/aliases.ts';
import { article, line } from './build/article.ts';
import type { Home } from './build/article.ts';
import { katexStyles } from './build/katex.ts';

export const siteConfig = (home: Home): UserConfig => ({
  root: import.meta.dirname,
  // Relative addresses: the files work under any path of any host.
  base: './',
  resolve: { alias: aliases, conditions: ['rootsigma:source', ...defaultClientConditions] },
  worker: { format: 'es' },
  plugins: [katexStyles(), line(), article(home)],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    // Those that know `light-dark()`, as the studio's pages need them too.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});

export default defineConfig(siteConfig('site'));
