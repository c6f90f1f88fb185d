import { get, patch, post, remove, tokens } from '@/api/client';
import type {
  FactorAdded,
  NewPasskey,
  PasskeyOptions,
  SecondFactor,
  Session,
  TotpSecret,
} from '@/api/types';

export async function fetchSecondFactor(signal: AbortSignal): Promise<SecondFactor> {
  return (await get('second-factor/', { signal })).body;
}

export function beginTotp(password: string): Promise<TotpSecret> {
  return post('second-factor/totp/', { password });
}

/** Return the recovery codes that come with the first factor, else none. */
export async function confirmTotp(code: string): Promise<readonly string[]> {
  return codesOf(await post('second-factor/totp/confirm/', { code }));
}

export async function removeTotp(password: string): Promise<void> {
  await post('second-factor/totp/remove/', { password });
}

export function passkeyOptions(password: string): Promise<PasskeyOptions> {
  return post('second-factor/passkeys/options/', { password });
}

/** Like `confirmTotp`. */
export async function addPasskey(passkey: NewPasskey): Promise<readonly string[]> {
  return codesOf(await post('second-factor/passkeys/', passkey));
}

export async function renamePasskey(id: number, name: string): Promise<void> {
  await patch(`second-factor/passkeys/${id}/`, { name });
}

export async function removePasskey(id: number, password: string): Promise<void> {
  await post(`second-factor/passkeys/${id}/remove/`, { password });
}

export async function renewRecoveryCodes(password: string): Promise<readonly string[]> {
  const answer = await post('second-factor/recovery-codes/', { password });
  return answer.recovery_codes;
}

export async function fetchSessions(signal: AbortSignal): Promise<readonly Session[]> {
  return (await get('sessions/', { signal })).body;
}

export async function endSession(id: string): Promise<void> {
  await remove(`sessions/${encodeURIComponent(id)}/`);
}

/** Adding the first factor ends the previous tokens, so store the new pair. */
function codesOf({ access, refresh, recovery_codes }: FactorAdded): readonly string[] {
  if (access !== undefined && refresh !== undefined) tokens?.save({ access, refresh });
  return recovery_codes ?? [];
}
