import { Suspense, useMemo, useRef, useState } from 'react';

import type { EventDetail, Me } from '@/api/types';
import { useAnnounce } from '@/components/announce';
import { Skeleton } from '@/components/Skeleton';
import { mayWatchSale } from '@/domain/permissions';
import type { SeatFacts } from '@/domain/seatMap/seats';
import { seatList } from '@/domain/seatMap/seatNames';
import type { StandingArea } from '@/domain/seatMap/standing';
import { Basket, type BasketHandle } from '@/features/seats/basket/Basket';
import { basketSummary } from '@/features/seats/basket/basketSummary';
import { useCheckoutLoading } from '@/features/seats/basket/lazyCheckout';
import { useCheckout } from '@/features/seats/basket/useCheckout';
import { useTickets } from '@/features/seats/basket/useTickets';
import { errorText } from '@/api/errorText';
import { FeedNotice } from '@/features/seats/FeedNotice';
import { seatFinderErrorText } from '@/features/seats/finder/seatFinderError';
import { useSeatFinder } from '@/features/seats/finder/useSeatFinder';
import { useFilteredScene } from '@/features/seats/filter/useFilteredScene';
import { PromoCode, SeatFilter, SeatList } from '@/features/seats/lazyComponents';
import type { SeatListHandle } from '@/features/seats/list/SeatList';
import { useView, type View } from '@/features/seats/list/useView';
import type { SeatMapHandle } from '@/components/map/seatMapHandle';
import { SeatMap } from '@/features/seats/map/SeatMap';
import { NoMap } from '@/features/seats/NoMap';
import { Notices } from '@/features/seats/Notices';
import { offerFor, type Offer, openChoices } from '@/features/seats/offer/offer';
import { useOfferedIndexes } from '@/features/seats/offer/useOfferedIndexes';
import { useOrphanWarning } from '@/features/seats/orphans/useOrphanWarning';
import { rememberPick } from '@/features/seats/pickBeforeSignIn';
import { SeatCards } from '@/features/seats/SeatCards';
import { type OpenDialog, SelectorDialogs } from '@/features/seats/SelectorDialogs';
import { SelectorHead } from '@/features/seats/SelectorHead';
import { SelectorTools } from '@/features/seats/SelectorTools';
import { useSelectorShortcuts } from '@/features/seats/shortcuts/useSelectorShortcuts';
import { useShortcutSetting } from '@/features/seats/shortcuts/useShortcutSetting';
import { useLockExtension } from '@/features/seats/useLockExtension';
import { useLostLocks } from '@/features/seats/useLostLocks';
import { useNeededSections } from '@/features/seats/useNeededSections';
import { usePickBeforeSignIn } from '@/features/seats/usePickBeforeSignIn';
import { useSales } from '@/hooks/useSales';
import { useSeatActions } from '@/features/seats/useSeatActions';
import { useLiveSeatMap, useSeatMap } from '@/hooks/useLiveSeatMap';
import { t } from '@/i18n/language';
import { salePath } from '@/paths';

interface SeatSelectorProps {
  readonly event: EventDetail;
  readonly me: Me | null;
}

const CHOOSING = { choosesSections: true };

export function SeatSelector({ event, me }: SeatSelectorProps) {
  const { store, choice, feedState, error, reload } = useLiveSeatMap(event, me !== null, CHOOSING);
  const seats = useSeatMap(store, (state) => state.seats);
  const counts = useSeatMap(store, (state) => state.counts);
  const facts = useSeatMap(store, (state) => state.facts);
  const indexById = useSeatMap(store, (state) => state.indexById);
  const viewers = useSeatMap(store, (state) => state.viewers);
  const sales = useSales(event, store.clock);
  const [dialog, setDialog] = useState<OpenDialog | null>(null);
  const [offer, setOffer] = useState<Offer | null>(null);
  const announce = useAnnounce();
  const { pick, hold, release, extend, take } = useSeatActions({
    event,
    sales,
    store,
    isSignedIn: me !== null,
    onSignInNeeded: ({ facts: seat }) => {
      rememberPick(event.id, seat.id);
      setDialog({ name: 'signIn', seat });
    },
    onOffer: setOffer,
  });
  useLostLocks(event.id, store, announce, setOffer);
  usePickBeforeSignIn({
    eventId: event.id,
    isSignedIn: me !== null,
    seats,
    indexById,
    onReturn: (seat) => {
      showSeats([seat.facts]);
      hold(seat);
    },
  });

  const checkout = useCheckout({
    eventId: event.id,
    store,
    onReserved: (answer) => {
      setDialog({ name: 'confirmed', answer });
    },
    onRefused: (error, asked) => {
      setOffer(offerFor(error, errorText(error, store.getState().facts), asked));
    },
  });
  const find = useSeatFinder({
    event,
    store,
    onFound: (found) => {
      setDialog((before) => (before?.name === 'find' ? null : before));
      setOffer(null);
      announce(t('seats:held', seatList(found)), 'quiet');
      showSeats(found);
    },
    onRefused: (refusal) => {
      if (dialog?.name !== 'find') announce(seatFinderErrorText(refusal), 'bad');
    },
  });
  const [view, chooseView] = useView();
  const map = useRef<SeatMapHandle>(null);
  const list = useRef<SeatListHandle>(null);
  const area = useRef<HTMLDivElement>(null);
  const basket = useRef<BasketHandle>(null);
  const [areShortcutsOn, turnShortcuts] = useShortcutSetting();
  const [scene, filter] = useFilteredScene(event, facts);
  useNeededSections(choice, store, offer);
  const { sections } = scene;
  const mine = useMemo(() => seats.filter(({ status }) => status === 'mine'), [seats]);
  const [isOpening, openCheckout] = useCheckoutLoading(mine.some(({ pending }) => !pending));
  const tickets = useTickets(event, store, mine);
  const lockExtension = useLockExtension(event, mine, store, announce);
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
  const isOnSale = sales === 'open';
  const orphanPrompt = useOrphanWarning({ event, sections, seats, mine, isOnSale, announce });
  const offered = useOfferedIndexes(
    dialog !== null ? [] : choices.length > 0 ? choices : (orphanPrompt?.fixes ?? []),
  );
  const openedIds = useSeatMap(store, (state) => state.opened?.seatIds);
  const opened = useMemo(
    () => [...(openedIds ?? [])].flatMap((id) => indexById.get(id) ?? []),
    [openedIds, indexById],
  );
  const clearOffer = () => {
    setOffer(null);
  };
  const reserve = () => {
    setOffer(null);
    openCheckout(() => {
      setDialog({ name: 'review' });
    });
  };
  const openFind = (area: StandingArea | null) => {
    find.reset();
    setDialog(me === null ? { name: 'signIn', seat: null } : { name: 'find', area });
  };
  const openShortcuts = () => {
    setDialog({ name: 'shortcuts' });
  };
  const goTo = (next: View) => {
    chooseView(next);
    area.current?.focus({ preventScroll: true });
  };
  function showSeats(found: readonly SeatFacts[]) {
    if (found.every(({ isPlace }) => isPlace)) return;
    map.current?.showSeats(found);
    list.current?.show(found);
  }
  useSelectorShortcuts({
    areOn: areShortcutsOn,
    map,
    basket,
    goTo,
    find: () => {
      if (isOnSale) openFind(null);
    },
    reserve: () => {
      if (mine.length > 0 && basketSummary(mine).isSettled) reserve();
    },
    help: openShortcuts,
    closeCard: () => {
      if (choices.length > 0) clearOffer();
      else orphanPrompt?.dismiss();
      return choices.length > 0 || orphanPrompt !== null;
    },
  });

  const hall = {
    ...{ event, scene, seats, counts, choice },
    ...{ isOnSale, onPick: pick, onStand: openFind },
  };
  const cards = dialog === null && (
    <SeatCards
      offer={offer}
      choices={choices}
      orphanPrompt={orphanPrompt}
      onTake={take}
      onDismissOffer={clearOffer}
    />
  );

  return (
    <div className="selector">
      <title>{t('pageTitle', { page: event.name })}</title>
      <SelectorHead event={event} feedState={feedState} viewers={viewers} />
      <Notices event={event} sales={sales} clock={store.clock} />
      <SelectorTools
        salePath={mayWatchSale(me, event) ? salePath(event.id) : null}
        view={view}
        isOnSale={isOnSale && event.seats_total > 0}
        onChooseView={chooseView}
        onFind={() => {
          openFind(null);
        }}
        onHelp={openShortcuts}
        filter={
          <>
            <SeatFilter scene={scene} onChoose={filter} />
            {isOnSale && event.has_promo_codes && (
              <PromoCode
                eventId={event.id}
                store={store}
                isSignedIn={me !== null}
                onSignInNeeded={() => {
                  setDialog({ name: 'signIn', seat: null });
                }}
                onOpened={showSeats}
              />
            )}
          </>
        }
      />
      <div className="selector__map" ref={area} tabIndex={-1}>
        {seats.length > 0 && view === 'map' ? (
          <SeatMap ref={map} {...hall} clock={store.clock} offered={offered} opened={opened}>
            {cards}
          </SeatMap>
        ) : seats.length > 0 ? (
          <Suspense fallback={<Skeleton shape="fill" />}>
            <SeatList ref={list} {...hall}>
              {cards}
            </SeatList>
          </Suspense>
        ) : (
          <NoMap event={event} error={error} onRetry={reload} />
        )}
      </div>
      <FeedNotice feedState={feedState} />
      <Basket
        ref={basket}
        event={event}
        seats={mine}
        tickets={tickets}
        clock={store.clock}
        isOnSale={isOnSale}
        lockExtension={lockExtension}
        isOpening={isOpening}
        onExtend={extend}
        onRelease={release}
        onReserve={reserve}
      />
      <SelectorDialogs
        dialog={dialog}
        scene={scene}
        seats={seats}
        counts={counts}
        find={find}
        review={{
          facts: scene.facts,
          event,
          seats: mine,
          bill: tickets.bill,
          clock: store.clock,
          checkout,
          lockExtension,
          onExtend: extend,
          choices,
          onTake: (choice) => {
            leaveReview();
            if (offer !== null) take(choice.seats, offer.insteadOf);
          },
          onClose: leaveReview,
        }}
        areShortcutsOn={areShortcutsOn}
        onTurnShortcuts={turnShortcuts}
        onClose={closeDialog}
      />
    </div>
  );
}
