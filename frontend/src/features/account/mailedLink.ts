import { useEffect, useState } from 'react';
import { useLocation, useNavigate } from 'react-router';

/** What a link in a mail says: whose it is, and the secret that it is good by. */
export interface MailedLink {
  readonly uid: string;
  readonly token: string;
}

/**
 * What the link says, which is taken off the address at once: whoever looks at the screen, the
 * history or a bookmark later finds no key to the account. It is forgotten with the page.
 */
export function useMailedLink(): MailedLink | null {
  const { hash, pathname } = useLocation();
  const navigate = useNavigate();
  const [link, setLink] = useState(() => mailedLinkIn(hash));
  const [readHash, setReadHash] = useState(hash);
  if (hash !== readHash) {
    setReadHash(hash);
    if (hash !== '') setLink(mailedLinkIn(hash));
  }
  useEffect(() => {
    if (hash !== '') void navigate(pathname, { replace: true });
  }, [hash, pathname, navigate]);
  return link;
}

/** Reads it from the part of an address that no server is sent; null when it is not whole. */
function mailedLinkIn(hash: string): MailedLink | null {
  const said = new URLSearchParams(hash.replace(/^#/, ''));
  const uid = said.get('uid') ?? '';
  const token = said.get('token') ?? '';
  return uid === '' || token === '' ? null : { uid, token };
}
