import { useMutation } from '@tanstack/react-query';
import { type ReactNode } from 'react';
import { Link } from 'react-router';

import { resetPassword } from '@/api/account';
import { toApiError } from '@/api/apiError';
import { Message } from '@/components/Message';
import { AccountForm } from '@/features/account/AccountForm';
import { Done } from '@/features/account/Done';
import { type MailedLink, useMailedLink } from '@/hooks/mailedLink';
import { NewPasswordField } from '@/features/account/NewPasswordField';
import { textField } from '@/features/account/textField';
import { t } from '@/i18n/language';

const FORGOTTEN = '/password/forgotten';

export function ResetPage() {
  const link = useMailedLink();
  const title = <title>{t('pageTitle', { page: t('account:reset_title') })}</title>;
  if (link !== null) return <ResetForm key={link.token} link={link} title={title} />;
  return (
    <Message
      title={t('account:reset_incomplete')}
      actions={
        <Link className="button button--primary" to={FORGOTTEN}>
          {t('account:reset_another')}
        </Link>
      }
    >
      {title}
      <p>{t('account:reset_incompleteNote')}</p>
    </Message>
  );
}

interface ResetFormProps {
  readonly link: MailedLink;
  readonly title: ReactNode;
}

function ResetForm({ link, title }: ResetFormProps) {
  const reset = useMutation({ mutationFn: resetPassword, retry: false });
  const error = reset.error === null ? null : toApiError(reset.error);

  if (reset.isSuccess) {
    return (
      <Done title={t('account:reset_done')}>
        {title}
        <p className="account__lead">{t('account:reset_doneNote')}</p>
        <Link className="button button--primary" to="/sign-in">
          {t('account:signIn')}
        </Link>
      </Done>
    );
  }
  return (
    <AccountForm
      title={t('account:reset_title')}
      lead={t('account:reset_lead')}
      submitLabel={t('account:reset_save')}
      busy={reset.isPending}
      error={error}
      onSubmit={(fields) => {
        reset.mutate({ ...link, password: textField(fields, 'password') });
      }}
      footer={<Link to={FORGOTTEN}>{t('account:reset_another')}</Link>}
    >
      {title}
      <NewPasswordField label={t('account:password_new')} error={error} />
    </AccountForm>
  );
}
