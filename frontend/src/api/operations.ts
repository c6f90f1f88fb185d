import type { paths } from '@/api/schema';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** Paths of the API schema that have an operation for a method. */
type PathOf<M extends Method> = {
  [P in keyof paths]: paths[P][M] extends object ? P : never;
}[keyof paths];

/** `/api/events/{event_id}/` as the client writes it: `events/${string}/`. */
type Filled<Path> = Path extends `/api/${infer Rest}`
  ? Filled<Rest>
  : Path extends `${infer Head}{${string}}${infer Tail}`
    ? `${Head}${string}${Filled<Tail>}`
    : Path;

export type UrlOf<M extends Method> = Filled<PathOf<M>>;

type Segments<Url> = Url extends `${infer Head}/${infer Tail}` ? [Head, ...Segments<Tail>] : [Url];

/** Compares segment by segment, because `${string}` alone also matches slashes. */
type Matches<Url, Path> = Url extends [infer Given, ...infer More]
  ? Path extends [infer Wanted, ...infer Rest]
    ? Given extends Wanted
      ? Matches<More, Rest>
      : false
    : false
  : Path extends []
    ? true
    : false;

/** The operation at a URL, never if the schema has none. */
type Operation<M extends Method, Url> = {
  [P in PathOf<M>]: Matches<Segments<Url>, Segments<Filled<P>>> extends true ? paths[P][M] : never;
}[PathOf<M>];

type JsonOf<Message> = [Message] extends [never]
  ? undefined
  : Message extends { content: { 'application/json': infer Json } }
    ? Json
    : undefined;

type Immutable<T> = T extends object ? { readonly [K in keyof T]: Immutable<T[K]> } : T;

type AnswerOf<Operation> = Operation extends { responses: infer Responses }
  ? JsonOf<Responses[Extract<keyof Responses, 200 | 201 | 202 | 204>]>
  : never;

type BodyOf<Operation> = Operation extends { requestBody?: infer Request }
  ? Immutable<JsonOf<NonNullable<Request>>>
  : never;

/** The JSON of a successful response: undefined without a body, never at an unknown URL. */
export type AnswerAt<M extends Method, Url> = AnswerOf<Operation<M, Url>>;

/** The JSON body of a request: undefined if there is none, never at an unknown URL. */
export type BodyAt<M extends Method, Url> = BodyOf<Operation<M, Url>>;
