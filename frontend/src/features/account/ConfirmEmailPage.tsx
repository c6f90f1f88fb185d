import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from 'react-router';

import { confirmEmail } from '@/api/account';
import { toApiError } from '@/api/apiError';
import { Message } from '@/components/Message';
import { AccountForm } from '@/features/account/AccountForm';
import { Done } from '@/features/account/Done';
import { type MailedLink, useMailedLink } from '@/hooks/mailedLink';
import { t } from '@/i18n/language';
import { reloadSession } from '@/queries/session';

import '@/i18n/loadAccountMessages';

const ACCOUNT = '/account';

/**
 * The page of an email confirmation link. Confirming takes a click, since mail scanners open links.
 */
export function ConfirmEmailPage() {
  const link = useMailedLink();
  return (
    <>
      <title>{t('pageTitle', { page: t('account:confirm_title') })}</title>
      {link === null ? <Incomplete /> : <Confirmation key={link.token} link={link} />}
    </>
  );
}

function Incomplete() {
  return (
    <Message
      title={t('account:reset_incomplete')}
      actions={
        <Link className="button button--primary" to={ACCOUNT}>
          {t('account:yours')}
        </Link>
      }
    >
      <p>{t('account:confirm_incompleteNote')}</p>
    </Message>
  );
}

function Confirmation({ link }: { readonly link: MailedLink }) {
  const queryClient = useQueryClient();
  const confirm = useMutation({
    mutationFn: confirmEmail,
    retry: false,
    onSuccess: () => reloadSession(queryClient),
  });

  if (confirm.isSuccess) {
    return (
      <Done title={t('account:confirm_done')}>
        <p className="account__lead">{t('account:confirm_doneNote')}</p>
        <Link className="button button--primary" to="/">
          {t('account:confirm_toEvents')}
        </Link>
      </Done>
    );
  }
  return (
    <AccountForm
      title={t('account:confirm_title')}
      lead={t('account:confirm_lead')}
      submitLabel={t('account:confirm')}
      busy={confirm.isPending}
      error={confirm.error === null ? null : toApiError(confirm.error)}
      onSubmit={() => {
        confirm.mutate(link);
      }}
      footer={<Link to={ACCOUNT}>{t('account:confirm_another')}</Link>}
    >
      {null}
    </AccountForm>
  );
}
