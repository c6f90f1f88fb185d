import { get, post, tokens } from '@/api/client';
import { tabs } from '@/browser/tabs';

export interface Erasure {
  readonly password: string;
  /** Keep tickets for coming events valid; they can no longer be cancelled. */
  readonly keep_tickets: boolean;
}

/** Export everything the server stores about the user, as JSON text. */
export async function exportData(): Promise<string> {
  return JSON.stringify((await get('me/export/')).body, null, 2);
}

/** Erase the account permanently. */
export async function eraseMe(erasure: Erasure): Promise<void> {
  await post('me/erase/', erasure);
  tokens?.clear();
  tabs.broadcast({ kind: 'session' });
}
