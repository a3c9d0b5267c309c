import { describe, expect, it } from 'vitest';
import { EventStreamParser } from './event-stream.ts';

const text =
  ': hello\n\nid: 1\ndata: {"a":1}\n\ndata: two\ndata: lines\r\n\r\nid:7\revent: run\rdata:no blank\r\rretry: 5\n\ndata\n\nid: 8\ndata: cut off';
const events = [
  { id: '1', data: '{"a":1}' },
  { id: '1', data: 'two\nlines' },
  { id: '7', data: 'no blank' },
  { id: '7', data: '' },
];

describe('EventStreamParser', () => {
  it('reads events by the rules of text/event-stream', () => {
    expect(new EventStreamParser().push(text)).toEqual(events);
  });

  it('gives the same events wherever the text is cut', () => {
    for (let first = 0; first <= text.length; first++) {
      for (const second of [first, first + 1, first + 5, text.length]) {
        const parser = new EventStreamParser();
        const pieces = [text.slice(0, first), text.slice(first, second), text.slice(Math.max(first, second))];
        expect(pieces.flatMap((piece) => parser.push(piece))).toEqual(events);
      }
    }
  });

  it('gives an event that was cut off when its end comes', () => {
    const parser = new EventStreamParser();
    parser.push(text);
    expect(parser.push(' no more\n\n')).toEqual([{ id: '8', data: 'cut off no more' }]);
  });
}); // prettier-ignore
