import { UnsupportedError } from 'rootsigma/core';

/** For what is left out of the studio's workers (`studio/build/left-out.ts`): no page asks for it, but for the files that a person chooses. */
export function elsewhere(what: string, where: string): Error {
  return new UnsupportedError(`${what} not in a page of the studio: ${where}`);
}
