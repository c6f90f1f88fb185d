import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';

import { ApiError, toApiError, type SecondStep } from '@/api/apiError';
import { presentPasskey } from '@/browser/passkeys';
import { Button } from '@/components/Button';
import { Field } from '@/components/Field';
import { AccountForm } from '@/features/account/AccountForm';
import { textField } from '@/features/account/textField';
import { t } from '@/i18n/language';
import { useSecondStep } from '@/queries/account';

import './security.css';

type Method = 'passkey' | 'totp' | 'recovery_code';

const METHODS: readonly Method[] = ['passkey', 'totp', 'recovery_code'];

interface SecondStepFormProps {
  readonly step: SecondStep;
  readonly onRestart: () => void;
}

/** The second factor after the password. */
export function SecondStepForm({ step, onRestart }: SecondStepFormProps) {
  const known = METHODS.filter((one) => step.methods.includes(one));
  const [method, setMethod] = useState<Method>(known[0] ?? 'recovery_code');
  const take = useSecondStep();
  const present = useMutation({ mutationFn: presentPasskey, retry: false });
  const { challenge } = step;
  const error = take.error ?? present.error;

  function submit(fields: FormData) {
    if (method !== 'passkey') {
      take.mutate({ challenge, method, code: textField(fields, 'code') });
      return;
    }
    take.reset();
    present.mutate(step.passkey ?? {}, {
      onSuccess: (credential) => {
        take.mutate({ challenge, method, credential });
      },
    });
  }

  return (
    <AccountForm
      title={t('security:step_title')}
      lead={LEADS[method]()}
      submitLabel={method === 'passkey' ? t('security:step_passkey') : t('account:signIn')}
      busy={take.isPending || present.isPending}
      error={error === null ? null : sentenceOf(error)}
      onSubmit={submit}
      footer={
        <Button look="plain" onClick={onRestart}>
          {t('security:step_restart')}
        </Button>
      }
    >
      <title>{t('pageTitle', { page: t('security:step_title') })}</title>
      {method !== 'passkey' && (
        <Field
          key={method}
          label={method === 'totp' ? t('security:app_code') : t('security:step_code')}
          name="code"
          inputMode={method === 'totp' ? 'numeric' : 'text'}
          autoComplete="one-time-code"
          autoCapitalize="none"
          maxLength={60}
          autoFocus
          required
        />
      )}
      {known
        .filter((one) => one !== method)
        .map((other) => (
          <Button
            key={other}
            look="plain"
            onClick={() => {
              take.reset();
              present.reset();
              setMethod(other);
            }}
          >
            {CHOICES[other]()}
          </Button>
        ))}
    </AccountForm>
  );
}

const LEADS: Readonly<Record<Method, () => string>> = {
  passkey: () => t('security:step_leadPasskey'),
  totp: () => t('security:step_leadApp'),
  recovery_code: () => t('security:step_leadCode'),
};

const CHOICES: Readonly<Record<Method, () => string>> = {
  passkey: () => t('security:step_passkey'),
  totp: () => t('security:step_app'),
  recovery_code: () => t('security:step_recovery'),
};

/** Replace the browser's passkey error by our own message. */
function sentenceOf(error: Error): ApiError {
  if (error.name !== 'NoPasskey') return toApiError(error);
  return new ApiError({
    message: t('security:passkey_failed'),
    code: 'no_passkey',
    status: null,
  });
}
