import { useRef, useState } from 'react';
import { Link, useLocation } from 'react-router';

import { Button } from '@/components/Button';
import { Field } from '@/components/Field';
import { Message } from '@/components/Message';
import { AdmitGroup } from '@/features/door/AdmitGroup';
import { AlarmList } from '@/features/door/AlarmList';
import { Camera } from '@/features/door/Camera';
import { DoorStatus } from '@/features/door/DoorStatus';
import { DoorVerdict } from '@/features/door/DoorVerdict';
import type { DoorSession, Valid, Verdict } from '@/features/door/doorSession';
import { useDoor } from '@/features/door/useDoor';
import { parseTicketCode } from '@/domain/door/ticketCode';
import { t } from '@/i18n/language';
import { signInPath } from '@/paths';

/** A code that stays before the camera is not read again so soon. */
const SAME_CODE_MS = 4_000;

interface Group {
  readonly code: string;
  readonly valid: Valid;
}

/** Scan tickets, one after the other. */
export function ScanPage({ session }: { readonly session: DoorSession }) {
  const { state, connection, alarms } = useDoor(session);
  const location = useLocation();
  const [isBusy, setIsBusy] = useState(false);
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const [group, setGroup] = useState<Group | null>(null);
  const last = useRef({ code: '', at: 0 });

  async function scan(text: string): Promise<void> {
    const code = parseTicketCode(text);
    const now = Date.now();
    if (code === '' || isBusy) return;
    if (code === last.current.code && now - last.current.at < SAME_CODE_MS) {
      last.current.at = now;
      return;
    }
    last.current = { code, at: now };
    setIsBusy(true);
    setVerdict(null);
    try {
      const decision = await session.check(code);
      if (decision.kind === 'refused') {
        await session.refuse(code, decision);
        show(decision);
      } else if (decision.left.length > 1) {
        setGroup({ code, valid: decision });
      } else {
        await admit({ code, valid: decision }, decision.left);
      }
    } finally {
      setIsBusy(false);
    }
  }

  async function admit({ code, valid }: Group, seats: Valid['left']): Promise<void> {
    setIsBusy(true);
    try {
      const seatIds = seats.map(({ seat_id }) => seat_id);
      show(await session.admit(code, valid, seatIds));
      setGroup(null);
    } finally {
      last.current.at = Date.now();
      setIsBusy(false);
    }
  }

  function show(next: Verdict): void {
    setVerdict(next);
    vibrate(next.kind === 'admitted' ? 60 : [120, 80, 120]);
  }

  if (connection === 'revoked') {
    return (
      <Message title={t('door:revoked')}>
        <p>{t('door:revokedNote')}</p>
      </Message>
    );
  }
  return (
    <>
      <DoorStatus state={state} connection={connection} />
      {connection === 'signedOut' && (
        <p className="door__note">
          {t('door:signedOut')} <Link to={signInPath(location)}>{t('door:signIn')}</Link>
        </p>
      )}
      <AlarmList
        alarms={alarms}
        onDismiss={(alarm) => {
          session.dismissAlarm(alarm);
        }}
      />
      <div role="status" aria-busy={isBusy}>
        {verdict !== null && <DoorVerdict verdict={verdict} />}
      </div>
      {group !== null && (
        <AdmitGroup
          seats={group.valid.left}
          isBusy={isBusy}
          onAdmit={(seats) => void admit(group, seats)}
          onCancel={() => {
            setGroup(null);
          }}
        />
      )}
      <Camera isPaused={isBusy || group !== null} onRead={(text) => void scan(text)} />
      <form
        className="next-ticket"
        action={(form) => {
          const typed = form.get('code');
          last.current.at = 0;
          if (typeof typed === 'string') void scan(typed);
        }}
      >
        <Field
          label={t('door:typeCode')}
          name="code"
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          required
        />
        <Button type="submit" busy={isBusy}>
          {t('door:check')}
        </Button>
      </form>
    </>
  );
}

/** Phones vibrate; Safari has no such function. */
function vibrate(pattern: number | number[]): void {
  if ('vibrate' in navigator) navigator.vibrate(pattern);
}
