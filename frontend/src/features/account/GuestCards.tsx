import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type SubmitEvent } from 'react';

import { correctGuest, makeAccount } from '@/api/account';
import { toApiError } from '@/api/apiError';
import type { Me } from '@/api/types';
import { useAnnounce } from '@/components/announce';
import { Button } from '@/components/Button';
import { Field } from '@/components/Field';
import { FormError } from '@/features/account/FormError';
import { GuestFields } from '@/features/account/GuestFields';
import { NewPasswordField } from '@/features/account/NewPasswordField';
import { textField } from '@/features/account/textField';
import { t } from '@/i18n/language';
import { reloadSession } from '@/queries/session';

/** The guest's name and address, and making an account of them. */
export function GuestCards({ me }: { readonly me: Me }) {
  return (
    <>
      <MakeAccount />
      <Details me={me} />
    </>
  );
}

function MakeAccount() {
  const announce = useAnnounce();
  const queryClient = useQueryClient();
  const make = useMutation({
    mutationFn: makeAccount,
    retry: false,
    onSuccess: () => {
      announce(t('account:guest_made'), 'good');
      return reloadSession(queryClient);
    },
  });
  const error = make.error === null ? null : toApiError(make.error);

  function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    make.mutate({
      username: textField(fields, 'username'),
      password: textField(fields, 'password'),
    });
  }

  return (
    <form className="card" onSubmit={submit}>
      <h2 className="account__heading">{t('account:guest_make')}</h2>
      <p className="account__lead">{t('account:guest_makeLead')}</p>
      <Field
        label={t('account:username')}
        name="username"
        autoComplete="username"
        autoCapitalize="none"
        maxLength={150}
        errors={error?.fields.get('username') ?? []}
        required
      />
      <NewPasswordField label={t('account:password')} error={error} />
      <FormError error={error} />
      <Button look="primary" type="submit" busy={make.isPending}>
        {t('account:createAccount')}
      </Button>
    </form>
  );
}

function Details({ me }: { readonly me: Me }) {
  const announce = useAnnounce();
  const queryClient = useQueryClient();
  const correct = useMutation({
    mutationFn: correctGuest,
    retry: false,
    onSuccess: () => {
      announce(t('account:guest_saved'), 'good');
      return reloadSession(queryClient);
    },
  });
  const error = correct.error === null ? null : toApiError(correct.error);

  function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    correct.mutate({ name: textField(fields, 'name'), email: textField(fields, 'email') });
  }

  return (
    <form className="card" onSubmit={submit}>
      <h2 className="account__heading">{t('account:guest_details')}</h2>
      <GuestFields error={error} me={me} />
      <FormError error={error} />
      <Button type="submit" busy={correct.isPending}>
        {t('account:guest_save')}
      </Button>
    </form>
  );
}
