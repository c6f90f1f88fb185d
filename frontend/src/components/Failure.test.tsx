import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';

import { ApiError } from '@/api/apiError';
import { Announcer } from '@/components/Announcer';
import { Failure } from '@/components/Failure';

const ID = '0f8fad5b-d9cb-469f-a165-70867728950e';

function show(status: number) {
  const error = new ApiError({ message: 'No.', code: 'server_error', status, requestId: ID });
  render(
    <Announcer>
      <Failure error={error} onRetry={() => undefined} />
    </Announcer>,
  );
}

it('shows the request id of a server error, with a copy button', async () => {
  const user = userEvent.setup();
  show(500);
  await user.click(screen.getByRole('button', { name: 'Copy' }));
  expect(await navigator.clipboard.readText()).toBe(ID);
  expect(await screen.findByText('The reference is copied.')).toBeDefined();
});

it('shows no request id for other errors', () => {
  show(404);
  expect(screen.queryByText(ID)).toBeNull();
});
