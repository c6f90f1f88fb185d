import { expect, it } from 'vitest';

import { type ApiError, errorFromResponse, errorWithoutResponse } from '@/api/apiError';
import type { Draft, SavedDraft } from '@/api/planDrafts';
import { Autosave, type SaveStatus } from '@/features/editor/saving/autosave';

interface Plan {
  readonly text: string;
}

const plan = (text: string): Plan => ({ text });

function setUp() {
  const sent: Draft[] = [];
  const statuses: SaveStatus[] = [];
  const scheduled: { ms: number; act: () => void }[] = [];
  const answers: { ok: (saved: SavedDraft) => void; fail: (error: unknown) => void }[] = [];
  const stored = { draft: { text: 'first', revision: 7 } };
  let now = 0;
  const initial = plan('first');
  const autosave = new Autosave<Plan>({
    initial,
    revision: 7,
    serialise: ({ text }) => text,
    save: (draft) => {
      sent.push(draft);
      return new Promise((ok, fail) => answers.push({ ok, fail }));
    },
    fetch: () => Promise.resolve(stored.draft),
    onStatus: (status) => statuses.push(status),
    after: (ms, act) => {
      const entry = { ms, act };
      scheduled.push(entry);
      return () => {
        const place = scheduled.indexOf(entry);
        if (place >= 0) scheduled.splice(place, 1);
      };
    },
    now: () => now,
  });
  const timePasses = () => {
    const next = scheduled.shift();
    now += next?.ms ?? 0;
    next?.act();
    return next?.ms ?? null;
  };
  const answer = async (revision: number) => {
    answers.shift()?.ok({ revision, updated_at: '', updated_by: null });
    await settle();
  };
  const fail = async (error: unknown) => {
    answers.shift()?.fail(error);
    await settle();
  };
  const kinds = () => statuses.map(({ kind }) => kind);
  return { autosave, initial, stored, sent, statuses, scheduled, timePasses, answer, fail, kinds };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 6; turn++) await Promise.resolve();
}

function refusal(status: number, data: object): ApiError {
  return errorFromResponse(status, data, null);
}

function unreachable(): ApiError {
  return errorWithoutResponse('network', null);
}

it('sends the latest change with the revision, and goes on from the new one', async () => {
  const { autosave, sent, timePasses, answer, kinds } = setUp();
  autosave.changed(plan('second'));
  autosave.changed(plan('third'));
  expect(sent).toEqual([]);
  timePasses();
  await answer(8);
  autosave.changed(plan('fourth'));
  timePasses();
  expect(sent).toEqual([
    { text: 'third', revision: 7 },
    { text: 'fourth', revision: 8 },
  ]);
  expect(kinds()).toEqual(['unsaved', 'saving', 'saved', 'unsaved', 'saving']);
});

it('sends nothing if everything was taken back', () => {
  const { autosave, initial, scheduled } = setUp();
  autosave.changed(plan('second'));
  autosave.changed(initial);
  expect(scheduled).toEqual([]);
  expect(autosave.status.kind).toBe('saved');
});

it('sends one request at a time, and what changed meanwhile afterwards', async () => {
  const { autosave, sent, timePasses, answer } = setUp();
  autosave.changed(plan('second'));
  timePasses();
  autosave.changed(plan('third'));
  expect(timePasses()).toBeNull();
  expect(sent).toHaveLength(1);
  expect(autosave.isSaved).toBe(false);
  await answer(8);
  timePasses();
  expect(sent.at(-1)).toEqual({ text: 'third', revision: 8 });
  await answer(9);
  expect(autosave.isSaved).toBe(true);
});

it('saves now and then while changes never pause', () => {
  const { autosave, scheduled, sent, timePasses } = setUp();
  for (let change = 0; change < 12 && sent.length === 0; change++) {
    autosave.changed(plan(String(change)));
    if (scheduled[0]?.ms === 1_500 && change < 11) scheduled[0].act = () => undefined;
    timePasses();
  }
  expect(sent).toHaveLength(1);
});

it('tries again, later and later, while the server cannot be reached', async () => {
  const { autosave, sent, timePasses, answer, fail, kinds } = setUp();
  autosave.changed(plan('second'));
  timePasses();
  await fail(unreachable());
  expect(timePasses()).toBe(2_000);
  await settle();
  await fail(unreachable());
  expect(timePasses()).toBe(4_000);
  await settle();
  await answer(8);
  expect(sent).toHaveLength(3);
  expect(kinds()).toEqual(['unsaved', 'saving', 'offline', 'saving', 'offline', 'saving', 'saved']);
});

it('stops at a conflict and says who saved when, and where the copy is', async () => {
  const { autosave, sent, statuses, scheduled, timePasses, fail } = setUp();
  autosave.changed(plan('second'));
  timePasses();
  const details = { revision: 9, updated_by: 'bob', updated_at: '2026-01-01T10:00:00Z', copy: 12 };
  await fail(refusal(409, { code: 'stale_plan', error: 'Stale.', ...details }));
  expect(statuses.at(-1)).toEqual({
    kind: 'stale',
    stale: { revision: 9, updatedBy: 'bob', updatedAt: '2026-01-01T10:00:00Z', copy: 12 },
  });
  autosave.changed(plan('third'));
  expect(scheduled).toEqual([]);
  expect(sent).toHaveLength(1);
});

it('does not repeat what the server refuses until it changes', async () => {
  const { autosave, scheduled, sent, timePasses, fail } = setUp();
  autosave.changed(plan('second'));
  timePasses();
  await fail(refusal(400, { code: 'too_odd', error: 'Too large.' }));
  expect(autosave.status).toEqual({ kind: 'refused', message: 'Too large.' });
  expect(scheduled).toEqual([]);
  autosave.changed(plan('third'));
  timePasses();
  expect(sent).toHaveLength(2);
});

it('saves at once when asked to', async () => {
  const { autosave, sent, answer } = setUp();
  autosave.changed(plan('second'));
  const done = autosave.flush();
  expect(sent).toHaveLength(1);
  await answer(8);
  await done;
  expect(autosave.isSaved).toBe(true);
});

it('goes on from a save whose response was lost, instead of being in conflict with itself', async () => {
  const { autosave, stored, sent, timePasses, answer, fail } = setUp();
  autosave.changed(plan('second'));
  timePasses();
  stored.draft = { text: 'second', revision: 8 };
  await fail(unreachable());
  autosave.changed(plan('third'));
  timePasses();
  await settle();
  expect(sent.at(-1)).toEqual({ text: 'third', revision: 8 });
  await answer(9);
  expect(autosave.isSaved).toBe(true);
});
