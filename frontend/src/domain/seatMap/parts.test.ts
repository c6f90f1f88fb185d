import { describe, expect, it } from 'vitest';

import { factsOf, makeSeat } from '@/testing/factories';
import { makeFeed } from '@/testing/feedHarness';
import { fixture } from '@/testing/fixtures';
import { MapUnderTest } from '@/testing/mapHarness';
import { PartServer, subscriberOf, wantedOf } from '@/testing/partServer';

it("has what the server's parts say", () => {
  const { sections, pools, frames, expected } = fixture('parts');
  const [{ layout }] = frames;
  const facts = sections.map((section, index) =>
    factsOf(makeSeat(index, { section: `${section}`, price: `${pools[index]}.00` }), index),
  );
  const map = new MapUnderTest();
  map.do({ type: 'seatsLoaded', layout, facts });
  const wanted = (...some: number[]) => ({ layout, sections: new Set(some) });
  const { feed, socket, frames: delivered } = makeFeed({ wanted: wanted(0) });
  feed.start();
  const [first, ...others] = frames;
  socket().receive(first);
  // The fixture's requests are numbered from 1.
  feed.want(wanted());
  feed.want(wanted(1));
  feed.want(wanted(1, 2));
  for (const frame of others) socket().receive(frame);
  for (const frame of delivered) {
    map.now = frame.now;
    map.do({ type: 'frame', frame });
  }
  const { seq, followed, live, free } = map.state;
  expect(seq).toBe(expected.seq);
  expect([...(followed ?? [])]).toEqual(expected.sections);
  const known = Object.entries(live).filter(([, { status }]) => status !== 'unknown');
  expect(Object.fromEntries(known.map(([index, { status }]) => [index, status]))).toEqual(
    expected.seats,
  );
  expect(free).toEqual(expected.free);
});

describe('own locks in a section that is not followed any more', () => {
  it('are kept, and checked once its states are known again', () => {
    const server = new PartServer(6);
    const map = new MapUnderTest();
    map.do({ type: 'seatsLoaded', layout: server.layout, facts: server.facts() });
    const { feed, socket, frames } = makeFeed({ wanted: wantedOf(server, 0) });
    feed.start();
    const subscriber = subscriberOf(server, socket());
    const hear = (frame: object | null) => {
      if (frame !== null) socket().receive(frame);
      for (const each of frames.splice(0)) map.do({ type: 'frame', frame: each });
    };
    const follow = (...sections: number[]) => {
      feed.want(wantedOf(server, ...sections));
      subscriber.subscribe(socket().sent.at(-1) ?? '');
      hear(subscriber.everything());
    };
    hear(subscriber.everything());
    map.start('lock', 100);
    map.held(100, server.now + 60_000);
    server.commit([[0, [1, server.now + 60_000]]]);
    hear(subscriber.changes());
    expect(map.seat(0).status).toBe('mine');
    follow(1);
    expect([map.seat(0).status, map.seat(3).status]).toEqual(['mine', 'unknown']);
    server.commit([[0, [0, null]]]);
    follow(0);
    expect([map.seat(0).status, map.seat(3).status]).toEqual(['available', 'available']);
    expect(map.state.lostLocks?.seats.map(({ id }) => id)).toEqual([100]);
  });
});
