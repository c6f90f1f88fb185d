import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from 'react-router';

import { toApiError } from '@/api/apiError';
import { acceptInvitation } from '@/api/organisations';
import type { InvitationOffer, Me } from '@/api/types';
import { useAnnounce } from '@/components/announce';
import { Button } from '@/components/Button';
import { Message } from '@/components/Message';
import { SignInLink } from '@/components/SignInLink';
import { useMailedToken } from '@/hooks/mailedLink';
import { ErrorNote } from '@/features/organise/ErrorNote';
import { LoadingSale } from '@/features/organise/LoadingSale';
import { roleDuty, roleName } from '@/features/organise/roles';
import { t } from '@/i18n/language';
import { organisationPath, SALES_PATH } from '@/paths';
import { invitationQuery, ORGANISATIONS_KEY } from '@/queries/organisations';
import { reloadSession, useMe } from '@/queries/session';

import '@/components/dialog.css';

/**
 * The page of a mailed invitation. It says which account would accept; accepting takes a click,
 * since mail scanners open links.
 */
export function InvitationPage() {
  const token = useMailedToken();
  const me = useMe();
  return (
    <>
      <title>{t('pageTitle', { page: t('organisations:invitation') })}</title>
      {me === undefined ? (
        <LoadingSale />
      ) : me === null ? (
        <Message title={t('organisations:invitation_signIn')} actions={<SignInLink />}>
          <p>{t('organisations:invitation_signInNote')}</p>
        </Message>
      ) : token === null ? (
        <Message title={t('organisations:invitation_incomplete')} actions={<Home />}>
          <p>{t('organisations:invitation_incompleteNote')}</p>
        </Message>
      ) : (
        <Offer key={`${token} ${me.user_id}`} me={me} token={token} />
      )}
    </>
  );
}

function Home() {
  return (
    <Link className="button button--primary" to={SALES_PATH}>
      {t('organisations:allOrganisations')}
    </Link>
  );
}

function Offer({ me, token }: { readonly me: Me; readonly token: string }) {
  const { data: offer, error } = useQuery(invitationQuery(token, me.user_id));
  if (error !== null) {
    return (
      <Message title={t('organisations:invitation_refused')} actions={<Home />}>
        <p>{toApiError(error).message}</p>
      </Message>
    );
  }
  return offer === undefined ? <LoadingSale /> : <Question me={me} token={token} offer={offer} />;
}

interface QuestionProps {
  readonly me: Me;
  readonly token: string;
  readonly offer: InvitationOffer;
}

function Question({ me, token, offer }: QuestionProps) {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const announce = useAnnounce();
  const accept = useMutation({
    mutationFn: () => acceptInvitation(token),
    retry: false,
    onSuccess: async ({ id, name }) => {
      await Promise.all([
        reloadSession(queryClient),
        queryClient.invalidateQueries({ queryKey: ORGANISATIONS_KEY }),
      ]);
      announce(t('organisations:invitation_accepted', { organisation: name }), 'good');
      await navigate(organisationPath(id), { replace: true });
    },
  });
  const role = roleName(offer.role);
  return (
    <Message
      title={t('organisations:invitation_title', { organisation: offer.organisation })}
      actions={
        <>
          <Button
            look="primary"
            busy={accept.isPending}
            onClick={() => {
              accept.mutate();
            }}
          >
            {t('organisations:invitation_accept', { name: me.username })}
          </Button>
          <Link className="button button--quiet" to="/">
            {t('organisations:invitation_decline')}
          </Link>
        </>
      }
    >
      <p>
        {t('organisations:invitation_role', { role })} {roleDuty(offer.role)}.
      </p>
      <p>{t('organisations:invitation_as', { name: me.username })}</p>
      <ErrorNote error={accept.error} />
    </Message>
  );
}
