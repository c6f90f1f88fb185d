import { useMutation } from '@tanstack/react-query';
import { Link } from 'react-router';

import { requestGuestLinks } from '@/api/account';
import { toApiError } from '@/api/apiError';
import { Field } from '@/components/Field';
import { AccountForm } from '@/features/account/AccountForm';
import { Done } from '@/features/account/Done';
import { textField } from '@/features/account/textField';
import { t } from '@/i18n/language';

/** Have the links to the bookings of a guest mailed once more. */
export function GuestLinkPage() {
  const ask = useMutation({ mutationFn: requestGuestLinks, retry: false });
  const error = ask.error === null ? null : toApiError(ask.error);
  const title = t('account:guest_linkTitle');
  if (ask.isSuccess) {
    return (
      <Done title={t('account:forgotten_done')}>
        <title>{t('pageTitle', { page: title })}</title>
        <p className="account__lead">{t('account:guest_linkDone', { email: ask.variables })}</p>
        <Link className="button button--quiet" to="/">
          {t('account:confirm_toEvents')}
        </Link>
      </Done>
    );
  }
  return (
    <AccountForm
      title={title}
      lead={t('account:guest_linkLead')}
      submitLabel={t('account:forgotten_send')}
      busy={ask.isPending}
      error={error}
      onSubmit={(fields) => {
        ask.mutate(textField(fields, 'email'));
      }}
      footer={<Link to="/sign-in">{t('account:backToSignIn')}</Link>}
    >
      <title>{t('pageTitle', { page: title })}</title>
      <Field
        label={t('account:email_yours')}
        name="email"
        type="email"
        autoComplete="email"
        errors={error?.fields.get('email') ?? []}
        required
      />
    </AccountForm>
  );
}
