import { useMutation, useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useFieldArray, useForm } from 'react-hook-form';

import { toApiError } from '@/api/apiError';
import { editCategories, fetchCategories, fetchEventSettings } from '@/api/organiserEvents';
import type { EventSettings, PricedCategories } from '@/api/types';
import { useAnnounce } from '@/components/announce';
import { Button } from '@/components/Button';
import { Failure } from '@/components/Failure';
import { Skeleton } from '@/components/Skeleton';
import { ErrorNote } from '@/features/organise/ErrorNote';
import { Section } from '@/features/organise/events/Controls';
import { amount } from '@/features/organise/events/settingsForm';
import { StaleNote } from '@/features/organise/events/StaleNote';
import { useSettled } from '@/features/organise/events/useSettled';
import { t } from '@/i18n/language';
import { enteredAmount } from '@/i18n/money';
import { formatNumber } from '@/i18n/numbers';
import { categoriesQuery } from '@/queries/organiserEvents';

interface Values {
  categories: { categoryId: number; name: string; color: string; price: string; seats: number }[];
}

const PLAIN_COLOR = /^#[\da-f]{6}$/i;

/** The names, colours and prices of an event's categories. */
export function CategoryTable({ event }: { readonly event: EventSettings }) {
  const { data, error, refetch } = useQuery(categoriesQuery(event.id));
  return (
    <Section
      title={t('organiserEvents:section_categories')}
      note={t('organiserEvents:categories_note')}
    >
      {data !== undefined && <Rows event={event} found={data} />}
      {data === undefined && error === null && <Skeleton shape="card" />}
      {data === undefined && error !== null && (
        <Failure error={error} onRetry={() => void refetch()} />
      )}
    </Section>
  );
}

function valuesOf({ categories }: PricedCategories, currency: string): Values {
  return {
    categories: categories.map(({ id, name, color, price, seats }) => ({
      categoryId: id,
      name,
      color,
      price: price === null ? '' : enteredAmount(price, currency),
      seats,
    })),
  };
}

interface RowsProps {
  readonly event: EventSettings;
  readonly found: PricedCategories;
}

function Rows({ event, found }: RowsProps) {
  const announce = useAnnounce();
  const settle = useSettled(event.id);
  const { control, register, handleSubmit, reset, formState } = useForm<Values>({
    defaultValues: valuesOf(found, event.currency),
  });
  const { fields } = useFieldArray({ control, name: 'categories' });
  useEffect(() => {
    reset(valuesOf(found, event.currency), { keepDirtyValues: true });
  }, [found, event.currency, reset]);
  const save = useMutation({
    mutationFn: async ({ categories }: Values) => {
      const saved = await editCategories(
        event.id,
        categories.map(({ categoryId, name, color, price }) => ({
          id: categoryId,
          name,
          color,
          price: amount(price) || null,
        })),
        found.revision,
      );
      return { saved, event: await fetchEventSettings(event.id, AbortSignal.timeout(10_000)) };
    },
    retry: false,
    onSuccess: ({ saved, event: current }) => {
      reset(valuesOf(saved, current.currency));
      settle(current);
      announce(t('organiserEvents:saved'), 'good');
    },
  });
  const loadTheirs = useMutation({
    mutationFn: async () => {
      const signal = AbortSignal.timeout(10_000);
      const theirs = await fetchCategories(event.id, signal);
      return { theirs, event: await fetchEventSettings(event.id, signal) };
    },
    onSuccess: ({ event: current }) => {
      save.reset();
      settle(current);
    },
  });
  if (found.categories.length === 0) {
    return <p className="event-section__note">{t('organiserEvents:categories_none')}</p>;
  }
  const error = save.error === null ? null : toApiError(save.error);
  const problems = [...(error?.fields.values() ?? [])].flat();
  return (
    <form
      onSubmit={(submitted) => {
        void handleSubmit((values) => {
          save.mutate(values);
        })(submitted);
      }}
    >
      <table className="event-categories">
        <thead>
          <tr>
            <th scope="col">{t('organiserEvents:color')}</th>
            <th scope="col">{t('organiserEvents:category')}</th>
            <th scope="col" className="event-categories__number">
              {t('organiserEvents:seats')}
            </th>
            <th scope="col">
              {t('organiserEvents:price')} ({event.currency})
            </th>
          </tr>
        </thead>
        <tbody>
          {fields.map(({ id, name, color, seats }, row) => (
            <tr key={id}>
              <td>
                <input
                  {...register(`categories.${row}.color`)}
                  className="event-categories__color"
                  type={PLAIN_COLOR.test(color) ? 'color' : 'text'}
                  aria-label={t('organiserEvents:categoryColor', { category: name })}
                />
              </td>
              <td>
                <input
                  {...register(`categories.${row}.name`)}
                  className="field__input"
                  maxLength={100}
                  aria-label={t('organiserEvents:categoryName', { number: row + 1 })}
                />
              </td>
              <td className="tabular event-categories__number">{formatNumber(seats)}</td>
              <td>
                <input
                  {...register(`categories.${row}.price`)}
                  className="field__input event-categories__price"
                  inputMode="decimal"
                  placeholder={enteredAmount(event.price, event.currency)}
                  aria-label={t('organiserEvents:categoryPrice', { category: name })}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {found.seats_without > 0 && (
        <p className="event-section__note">
          {t('organiserEvents:seatsWithout', { count: found.seats_without })}
        </p>
      )}
      {problems.length > 0 && (
        <p className="dialog__error" role="alert">
          {problems.join(' ')}
        </p>
      )}
      {error?.code === 'stale_event' ? (
        <StaleNote
          error={error}
          busy={loadTheirs.isPending}
          onLoad={() => {
            loadTheirs.mutate();
          }}
        />
      ) : (
        <ErrorNote error={save.error} />
      )}
      <div className="event-section__actions">
        <Button
          look={formState.isDirty ? 'primary' : 'quiet'}
          type="submit"
          busy={save.isPending || !formState.isDirty}
        >
          {t('organiserEvents:save')}
        </Button>
      </div>
    </form>
  );
}
