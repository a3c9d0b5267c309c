// In Node; pages have threads.page.ts in its place: package.json, `imports`.

/** The module that a follower's thread runs. */
export const followerEntry: URL | undefined = new URL('./follower.js', import.meta.url);
