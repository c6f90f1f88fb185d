import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { beforeEach, expect, it, vi } from 'vitest';

import { EditorPage } from '@/features/editor/EditorPage';
import { recordAnnouncements } from '@/testing/announcements';
import { FakeServer } from '@/testing/fakeServer';
import { FakeSurfaces } from '@/testing/fakeSurface';
import { HALL_TEXT } from '@/testing/planDocuments';
import { renderPage } from '@/testing/renderPage';
import { ALICE } from '@/testing/selectorHarness';

const DRAFT = 'get plans/5/draft/';
const SAVE = 'put plans/5/draft/';
const SAVED = { revision: 8, updated_at: '2026-01-01T10:00:00Z', updated_by: 'alice' };

beforeEach(() => {
  const surfaces = new FakeSurfaces();
  vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockImplementation(() =>
    surfaces.create(800, 600),
  );
  class FakePath {
    moveTo() {
      // Not drawn.
    }
    lineTo() {
      // Not drawn.
    }
    closePath() {
      // Not drawn.
    }
  }
  vi.stubGlobal('Path2D', FakePath);
  vi.stubGlobal('CSS', { escape: (name: string) => name });
  HTMLElement.prototype.setPointerCapture = () => undefined;
});

interface Saved {
  readonly zones: readonly {
    readonly rows: readonly {
      readonly row_number: string;
      readonly position: { readonly x: number; readonly y: number };
      readonly seats: readonly Readonly<Record<string, unknown>>[];
    }[];
  }[];
}

async function open() {
  const server = new FakeServer();
  server.on('get me/', [200, ALICE]);
  server.on('get plans/5/', [200, { id: 5, organisation: 1, name: 'Small hall' }]);
  server.on(DRAFT, [200, JSON.parse(HALL_TEXT), { ETag: '"7"' }]);
  server.on(SAVE, [200, SAVED]);
  const { user, router } = renderPage(
    { '/organise/plans/:planId/edit': <EditorPage /> },
    '/organise/plans/5/edit',
  );
  const stage = await screen.findByRole('application', { name: 'Seating plan' });
  const saved = async () => {
    stage.focus();
    await user.keyboard('{Control>}s{/Control}');
    return waitFor(() => {
      const sent = server.requests.findLast(({ call }) => call === SAVE);
      if (sent === undefined) throw new Error('Nothing was saved');
      return sent.body as Saved;
    });
  };
  return { server, user, router, stage, saved, announced: recordAnnouncements() };
}

it('saves nothing while a plan is only looked at', async () => {
  const { server, user, stage } = await open();
  expect(screen.getByRole('heading', { name: 'Small hall' })).toBeDefined();
  expect(screen.getByText('6 seats')).toBeDefined();
  stage.focus();
  await user.keyboard('{Tab}{Control>}s{/Control}');
  expect(server.requests.filter(({ call }) => call === SAVE)).toEqual([]);
});

it('selects, moves and restores objects by the keyboard, and says so', async () => {
  const { user, stage, saved, announced } = await open();
  stage.focus();
  await user.keyboard('{Tab}{Tab}');
  expect(announced()).toContain('Row A, Stalls, 3 seats');
  await user.keyboard('{ArrowRight}{Shift>}{ArrowDown}{/Shift}');
  const { zones } = await saved();
  expect(zones[0]?.rows[0]?.position).toEqual({ x: 1, y: 10 });
  stage.focus();
  await user.keyboard('{Control>}z{/Control}{Control>}z{/Control}');
  expect(announced()).toContain('Undone: Nudged');
  expect((await saved()).zones[0]?.rows[0]?.position).toEqual({ x: 0, y: 0 });
});

it('adds a block of rows by the keyboard, named on from the section’s last row', async () => {
  const { user, stage, saved } = await open();
  stage.focus();
  await user.keyboard('b{Enter}');
  const rows = (await saved()).zones[1]?.rows ?? [];
  expect(rows.map(({ row_number: name }) => name).join('')).toBe('CDEFGHJKL');
  expect(rows.slice(1).map(({ seats }) => seats.length)).toEqual(Array(8).fill(16));
  expect(rows[1]?.seats[0]).toMatchObject({ seat_number: '1', category: 'Gold', radius: 10 });
});

it('draws a row by the mouse', async () => {
  const { user, stage, saved } = await open();
  stage.focus();
  await user.keyboard('r');
  drag(stage, [100, 500], [400, 500]);
  const row = (await saved()).zones[1]?.rows.at(-1);
  expect(row?.seats.length).toBeGreaterThan(3);
  const numbers = row?.seats.map((seat) => seat['seat_number']);
  expect(numbers?.slice(0, 3)).toEqual(['1', '2', '3']);
  expect(stage.dataset['tool']).toBe('select');
});

it('changes what is selected in the panel', async () => {
  const { user, stage, saved } = await open();
  stage.focus();
  await user.keyboard('{Tab}{Tab}{Enter}');
  const name = screen.getByRole('textbox', { name: 'Row name' });
  await waitFor(() => {
    expect(document.activeElement).toBe(name);
  });
  await user.clear(name);
  await user.type(name, 'AA');
  await user.tab();
  expect((await saved()).zones[0]?.rows[0]?.row_number).toBe('AA');
});

it('marks a seat as a wheelchair place', async () => {
  const { user, stage, saved } = await open();
  await user.click(screen.getByRole('radio', { name: 'Seats' }));
  stage.focus();
  await user.keyboard('{Tab}{Tab}');
  await user.click(screen.getByRole('checkbox', { name: 'Wheelchair place' }));
  expect((await saved()).zones[0]?.rows[0]?.seats[0]).toMatchObject({ features: ['accessible'] });
});

it('leaves the plan by Tab after its last object', async () => {
  const { user, stage } = await open();
  stage.focus();
  await user.keyboard('{Tab}{Tab}{Tab}{Tab}');
  expect(document.activeElement).toBe(stage);
  await user.keyboard('{Tab}');
  expect(document.activeElement).not.toBe(stage);
});

it('offers both versions when somebody else has saved', async () => {
  const { server, user, stage, router } = await open();
  server.on(SAVE, [
    409,
    {
      code: 'stale_plan',
      error: 'Stale.',
      revision: 9,
      updated_by: 'bob',
      updated_at: '2026-01-01T10:00:00Z',
      copy: 12,
    },
  ]);
  stage.focus();
  await user.keyboard('{Tab}{Delete}{Control>}s{/Control}');
  const dialog = await screen.findByRole('dialog', { name: /Somebody else has saved/ });
  expect(within(dialog).getByText(/^bob saved it on/)).toBeDefined();
  server.on('get plans/12/', [200, { id: 12, organisation: 1, name: 'Small hall (copy)' }]);
  server.on('get plans/12/draft/', [200, JSON.parse(HALL_TEXT), { ETag: '"1"' }]);
  await user.click(within(dialog).getByRole('button', { name: 'Open my copy' }));
  expect(router.state.location.pathname).toBe('/organise/plans/12/edit');
  expect(await screen.findByRole('heading', { name: 'Small hall (copy)' })).toBeDefined();
});

it('loads the other version if wanted', async () => {
  const { server, user, stage } = await open();
  server.on(SAVE, [409, { code: 'stale_plan', error: 'Stale.', revision: 9, copy: null }]);
  stage.focus();
  await user.keyboard('{Tab}{Delete}{Control>}s{/Control}');
  const dialog = await screen.findByRole('dialog', { name: /Somebody else has saved/ });
  server.on(DRAFT, [200, { name: 'Hall', zones: [] }, { ETag: '"9"' }]);
  await user.click(within(dialog).getByRole('button', { name: 'Load theirs' }));
  expect(await screen.findByText('An empty plan')).toBeDefined();
});

it('saves the draft before it makes a version of it', async () => {
  const { server, user, stage, announced } = await open();
  server.on('post plans/5/versions/', [201, { number: 3, seats: 6 }]);
  stage.focus();
  await user.keyboard('{Tab}{ArrowLeft}');
  await user.click(screen.getByRole('button', { name: /Save as version/ }));
  await waitFor(() => {
    expect(announced()).toContain('Saved as version 3');
  });
  const writes = server.requests.filter(({ call }) => /^(put|post)/.test(call));
  expect(writes.map(({ call }) => call)).toEqual([SAVE, 'post plans/5/versions/']);
  expect(writes[1]?.body).toEqual({ revision: 8 });
});

it('selects the seats of a problem', async () => {
  const { server, user } = await open();
  const problem = {
    code: 'new_kind',
    count: 2,
    name: '',
    severity: 'error',
    path: 'zones[0]',
    ids: ['a1', 'a2'],
  };
  server.on('post plans/check/', [
    200,
    { problems: [{ ...problem, sentence: 'Two seats touch.', at: { x: 1, y: 2 } }] },
  ]);
  await user.click(screen.getByRole('tab', { name: 'Check' }));
  await user.click(screen.getByRole('button', { name: 'Check the plan' }));
  await user.click(await screen.findByRole('button', { name: /Two seats touch/ }));
  await user.click(screen.getByRole('tab', { name: 'Edit' }));
  expect(screen.getByText('2 objects selected')).toBeDefined();
});

it('asks visitors to sign in', async () => {
  new FakeServer();
  renderPage({ '/organise/plans/:planId/edit': <EditorPage /> }, '/organise/plans/5/edit');
  expect(await screen.findByText('Sign in to edit seating plans')).toBeDefined();
});

function drag(stage: HTMLElement, from: [number, number], to: [number, number]): void {
  const at = ([clientX, clientY]: [number, number]) => ({
    clientX,
    clientY,
    pointerId: 1,
    pointerType: 'mouse',
    button: 0,
  });
  fireEvent.pointerDown(stage, at(from));
  fireEvent.pointerMove(stage, at(to));
  fireEvent.pointerUp(stage, at(to));
}
