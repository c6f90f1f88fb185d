import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import { Link, useLocation, useNavigate } from 'react-router';

import { Message } from '@/components/Message';
import { AccountForm } from '@/features/account/AccountForm';
import { Done } from '@/features/account/Done';
import { NewPasswordField } from '@/features/account/NewPasswordField';
import { type ResetLink, resetLinkIn } from '@/features/account/resetLink';
import { textField } from '@/features/account/textField';
import { resetPassword } from '@/lib/api/account';
import { toApiError } from '@/lib/api/apiError';
import { t } from '@/lib/i18n/language';

const FORGOTTEN = '/password/forgotten';

export function ResetPage() {
  const link = useResetLink();
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
  readonly link: ResetLink;
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

/**
 * What the link says, which is taken off the address at once: whoever looks at the screen, the
 * history or a bookmark later finds no key to the account. It is forgotten with the page.
 */
function useResetLink(): ResetLink | null {
  const { hash, pathname } = useLocation();
  const navigate = useNavigate();
  const [link, setLink] = useState(() => resetLinkIn(hash));
  const [readHash, setReadHash] = useState(hash);
  if (hash !== readHash) {
    setReadHash(hash);
    if (hash !== '') setLink(resetLinkIn(hash));
  }
  useEffect(() => {
    if (hash !== '') void navigate(pathname, { replace: true });
  }, [hash, pathname, navigate]);
  return link;
}
