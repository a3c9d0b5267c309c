// In pages; Node has threads.ts in its place.

/** A page's threads are its worker's. */
export const followerEntry: URL | undefined = undefined;
