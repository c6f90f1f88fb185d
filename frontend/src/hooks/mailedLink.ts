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
  return useParsedHash(parseMailedLink);
}

/** As `useMailedLink`, for links with a token only. */
export function useMailedToken(): string | null {
  return useParsedHash(tokenInHash);
}

function useParsedHash<Link>(parse: (hash: string) => Link | null): Link | null {
  const { hash, pathname } = useLocation();
  const navigate = useNavigate();
  const [link, setLink] = useState(() => parse(hash));
  const [readHash, setReadHash] = useState(hash);
  if (hash !== readHash) {
    setReadHash(hash);
    if (hash !== '') setLink(parse(hash));
  }
  useEffect(() => {
    if (hash !== '') void navigate(pathname, { replace: true });
  }, [hash, pathname, navigate]);
  return link;
}

/** Parse the URL fragment, which is never sent to servers; null if incomplete. */
function parseMailedLink(hash: string): MailedLink | null {
  const uid = new URLSearchParams(hash.replace(/^#/, '')).get('uid') ?? '';
  const token = tokenInHash(hash);
  return uid === '' || token === null ? null : { uid, token };
}

/** Parse the token in a URL fragment; null if there is none. */
export function tokenInHash(hash: string): string | null {
  const token = new URLSearchParams(hash.replace(/^#/, '')).get('token') ?? '';
  return token === '' ? null : token;
}
