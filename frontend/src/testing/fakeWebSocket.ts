import { act } from '@testing-library/react';
import { vi } from 'vitest';

/** Fake WebSocket; the test plays the server. */
export class FakeWebSocket extends EventTarget {
  static readonly OPEN = 1;
  static readonly opened: FakeWebSocket[] = [];
  readonly readyState = FakeWebSocket.OPEN;
  readonly url: string;
  readonly protocols: readonly string[];
  readonly sent: string[] = [];

  constructor(url: string, protocols: readonly string[] = []) {
    super();
    this.url = url;
    this.protocols = protocols;
    FakeWebSocket.opened.push(this);
  }

  static install(): void {
    FakeWebSocket.opened.length = 0;
    vi.stubGlobal('WebSocket', FakeWebSocket);
  }

  static newest(): FakeWebSocket {
    const newest = FakeWebSocket.opened.at(-1);
    if (newest === undefined) throw new Error('No socket was opened');
    return newest;
  }

  send(text: string): void {
    this.sent.push(text);
  }

  close(): void {
    // The feed does not wait for the close handshake.
  }

  receive(frame: object): void {
    act(() => {
      this.dispatchEvent(new MessageEvent('message', { data: JSON.stringify(frame) }));
    });
  }

  drop(code: number): void {
    act(() => {
      this.dispatchEvent(new CloseEvent('close', { code }));
    });
  }
}
