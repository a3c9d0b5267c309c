declare module 'virtual:katex.css' {}
/** `LineData`, made as the site is built. */
declare module 'virtual:line' {
  const line: unknown;
  export default line;
}
