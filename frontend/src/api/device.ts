import { crossOriginApi } from '@/api/origins';

const STORAGE_KEY = 'seatcast.device';

/**
 * What the server calls this device, by which it is known at the next sign-in, also while somebody
 * else guesses passwords. On the server's own host that is a cookie, and nothing is kept here.
 */
export function deviceParam(): { readonly device?: string } {
  const device = crossOriginApi === null ? null : localStorage.getItem(STORAGE_KEY);
  return device === null ? {} : { device };
}

export function rememberDevice(device: string | undefined): void {
  if (crossOriginApi !== null && device !== undefined) localStorage.setItem(STORAGE_KEY, device);
}
