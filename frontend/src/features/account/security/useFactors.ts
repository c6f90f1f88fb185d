import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { toApiError, type ApiError } from '@/api/apiError';
import {
  addPasskey,
  beginTotp,
  passkeyOptions,
  removePasskey,
  removeTotp,
  renamePasskey,
  renewRecoveryCodes,
} from '@/api/secondFactor';
import type { Passkey, PasskeyOptions, TotpSecret } from '@/api/types';
import { makePasskey } from '@/browser/passkeys';
import { useAnnounce } from '@/components/announce';
import { t } from '@/i18n/language';
import { secondFactorQuery, sessionsQuery } from '@/queries/security';
import { meQuery } from '@/queries/session';

/** The current dialog. */
export type Step =
  | { readonly kind: 'idle' }
  | { readonly kind: 'add app' }
  | { readonly kind: 'confirm app'; readonly secret: TotpSecret }
  | { readonly kind: 'remove app' }
  | { readonly kind: 'add passkey' }
  | { readonly kind: 'name passkey'; readonly options: PasskeyOptions }
  | { readonly kind: 'rename passkey'; readonly passkey: Passkey }
  | { readonly kind: 'remove passkey'; readonly passkey: Passkey }
  | { readonly kind: 'renew codes' }
  | { readonly kind: 'show codes'; readonly codes: readonly string[] };

const IDLE: Step = { kind: 'idle' };

interface Factors {
  readonly step: Step;
  readonly error: ApiError | null;
  readonly busy: boolean;
  readonly start: (step: Step) => void;
  readonly cancel: () => void;
  /** Continue with the entered password or name. */
  readonly submit: (input: string) => void;
  /** A factor was added, with these recovery codes. */
  readonly added: (codes: readonly string[]) => void;
}

/** State machine of the second-factor dialogs. */
export function useFactors(): Factors {
  const queryClient = useQueryClient();
  const announce = useAnnounce();
  const [step, setStep] = useState<Step>(IDLE);
  const change = useMutation({
    mutationFn: (input: string) => nextStep(step, input),
    retry: false,
    onSuccess: async (next) => {
      if (next.kind === 'idle' && step.kind.startsWith('remove')) {
        announce(t('security:removed'), 'good');
      }
      setStep(next);
      await refetch();
    },
  });

  async function refetch() {
    await Promise.all(
      [meQuery, secondFactorQuery, sessionsQuery].map(({ queryKey }) =>
        queryClient.invalidateQueries({ queryKey }),
      ),
    );
  }

  return {
    step,
    error: change.error === null ? null : toApiError(change.error),
    busy: change.isPending,
    start: (next) => {
      change.reset();
      setStep(next);
    },
    cancel: () => {
      setStep(IDLE);
    },
    submit: (input) => {
      change.mutate(input);
    },
    added: (codes) => {
      setStep(codes.length > 0 ? { kind: 'show codes', codes } : IDLE);
      void refetch();
    },
  };
}

async function nextStep(step: Step, input: string): Promise<Step> {
  switch (step.kind) {
    case 'add app':
      return { kind: 'confirm app', secret: await beginTotp(input) };
    case 'remove app':
      await removeTotp(input);
      return IDLE;
    case 'add passkey':
      return { kind: 'name passkey', options: await passkeyOptions(input) };
    case 'name passkey': {
      const { challenge, options } = step.options;
      const credential = await makePasskey(options);
      const codes = await addPasskey({ challenge, credential, name: input });
      return codes.length > 0 ? { kind: 'show codes', codes } : IDLE;
    }
    case 'rename passkey':
      await renamePasskey(step.passkey.id, input);
      return IDLE;
    case 'remove passkey':
      await removePasskey(step.passkey.id, input);
      return IDLE;
    case 'renew codes':
      return { kind: 'show codes', codes: await renewRecoveryCodes(input) };
    case 'idle':
    case 'confirm app':
    case 'show codes':
      return IDLE;
  }
}
