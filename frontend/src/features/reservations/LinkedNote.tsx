import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useLocation, useNavigate } from 'react-router';

import { toApiError } from '@/api/apiError';
import { takeOver } from '@/api/reservations';
import type { Reservation } from '@/api/types';
import { useAnnounce } from '@/components/announce';
import { Button } from '@/components/Button';
import { t } from '@/i18n/language';
import { reservationPath, signInPath } from '@/paths';
import { reservationQuery, reservationsQuery } from '@/queries/reservations';
import { useMe } from '@/queries/session';

interface LinkedNoteProps {
  readonly reservation: Reservation;
  readonly token: string;
}

/** Says how the booking of a mailed link becomes one of the user's account. */
export function LinkedNote({ reservation, token }: LinkedNoteProps) {
  const me = useMe();
  const location = useLocation();
  const { id, buyer_email: email } = reservation;
  if (me === null || me === undefined || me.is_guest) {
    return (
      <p className="booking__note">
        {t('reservations:linked_note', { email })}{' '}
        <Link to={signInPath(location)} state={{ token }}>
          {t('reservations:linked_signIn')}
        </Link>
      </p>
    );
  }
  if (me.email_verified && me.email.toLowerCase() === email.toLowerCase()) {
    return <TakeOver id={id} token={token} />;
  }
  return (
    <p className="booking__note">
      {t('reservations:linked_otherAddress', { email })}{' '}
      <Link to="/account">{t('reservations:linked_toAccount')}</Link>
    </p>
  );
}

function TakeOver({ id, token }: { readonly id: string; readonly token: string }) {
  const announce = useAnnounce();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const taking = useMutation({
    mutationFn: () => takeOver(id, token),
    retry: false,
    onError: (error) => {
      announce(toApiError(error).message, 'bad');
    },
    onSuccess: async (reservation) => {
      announce(t('reservations:linked_takenOver'), 'good');
      queryClient.setQueryData(reservationQuery(id).queryKey, reservation);
      await navigate(reservationPath(id), { replace: true });
      await queryClient.invalidateQueries({ queryKey: reservationsQuery.queryKey });
    },
  });
  return (
    <Button
      busy={taking.isPending}
      onClick={() => {
        taking.mutate();
      }}
    >
      {t('reservations:guest_merge')}
    </Button>
  );
}
