import { useState } from 'react';
import { Link } from 'react-router';

import { Failure } from '@/components/Failure';
import { Icon } from '@/components/Icon';
import { Skeleton } from '@/components/Skeleton';
import { useAnnounce } from '@/components/announce';
import { Basket } from '@/features/seats/basket/Basket';
import { ConfirmedDialog } from '@/features/seats/basket/ConfirmedDialog';
import { ReviewDialog } from '@/features/seats/basket/ReviewDialog';
import { FeedNotice } from '@/features/seats/FeedNotice';
import { LiveBadge } from '@/features/seats/LiveBadge';
import { SeatMap } from '@/features/seats/map/SeatMap';
import { SalesNotice } from '@/features/seats/SalesNotice';
import { SignInPrompt } from '@/features/seats/SignInPrompt';
import { useLapseNews } from '@/features/seats/useLapseNews';
import { useLiveSeatMap, useSeatMap } from '@/features/seats/useLiveSeatMap';
import { useSales } from '@/features/seats/useSales';
import { usePick } from '@/features/seats/usePick';
import type { EventDetail, Me, Reservation } from '@/lib/api/types';
import { formatDateTime } from '@/lib/time';

interface SeatSelectorProps {
  readonly event: EventDetail;
  readonly me: Me | null;
}

type OpenDialog =
  | { readonly name: 'signIn' }
  | { readonly name: 'review' }
  | { readonly name: 'confirmed'; readonly reservation: Reservation };

export function SeatSelector({ event, me }: SeatSelectorProps) {
  const { store, feedState, error, reload } = useLiveSeatMap(event.id, me !== null);
  const seats = useSeatMap(store, (state) => state.seats);
  const facts = useSeatMap(store, (state) => state.facts);
  const viewers = useSeatMap(store, (state) => state.viewers);
  const sales = useSales(event, store.clock);
  const [dialog, setDialog] = useState<OpenDialog | null>(null);
  const announce = useAnnounce();
  const { pick, release } = usePick({
    event,
    sales,
    store,
    isSignedIn: me !== null,
    onSignInNeeded: () => {
      setDialog({ name: 'signIn' });
    },
  });
  useLapseNews(store, announce);

  const closeDialog = () => {
    setDialog(null);
  };
  const mine = seats.filter(({ standing }) => standing === 'mine');
  const isOnSale = sales === 'open';

  return (
    <div className="selector">
      <title>{`${event.name} · Seatcast`}</title>
      <div className="selector__head">
        <Link className="icon-button selector__back" to="/" aria-label="All events">
          <Icon name="back" />
        </Link>
        <div className="selector__what">
          <h1 className="selector__name">{event.name}</h1>
          <p className="selector__facts">
            <time dateTime={event.date}>{formatDateTime(event.date)}</time> · {event.venue}
          </p>
        </div>
        <LiveBadge feedState={feedState} viewers={viewers} />
      </div>
      <div className="selector__notices">
        <FeedNotice feedState={feedState} />
        <SalesNotice event={event} sales={sales} clock={store.clock} />
      </div>
      <div className="selector__map">
        {seats.length > 0 ? (
          <SeatMap
            event={event}
            facts={facts}
            seats={seats}
            clock={store.clock}
            isOnSale={isOnSale}
            onPick={pick}
          />
        ) : error !== null ? (
          <Failure error={error} onRetry={reload} />
        ) : (
          <Skeleton shape="fill" />
        )}
      </div>
      <Basket
        event={event}
        seats={mine}
        clock={store.clock}
        isOnSale={isOnSale}
        onRelease={release}
        onReserve={() => {
          setDialog({ name: 'review' });
        }}
      />
      {dialog?.name === 'signIn' && <SignInPrompt onClose={closeDialog} />}
      {dialog?.name === 'review' && (
        <ReviewDialog
          event={event}
          seats={mine}
          store={store}
          onClose={closeDialog}
          onReserved={(reservation) => {
            setDialog({ name: 'confirmed', reservation });
          }}
        />
      )}
      {dialog?.name === 'confirmed' && (
        <ConfirmedDialog reservation={dialog.reservation} onClose={closeDialog} />
      )}
    </div>
  );
}
