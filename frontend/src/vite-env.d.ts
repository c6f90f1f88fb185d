/// <reference types="vite/client" />

/** The release's version, such as `1.0.0`. */
declare const __VERSION__: string;

interface ImportMetaEnv {
  /** Of a client that is served from elsewhere: the origin of its server. */
  readonly VITE_API_URL?: string;
  /** `true`: its calls go to the page's own host, which forwards them to that server. */
  readonly VITE_API_FORWARDED?: string;
}
