import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type SubmitEvent } from 'react';

import { changeEmail, sendVerification } from '@/api/account';
import { toApiError } from '@/api/apiError';
import type { Me } from '@/api/types';
import { useAnnounce } from '@/components/announce';
import { Button } from '@/components/Button';
import { Field } from '@/components/Field';
import { FormError } from '@/features/account/FormError';
import { textField } from '@/features/account/textField';
import { t } from '@/i18n/language';
import { reloadSession } from '@/queries/session';

/** The user's email address: its status, another verification email, and changing it. */
export function EmailAddress({ me }: { readonly me: Me }) {
  const waiting = me.new_email === '' && !me.email_verified ? me.email : me.new_email;
  return (
    <section className="card" aria-labelledby="email-title">
      <h2 id="email-title" className="account__heading">
        {t('account:email_yours')}
      </h2>
      <p className="account__lead">{status(me)}</p>
      {waiting !== '' && <Resend address={waiting} />}
      <ChangeEmail me={me} />
    </section>
  );
}

function status({ email, email_verified, new_email }: Me): string {
  if (new_email !== '' && new_email !== email) {
    return t('account:email_waiting', { email: new_email });
  }
  if (email === '') return t('account:email_none');
  return email_verified
    ? t('account:email_verified', { email })
    : t('account:email_unverified', { email });
}

function Resend({ address }: { readonly address: string }) {
  const announce = useAnnounce();
  const send = useMutation({ mutationFn: sendVerification, retry: false });
  return (
    <>
      <FormError error={send.error === null ? null : toApiError(send.error)} />
      <Button
        busy={send.isPending}
        onClick={() => {
          send.mutate(undefined, {
            onSuccess: () => {
              announce(t('account:email_sent', { email: address }), 'good');
            },
          });
        }}
      >
        {t('account:email_resend')}
      </Button>
    </>
  );
}

function ChangeEmail({ me }: { readonly me: Me }) {
  const announce = useAnnounce();
  const queryClient = useQueryClient();
  const change = useMutation({
    mutationFn: changeEmail,
    retry: false,
    onSuccess: () => reloadSession(queryClient),
  });
  const error = change.error === null ? null : toApiError(change.error);

  function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    const fields = new FormData(form);
    const email = textField(fields, 'email');
    change.mutate(
      { email, password: textField(fields, 'password') },
      {
        onSuccess: () => {
          form.reset();
          announce(t('account:email_sent', { email }), 'good');
        },
      },
    );
  }

  return (
    <details className="account__more">
      <summary>{me.email === '' ? t('account:email_add') : t('account:email_change')}</summary>
      <form className="account__fields" onSubmit={submit}>
        <p className="account__lead">{t('account:email_changeNote')}</p>
        <input name="username" autoComplete="username" value={me.username} readOnly hidden />
        <Field
          label={t('account:email_new')}
          name="email"
          type="email"
          autoComplete="email"
          errors={error?.fields.get('email') ?? []}
          required
        />
        <Field
          label={t('account:email_password')}
          name="password"
          type="password"
          autoComplete="current-password"
          errors={error?.fields.get('password') ?? []}
          required
        />
        <FormError error={error} />
        <Button look="primary" type="submit" busy={change.isPending}>
          {t('account:email_sendLink')}
        </Button>
      </form>
    </details>
  );
}
