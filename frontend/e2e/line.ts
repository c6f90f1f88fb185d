import type { Page, WebSocketRoute } from '@playwright/test';

const RESTARTING = 1012;

interface Line {
  /** Of every socket that was opened. */
  readonly addresses: string[];
  /** Close the socket as a server does that restarts, and let none through. */
  readonly breakOff: () => void;
  readonly mend: () => void;
}

/** The page's sockets, which the test can break. */
export async function breakable(page: Page): Promise<Line> {
  const addresses: string[] = [];
  const open = new Set<WebSocketRoute>();
  let isBroken = false;
  await page.routeWebSocket('**/ws/**', (socket) => {
    addresses.push(socket.url());
    if (isBroken) {
      void socket.close({ code: RESTARTING });
      return;
    }
    socket.connectToServer();
    open.add(socket);
  });
  return {
    addresses,
    breakOff: () => {
      isBroken = true;
      for (const socket of open) void socket.close({ code: RESTARTING });
      open.clear();
    },
    mend: () => {
      isBroken = false;
    },
  };
}
