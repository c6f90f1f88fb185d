import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';

import { toApiError } from '@/api/apiError';
import { endSession } from '@/api/secondFactor';
import type { Session } from '@/api/types';
import { useAnnounce } from '@/components/announce';
import { Button } from '@/components/Button';
import { FormError } from '@/features/account/FormError';
import { t } from '@/i18n/language';
import { formatDateTime } from '@/i18n/time';
import { sessionsQuery } from '@/queries/security';
import { useSignOutEverywhere } from '@/queries/account';

import './security.css';

export function SessionsCard() {
  const { data, error } = useQuery(sessionsQuery);
  const queryClient = useQueryClient();
  const announce = useAnnounce();
  const leave = useSignOutEverywhere();
  const end = useMutation({
    mutationFn: endSession,
    retry: false,
    onSuccess: () => {
      announce(t('security:session_ended'), 'good');
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: sessionsQuery.queryKey }),
  });
  const failed = error ?? end.error ?? leave.error;
  return (
    <section className="card">
      <h2 className="account__heading">{t('security:sessions')}</h2>
      <ul className="security__list">
        {(data ?? []).map((session) => (
          <SessionRow
            key={session.id}
            session={session}
            busy={end.isPending && end.variables === session.id}
            onEnd={() => {
              end.mutate(session.id);
            }}
          />
        ))}
      </ul>
      <p className="security__note">{t('account:everywhere_note')}</p>
      <FormError error={failed === null ? null : toApiError(failed)} />
      <Button
        busy={leave.isPending}
        onClick={() => {
          leave.mutate();
        }}
      >
        {t('account:everywhere')}
      </Button>
    </section>
  );
}

interface SessionRowProps {
  readonly session: Session;
  readonly busy: boolean;
  readonly onEnd: () => void;
}

function SessionRow({ session, busy, onEnd }: SessionRowProps) {
  const device = session.device === '' ? t('security:session_unknown') : session.device;
  const since = t('security:session_since', { when: formatDateTime(session.started_at) });
  const seen = session.is_current
    ? t('security:session_here')
    : t('security:session_seen', { when: formatDateTime(session.seen_at) });
  return (
    <li className="security__row">
      <span>
        <strong>{device}</strong>
        <small>{[seen, session.network, since].filter((part) => part !== '').join(' · ')}</small>
      </span>
      {!session.is_current && (
        <Button
          busy={busy}
          aria-label={t('security:session_endOf', { device: `${device}, ${session.network}` })}
          onClick={onEnd}
        >
          {t('security:session_end')}
        </Button>
      )}
    </li>
  );
}
