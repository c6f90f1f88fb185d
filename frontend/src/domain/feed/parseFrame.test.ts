import { describe, expect, it } from 'vitest';

import { parseFrame, ProtocolError } from '@/domain/feed/parseFrame';
import { fixture } from '@/testing/fixtures';

describe('parseFrame', () => {
  it("parses the server's snapshot", () => {
    const { seats, frame, decoded } = fixture('snapshot');
    const parsed = parseFrame(JSON.stringify(frame));
    if (parsed?.type !== 'snapshot') throw new Error('not a snapshot');
    const { event, seq, now, layout } = decoded;
    expect(parsed).toMatchObject({ event, seq, now, layout });
    expect(parsed.statuses.slice(0, seats)).toEqual(decoded.statuses);
    expect(parsed.locks).toEqual(
      decoded.locks.map(({ index, locked_until: lockedUntil, holder, is_kept: isKept }) => ({
        index,
        lockedUntil,
        holder,
        isKept,
      })),
    );
  });

  it("parses the server's delta", () => {
    const { frame, decoded } = fixture('delta');
    const { changes, ...head } = decoded;
    expect(parseFrame(JSON.stringify(frame))).toEqual({
      type: 'delta',
      ...head,
      changes: changes.map(
        ({ index, status, locked_until: lockedUntil, holder, is_kept: isKept }) => ({
          index,
          status,
          lockedUntil,
          holder,
          isKept,
        }),
      ),
    });
  });

  it("parses the server's part", () => {
    const { frame, decoded } = fixture('part');
    const parsed = parseFrame(JSON.stringify(frame));
    if (parsed?.type !== 'part') throw new Error('not a part');
    const withDeadline = ({ locked_until: lockedUntil, ...rest }: (typeof decoded.changes)[0]) => ({
      ...rest,
      lockedUntil,
    });
    expect({
      ...parsed,
      // Without the padding of the last byte.
      whole: parsed.whole.map(({ statuses, ...rest }, place) => ({
        ...rest,
        statuses: statuses.slice(0, decoded.whole[place]?.statuses.length),
      })),
    }).toEqual({
      type: 'part',
      ...decoded,
      whole: decoded.whole.map(({ locks, ...rest }) => ({
        ...rest,
        locks: locks.map(({ locked_until: lockedUntil, ...lock }) => ({ ...lock, lockedUntil })),
      })),
      changes: decoded.changes.map(withDeadline),
    });
  });

  it('knows which locks of a part leave their seats blocked', () => {
    const parsed = parseFrame(
      JSON.stringify({
        ...{ type: 'part', from: 1, seq: 2, now: 1_000 },
        whole: [[0, 'AQ==', [[0, 500, null, true]]]],
        changes: [[9, 1, 500, 'bob', true]],
      }),
    );
    expect(parsed).toMatchObject({
      whole: [{ locks: [{ index: 0, lockedUntil: 1_500, holder: null, isKept: true }] }],
      changes: [{ index: 9, lockedUntil: 1_500, holder: 'bob', isKept: true }],
    });
  });

  it.each([
    ['no layout at the start', { from: null }],
    ['a section without a number', { from: 1, whole: [['x', 'AA==']] }],
    ['a lock without a time', { from: 1, whole: [[0, 'AA==', [[1]]]] }],
    ['an unknown status', { from: 1, changes: [[1, 7]] }],
    ['a count that is none', { from: 1, free: [[0, -1]] }],
  ])('refuses a part with %s', (_, fields) => {
    const text = JSON.stringify({ type: 'part', seq: 2, now: 3, ...fields });
    expect(() => parseFrame(text)).toThrow(ProtocolError);
  });

  it("parses the server's beat", () => {
    const { frame, decoded } = fixture('beat');
    expect(parseFrame(JSON.stringify(frame))).toEqual({ type: 'beat', ...decoded });
  });

  it('ignores unknown frames of a newer server', () => {
    expect(parseFrame('{"type": "weather", "sunny": true}')).toBeNull();
  });

  it.each([
    ['no JSON', 'seats!'],
    ['no object', '[1, 2]'],
    ['null', 'null'],
    ['no type', '{"seq": 1}'],
    ['a number as text', '{"type": "beat", "seq": "1", "now": 1, "viewers": 1}'],
    ['a broken number', '{"type": "beat", "seq": 1.5, "now": 1, "viewers": 1}'],
    ['no changes', '{"type": "delta", "from": 1, "seq": 2, "now": 1}'],
    ['an unknown status', delta('[0, 4, null, null]')],
    [
      'kept seats that are no list',
      '{"type": "delta", "from": 1, "seq": 2, "now": 1, "changes": [], "kept": 3}',
    ],
    ['a short change', delta('[0, 1, null]')],
    ['a negative index', delta('[-1, 0, null, null]')],
    ['a holder that is no name', delta('[0, 1, 5, 5]')],
    ['statuses that are not base64', snapshot('"%%%"', '[]')],
    ['a lock without deadline', snapshot('"AA=="', '[[0, null, "alice"]]')],
  ])('refuses %s', (_what, text) => {
    expect(() => parseFrame(text)).toThrow(ProtocolError);
  });
});

function delta(change: string): string {
  return `{"type": "delta", "from": 1, "seq": 2, "now": 1, "changes": [${change}]}`;
}

function snapshot(statuses: string, locks: string): string {
  return `{"type": "snapshot", "event": 1, "seq": 1, "now": 1, "layout": "l",
    "statuses": ${statuses}, "locks": ${locks}}`;
}
