import { QueryClientProvider } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { BrowserRouter } from 'react-router';

import { Pages } from '@/app/Pages';
import { Announcer } from '@/components/Announcer';
import { createQueryClient } from '@/queries/queryClient';
import { syncWithOtherTabs } from '@/queries/tabSync';

export function App() {
  const [queryClient] = useState(createQueryClient);
  useEffect(() => syncWithOtherTabs(queryClient), [queryClient]);
  return (
    <QueryClientProvider client={queryClient}>
      <Announcer>
        <BrowserRouter>
          <Pages />
        </BrowserRouter>
      </Announcer>
    </QueryClientProvider>
  );
}
