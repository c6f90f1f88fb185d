import { crossOriginApi } from '@/api/origins';

const STORAGE_KEY = 'seatcast.device';

/**
 * The device id for sign-in requests, which keeps a known device out of the login throttle.
 * Same-origin it is a cookie, and nothing is stored here.
 */
export function deviceParam(): { readonly device?: string } {
  const device = crossOriginApi === null ? null : localStorage.getItem(STORAGE_KEY);
  return device === null ? {} : { device };
}

export function rememberDevice(device: string | undefined): void {
  if (crossOriginApi !== null && device !== undefined) localStorage.setItem(STORAGE_KEY, device);
}
