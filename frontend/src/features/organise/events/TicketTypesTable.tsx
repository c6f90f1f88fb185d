import { type ComponentProps, useEffect, useId, useRef } from 'react';
import { type UseFormReturn, useWatch } from 'react-hook-form';

import type { EventSettings } from '@/api/types';
import { useAnnounce } from '@/components/announce';
import { Icon } from '@/components/Icon';
import type { PriceColumn, TypeValues } from '@/features/organise/events/ticketTypeRows';
import { t } from '@/i18n/language';
import { formatMoney } from '@/i18n/money';

interface TicketTypesTableProps {
  readonly event: EventSettings;
  readonly columns: readonly PriceColumn[];
  /** In the order of the rows. */
  readonly fieldIds: readonly string[];
  readonly form: UseFormReturn<TypeValues>;
  readonly onMove: (row: number, place: number) => void;
  readonly onRemove: (row: number) => void;
}

/** Ticket types by category, with a price in each cell where they are sold. */
export function TicketTypesTable({
  event,
  columns,
  fieldIds,
  form: { control, register, formState },
  onMove,
  onRemove,
}: TicketTypesTableProps) {
  const announce = useAnnounce();
  const tableId = useId();
  const rows = useWatch({ control, name: 'types' });
  const { errors } = formState;

  // A button that moved loses the focus.
  const focusNext = useRef<string | null>(null);
  useEffect(() => {
    if (focusNext.current !== null) document.getElementById(focusNext.current)?.focus();
    focusNext.current = null;
  }, [fieldIds]);

  const nameOf = (row: number) => {
    const name = rows[row]?.name.trim() ?? '';
    return name === '' ? t('organiserEvents:ticketType_unnamed', { number: row + 1 }) : name;
  };
  const moveTo = (row: number, place: number, direction: 'down' | 'up') => {
    const count = fieldIds.length;
    announce(t('organiserEvents:ticketType_moved', { type: nameOf(row), place: place + 1, count }));
    focusNext.current = `${tableId}-${direction}-${fieldIds[row] ?? ''}`;
    onMove(row, place);
  };
  return (
    <div className="ticket-types__scroll">
      <table className="ticket-types">
        <thead>
          <tr>
            <th scope="col">{t('organiserEvents:ticketType')}</th>
            {columns.map((column) => (
              <th key={column.key} scope="col" className="ticket-types__price">
                {titleOf(column, columns)}
                <span className="ticket-types__standard">{standardOf(column, event)}</span>
              </th>
            ))}
            <td />
          </tr>
        </thead>
        <tbody>
          {fieldIds.map((id, row) => (
            <tr key={id}>
              <td className="ticket-types__name">
                <Cell
                  {...register(`types.${row}.name`)}
                  label={t('organiserEvents:ticketType_name', { number: row + 1 })}
                  error={errors.types?.[row]?.name?.message}
                  maxLength={60}
                />
              </td>
              {columns.map((column) => (
                <td key={column.key} className="ticket-types__price">
                  <span className="ticket-types__label" aria-hidden="true">
                    {titleOf(column, columns)}
                    <span className="ticket-types__standard">{standardOf(column, event)}</span>
                  </span>
                  <Cell
                    {...register(`types.${row}.prices.${column.key}`)}
                    label={t('organiserEvents:ticketType_price', {
                      type: nameOf(row),
                      category: titleOf(column, columns),
                    })}
                    error={errors.types?.[row]?.prices?.[column.key]?.message}
                    inputMode="decimal"
                    placeholder={t('organiserEvents:ticketType_notSold')}
                  />
                </td>
              ))}
              <td className="ticket-types__tools">
                <button
                  id={`${tableId}-up-${id}`}
                  type="button"
                  className="icon-button"
                  aria-label={t('organiserEvents:ticketType_up', { type: nameOf(row) })}
                  aria-disabled={row === 0}
                  onClick={() => {
                    if (row > 0) moveTo(row, row - 1, 'up');
                  }}
                >
                  <Icon name="chevron" />
                </button>
                <button
                  id={`${tableId}-down-${id}`}
                  type="button"
                  className="icon-button ticket-types__down"
                  aria-label={t('organiserEvents:ticketType_down', { type: nameOf(row) })}
                  aria-disabled={row === fieldIds.length - 1}
                  onClick={() => {
                    if (row < fieldIds.length - 1) moveTo(row, row + 1, 'down');
                  }}
                >
                  <Icon name="chevron" />
                </button>
                <button
                  type="button"
                  className="icon-button"
                  aria-label={t('organiserEvents:ticketType_remove', { type: nameOf(row) })}
                  onClick={() => {
                    announce(t('organiserEvents:ticketType_removed', { type: nameOf(row) }));
                    onRemove(row);
                  }}
                >
                  <Icon name="close" />
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface CellProps extends ComponentProps<'input'> {
  readonly label: string;
  readonly error: string | undefined;
}

function Cell({ label, error, ...input }: CellProps) {
  const noteId = useId();
  return (
    <>
      <input
        {...input}
        className="field__input"
        autoComplete="off"
        aria-label={label}
        aria-invalid={error !== undefined}
        aria-describedby={error === undefined ? undefined : noteId}
      />
      {error !== undefined && (
        <p id={noteId} className="field__note" data-error="true">
          {error}
        </p>
      )}
    </>
  );
}

function titleOf({ category }: PriceColumn, columns: readonly PriceColumn[]): string {
  if (category !== null) return category.name;
  return columns.length === 1
    ? t('organiserEvents:ticketTypes_allSeats')
    : t('organiserEvents:ticketTypes_withoutCategory');
}

function standardOf({ category }: PriceColumn, { price, currency }: EventSettings): string {
  return t('organiserEvents:ticketTypes_standard', {
    price: formatMoney(category?.price ?? price, currency),
  });
}
