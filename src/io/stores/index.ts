export { HandleStore } from './handle-store.ts';
export { MemoryStore } from './memory-store.ts';
export { PickedStore, ReadOnlyView, UrlStore } from './read-only-store.ts';
export { nameIn, readAll, readBytes, readJson } from './store.ts';
export type { Release, ReplaceOptions, Store } from './store.ts';
