import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

interface TcpProxy {
  readonly url: string;
  readonly cut: () => void;
  /** Let nothing through any more, without closing a connection. */
  readonly freeze: () => void;
  readonly restore: () => Promise<void>;
}

/**
 * A TCP proxy in front of a site that the test can cut, also for requests of the service worker.
 */
export async function tcpProxy(site: string): Promise<TcpProxy> {
  const { protocol, hostname, port } = new URL(site);
  const open = new Set<Socket>();
  let isFrozen = false;
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(socket);
      if (!isFrozen) socket.pipe(other);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        open.delete(socket);
        other.destroy();
      });
    }
  });
  server.listen(0, hostname);
  await once(server, 'listening');
  const { port: ownPort } = server.address() as AddressInfo;
  return {
    url: `${protocol}//${hostname}:${ownPort}/`,
    cut: () => {
      server.close();
      for (const socket of open) socket.destroy();
    },
    freeze: () => {
      isFrozen = true;
      for (const socket of open) socket.unpipe();
    },
    restore: async () => {
      isFrozen = false;
      server.listen(ownPort, hostname);
      await once(server, 'listening');
    },
  };
}
