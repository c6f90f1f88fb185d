import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from 'react-router';

import { confirmEmail } from '@/api/account';
import { toApiError } from '@/api/apiError';
import type { Me } from '@/api/types';
import { Message } from '@/components/Message';
import { SignInLink } from '@/components/SignInLink';
import { AccountForm } from '@/features/account/AccountForm';
import { Done } from '@/features/account/Done';
import { type MailedLink, useMailedLink } from '@/hooks/mailedLink';
import { t } from '@/i18n/language';
import { reloadSession, useMe } from '@/queries/session';

const ACCOUNT = '/account';

/**
 * The page of an email confirmation link, for who is signed in to the account that it is for: the
 * address may have been given by a stranger. It names the account. Confirming takes a click, since
 * mail scanners open links.
 */
export function ConfirmEmailPage() {
  const link = useMailedLink();
  const me = useMe();
  return (
    <>
      <title>{t('pageTitle', { page: t('account:confirm_title') })}</title>
      {link === null ? (
        <Incomplete />
      ) : me === undefined ? (
        <div className="cards" aria-busy="true" />
      ) : me === null ? (
        <SignInFirst />
      ) : (
        <Confirmation key={link.token} me={me} link={link} />
      )}
    </>
  );
}

function SignInFirst() {
  return (
    <Message title={t('account:confirm_signIn')} actions={<SignInLink />}>
      <p>{t('account:confirm_signInNote')}</p>
    </Message>
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

function Confirmation({ me, link }: { readonly me: Me; readonly link: MailedLink }) {
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
      lead={t('account:confirm_lead', { name: me.username })}
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
