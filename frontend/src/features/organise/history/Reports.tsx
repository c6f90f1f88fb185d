import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useId } from 'react';

import type { Reports as ReportsData } from '@/api/types';
import { Failure } from '@/components/Failure';
import { assertNever } from '@/domain/assertNever';
import { methodName } from '@/domain/payments';
import { Skeleton } from '@/components/Skeleton';
import { formatDay } from '@/features/organise/history/formats';
import { t } from '@/i18n/language';
import { formatMoney, sumAmounts } from '@/i18n/money';
import { formatNumber } from '@/i18n/numbers';
import { reportsQuery } from '@/queries/history';

/** Sums of the sale by day, category, ticket type and payment method. */
export function Reports({ eventId }: { readonly eventId: number }) {
  const { data: reports, error, refetch } = useQuery(reportsQuery(eventId));
  return (
    <section className="panel reports" aria-labelledby="reports">
      <h2 id="reports">{t('history:reports')}</h2>
      {reports === undefined ? (
        error === null ? (
          <Skeleton shape="card" />
        ) : (
          <Failure error={error} onRetry={() => void refetch()} />
        )
      ) : reports.days.length === 0 ? (
        <p className="panel__note">{t('history:noBookings')}</p>
      ) : (
        <Tables reports={reports} />
      )}
    </section>
  );
}

function Tables({ reports }: { readonly reports: ReportsData }) {
  const {
    currency,
    days,
    categories,
    ticket_types: types,
    methods,
    promo_codes: codes,
    taxes,
    total,
    settlements,
    paid_back: back,
  } = reports;
  const money = (amount: string) => formatMoney(amount, currency);
  return (
    <>
      <Table
        title={t('history:byDay')}
        columns={[t('history:day'), ...BOOKED(), t('history:left')]}
        rows={days.map(({ day, made, ended, left }) => [
          formatDay(day),
          formatNumber(made.bookings),
          formatNumber(made.tickets),
          money(made.total),
          money(ended.total),
          money(left.total),
        ])}
        sums={[
          formatNumber(sumOf(days.map(({ made }) => made.bookings))),
          formatNumber(sumOf(days.map(({ made }) => made.tickets))),
          money(sumAmounts(days.map(({ made }) => made.total))),
          money(sumAmounts(days.map(({ ended }) => ended.total))),
          money(total.total),
        ]}
      />
      <TicketTable
        title={t('history:byCategory')}
        name={t('history:category')}
        groups={categories}
        unnamed={t('history:noCategory')}
        money={money}
      />
      <TicketTable
        title={t('history:byType')}
        name={t('history:type')}
        groups={types}
        unnamed={t('history:noType')}
        money={money}
      />
      <Table
        title={t('history:byMethod')}
        columns={[
          t('history:method'),
          t('history:bookings'),
          t('history:tickets'),
          t('history:fees'),
          t('history:due'),
          t('history:left'),
        ]}
        rows={methods.map(({ channel, method, name, left, due }) => [
          methodText(channel, method, name),
          formatNumber(left.bookings),
          formatNumber(left.tickets),
          money(left.fees),
          money(due),
          money(left.total),
        ])}
        sums={[
          formatNumber(total.bookings),
          formatNumber(total.tickets),
          money(total.fees),
          money(sumAmounts(methods.map(({ due }) => due))),
          money(total.total),
        ]}
      />
      {codes.length > 0 && (
        <TicketTable
          title={t('history:byPromoCode')}
          name={t('history:promoCode')}
          groups={codes.map(({ label, code, ...sums }) => ({ name: `${label}: ${code}`, ...sums }))}
          unnamed=""
          money={money}
        />
      )}
      <Table
        title={t('history:taxes')}
        columns={[t('history:rate'), t('history:total'), t('history:taxes')]}
        rows={taxes.map(({ percent, total: taxed, tax }) => [
          percent === null
            ? t('history:noTax')
            : t('history:taxRate', { percent: Number(percent) }),
          money(taxed),
          money(tax),
        ])}
        sums={[
          money(sumAmounts(taxes.map(({ total: taxed }) => taxed))),
          money(sumAmounts(taxes.map(({ tax }) => tax))),
        ]}
      />
      {settlements.length > 0 && (
        <Table
          title={t('history:settlements')}
          columns={[t('history:method'), t('history:paid'), t('history:paidBack')]}
          rows={settlements.map(({ method, paid, paid_back: back }) => [
            t(method === 'cash' ? 'history:method_cash' : 'history:method_cardReader'),
            money(paid),
            money(back),
          ])}
          sums={[
            money(sumAmounts(settlements.map(({ paid }) => paid))),
            money(sumAmounts(settlements.map(({ paid_back: back }) => back))),
          ]}
        />
      )}
      {(Number(back.due) > 0 || Number(back.paid_back) > 0) && (
        <Table
          title={t('history:payBack')}
          columns={[t('history:payBack'), t('history:payBackDue'), t('history:payBackDone')]}
          rows={[]}
          sums={[money(back.due), money(back.paid_back)]}
        />
      )}
    </>
  );
}

/** Methods of the box office and the usual ones are translated; others have their own names. */
function methodText(
  channel: ReportsData['methods'][number]['channel'],
  method: string,
  name: string,
): string {
  switch (channel) {
    case 'online':
      return `${t('history:online')}, ${methodName({ name })}`;
    case 'comp':
      return t('history:comp');
    case 'box_office':
      return t(method === 'cash' ? 'history:soldForCash' : 'history:soldByCardReader');
    default:
      return assertNever(channel);
  }
}

const BOOKED = () => [
  t('history:bookings'),
  t('history:tickets'),
  t('history:made'),
  t('history:ended'),
];

interface TicketTableProps {
  readonly title: string;
  /** Of the first column. */
  readonly name: string;
  readonly groups: ReportsData['categories'];
  readonly unnamed: string;
  readonly money: (amount: string) => string;
}

function TicketTable({ title, name, groups, unnamed, money }: TicketTableProps) {
  return (
    <Table
      title={title}
      note={t('history:ticketsOnly')}
      columns={[
        name,
        t('history:tickets'),
        t('history:made'),
        t('history:ended'),
        t('history:left'),
      ]}
      rows={groups.map(({ name: group, made, ended, left }) => [
        group || unnamed,
        formatNumber(left.tickets),
        money(made.prices),
        money(ended.prices),
        money(left.prices),
      ])}
      sums={[
        formatNumber(sumOf(groups.map(({ left }) => left.tickets))),
        money(sumAmounts(groups.map(({ made }) => made.prices))),
        money(sumAmounts(groups.map(({ ended }) => ended.prices))),
        money(sumAmounts(groups.map(({ left }) => left.prices))),
      ]}
    />
  );
}

interface TableProps {
  readonly title: string;
  readonly note?: ReactNode;
  readonly columns: readonly string[];
  /** Each begins with its name. */
  readonly rows: readonly (readonly string[])[];
  readonly sums: readonly string[];
}

function Table({ title, note, columns, rows, sums }: TableProps) {
  const id = useId();
  return (
    <div className="report">
      <h3 id={id}>
        {title}
        {note !== undefined && <small> {note}</small>}
      </h3>
      <div className="report__scroll" tabIndex={0} role="region" aria-labelledby={id}>
        <table aria-labelledby={id}>
          <thead>
            <tr>
              {columns.map((name, place) => (
                <th scope="col" key={place}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody className="tabular">
            {rows.map(([name, ...cells]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                {cells.map((cell, place) => (
                  <td key={place}>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
          <tfoot className="tabular">
            <tr>
              <th scope="row">{t('history:sum')}</th>
              {sums.map((cell, place) => (
                <td key={place}>{cell}</td>
              ))}
            </tr>
          </tfoot>
        </table>
      </div>
    </div>
  );
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
