import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from 'react-router';

import { mergeGuests } from '@/api/reservations';
import { toApiError } from '@/api/apiError';
import type { Me } from '@/api/types';
import { useAnnounce } from '@/components/announce';
import { Button } from '@/components/Button';
import { t } from '@/i18n/language';
import { guestBookingsQuery, reservationsQuery } from '@/queries/reservations';

/** For guests: how to keep the bookings. For accounts: bookings made as a guest before. */
export function GuestBookings({ me }: { readonly me: Me }) {
  if (me.is_guest) {
    return (
      <p className="guest-bookings">
        {t('reservations:guest_note', { email: me.email })}{' '}
        <Link to="/account">{t('reservations:guest_makeAccount')}</Link>
      </p>
    );
  }
  return me.email_verified ? <Found email={me.email} /> : null;
}

function Found({ email }: { readonly email: string }) {
  const announce = useAnnounce();
  const queryClient = useQueryClient();
  const { data: count = 0 } = useQuery(guestBookingsQuery);
  const merge = useMutation({
    mutationFn: mergeGuests,
    retry: false,
    onError: (error) => {
      announce(toApiError(error).message, 'bad');
    },
    onSuccess: async (moved) => {
      announce(t('reservations:guest_merged', { count: moved }), 'good');
      queryClient.setQueryData(guestBookingsQuery.queryKey, 0);
      await queryClient.invalidateQueries({ queryKey: reservationsQuery.queryKey });
    },
  });
  if (count === 0) return null;
  return (
    <div className="guest-bookings">
      <p>{t('reservations:guest_found', { count, email })}</p>
      <Button
        busy={merge.isPending}
        onClick={() => {
          merge.mutate();
        }}
      >
        {t('reservations:guest_merge')}
      </Button>
    </div>
  );
}
