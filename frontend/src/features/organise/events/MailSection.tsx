import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { sendMailsAgain } from '@/api/organiserEvents';
import type { EventSettings, MailPreview } from '@/api/types';
import { useAnnounce } from '@/components/announce';
import { Button } from '@/components/Button';
import { Failure } from '@/components/Failure';
import { Skeleton } from '@/components/Skeleton';
import { ErrorNote } from '@/features/organise/ErrorNote';
import { Section } from '@/features/organise/events/Controls';
import { language as pageLanguage, t } from '@/i18n/language';
import { eventSettingsQuery, mailsQuery } from '@/queries/organiserEvents';

import './mailSection.css';

const LANGUAGES = { en: 'English', de: 'Deutsch' } as const;
const KINDS = {
  booked: 'organiserEvents:mail_booked',
  paid: 'organiserEvents:mail_paid',
  reminder: 'organiserEvents:mail_reminder',
  event: 'organiserEvents:mail_event',
  cancelled: 'organiserEvents:mail_cancelled',
  ended: 'organiserEvents:mail_ended',
  lapsed: 'organiserEvents:mail_lapsed',
  withdrawn: 'organiserEvents:mail_withdrawn',
} as const satisfies Record<MailPreview['kind'], string>;

/** How many mails failed, with a button that sends them again. */
function UnsentMail({ event: { id, figures } }: { readonly event: EventSettings }) {
  const queryClient = useQueryClient();
  const announce = useAnnounce();
  const { mails_retrying: retrying, mails_given_up: givenUp } = figures;
  const send = useMutation({
    mutationFn: () => sendMailsAgain(id),
    retry: false,
    onSuccess: (count) => {
      announce(t('organiserEvents:mail_wasSent', { count }), 'good');
      void queryClient.invalidateQueries({ queryKey: eventSettingsQuery(id).queryKey });
    },
  });
  if (retrying + givenUp === 0) return null;
  return (
    <div className="mails__unsent">
      <ul>
        {retrying > 0 && <li>{t('organiserEvents:mail_retrying', { count: retrying })}</li>}
        {givenUp > 0 && <li>{t('organiserEvents:mail_givenUp', { count: givenUp })}</li>}
      </ul>
      <ErrorNote error={send.error} />
      <Button
        busy={send.isPending}
        onClick={() => {
          send.mutate();
        }}
      >
        {t('organiserEvents:mail_sendAgain')}
      </Button>
    </div>
  );
}

/** What buyers are mailed about the event, as it is now. */
export function MailSection({ event }: { readonly event: EventSettings }) {
  const [language, setLanguage] = useState<keyof typeof LANGUAGES>(pageLanguage);
  const { data, error, refetch } = useQuery(mailsQuery(event.id, language));
  return (
    <Section title={t('organiserEvents:section_mail')} note={t('organiserEvents:mail_note')}>
      <UnsentMail event={event} />
      <label className="mails__language">
        {t('organiserEvents:mail_language')}{' '}
        <select
          className="field__input"
          value={language}
          onChange={({ target }) => {
            setLanguage(target.value === 'de' ? 'de' : 'en');
          }}
        >
          {Object.entries(LANGUAGES).map(([code, name]) => (
            <option key={code} value={code}>
              {name}
            </option>
          ))}
        </select>
      </label>
      {data === undefined && error === null && <Skeleton shape="card" />}
      {data === undefined && error !== null && (
        <Failure error={error} onRetry={() => void refetch()} />
      )}
      {data?.map(({ kind, subject, text }) => (
        <details key={kind} className="mails__mail" lang={language}>
          <summary>
            {t(KINDS[kind])}: <b>{subject}</b>
          </summary>
          <p className="mails__text">{text}</p>
        </details>
      ))}
    </Section>
  );
}
