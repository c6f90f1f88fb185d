import { QueryClientProvider, useQueryClient } from '@tanstack/react-query';
import { render } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { type ReactElement, useEffect } from 'react';
import { createMemoryRouter, RouterProvider } from 'react-router';

import { Announcer } from '@/components/Announcer';
import { createQueryClient } from '@/queries/queryClient';
import { syncWithOtherTabs } from '@/queries/tabSync';

/** Render pages by path within the app's providers. Other paths show "another page". */
export function renderPage(pages: Readonly<Record<string, ReactElement>>, address: string) {
  const router = createMemoryRouter(
    [
      ...Object.entries(pages).map(([path, element]) => ({ path, element })),
      { path: '*', element: <p>another page</p> },
    ],
    { initialEntries: [address] },
  );
  render(
    <QueryClientProvider client={createQueryClient()}>
      <Following />
      <Announcer>
        <RouterProvider router={router} />
      </Announcer>
    </QueryClientProvider>,
  );
  return { router, user: userEvent.setup() };
}

function Following() {
  const queryClient = useQueryClient();
  useEffect(() => syncWithOtherTabs(queryClient), [queryClient]);
  return null;
}
