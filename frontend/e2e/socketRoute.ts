import type { Page, WebSocketRoute } from '@playwright/test';

const RESTARTING = 1012;
const SIGN_IN_FIRST = 4401;

interface SocketRoute {
  /** URLs of all sockets that were opened. */
  readonly urls: string[];
  /** Close the socket like a restarting server, and refuse sockets, event streams and polls. */
  readonly disconnect: () => void;
  /** Close the socket like a server whose token expired, and accept the next one. */
  readonly expireToken: () => void;
  readonly restore: () => void;
}

/** Route the page's sockets, event streams and polls so that the test can break them. */
export async function routeSockets(page: Page): Promise<SocketRoute> {
  const urls: string[] = [];
  const open = new Set<WebSocketRoute>();
  let isBroken = false;
  const closeAll = (code: number) => {
    for (const socket of open) void socket.close({ code });
    open.clear();
  };
  for (const path of ['**/changes/**', '**/ws/**']) {
    await page.route(path, async (route) => {
      if (isBroken) await route.abort('connectionrefused');
      else await route.continue();
    });
  }
  await page.routeWebSocket('**/ws/**', (socket) => {
    urls.push(socket.url());
    if (isBroken) {
      void socket.close({ code: RESTARTING });
      return;
    }
    socket.connectToServer();
    open.add(socket);
  });
  return {
    urls,
    disconnect: () => {
      isBroken = true;
      closeAll(RESTARTING);
    },
    expireToken: () => {
      closeAll(SIGN_IN_FIRST);
    },
    restore: () => {
      isBroken = false;
    },
  };
}
