import { serverElsewhere } from '@/api/server';

const STORED_AS = 'seatcast.device';

/**
 * What the server calls this device, by which it is known at the next sign-in, also while somebody
 * else guesses passwords. On the server's own host that is a cookie, and nothing is kept here.
 */
export function knownDevice(): { readonly device?: string } {
  const device = serverElsewhere === null ? null : localStorage.getItem(STORED_AS);
  return device === null ? {} : { device };
}

export function rememberDevice(device: string | undefined): void {
  if (serverElsewhere !== null && device !== undefined) localStorage.setItem(STORED_AS, device);
}
