import type { InternalAxiosRequestConfig } from 'axios';

import type { ApiError } from '@/api/apiError';

/** How requests and sockets are authenticated. */
export interface Auth {
  /** Whether somebody may be signed in; false only if certainly nobody is. Sends no request. */
  mayHaveSession(): boolean;
  /** Note that a session began, or that there is none. */
  noteSession(exists: boolean): void;
  /** Add credentials to a request. Throws ApiError. */
  authenticate(call: InternalAxiosRequestConfig): Promise<void>;
  /**
   * Try to fix a refused request, e.g. by renewing a token. Returns whether to retry. Throws
   * ApiError.
   */
  recover(refusal: ApiError): Promise<boolean>;
  /**
   * WebSocket subprotocols that carry the credentials, since sockets have no headers. Throws
   * ApiError.
   */
  subprotocols(): Promise<string[]>;
  /**
   * Renew the credentials after a socket with these subprotocols was closed with 4401. Returns
   * whether to reconnect. Throws ApiError.
   */
  recoverSocket(offered: readonly string[]): Promise<boolean>;
}
