import type { ReactNode } from 'react';

import { Skeleton } from '@/components/Skeleton';
import { assertNever } from '@/domain/assertNever';
import { soldShare, type SeatCounts } from '@/features/organise/counts';
import { formatMinute, formatShare, formatShortMoment } from '@/features/organise/formats';
import type { Sale } from '@/features/organise/sale/figures';
import { PROJECTION, type Projection } from '@/features/organise/sale/projection';
import { StatusMark } from '@/features/organise/StatusMark';
import { t } from '@/i18n/language';
import { formatMoney } from '@/i18n/money';
import { formatNumber } from '@/i18n/numbers';

const DAY_MS = 86_400_000;

interface SaleFiguresProps {
  readonly counts: SeatCounts;
  /** Null while loading. */
  readonly sale: Sale | null;
  readonly projection: Projection | null;
  readonly viewers: number | null;
  readonly now: number;
}

export function SaleFigures({ counts, sale, projection, viewers, now }: SaleFiguresProps) {
  const { total, sold, held, free, blocked } = counts;
  const share = soldShare(counts);
  return (
    <dl className="figures" aria-label={t('organise:figures')}>
      <Figure
        name={t('organise:sold')}
        mark={<StatusMark status="reserved" />}
        value={formatNumber(sold)}
        hint={t('organise:soldShare', {
          share: formatShare(share),
          count: formatNumber(total - blocked),
        })}
      >
        <ShareBar share={share} />
      </Figure>
      <Figure
        name={t('organise:revenue')}
        value={sale === null ? null : formatMoney(sale.revenue, sale.currency)}
        hint={t('organise:revenueHint')}
      />
      <Figure
        name={t('organise:held')}
        mark={<StatusMark status="locked" />}
        value={formatNumber(held)}
        hint={t('organise:heldHint')}
      />
      <Figure
        name={t('organise:free')}
        mark={<StatusMark status="available" />}
        value={formatNumber(free)}
      />
      {blocked > 0 && (
        <Figure
          name={t('organise:blocked')}
          mark={<StatusMark status="blocked" />}
          value={formatNumber(blocked)}
        />
      )}
      <Figure
        name={t('organise:projection')}
        value={projection === null ? null : projectionText(projection, sale?.time_zone ?? '', now)}
        hint={t('organise:projectionHint', { count: PROJECTION.minutes })}
      />
      <Figure
        name={t('organise:watching')}
        value={viewers === null ? null : formatNumber(viewers)}
      />
    </dl>
  );
}

function projectionText(projection: Projection, zone: string, now: number): string {
  switch (projection.kind) {
    case 'soldOut':
      return t('organise:soldOut');
    case 'none':
      return t('organise:projectionNone');
    case 'far':
      return t('organise:projectionFar', { hours: PROJECTION.mostHours });
    case 'at':
      return projection.at - now < DAY_MS
        ? formatMinute(projection.at, zone)
        : formatShortMoment(projection.at, zone);
    default:
      return assertNever(projection);
  }
}

interface FigureProps {
  readonly name: string;
  readonly mark?: ReactNode;
  /** Null while loading. */
  readonly value: string | null;
  readonly hint?: string;
  readonly children?: ReactNode;
}

function Figure({ name, mark, value, hint, children }: FigureProps) {
  return (
    <div className="figure">
      <dt>
        {mark}
        {name}
      </dt>
      <dd>
        <div className="figure__value tabular">{value ?? <Skeleton />}</div>
        {children}
        {hint !== undefined && <span className="figure__hint tabular">{hint}</span>}
      </dd>
    </div>
  );
}

/** Decorative: repeats the number beside it. */
export function ShareBar({ share }: { readonly share: number }) {
  return (
    <svg
      className="share-bar"
      viewBox="0 0 1 1"
      preserveAspectRatio="none"
      width="100%"
      height="6"
      aria-hidden="true"
    >
      <rect className="share-bar__whole" width="1" height="1" />
      <rect className="share-bar__part" width={share} height="1" />
    </svg>
  );
}
