// @vitest-environment jsdom
import { onlineManager } from '@tanstack/react-query';
import { expect, it } from 'vitest';

import { createQueryClient } from '@/queries/queryClient';

it('sends requests even if the browser reports offline', async () => {
  onlineManager.setOnline(false);
  const queryFn = () => Promise.resolve('told');
  await expect(createQueryClient().query({ queryKey: ['x'], queryFn })).resolves.toBe('told');
  onlineManager.setOnline(true);
});
