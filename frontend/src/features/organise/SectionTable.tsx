import { Skeleton } from '@/components/Skeleton';
import { type SectionCounts, soldShare } from '@/features/organise/counts';
import type { Sale } from '@/features/organise/sale/figures';
import { ShareBar } from '@/features/organise/SaleFigures';
import { t } from '@/i18n/language';
import { formatMoney } from '@/i18n/money';
import { formatNumber } from '@/i18n/numbers';

interface SectionTableProps {
  readonly sections: readonly SectionCounts[];
  /** Null while loading. */
  readonly sale: Sale | null;
}

export function SectionTable({ sections, sale }: SectionTableProps) {
  return (
    <section className="panel sections">
      <h2 id="by-section">{t('organise:sections')}</h2>
      <table aria-labelledby="by-section">
        <thead>
          <tr>
            <th scope="col">{t('organise:section')}</th>
            <th scope="col">{t('organise:sold')}</th>
            <th scope="col">{t('organise:held')}</th>
            <th scope="col">{t('organise:free')}</th>
            <th scope="col">{t('organise:sectionRevenue')}</th>
          </tr>
        </thead>
        <tbody className="tabular">
          {sections.map((section) => (
            <tr key={section.name}>
              <th scope="row">{section.name}</th>
              <td>
                {t('organise:soldOf', {
                  sold: formatNumber(section.sold),
                  total: formatNumber(section.total - section.blocked),
                })}
                <ShareBar share={soldShare(section)} />
              </td>
              <td>{formatNumber(section.held)}</td>
              <td>{formatNumber(section.free)}</td>
              <td>{sale === null ? <Skeleton /> : revenueOf(section.name, sale)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function revenueOf(name: string, { sections, currency }: Sale): string {
  const found = sections.find(({ section }) => section === name);
  return formatMoney(found?.revenue ?? '0', currency);
}
