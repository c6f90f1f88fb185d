import { messageForCode, messageForField } from '@/api/errorMessages';
import type { AdmittedSeat, ConflictReason } from '@/api/types';
import { t } from '@/i18n/language';

export interface Conflict {
  readonly seatId: number;
  readonly seatNumber: string;
  readonly reason: ConflictReason | 'unknown';
}

/** Free seats that the server offers instead of the requested ones. */
export interface Alternative {
  readonly seatIds: readonly number[];
  /** Total of all seats, as a decimal string. */
  readonly price: string;
}

/** The second-factor challenge that follows a correct password. */
export interface SecondStep {
  readonly challenge: string;
  readonly methods: readonly string[];
  /** WebAuthn request options; null if the user has no passkey. */
  readonly passkey: Readonly<Record<string, unknown>> | null;
}

interface ApiErrorParts {
  readonly message: string;
  readonly code: string;
  readonly status: number | null;
  readonly conflicts?: readonly Conflict[];
  readonly alternatives?: readonly Alternative[];
  readonly fields?: ReadonlyMap<string, readonly string[]>;
  readonly retryAfterSeconds?: number | null;
  readonly salesOpenAt?: string | null;
  readonly largestParty?: number | null;
  readonly entries?: readonly AdmittedSeat[];
  readonly requestId?: string | null;
  readonly secondStep?: SecondStep | null;
  readonly details?: Readonly<Record<string, unknown>>;
}

/**
 * The only error that API calls throw. `message` is in the user's language, or the server's own
 * text for a code unknown to this client. `code` is the server's error code, or `network`,
 * `timeout` or `unexpected` if there was no response.
 */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: string;
  /** HTTP status; null without a response. */
  readonly status: number | null;
  readonly conflicts: readonly Conflict[];
  readonly alternatives: readonly Alternative[];
  readonly fields: ReadonlyMap<string, readonly string[]>;
  readonly retryAfterSeconds: number | null;
  readonly salesOpenAt: string | null;
  /** Largest group that could still sit together. */
  readonly largestParty: number | null;
  /** Seats that were already admitted. */
  readonly entries: readonly AdmittedSeat[];
  /** The id under which the server logged the request. */
  readonly requestId: string | null;
  /** All fields of the server's response. */
  readonly details: Readonly<Record<string, unknown>>;
  /** Set when the password was correct and a second factor is required. */
  readonly secondStep: SecondStep | null;

  constructor(parts: ApiErrorParts, options?: ErrorOptions) {
    super(parts.message, options);
    this.code = parts.code;
    this.status = parts.status;
    this.conflicts = parts.conflicts ?? [];
    this.alternatives = parts.alternatives ?? [];
    this.fields = parts.fields ?? new Map();
    this.retryAfterSeconds = parts.retryAfterSeconds ?? null;
    this.salesOpenAt = parts.salesOpenAt ?? null;
    this.largestParty = parts.largestParty ?? null;
    this.entries = parts.entries ?? [];
    this.requestId = parts.requestId ?? null;
    this.secondStep = parts.secondStep ?? null;
    this.details = parts.details ?? {};
  }

  get isNotAuthenticated(): boolean {
    return this.code === 'not_authenticated';
  }

  get isServerError(): boolean {
    return this.status !== null && this.status >= 500;
  }

  /** Whether a retry with the same idempotency key may succeed. */
  get isTransient(): boolean {
    return (
      this.isOutcomeUnknown && (this.status === null || this.status === 503 || this.status === 502)
    );
  }

  /** Whether the same request is still being processed. */
  get isInFlight(): boolean {
    return this.code === 'idempotency_key_in_flight';
  }

  /**
   * Whether the request may have been carried out although no result arrived. A retry must then use
   * the same idempotency key; after any other error, it is a new request.
   */
  get isOutcomeUnknown(): boolean {
    if (this.isInFlight || this.status === null) return true;
    return this.status >= 500 && this.code !== 'payment_unavailable';
  }
}

export function toApiError(cause: unknown): ApiError {
  return cause instanceof ApiError ? cause : errorWithoutResponse('unexpected', cause);
}

export function errorWithoutResponse(
  code: 'unexpected' | 'timeout' | 'network',
  cause: unknown,
): ApiError {
  return new ApiError({ message: t(`errors:code_${code}`), code, status: null }, { cause });
}

/**
 * The error of a response with this status. `body` is its parsed JSON, and `retryAfter` its header
 * of that name.
 */
export function errorFromResponse(
  status: number,
  body: unknown,
  retryAfter: string | null,
): ApiError {
  const fields = isRecord(body) ? body : {};
  const code = typeof fields['code'] === 'string' ? fields['code'] : null;
  const serverMessage = typeof fields['error'] === 'string' ? fields['error'] : null;
  const retryAfterSeconds = seconds(retryAfter);
  const ownMessage = code === null ? null : messageForCode(code, fields, retryAfterSeconds);
  return new ApiError({
    status,
    details: fields,
    message: ownMessage ?? serverMessage ?? t('errors:code_unexpected'),
    code: code ?? 'unexpected',
    conflicts: Array.isArray(fields['conflicts']) ? fields['conflicts'].flatMap(parseConflict) : [],
    alternatives: Array.isArray(fields['alternatives'])
      ? fields['alternatives'].flatMap(parseAlternative)
      : [],
    fields: isRecord(fields['fields'])
      ? fieldErrors(fields['fields'], fields['field_codes'])
      : new Map(),
    retryAfterSeconds,
    salesOpenAt: typeof fields['sales_open_at'] === 'string' ? fields['sales_open_at'] : null,
    largestParty: typeof fields['largest'] === 'number' ? fields['largest'] : null,
    entries: Array.isArray(fields['entries']) ? fields['entries'].flatMap(parseEntry) : [],
    requestId: typeof fields['request_id'] === 'string' ? fields['request_id'] : null,
    secondStep: secondStep(fields),
  });
}

const REASONS: readonly string[] = [
  'locked',
  'reserved',
  'blocked',
  'not_held',
  'expired',
  'limit',
  'extension_limit',
  'cooldown',
  'ticket_type',
  'companion',
  'table',
  'orphan',
] satisfies ConflictReason[];

function parseConflict(entry: unknown): Conflict[] {
  if (!isRecord(entry)) return [];
  const { seat_id: seatId, seat_number: seatNumber, reason } = entry;
  if (typeof seatId !== 'number' || typeof seatNumber !== 'string') return [];
  return [{ seatId, seatNumber, reason: isReason(reason) ? reason : 'unknown' }];
}

function parseAlternative(entry: unknown): Alternative[] {
  if (!isRecord(entry)) return [];
  const { seat_ids: seatIds, price } = entry;
  return isListOf(seatIds, 'number') && typeof price === 'string' ? [{ seatIds, price }] : [];
}

function parseEntry(entry: unknown): AdmittedSeat[] {
  if (!isRecord(entry)) return [];
  const { seat_id: seatId, seat_number: seatNumber, at, gate } = entry;
  if (typeof seatId !== 'number' || typeof seatNumber !== 'string') return [];
  if (typeof at !== 'string' || typeof gate !== 'string') return [];
  return [{ seat_id: seatId, seat_number: seatNumber, at, gate }];
}

function secondStep({ challenge, methods, passkey }: Readonly<Record<string, unknown>>) {
  if (typeof challenge !== 'string' || !isListOf(methods, 'string')) return null;
  return { challenge, methods, passkey: isRecord(passkey) ? passkey : null };
}

interface TypesByName {
  readonly number: number;
  readonly string: string;
}

function isListOf<Name extends keyof TypesByName>(
  value: unknown,
  type: Name,
): value is readonly TypesByName[Name][] {
  return Array.isArray(value) && value.length > 0 && value.every((entry) => typeof entry === type);
}

function isReason(value: unknown): value is ConflictReason {
  return typeof value === 'string' && REASONS.includes(value);
}

function fieldErrors(fields: Readonly<Record<string, unknown>>, codes: unknown) {
  return new Map(
    Object.entries(fields).map(([name, sentences]) => {
      const codesHere = listIn(isRecord(codes) ? codes[name] : undefined);
      // A place in a body is named like `ticket_types.0.name`.
      const field = name.slice(name.lastIndexOf('.') + 1);
      const messages = listIn(sentences).map(
        (sentence, place) => messageForField(field, String(codesHere[place])) ?? String(sentence),
      );
      return [name, messages];
    }),
  );
}

function listIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

function seconds(retryAfter: string | null): number | null {
  const value = Number(retryAfter);
  return retryAfter !== null && Number.isFinite(value) ? value : null;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
