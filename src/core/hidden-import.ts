/**
 * Imports an optional package. Bundlers for the browser do not follow a specifier that is not a literal.
 *
 * @returns its default export where it has one, as CommonJS packages do
 */
export async function importHidden<T extends object>(specifier: string): Promise<T> {
  const module = (await import(/* @vite-ignore */ specifier)) as T & { readonly default?: T };
  return module.default ?? module;
}
