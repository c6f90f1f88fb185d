import type { ReactNode } from 'react';

import type { Revenue } from '@/api/types';
import { Skeleton } from '@/components/Skeleton';
import { soldShare, type SeatCounts } from '@/features/organise/counts';
import { formatShare } from '@/features/organise/formats';
import { StatusMark } from '@/features/organise/StatusMark';
import { t } from '@/i18n/language';
import { formatMoney } from '@/i18n/money';
import { formatNumber } from '@/i18n/numbers';

interface SaleFiguresProps {
  readonly counts: SeatCounts;
  /** Undefined while loading. */
  readonly revenue: Revenue | undefined;
  readonly viewers: number | null;
}

export function SaleFigures({ counts, revenue, viewers }: SaleFiguresProps) {
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
        value={revenue === undefined ? null : formatMoney(revenue.total, revenue.currency)}
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
        name={t('organise:watching')}
        value={viewers === null ? null : formatNumber(viewers)}
      />
    </dl>
  );
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
