import { formatShare } from '@/features/organise/formats';
import {
  bookedShare,
  endOfMinute,
  type MinuteSums,
  perMinute,
  type Sale,
  sumMinutes,
} from '@/features/organise/sale/figures';
import { MinuteBars } from '@/features/organise/sale/MinuteBars';
import { t } from '@/i18n/language';
import { formatNumber } from '@/i18n/numbers';

interface HoldsProps {
  readonly sale: Sale;
  readonly now: number;
}

const SHORT_MINUTES = 5;
const MINUTES = 60;

/** What became of the seats that buyers held, and how many clicks were refused. */
export function Holds({ sale, now }: HoldsProps) {
  const until = endOfMinute(now);
  const conflicts = perMinute(sale.minutes, 'conflicts', MINUTES, now);
  const hour = sumMinutes(sale.minutes, MINUTES, until);
  return (
    <section className="panel holds">
      <h2 id="holds">{t('organise:holds')}</h2>
      <div className="holds__scroll">
        <table aria-labelledby="holds">
          <thead>
            <tr>
              <th scope="col">{t('organise:period')}</th>
              <th scope="col">{t('organise:begun')}</th>
              <th scope="col">{t('organise:reserved')}</th>
              <th scope="col">{t('organise:expired')}</th>
              <th scope="col">{t('organise:released')}</th>
              <th scope="col">{t('organise:bookedShare')}</th>
            </tr>
          </thead>
          <tbody className="tabular">
            <Row
              name={t('organise:lastMinutes', { count: SHORT_MINUTES })}
              holds={sumMinutes(sale.minutes, SHORT_MINUTES, until)}
            />
            <Row name={t('organise:lastHour')} holds={hour} />
            <Row name={t('organise:wholeSale')} holds={sale.holds} />
          </tbody>
        </table>
      </div>
      <p className="panel__note">
        {t('organise:holdsHint')}
        {sale.kept_since > 0 && ` ${t('organise:holdsPruned')}`}
      </p>
      <h3>{t('organise:conflicts')}</h3>
      <MinuteBars
        counts={conflicts}
        tone="warn"
        label={(spoken) => t('organise:conflictsLabel', { minutes: MINUTES, counts: spoken })}
      />
      <p className="panel__note tabular">
        {t('organise:conflictsHint', {
          count: hour.conflicts,
          now: formatNumber(conflicts.at(-1) ?? 0),
        })}
      </p>
    </section>
  );
}

interface RowProps {
  readonly name: string;
  readonly holds: Pick<MinuteSums, 'begun' | 'reserved' | 'expired' | 'released'>;
}

function Row({ name, holds }: RowProps) {
  const share = bookedShare(holds);
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{formatNumber(holds.begun)}</td>
      <td>{formatNumber(holds.reserved)}</td>
      <td>{formatNumber(holds.expired)}</td>
      <td>{formatNumber(holds.released)}</td>
      <td>{share === null ? '–' : formatShare(share)}</td>
    </tr>
  );
}
