/** The code in what was typed, pasted or scanned: the code itself, or the address in a QR code. */
export function parseTicketCode(text: string): string {
  const [, inAddress] = /\/tickets\/([^/?#\s]+)/.exec(text) ?? [];
  return (inAddress ?? text).trim();
}
