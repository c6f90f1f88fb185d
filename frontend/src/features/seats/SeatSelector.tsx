import { useMemo, useState } from 'react';
import { Link } from 'react-router';

import { Failure } from '@/components/Failure';
import { Icon } from '@/components/Icon';
import { LiveBadge } from '@/components/LiveBadge';
import { Skeleton } from '@/components/Skeleton';
import { useAnnounce } from '@/components/announce';
import { Basket } from '@/features/seats/basket/Basket';
import { ConfirmedDialog } from '@/features/seats/basket/ConfirmedDialog';
import { ReviewDialog } from '@/features/seats/basket/ReviewDialog';
import { useCheckout } from '@/features/seats/basket/useCheckout';
import { FeedNotice } from '@/features/seats/FeedNotice';
import { SeatMap } from '@/features/seats/map/SeatMap';
import { OfferCard } from '@/features/seats/offer/OfferCard';
import { type Choice, offerFor, type Offer, openChoices } from '@/features/seats/offer/offer';
import { refusalSentence } from '@/features/seats/refusals';
import { SalesNotice } from '@/features/seats/SalesNotice';
import { SignInPrompt } from '@/features/seats/SignInPrompt';
import { useLapseNews } from '@/features/seats/useLapseNews';
import { useMoreTime } from '@/features/seats/useMoreTime';
import { useSales } from '@/features/seats/useSales';
import { usePick } from '@/features/seats/usePick';
import type { EventDetail, Me, Reservation } from '@/lib/api/types';
import { t } from '@/lib/i18n/language';
import { useLiveSeatMap, useSeatMap } from '@/lib/hooks/useLiveSeatMap';
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
  const { store, feedState, error, reload } = useLiveSeatMap(event, me !== null);
  const seats = useSeatMap(store, (state) => state.seats);
  const facts = useSeatMap(store, (state) => state.facts);
  const indexById = useSeatMap(store, (state) => state.indexById);
  const viewers = useSeatMap(store, (state) => state.viewers);
  const sales = useSales(event, store.clock);
  const [dialog, setDialog] = useState<OpenDialog | null>(null);
  const [offer, setOffer] = useState<Offer | null>(null);
  const announce = useAnnounce();
  const { pick, release, extend, take } = usePick({
    event,
    sales,
    store,
    isSignedIn: me !== null,
    onSignInNeeded: () => {
      setDialog({ name: 'signIn' });
    },
    onOffer: setOffer,
  });
  useLapseNews(store, announce, setOffer);

  const checkout = useCheckout({
    eventId: event.id,
    store,
    onReserved: (reservation) => {
      setDialog({ name: 'confirmed', reservation });
    },
    onRefused: (error, asked) => {
      setOffer(offerFor(error, refusalSentence(error), asked));
    },
  });
  const mine = useMemo(() => seats.filter(({ standing }) => standing === 'mine'), [seats]);
  const moreTime = useMoreTime(event, mine, store, announce);
  const choices = useMemo(
    () => (offer === null ? [] : openChoices(offer, seats, indexById, event.currency)),
    [offer, seats, indexById, event.currency],
  );

  const closeDialog = () => {
    setDialog(null);
  };
  const leaveReview = () => {
    closeDialog();
    if (checkout.leave()) announce(t('seats:lookAtReservations'));
  };
  const takeInstead = (choice: Choice) => {
    if (offer !== null) take(choice.seats, offer.insteadOf);
  };
  const isOnSale = sales === 'open';

  return (
    <div className="selector">
      <title>{t('pageTitle', { page: event.name })}</title>
      <div className="selector__head">
        <Link className="icon-button selector__back" to="/" aria-label={t('seats:allEvents')}>
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
          >
            {offer !== null && choices.length > 0 && dialog === null && (
              <OfferCard
                name={t('seats:offer')}
                sentence={offer.sentence}
                choices={choices}
                awayFrom={offer.insteadOf[0]}
                onTake={takeInstead}
                onDismiss={() => {
                  setOffer(null);
                }}
              />
            )}
          </SeatMap>
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
        moreTime={moreTime}
        onExtend={extend}
        onRelease={release}
        onReserve={() => {
          setOffer(null);
          setDialog({ name: 'review' });
        }}
      />
      {dialog?.name === 'signIn' && <SignInPrompt onClose={closeDialog} />}
      {dialog?.name === 'review' && (
        <ReviewDialog
          event={event}
          seats={mine}
          clock={store.clock}
          checkout={checkout}
          choices={choices}
          onTake={(choice) => {
            leaveReview();
            takeInstead(choice);
          }}
          onClose={leaveReview}
        />
      )}
      {dialog?.name === 'confirmed' && (
        <ConfirmedDialog reservation={dialog.reservation} onClose={closeDialog} />
      )}
    </div>
  );
}
