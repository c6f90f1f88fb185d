import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';

const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';
const WAIT_MS = 60_000;
const SCREEN = '1600x1200x24';

type Element = Readonly<Record<typeof ELEMENT, string>>;

/**
 * A browser with one window, driven by W3C WebDriver, for browsers that Playwright cannot drive.
 */
export class WebDriver {
  readonly #session: string;
  readonly #driver: ChildProcess;

  private constructor(session: string, driver: ChildProcess) {
    this.#session = session;
    this.#driver = driver;
  }

  /** Start a driver, which starts its browser on this X display. */
  static async start(program: string, screen: string): Promise<WebDriver> {
    const port = await freePort();
    const driver = spawn(program, [`--port=${port}`], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DISPLAY: screen },
    });
    const address = `http://127.0.0.1:${port}`;
    await isUp(address);
    const { sessionId } = await command<{ sessionId: string }>(`${address}/session`, {
      capabilities: { alwaysMatch: { acceptInsecureCerts: true } },
    });
    const session = `${address}/session/${sessionId}`;
    await command(`${session}/timeouts`, { implicit: WAIT_MS });
    return new WebDriver(session, driver);
  }

  async end(): Promise<void> {
    await command(this.#session, undefined, 'DELETE');
    this.#driver.kill();
    await once(this.#driver, 'exit');
  }

  async goto(url: string): Promise<void> {
    await this.#do('url', { url });
  }

  /** Wait for an element by XPath. */
  find(xpath: string): Promise<Element> {
    return this.#do('element', { using: 'xpath', value: xpath });
  }

  async click(xpath: string): Promise<void> {
    await this.#of(await this.find(xpath), 'click', {});
  }

  async fill(xpath: string, text: string): Promise<void> {
    await this.#of(await this.find(xpath), 'value', { text });
  }

  /** Run a function body in the page and return its result. */
  evaluate<T>(script: string): Promise<T> {
    return this.#do('execute/sync', { script, args: [] });
  }

  async resize(width: number, height: number): Promise<void> {
    await this.#do('window/rect', { width, height });
  }

  async screenshot(): Promise<Buffer> {
    return Buffer.from(await command<string>(`${this.#session}/screenshot`), 'base64');
  }

  #of(element: Element, what: string, body: object): Promise<unknown> {
    return this.#do(`element/${element[ELEMENT]}/${what}`, body);
  }

  #do<T>(what: string, body: object): Promise<T> {
    return command<T>(`${this.#session}/${what}`, body);
  }
}

interface Display {
  readonly name: string;
  readonly end: () => void;
}

/** Start a virtual X server. */
export async function display(program: string): Promise<Display> {
  const server = spawn(program, ['-displayfd', '3', '-nolisten', 'tcp', '-screen', '0', SCREEN], {
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
  });
  const [number] = (await once(server.stdio[3] as Readable, 'data')) as [Buffer];
  return {
    name: `:${number.toString().trim()}`,
    end: () => {
      server.kill();
    },
  };
}

async function command<T>(
  url: string,
  body?: object,
  method = body === undefined ? 'GET' : 'POST',
): Promise<T> {
  const answer = await fetch(url, { method, ...(body && { body: JSON.stringify(body) }) });
  const { value } = (await answer.json()) as { value: T };
  if (!answer.ok) throw new Error(`${url} ${JSON.stringify(body)}: ${JSON.stringify(value)}`);
  return value;
}

async function isUp(address: string): Promise<void> {
  for (;;) {
    const status = await command(`${address}/status`).catch(() => null);
    if (status !== null) return;
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
