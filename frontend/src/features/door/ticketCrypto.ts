import { verifyAsync } from '@noble/ed25519';

import type { TicketCrypto } from '@/domain/door/decide';

const DIGEST_DIGITS = 16;

// Browsers have had Ed25519 for a short time only.
export const ticketCrypto: TicketCrypto = {
  async verify(signature, text, key) {
    const message = new TextEncoder().encode(text);
    try {
      return await verifyAsync(fromBase64Url(signature), message, fromBase64Url(key));
    } catch {
      // Not a point of the curve.
      return false;
    }
  },

  async digest(text) {
    const bytes = new Uint8Array(
      await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)),
    );
    return [...bytes]
      .map((byte) => byte.toString(16).padStart(2, '0'))
      .join('')
      .slice(0, DIGEST_DIGITS);
  },
};

function fromBase64Url(text: string): Uint8Array {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
