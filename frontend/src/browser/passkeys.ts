type Options = Readonly<Record<string, unknown>>;

/** No passkey support, cancelled by the user, or the wrong host. */
export class NoPasskey extends Error {
  override readonly name = 'NoPasskey';
}

/** Whether this browser can create and use passkeys for `host` on this page. */
export function canUsePasskeys(host: string): boolean {
  const isThere = location.hostname === host || location.hostname.endsWith(`.${host}`);
  return (
    isThere &&
    'PublicKeyCredential' in window &&
    'parseCreationOptionsFromJSON' in PublicKeyCredential
  );
}

/** Create a passkey. Throws NoPasskey. */
export function makePasskey(options: Options): Promise<Record<string, unknown>> {
  return asked(() => {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(
      options as unknown as PublicKeyCredentialCreationOptionsJSON,
    );
    return navigator.credentials.create({ publicKey });
  });
}

/** Sign in with a passkey. Throws NoPasskey. */
export function presentPasskey(options: Options): Promise<Record<string, unknown>> {
  return asked(() => {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(
      options as unknown as PublicKeyCredentialRequestOptionsJSON,
    );
    return navigator.credentials.get({ publicKey });
  });
}

async function asked(ask: () => Promise<Credential | null>): Promise<Record<string, unknown>> {
  try {
    const credential = await ask();
    if (credential instanceof PublicKeyCredential) {
      return { ...credential.toJSON() };
    }
  } catch (cause) {
    throw new NoPasskey('The browser gave no passkey', { cause });
  }
  throw new NoPasskey('The browser gave no passkey');
}
