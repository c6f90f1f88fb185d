import type { InternalAxiosRequestConfig } from 'axios';

import type { ApiError } from '@/api/apiError';

/** How the server is told who asks. */
export interface Auth {
  /** Add to a call what tells who asks. Throws ApiError. */
  authenticate(call: InternalAxiosRequestConfig): Promise<void>;
  /** Do what can be done about a refusal; the answer is whether to ask once more. Throws ApiError. */
  recover(refusal: ApiError): Promise<boolean>;
  /** What a socket offers, since it can carry no headers. Throws ApiError. */
  subprotocols(): Promise<string[]>;
  /**
   * A socket that offered this was told to sign in; the answer is whether to come back with what is
   * offered now. Throws ApiError.
   */
  recoverSocket(offered: readonly string[]): Promise<boolean>;
}
