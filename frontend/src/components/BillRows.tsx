import { t } from '@/i18n/language';
import { formatMoney } from '@/i18n/money';

interface BillRowsProps {
  readonly bill: {
    readonly fees: string;
    readonly total: string;
    readonly taxPercent: string | null;
  };
  readonly currency: string;
  /** How many columns there are before the amounts. */
  readonly columns?: number;
}

/** The last rows of a table of seats: fees if there are any, the total, and the tax in it. */
export function BillRows({
  bill: { fees, total, taxPercent },
  currency,
  columns = 1,
}: BillRowsProps) {
  return (
    <tfoot>
      {Number(fees) > 0 && (
        <tr className="bill__fees">
          <th scope="row" colSpan={columns}>
            {t('bill_fees')}
          </th>
          <td className="tabular">{formatMoney(fees, currency)}</td>
        </tr>
      )}
      <tr>
        <th scope="row" colSpan={columns}>
          {t('bill_total')}
          {taxPercent !== null && (
            <>
              {' '}
              <small className="bill__tax">
                {t('bill_tax', {
                  percent: Number(taxPercent),
                  tax: formatMoney(taxIn(total, taxPercent), currency),
                })}
              </small>
            </>
          )}
        </th>
        <td className="tabular">{formatMoney(total, currency)}</td>
      </tr>
    </tfoot>
  );
}

/** The tax that an amount includes. */
function taxIn(total: string, percent: string): string {
  return ((Number(total) * Number(percent)) / (100 + Number(percent))).toFixed(2);
}
