// text/event-stream as it comes over fetch, in pieces that end anywhere (WHATWG HTML, 9.2.6).

export interface StreamEvent {
  readonly id: string;
  readonly data: string;
}

/** Takes pieces of text and gives the events that are whole; the rest waits for the next piece. */
export class EventStreamParser {
  #rest = '';
  #id = '';
  #data: string[] = [];

  push(text: string): StreamEvent[] {
    const events: StreamEvent[] = [];
    const whole = this.#rest + text;
    // A CR at the very end may be half of a CRLF.
    const end = whole.endsWith('\r') ? whole.length - 1 : whole.length;
    const lines = whole.slice(0, end).split(/\r\n|\n|\r/);
    this.#rest = (lines.pop() ?? '') + whole.slice(end);
    for (const line of lines) {
      if (line === '') {
        if (this.#data.length > 0) events.push({ id: this.#id, data: this.#data.join('\n') });
        this.#data = [];
        continue;
      }
      const [, field = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
      if (field === 'data') this.#data.push(value);
      else if (field === 'id' && !value.includes('\0')) this.#id = value;
    }
    return events;
  }
}
