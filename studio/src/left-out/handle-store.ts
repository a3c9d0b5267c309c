import { elsewhere } from './elsewhere.ts';

/** In the place of a run's folder behind a handle: what the studio's pages train is kept in memory. */
export class HandleStore {
  constructor() {
    throw elsewhere('Folders are opened by handles', 'download the run.');
  }

  static opfs(): Promise<never> {
    return Promise.reject(elsewhere('Folders of the browser are opened', 'download the run.'));
  }

  isSame(): boolean {
    return false;
  }
}
