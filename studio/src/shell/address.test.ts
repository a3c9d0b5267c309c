import { describe, expect, it } from 'vitest';
import { href, parseRoute } from './address.ts';

describe('addresses', () => {
  it.each([
    [['runs'], {}, '#/runs'],
    [['runs', 'a-b_1', 'curves'], { x: 'time', smooth: '0.6' }, '#/runs/a-b_1/curves?x=time&smooth=0.6'],
    [['compare'], { runs: 'a,b,c' }, '#/compare?runs=a,b,c'],
    [['runs'], { q: 'β & γ? #1', sort: undefined }, '#/runs?q=%CE%B2+%26+%CE%B3%3F+%231'],
    [['a/b', 'ü %'], {}, '#/a%2Fb/%C3%BC%20%25'],
  ] as const)('%j %j is %s, and back', (segments, query, address) => {
    expect(href(segments, query)).toBe(address);
    const route = parseRoute(address);
    expect(route.segments).toEqual(segments);
    expect(Object.fromEntries(route.query)).toEqual(JSON.parse(JSON.stringify(query)));
  });

  it('takes what is no address of ours as it is', () => {
    expect(parseRoute('').segments).toEqual([]);
    expect(parseRoute('#').segments).toEqual([]);
    expect(parseRoute('#/runs//x/').segments).toEqual(['runs', 'x']);
    expect(parseRoute('#/%E0%A4%A').segments).toEqual(['%E0%A4%A']);
    expect(parseRoute('#/a?b=1?c').query.get('b')).toBe('1?c');
  });
});
