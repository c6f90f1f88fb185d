import { AxiosError, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';

import { http } from '@/lib/api/client';
import { LAYOUT } from '@/testing/factories';

export interface Asked {
  readonly call: string;
  readonly body: unknown;
}

type Reply = readonly [status: number, body: unknown];

/** Stands in for the server behind the HTTP client: `replies` is keyed by "method path". */
export class FakeServer {
  readonly asked: Asked[] = [];
  readonly #replies = new Map<string, (body: unknown) => Reply | Promise<Reply>>();

  constructor() {
    document.cookie = 'csrftoken=known';
    http.defaults.adapter = (config) => this.#answer(config);
    this.on('get me/', [401, { error: 'Sign in first.', code: 'not_authenticated' }]);
  }

  on(call: string, reply: Reply | ((body: unknown) => Reply | Promise<Reply>)): void {
    this.#replies.set(call, typeof reply === 'function' ? reply : () => reply);
  }

  /** The answer waits until the test gives it. */
  onHold(call: string): (reply: Reply) => void {
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
    return this.asked.filter(({ call }) => call.startsWith('post')).map(({ call }) => call);
  }

  async #answer(config: InternalAxiosRequestConfig): Promise<AxiosResponse> {
    const call = `${config.method ?? ''} ${config.url ?? ''}`;
    const body: unknown = typeof config.data === 'string' ? JSON.parse(config.data) : undefined;
    this.asked.push({ call, body });
    const reply = this.#replies.get(call);
    if (reply === undefined) throw new Error(`Nobody answers ${call}`);
    const [status, data] = await reply(body);
    const headers = { 'x-seatcast-layout': LAYOUT };
    const response: AxiosResponse = { status, data, statusText: '', headers, config };
    if (status < 400) return response;
    throw new AxiosError('refused', undefined, config, undefined, response);
  }
}
