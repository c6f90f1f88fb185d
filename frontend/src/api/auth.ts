import type { ApiError } from '@/api/apiError';
import type { ApiRequest, RequestHeaders } from '@/api/transport';

/** How requests and sockets are authenticated. */
export interface Auth {
  /** Whether somebody may be signed in; false only if certainly nobody is. Sends no request. */
  mayHaveSession(): boolean;
  /** Note that a session began, or that there is none. */
  noteSession(exists: boolean): void;
  /** Return the headers that authenticate a request. Throws ApiError. */
  headersFor(request: ApiRequest): Promise<RequestHeaders>;
  /**
   * Try to fix a request that was refused with these headers, e.g. by renewing a token. Returns
   * whether to retry. Throws ApiError.
   */
  recover(refusal: ApiError, sent: RequestHeaders): Promise<boolean>;
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
