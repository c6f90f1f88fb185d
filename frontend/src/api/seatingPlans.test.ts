// @vitest-environment jsdom
import { expect, it } from 'vitest';

import { createPlan } from '@/api/seatingPlans';
import { FakeServer } from '@/testing/fakeServer';

it('begins an empty plan without a size, so that it grows with what is drawn', async () => {
  const server = new FakeServer();
  const call = 'post organisations/3/plans/?name=Hall';
  server.on(call, [201, {}]);
  await createPlan(3, 'Hall', { kind: 'empty' });
  const [sent] = server.requests.filter((one) => one.call === call);
  expect(sent?.body).toEqual({
    name: 'Hall',
    categories: [{ name: 'Standard', color: '#7c3aed' }],
    zones: [],
  });
});
