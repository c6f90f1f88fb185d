// @vitest-environment jsdom
import { expect, it } from 'vitest';

import { createPlan } from '@/api/seatingPlans';
import { FakeServer } from '@/testing/fakeServer';

it('names the plan of a CSV file, which has no name inside, as the file', async () => {
  const server = new FakeServer();
  const call = 'post organisations/3/plans/?name=hall-1011&repair=true';
  server.on(call, [201, {}]);
  await createPlan(3, '', { kind: 'file', file: new File(['x,y'], 'hall-1011.CSV') });
  expect(server.requests.filter((one) => one.call === call)).toHaveLength(1);
});

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
