import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import type { EventSettings, MailPreview } from '@/api/types';
import { Failure } from '@/components/Failure';
import { Skeleton } from '@/components/Skeleton';
import { Section } from '@/features/organise/events/Controls';
import { language as pageLanguage, t } from '@/i18n/language';
import { mailsQuery } from '@/queries/organiserEvents';

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
} as const satisfies Record<MailPreview['kind'], string>;

/** What buyers are mailed about the event, as it is now. */
export function MailSection({ event }: { readonly event: EventSettings }) {
  const [language, setLanguage] = useState<keyof typeof LANGUAGES>(pageLanguage);
  const { data, error, refetch } = useQuery(mailsQuery(event.id, language));
  return (
    <Section title={t('organiserEvents:section_mail')} note={t('organiserEvents:mail_note')}>
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
