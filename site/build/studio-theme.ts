import type { Plugin } from 'vite';

/** As `studio/src/shell/theme.ts` keeps it. Before anything is painted: a script of a module would come after a flash of the other theme. */
const script = `const theme = localStorage.getItem('rootsigma-studio-theme');
if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
`;

/** Lets the article follow the studio's switch of light and dark. */
export const studioTheme = (): Plugin => ({
  name: 'studio-theme',
  apply: 'build',
  transformIndexHtml: () => [{ tag: 'script', attrs: { src: './theme.js' }, injectTo: 'head' }],
  generateBundle() {
    this.emitFile({ type: 'asset', fileName: 'theme.js', source: script });
  },
});
