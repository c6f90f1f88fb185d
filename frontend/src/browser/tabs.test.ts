import { afterEach, expect, it } from 'vitest';

import {
  decodeTabMessage,
  encodeTabMessage,
  messagesForWrite,
  type TabMessage,
} from '@/browser/tabMessages';
import { createTabs, type Tabs } from '@/browser/tabs';

const ALL: readonly TabMessage[] = [
  { kind: 'locks', eventId: 7 },
  { kind: 'reservations' },
  { kind: 'session' },
];

const open: BroadcastChannel[] = [];
afterEach(() => {
  for (const channel of open.splice(0)) channel.close();
});

function channel(): BroadcastChannel {
  const opened = new BroadcastChannel('tabs under test');
  open.push(opened);
  return opened;
}

function openTab(): { tab: Tabs; heard: TabMessage[] } {
  const tab = createTabs(channel);
  const heard: TabMessage[] = [];
  tab.listen((news) => heard.push(news));
  return { tab, heard };
}

/** Wait until earlier messages have arrived; a channel keeps their order. */
async function everythingArrived(listener: BroadcastChannel): Promise<void> {
  const last = new Promise((resolve) => {
    listener.addEventListener('message', ({ data }) => {
      if (data === 'the last one') resolve(null);
    });
  });
  channel().postMessage('the last one');
  await last;
}

it('sends messages to every other tab and not back', async () => {
  const teller = openTab();
  const others = [openTab(), openTab()];
  const listener = channel();
  for (const news of ALL) teller.tab.broadcast(news);
  await everythingArrived(listener);
  for (const { heard } of others) expect(heard).toEqual(ALL);
  expect(teller.heard).toEqual([]);
});

it('does not broadcast local notifications', async () => {
  const teller = openTab();
  const other = openTab();
  const listener = channel();
  teller.tab.notifyLocal({ kind: 'session' });
  expect(teller.heard).toEqual([{ kind: 'session' }]);
  await everythingArrived(listener);
  expect(other.heard).toEqual([]);
});

it('ignores unknown messages', async () => {
  const { heard } = openTab();
  const listener = channel();
  const stranger = channel();
  for (const rubbish of [
    null,
    'session',
    7,
    [],
    { kind: 'session' },
    { version: 2, kind: 'session' },
    { version: 1, kind: 'weather' },
    { version: 1, kind: 'locks' },
    { version: 1, kind: 'locks', eventId: '7' },
  ]) {
    stranger.postMessage(rubbish);
  }
  await everythingArrived(listener);
  expect(heard).toEqual([]);
});

it('receives nothing after it has unsubscribed', () => {
  const tab = createTabs(channel);
  const heard: TabMessage[] = [];
  const stop = tab.listen((news) => heard.push(news));
  stop();
  tab.notifyLocal({ kind: 'session' });
  expect(heard).toEqual([]);
});

it('notifies only this tab in a browser without BroadcastChannel', () => {
  const tab = createTabs(() => null);
  const heard: TabMessage[] = [];
  tab.listen((news) => heard.push(news));
  tab.broadcast({ kind: 'reservations' });
  tab.notifyLocal({ kind: 'session' });
  expect(heard).toEqual([{ kind: 'session' }]);
});

it('decodes what it encodes', () => {
  for (const news of ALL) expect(decodeTabMessage(encodeTabMessage(news))).toEqual(news);
});

it.each([
  ['events/7/seats/105/lock/', [{ kind: 'locks', eventId: 7 }]],
  ['events/7/seats/105/unlock/', [{ kind: 'locks', eventId: 7 }]],
  ['events/7/lock/', [{ kind: 'locks', eventId: 7 }]],
  ['events/7/extend/', [{ kind: 'locks', eventId: 7 }]],
  ['events/7/reserve/', [{ kind: 'locks', eventId: 7 }, { kind: 'reservations' }]],
  ['reservations/31/cancel/', [{ kind: 'reservations' }]],
  ['login/', []],
  ['token/refresh/', []],
])('has the right messages for a write to %s', (path, news) => {
  expect(messagesForWrite(path)).toEqual(news);
});
