/** Extract the code from typed, pasted or scanned text, which may be the QR code's URL. */
export function parseTicketCode(text: string): string {
  const [, inAddress] = /\/tickets\/([^/?#\s]+)/.exec(text) ?? [];
  return (inAddress ?? text).trim();
}
