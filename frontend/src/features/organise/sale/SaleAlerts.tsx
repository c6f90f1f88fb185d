import { useEffect, useRef } from 'react';

import { useAnnounce } from '@/components/announce';
import { Icon } from '@/components/Icon';
import { formatShare } from '@/features/organise/formats';
import { type Alert, ALERTS, THRESHOLDS } from '@/features/organise/sale/alerts';
import { PROJECTION } from '@/features/organise/sale/projection';
import { t } from '@/i18n/language';
import { formatNumber } from '@/i18n/numbers';

interface SaleAlertsProps {
  readonly alerts: readonly Alert[];
  /** The right to see the figures was withdrawn. */
  readonly isClosed: boolean;
}

/** What needs attention, and by which rules. Each alert is also announced once when it begins. */
export function SaleAlerts({ alerts, isClosed }: SaleAlertsProps) {
  const announce = useAnnounce();
  const known = useRef<readonly Alert[]>([]);
  useEffect(() => {
    for (const alert of alerts) {
      if (!known.current.includes(alert)) announce(textOf(alert), 'bad');
    }
    known.current = alerts;
  }, [alerts, announce]);
  return (
    <section className="alerts" aria-label={t('organise:alerts')}>
      {isClosed && <p role="alert">{t('organise:noLongerPermitted')}</p>}
      {alerts.length > 0 && (
        <ul className="alerts__list">
          {alerts.map((alert) => (
            <li key={alert}>
              <Icon name="alert" />
              {textOf(alert)}
            </li>
          ))}
        </ul>
      )}
      <details className="alerts__rules">
        <summary>
          {alerts.length === 0 ? t('organise:alertsNone') : t('organise:alertsRules')}
        </summary>
        <ul>
          {ALERTS.map((alert) => (
            <li key={alert}>{ruleOf(alert)}</li>
          ))}
          <li>
            {t('organise:projectionRule', {
              minutes: PROJECTION.minutes,
              tickets: PROJECTION.leastTickets,
              busy: PROJECTION.leastMinutes,
              hours: PROJECTION.mostHours,
            })}
          </li>
        </ul>
      </details>
    </section>
  );
}

function textOf(alert: Alert): string {
  return t(`organise:alert_${alert}`);
}

function ruleOf(alert: Alert): string {
  return t(`organise:rule_${alert}`, {
    failed: formatNumber(THRESHOLDS.failedPayments),
    failedShare: formatShare(THRESHOLDS.failedShare),
    soldOutShare: formatShare(THRESHOLDS.soldOutShare),
    soldOutMinutes: formatNumber(THRESHOLDS.soldOutMinutes),
    fallMinutes: formatNumber(THRESHOLDS.fallMinutes),
    fallShare: formatShare(THRESHOLDS.fallShare),
    fallBase: formatNumber(THRESHOLDS.fallBaseMinutes),
    fallTickets: formatNumber(THRESHOLDS.fallTickets),
    conflicts: formatNumber(THRESHOLDS.conflicts),
    conflictShare: formatShare(THRESHOLDS.conflictShare),
    conflictMinutes: formatNumber(THRESHOLDS.conflictMinutes),
  });
}
