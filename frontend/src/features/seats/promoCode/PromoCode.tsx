import { useMutation } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { useSearchParams } from 'react-router';

import { toApiError } from '@/api/apiError';
import { fetchOpenedSeats } from '@/api/seats';
import type { OpenedSeats } from '@/api/types';
import { useAnnounce } from '@/components/announce';
import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import { Field } from '@/components/Field';
import { Icon } from '@/components/Icon';
import type { MapSeat, SeatFacts } from '@/domain/seatMap/seats';
import { type SeatMapStore, whenKnown } from '@/domain/seatMap/store';
import { errorText } from '@/api/errorText';
import { useSeatMap } from '@/hooks/useLiveSeatMap';
import { t } from '@/i18n/language';

interface PromoCodeProps {
  readonly eventId: number;
  readonly store: SeatMapStore;
  readonly isSignedIn: boolean;
  readonly onSignInNeeded: () => void;
  readonly onOpened: (seats: readonly SeatFacts[]) => void;
}

/**
 * A button to enter a code that opens seats. The code is in the address, as `code`: a link has it,
 * and it is still there after signing in or reloading.
 */
export function PromoCode({
  eventId,
  store,
  isSignedIn,
  onSignInNeeded,
  onOpened,
}: PromoCodeProps) {
  const [search, setSearch] = useSearchParams();
  const linked = search.get('code') ?? '';
  const opened = useSeatMap(store, (state) => state.opened);
  const announce = useAnnounce();
  const [isAsking, setIsAsking] = useState(false);
  const [text, setText] = useState('');
  const [answer, setAnswer] = useState<OpenedSeats | null>(null);

  function remember(code: string | null) {
    const next = new URLSearchParams(search);
    if (code === null) next.delete('code');
    else next.set('code', code);
    setSearch(next, { replace: true, preventScrollReset: true });
  }

  const open = useMutation({
    mutationFn: (code: string) => fetchOpenedSeats(eventId, code),
    retry: false,
    onSuccess: (opened) => {
      const { code, seat_ids: ids } = opened;
      store.dispatch({ type: 'seatsOpened', opened: { promoCode: code, seatIds: new Set(ids) } });
      setIsAsking(false);
      remember(code);
      setAnswer(opened);
    },
    onError: (error) => {
      if (!isAsking) announce(errorText(toApiError(error)), 'bad');
    },
  });

  const announceOpened = useEffectEvent((left: number, seats: readonly MapSeat[]) => {
    const free = seats.filter(({ status }) => status === 'available');
    announce(
      left === 0 || free.length === 0
        ? t('promoCode:nothingLeft')
        : left < free.length
          ? t('promoCode:openedSome', { count: free.length, left })
          : t('promoCode:opened', { count: free.length }),
    );
    if (free.length > 0) onOpened(free.map(({ facts }) => facts));
  });
  useEffect(() => {
    if (answer === null) return undefined;
    return whenKnown(store, answer.seat_ids, (seats) => {
      announceOpened(answer.left, seats);
    });
  }, [answer, store]);

  const hasSeats = useSeatMap(store, (state) => state.seats.length > 0);
  const hasTried = useRef(false);
  const openLinked = useEffectEvent(() => {
    hasTried.current = true;
    open.mutate(linked);
  });
  useEffect(() => {
    if (linked !== '' && isSignedIn && hasSeats && !hasTried.current) openLinked();
  }, [linked, isSignedIn, hasSeats]);

  function ask() {
    if (!isSignedIn) {
      onSignInNeeded();
      return;
    }
    open.reset();
    setText(opened?.promoCode ?? '');
    setIsAsking(true);
  }

  const isWaiting = linked !== '' && !isSignedIn;
  return (
    <>
      <Button
        className="selector__sale"
        look={isWaiting ? 'primary' : 'plain'}
        aria-pressed={opened !== null}
        onClick={ask}
      >
        <Icon name="ticket" />
        <span className="visually-hidden-when-narrow">
          {isWaiting ? t('promoCode:signIn') : (opened?.promoCode ?? t('promoCode:code'))}
        </span>
      </Button>
      {isAsking && (
        <Dialog
          title={t('promoCode:title')}
          onDismiss={() => {
            setIsAsking(false);
          }}
        >
          <form
            className="find"
            onSubmit={(submitted) => {
              submitted.preventDefault();
              hasTried.current = true;
              open.mutate(text);
            }}
          >
            <p className="dialog__lead">{t('promoCode:lead')}</p>
            <Field
              label={t('promoCode:code')}
              value={text}
              maxLength={40}
              required
              autoComplete="off"
              autoCapitalize="characters"
              spellCheck={false}
              data-initial-focus
              onChange={({ target }) => {
                setText(target.value);
              }}
            />
            <div role="alert">
              {open.error !== null && (
                <p className="dialog__error">{errorText(toApiError(open.error))}</p>
              )}
            </div>
            <div className="dialog__actions">
              {opened === null ? (
                <Button
                  onClick={() => {
                    setIsAsking(false);
                  }}
                >
                  {t('choosing:find_cancel')}
                </Button>
              ) : (
                <Button
                  onClick={() => {
                    store.dispatch({ type: 'seatsOpened', opened: null });
                    remember(null);
                    setIsAsking(false);
                  }}
                >
                  {t('promoCode:remove')}
                </Button>
              )}
              <Button look="primary" type="submit" busy={open.isPending}>
                {t('promoCode:use')}
              </Button>
            </div>
          </form>
        </Dialog>
      )}
    </>
  );
}
