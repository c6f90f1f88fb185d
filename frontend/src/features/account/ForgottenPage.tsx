import { useMutation } from '@tanstack/react-query';
import { Link, useLocation, useSearchParams } from 'react-router';

import { requestPasswordReset } from '@/api/account';
import { toApiError } from '@/api/apiError';
import { Field } from '@/components/Field';
import { AccountForm } from '@/features/account/AccountForm';
import { Done } from '@/features/account/Done';
import { textField } from '@/features/account/textField';
import { t } from '@/i18n/language';
import { returnPath, withReturn } from '@/paths';

export function ForgottenPage() {
  const [search] = useSearchParams();
  const ask = useMutation({ mutationFn: requestPasswordReset });
  const error = ask.error === null ? null : toApiError(ask.error);
  const state: unknown = useLocation().state;
  const back = withReturn('/sign-in', returnPath(search));

  if (ask.isSuccess) {
    return (
      <Done title={t('account:forgotten_done')}>
        <title>{t('pageTitle', { page: t('account:forgotten_title') })}</title>
        <p className="account__lead">{t('account:forgotten_doneNote', { email: ask.variables })}</p>
        <p className="account__lead">{t('account:forgotten_doneElse')}</p>
        <Link className="button button--quiet" to={back} state={state}>
          {t('account:backToSignIn')}
        </Link>
      </Done>
    );
  }
  return (
    <AccountForm
      title={t('account:forgotten_title')}
      lead={t('account:forgotten_lead')}
      submitLabel={t('account:forgotten_send')}
      busy={ask.isPending}
      error={error}
      onSubmit={(fields) => {
        ask.mutate(textField(fields, 'email'));
      }}
      footer={
        <Link to={back} state={state}>
          {t('account:backToSignIn')}
        </Link>
      }
    >
      <title>{t('pageTitle', { page: t('account:forgotten_title') })}</title>
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
