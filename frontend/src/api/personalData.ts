import { get, post, tokens } from '@/api/client';
import { tabs } from '@/browser/tabs';

export interface Erasure {
  readonly password: string;
  /** Tickets for coming events stay good, and nobody can cancel them. */
  readonly keep_tickets: boolean;
}

/** All that the server keeps about the person, as JSON. */
export async function exportData(): Promise<string> {
  return JSON.stringify((await get<unknown>('me/export/')).body, null, 2);
}

/** For good: nobody can sign in to this account again. */
export async function eraseMe(erasure: Erasure): Promise<void> {
  await post('me/erase/', erasure);
  tokens?.clear();
  tabs.broadcast({ kind: 'session' });
}
