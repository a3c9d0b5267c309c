// Answers by name in a file, so that a trial that was stopped goes on.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

export class Answers {
  #path;
  #known = {};

  constructor(path) {
    this.#path = path;
    try {
      this.#known = JSON.parse(readFileSync(path, 'utf8'));
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
    }
  }

  get(name) {
    return this.#known[name];
  }

  set(name, answer) {
    this.#known[name] = answer;
    mkdirSync(dirname(this.#path), { recursive: true });
    writeFileSync(this.#path, JSON.stringify(this.#known));
  }

  remember(name, make) {
    if (this.#known[name] === undefined) this.set(name, make());
    return this.#known[name];
  }
}
