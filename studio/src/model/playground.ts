// Training in the tab, for the playground.
export const playgroundMethods = {};
