import type { Page, WebSocketRoute } from '@playwright/test';

const RESTARTING = 1012;
const SIGN_IN_FIRST = 4401;

interface Line {
  /** Of every socket that was opened. */
  readonly addresses: string[];
  /** Close the socket as a server does that restarts, and let none through, nor questions instead. */
  readonly breakOff: () => void;
  /** Close the socket as a server does when its token has run out, and let the next one through. */
  readonly outdate: () => void;
  readonly mend: () => void;
}

/** The page's sockets, which the test can break. */
export async function breakable(page: Page): Promise<Line> {
  const addresses: string[] = [];
  const open = new Set<WebSocketRoute>();
  let isBroken = false;
  const closeAll = (code: number) => {
    for (const socket of open) void socket.close({ code });
    open.clear();
  };
  await page.route('**/changes/**', async (route) => {
    if (isBroken) await route.abort('connectionrefused');
    else await route.continue();
  });
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
      closeAll(RESTARTING);
    },
    outdate: () => {
      closeAll(SIGN_IN_FIRST);
    },
    mend: () => {
      isBroken = false;
    },
  };
}
