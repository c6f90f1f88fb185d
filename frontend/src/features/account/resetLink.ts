/** What the link in a mail says, so that a password can be reset. */
export interface ResetLink {
  readonly uid: string;
  readonly token: string;
}

/** Reads it from the part of an address that no server is sent; null when it is not whole. */
export function resetLinkIn(hash: string): ResetLink | null {
  const said = new URLSearchParams(hash.replace(/^#/, ''));
  const uid = said.get('uid') ?? '';
  const token = said.get('token') ?? '';
  return uid === '' || token === '' ? null : { uid, token };
}
