import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useParams } from 'react-router';

import { toApiError } from '@/api/apiError';
import { fetchDoorList, registerDoor } from '@/api/doors';
import { Button } from '@/components/Button';
import { EventPages } from '@/components/EventPages';
import { Failure } from '@/components/Failure';
import { Field } from '@/components/Field';
import { Message } from '@/components/Message';
import { SignInLink } from '@/components/SignInLink';
import { Skeleton } from '@/components/Skeleton';
import { newDoorState } from '@/domain/door/doorState';
import { hasPermissionSomewhere } from '@/domain/permissions';
import { DoorSession } from '@/features/door/doorSession';
import { loadDoor, saveDoor } from '@/features/door/doorStore';
import { keepPageOffline } from '@/features/door/offlinePage';
import { createQrReader } from '@/features/door/qrReader';
import { ScanPage } from '@/features/door/ScanPage';
import { ticketCrypto } from '@/features/door/ticketCrypto';
import { MAX_GATE_LENGTH, useGate } from '@/hooks/useGate';
import { t } from '@/i18n/language';
import { formatDateTime } from '@/i18n/time';
import { DOOR_PATH, doorPath } from '@/paths';
import { useMe } from '@/queries/session';

import './door.css';

/** Set up this device for an event's door, or go on where it was set up before. */
export function DoorPage() {
  const { eventId } = useParams();
  return (
    <div className="page door">
      <title>{t('pageTitle', { page: t('door:title') })}</title>
      {eventId === undefined ? (
        <ChooseEvent />
      ) : (
        <EventDoor key={eventId} eventId={Number(eventId)} />
      )}
    </div>
  );
}

function ChooseEvent() {
  const me = useMe();
  if (me === undefined) return <Skeleton shape="ticket" />;
  if (me === null || !hasPermissionSomewhere(me, 'reservations.scan_ticket')) {
    return <Message title={t('door:stewardsOnly')} actions={me === null && <SignInLink />} />;
  }
  return (
    <>
      <h1 className="door__title">{t('door:chooseEvent')}</h1>
      <EventPages
        choice={{ scannable: 'true', upcoming: 'true' }}
        className="door__events"
        none={<p>{t('door:noEvents')}</p>}
      >
        {({ id, name, date, time_zone: timeZone, venue }) => (
          <Link className="door__event" to={doorPath(id)}>
            <b>{name}</b>
            <span>
              {formatDateTime(date, timeZone)} · {venue}
            </span>
          </Link>
        )}
      </EventPages>
      <p>
        <Link to={DOOR_PATH}>{t('door:oneTicket')}</Link>
      </p>
    </>
  );
}

function EventDoor({ eventId }: { readonly eventId: number }) {
  const stored = useQuery({
    queryKey: ['door', eventId],
    queryFn: async () => {
      const state = await loadDoor(eventId);
      return state === null ? null : new DoorSession(eventId, state, ticketCrypto);
    },
    networkMode: 'always',
    staleTime: Infinity,
    gcTime: 0,
  });
  const [begun, setBegun] = useState<DoorSession | null>(null);
  if (stored.data === undefined) return <Skeleton shape="ticket" />;
  const session = begun ?? stored.data;
  return session === null ? (
    <SetUp eventId={eventId} onDone={setBegun} />
  ) : (
    <ScanPage session={session} />
  );
}

interface SetUpProps {
  readonly eventId: number;
  readonly onDone: (session: DoorSession) => void;
}

function SetUp({ eventId, onDone }: SetUpProps) {
  const [gate, setGate] = useGate();
  const setUp = useMutation({
    mutationFn: async () => {
      const doorId = crypto.randomUUID();
      await registerDoor(eventId, doorId, gate.trim());
      const state = newDoorState(doorId, gate.trim(), await fetchDoorList(eventId, doorId));
      await saveDoor(eventId, state);
      // Loads what it needs. Without a service worker it works until the page is closed.
      await createQrReader();
      await keepPageOffline().catch(() => undefined);
      return new DoorSession(eventId, state, ticketCrypto);
    },
    retry: false,
    onSuccess: onDone,
  });
  const error = setUp.error === null ? null : toApiError(setUp.error);
  if (error?.isNotAuthenticated === true) {
    return <Message title={t('door:stewardsOnly')} actions={<SignInLink />} />;
  }
  return (
    <form
      className="door__setup"
      action={() => {
        setUp.mutate();
      }}
    >
      <h1 className="door__title">{t('door:setUp')}</h1>
      <p>{t('door:setUpNote')}</p>
      <Field
        label={t('door:gate')}
        hint={t('door:gateHint')}
        value={gate}
        maxLength={MAX_GATE_LENGTH}
        autoComplete="off"
        required
        onChange={({ target }) => {
          setGate(target.value);
        }}
      />
      {error !== null && (
        <Failure
          error={error}
          onRetry={() => {
            setUp.mutate();
          }}
        />
      )}
      <Button type="submit" look="primary" busy={setUp.isPending}>
        {t('door:begin')}
      </Button>
    </form>
  );
}
