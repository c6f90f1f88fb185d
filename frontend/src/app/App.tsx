import { QueryClientProvider } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { RouterProvider } from 'react-router/dom';

import { createAppRouter } from '@/app/router';
import { Announcer } from '@/components/Announcer';
import { createQueryClient } from '@/queries/queryClient';
import { syncWithOtherTabs } from '@/queries/tabSync';

export function App() {
  const [queryClient] = useState(createQueryClient);
  const [router] = useState(createAppRouter);
  useEffect(() => syncWithOtherTabs(queryClient), [queryClient]);
  return (
    <QueryClientProvider client={queryClient}>
      <Announcer>
        <RouterProvider router={router} />
      </Announcer>
    </QueryClientProvider>
  );
}
