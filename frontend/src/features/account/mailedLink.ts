import { useEffect, useState } from 'react';
import { useLocation, useNavigate } from 'react-router';

/** Parameters of an emailed link: user id and one-time token. */
export interface MailedLink {
  readonly uid: string;
  readonly token: string;
}

/**
 * Read the link's parameters and remove them from the URL, so that they do not stay in the history.
 * They are lost when the page is left.
 */
export function useMailedLink(): MailedLink | null {
  const { hash, pathname } = useLocation();
  const navigate = useNavigate();
  const [link, setLink] = useState(() => parseMailedLink(hash));
  const [readHash, setReadHash] = useState(hash);
  if (hash !== readHash) {
    setReadHash(hash);
    if (hash !== '') setLink(parseMailedLink(hash));
  }
  useEffect(() => {
    if (hash !== '') void navigate(pathname, { replace: true });
  }, [hash, pathname, navigate]);
  return link;
}

/** Parse the URL fragment, which is never sent to servers; null if incomplete. */
function parseMailedLink(hash: string): MailedLink | null {
  const params = new URLSearchParams(hash.replace(/^#/, ''));
  const uid = params.get('uid') ?? '';
  const token = params.get('token') ?? '';
  return uid === '' || token === '' ? null : { uid, token };
}
