import { vi } from 'vitest';

import { LAYOUT } from '@/testing/factories';

export interface RecordedRequest {
  readonly call: string;
  readonly body: unknown;
}

type Reply = readonly [status: number, body: unknown, headers?: Readonly<Record<string, string>>];

/** The connection breaks before a response. */
export const CONNECTION_LOST = 'lost' as const;

type Answer = Reply | typeof CONNECTION_LOST;
type Responder = (body: unknown) => Answer | Promise<Answer>;

/** Fake server behind `fetch`; replies are keyed by "method path". */
export class FakeServer {
  readonly requests: RecordedRequest[] = [];
  readonly #keys: { readonly call: string; readonly key: string | null }[] = [];
  readonly #replies = new Map<string, Responder>();

  constructor() {
    document.cookie = 'csrftoken=known';
    // What an earlier test noted about this token.
    localStorage.removeItem('seatcast.anonymous');
    vi.stubGlobal('fetch', (url: string, init: RequestInit) => this.#answer(url, init));
    this.on('get me/', [401, { error: 'Sign in first.', code: 'not_authenticated' }]);
    this.on('get payments/', [200, []]);
  }

  on(call: string, reply: Reply | Responder): void {
    this.#replies.set(call, typeof reply === 'function' ? reply : () => reply);
  }

  /** Reply in this order, and repeat the last reply. */
  replyInTurn(call: string, ...replies: readonly Answer[]): void {
    let asked = 0;
    this.on(call, () => {
      const reply = replies[Math.min(asked++, replies.length - 1)];
      if (reply === undefined) throw new Error(`Nothing to answer ${call} with`);
      return reply;
    });
  }

  /** Hold the response until the test passes it to the returned function. */
  defer(call: string): (reply: Reply) => void {
    let give: (reply: Reply) => void = () => {
      throw new Error(`${call} has not been asked`);
    };
    this.on(
      call,
      () =>
        new Promise((resolve) => {
          give = resolve;
        }),
    );
    return (reply) => {
      give(reply);
    };
  }

  writes(): string[] {
    return this.requests.filter(({ call }) => call.startsWith('post')).map(({ call }) => call);
  }

  /** The body of the last request of a call. */
  lastBody(call: string): unknown {
    return this.requests.findLast((request) => request.call === call)?.body;
  }

  /** The idempotency keys of a call's requests, in order. */
  keysOf(call: string): (string | null)[] {
    return this.#keys.filter((one) => one.call === call).map(({ key }) => key);
  }

  async #answer(url: string, { method = '', headers, body: text }: RequestInit): Promise<Response> {
    const call = `${method.toLowerCase()} ${url.replace('/api/', '')}`;
    const body: unknown = typeof text === 'string' ? JSON.parse(text) : undefined;
    this.requests.push({ call, body });
    this.#keys.push({ call, key: new Headers(headers).get('Idempotency-Key') });
    const reply = this.#replies.get(call);
    if (reply === undefined) throw new Error(`Nobody answers ${call}`);
    const answer = await reply(body);
    if (answer === CONNECTION_LOST) throw new TypeError('Failed to fetch');
    const [status, data, ownHeaders] = answer;
    return new Response(JSON.stringify(data), {
      status,
      headers: { Date: new Date().toUTCString(), 'X-Seatcast-Layout': LAYOUT, ...ownHeaders },
    });
  }
}
