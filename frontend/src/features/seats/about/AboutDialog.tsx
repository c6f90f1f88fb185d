import Markdown from 'markdown-to-jsx/react';
import type { ReactNode } from 'react';

import { pictureUrl } from '@/api/pictures';
import type { EventDetail } from '@/api/types';
import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import { t } from '@/i18n/language';
import { formatDateTime } from '@/i18n/time';

import './about.css';

interface AboutDialogProps {
  readonly event: EventDetail;
  readonly onClose: () => void;
}

/**
 * Organisers write the description, so it must not be able to do anything: HTML in it is shown as
 * text, links with scripts are removed by the renderer, and pictures of other sites, which would
 * learn who visits, are left out.
 */
const OPTIONS = {
  disableParsingRawHTML: true,
  forceBlock: true,
  overrides: {
    a: { component: OutsideLink },
    h1: { component: 'h3' },
    h2: { component: 'h3' },
    h3: { component: 'h4' },
    img: { component: AltText },
  },
} as const;

/** What is on: from when to when, the venue's address, and what the organisers say about it. */
export function AboutDialog({ event, onClose }: AboutDialogProps) {
  const { name, date, ends_at: ends, time_zone: timeZone, venue, address, description } = event;
  const picture = pictureUrl(event, 'large');
  return (
    <Dialog title={name} onDismiss={onClose}>
      {picture !== null && <img className="about__picture" src={picture} alt="" />}
      <dl className="about__facts">
        <dt>{t('about:begins')}</dt>
        <dd>
          <time dateTime={date}>{formatDateTime(date, timeZone)}</time>
        </dd>
        {ends !== null && (
          <>
            <dt>{t('about:ends')}</dt>
            <dd>
              <time dateTime={ends}>{formatDateTime(ends, timeZone)}</time>
            </dd>
          </>
        )}
        <dt>{t('about:where')}</dt>
        <dd>
          {venue}
          {address !== '' && <span className="about__address">{address}</span>}
        </dd>
      </dl>
      {description !== '' && (
        <div className="about__description">
          <Markdown options={OPTIONS}>{description}</Markdown>
        </div>
      )}
      <div className="dialog__actions">
        <Button look="primary" data-initial-focus onClick={onClose}>
          {t('about:close')}
        </Button>
      </div>
    </Dialog>
  );
}

interface OutsideLinkProps {
  readonly href?: string;
  readonly children?: ReactNode;
}

function OutsideLink({ href, children }: OutsideLinkProps) {
  return (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  );
}

function AltText({ alt = '' }: { readonly alt?: string }) {
  return alt;
}
