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
  readonly kind: 'group';
  readonly code: string;
  readonly valid: Valid;
}

/** What is shown of the last ticket: one thing, so that no two tickets are on the screen. */
type Shown = Group | { readonly kind: 'verdict'; readonly code: string; readonly verdict: Verdict };

/** Scan tickets, one after the other. */
export function ScanPage({ session }: { readonly session: DoorSession }) {
  const { state, connection, alarms } = useDoor(session);
  const location = useLocation();
  const [isBusy, setIsBusy] = useState(false);
  const [shown, setShown] = useState<Shown | null>(null);
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
    setShown(null);
    try {
      const decision = await session.check(code);
      if (decision.kind === 'refused') {
        await session.refuse(code, decision);
        show(code, decision);
      } else if (decision.left.length > 1) {
        setShown({ kind: 'group', code, valid: decision });
      } else {
        await admit(code, decision, decision.left);
      }
    } finally {
      setIsBusy(false);
    }
  }

  async function admit(code: string, valid: Valid, seats: Valid['left']): Promise<void> {
    setIsBusy(true);
    try {
      const seatIds = seats.map(({ seat_id }) => seat_id);
      show(code, await session.admit(code, valid, seatIds));
    } finally {
      last.current.at = Date.now();
      setIsBusy(false);
    }
  }

  function show(code: string, verdict: Verdict): void {
    setShown({ kind: 'verdict', code, verdict });
    vibrate(verdict.kind === 'admitted' ? 60 : [120, 80, 120]);
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
        {shown?.kind === 'verdict' && <DoorVerdict code={shown.code} verdict={shown.verdict} />}
      </div>
      {shown?.kind === 'group' && (
        <AdmitGroup
          seats={shown.valid.left}
          isBusy={isBusy}
          onAdmit={(seats) => void admit(shown.code, shown.valid, seats)}
          onCancel={() => {
            setShown(null);
          }}
        />
      )}
      <Camera isPaused={isBusy || shown?.kind === 'group'} onRead={(text) => void scan(text)} />
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
