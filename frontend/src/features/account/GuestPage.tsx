import { Link, Navigate, useLocation, useSearchParams } from 'react-router';

import { toApiError } from '@/api/apiError';
import { Message } from '@/components/Message';
import { Trans } from '@/components/Trans';
import { AccountForm } from '@/features/account/AccountForm';
import { GuestFields } from '@/features/account/GuestFields';
import { textField } from '@/features/account/textField';
import { type MailedLink, useMailedLink } from '@/hooks/mailedLink';
import { t } from '@/i18n/language';
import { returnPath, withReturn } from '@/paths';
import { useReturnAsGuest, useStartAsGuest } from '@/queries/account';
import { useMe } from '@/queries/session';

/** Begin to buy without an account or, with the link of a mail, come back to one's bookings. */
export function GuestPage() {
  const link = useMailedLink();
  return link === null ? <Start /> : <Return key={link.token} link={link} />;
}

function Start() {
  const [search] = useSearchParams();
  const next = returnPath(search);
  const state: unknown = useLocation().state;
  const me = useMe();
  const start = useStartAsGuest();
  if (me !== null && me !== undefined) return <Navigate to={next} state={state} replace />;

  const error = start.error === null ? null : toApiError(start.error);
  return (
    <AccountForm
      title={t('account:guest_title')}
      lead={t('account:guest_lead')}
      submitLabel={t('account:guest_continue')}
      busy={start.isPending}
      error={error}
      onSubmit={(fields) => {
        start.mutate({ name: textField(fields, 'name'), email: textField(fields, 'email') });
      }}
      footer={
        <Trans
          i18nKey="account:guest_elsewhere"
          parts={{
            signIn: (
              <Link to={withReturn('/sign-in', next)} state={state}>
                {t('account:signIn')}
              </Link>
            ),
            lostLink: <Link to="/guest/link">{t('account:guest_lostLink')}</Link>,
          }}
        />
      }
    >
      <title>{t('pageTitle', { page: t('account:guest_title') })}</title>
      <GuestFields error={error} />
    </AccountForm>
  );
}

/** Coming back takes a click, since mail scanners open links, and it may end another session. */
function Return({ link }: { readonly link: MailedLink }) {
  const [search] = useSearchParams();
  const asked = returnPath(search);
  const next = asked === '/' ? '/reservations' : asked;
  const me = useMe();
  const comeBack = useReturnAsGuest();
  if (comeBack.isSuccess) return <Navigate to={next} replace />;
  if (comeBack.error !== null && toApiError(comeBack.error).code === 'invalid_link') {
    return (
      <Message
        title={t('account:guest_badLink')}
        actions={
          <>
            <Link className="button button--primary" to={withReturn('/sign-in', next)}>
              {t('account:signIn')}
            </Link>
            <Link className="button" to="/guest/link">
              {t('account:guest_lostLink')}
            </Link>
          </>
        }
      >
        <p>{t('account:guest_badLinkNote')}</p>
      </Message>
    );
  }
  const isOther = me !== null && me !== undefined && !me.is_guest;
  return (
    <AccountForm
      title={t('account:guest_return')}
      lead={
        isOther
          ? t('account:guest_returnOther', { name: me.username })
          : t('account:guest_returnLead')
      }
      submitLabel={t('account:guest_open')}
      busy={comeBack.isPending}
      error={comeBack.error === null ? null : toApiError(comeBack.error)}
      onSubmit={() => {
        comeBack.mutate(link);
      }}
      footer={isOther && <Link to="/reservations">{t('account:guest_stay')}</Link>}
    >
      <title>{t('pageTitle', { page: t('account:guest_return') })}</title>
    </AccountForm>
  );
}
