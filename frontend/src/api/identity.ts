import type { InternalAxiosRequestConfig } from 'axios';

import type { ApiError } from '@/api/apiError';

/** How the server is told who asks. */
export interface Identity {
  /** Add to a call what tells who asks. Throws ApiError. */
  sign(call: InternalAxiosRequestConfig): Promise<void>;
  /** Do what can be done about a refusal; the answer is whether to ask once more. Throws ApiError. */
  mend(refusal: ApiError): Promise<boolean>;
  /** What a socket offers, since it can carry no headers. Throws ApiError. */
  subprotocols(): Promise<string[]>;
  /**
   * A socket that offered this was told to sign in; the answer is whether to come back with what is
   * offered now. Throws ApiError.
   */
  mendSocket(offered: readonly string[]): Promise<boolean>;
}
