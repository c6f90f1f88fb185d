import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useId, useMemo, useRef } from 'react';
import { useFieldArray, useForm } from 'react-hook-form';

import { toApiError } from '@/api/apiError';
import { fetchEvent } from '@/api/events';
import { fetchCategories, fetchEventSettings, replaceTicketTypes } from '@/api/organiserEvents';
import type { EventSettings, PricedCategories, TicketType } from '@/api/types';
import { useAnnounce } from '@/components/announce';
import { Button } from '@/components/Button';
import { Icon } from '@/components/Icon';
import { ErrorNote } from '@/features/organise/ErrorNote';
import { StaleNote } from '@/features/organise/events/StaleNote';
import {
  columnsOf,
  editsOf,
  fieldAt,
  mergedRows,
  type PriceColumn,
  rowsOf,
  type TypeRow,
  type TypeValues,
} from '@/features/organise/events/ticketTypeRows';
import { TicketTypesTable } from '@/features/organise/events/TicketTypesTable';
import { useSettled } from '@/features/organise/events/useSettled';
import { t } from '@/i18n/language';
import { categoriesQuery, ticketTypesQuery } from '@/queries/organiserEvents';

/** As many as the server takes. */
const MAX_TYPES = 20;
const TIMEOUT_MS = 10_000;

interface FoundTypes {
  readonly types: readonly TicketType[];
  readonly revision: number;
}

interface TicketTypesFormProps {
  readonly event: EventSettings;
  readonly priced: PricedCategories;
  readonly found: FoundTypes;
}

/** The form that replaces an event's ticket types. */
export function TicketTypesForm({ event, priced, found }: TicketTypesFormProps) {
  const announce = useAnnounce();
  const settle = useSettled(event.id);
  const queryClient = useQueryClient();
  const formId = useId();
  const columns = useMemo(() => columnsOf(priced, found.types), [priced, found.types]);
  const stored = useMemo(
    () => rowsOf(found.types, columns, event.currency),
    [found.types, columns, event.currency],
  );
  const form = useForm<TypeValues>({ defaultValues: { types: stored } });
  const { control, handleSubmit, reset, getValues, setError, formState } = form;
  const { fields, append, remove, move, replace } = useFieldArray({ control, name: 'types' });
  const { isDirty } = formState;

  // What others saved shows in the cells that were not changed here.
  const base = useRef(stored);
  useEffect(() => {
    if (base.current === stored) return;
    const merged = mergedRows(base.current, getValues('types'), stored);
    base.current = stored;
    reset({ types: stored });
    replace(merged);
  }, [stored, reset, replace, getValues]);

  const load = async () => {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const [detail, categories, current] = await Promise.all([
      fetchEvent(event.id, signal),
      fetchCategories(event.id, signal),
      fetchEventSettings(event.id, signal),
    ]);
    return {
      types: { types: detail.ticket_types, revision: detail.revision },
      categories,
      current,
    };
  };
  const show = ({ types, categories, current }: Awaited<ReturnType<typeof load>>) => {
    queryClient.setQueryData(categoriesQuery(event.id).queryKey, categories);
    queryClient.setQueryData(ticketTypesQuery(event.id).queryKey, types);
    settle(current);
  };
  const save = useMutation({
    mutationFn: async ({ types }: TypeValues) => {
      await replaceTicketTypes(event.id, editsOf(types, columns), found.revision);
      return load();
    },
    retry: false,
    onSuccess: (loaded) => {
      const saved = columnsOf(loaded.categories, loaded.types.types);
      base.current = rowsOf(loaded.types.types, saved, loaded.current.currency);
      reset({ types: base.current });
      show(loaded);
      announce(t('organiserEvents:saved'), 'good');
    },
    onError: (cause, { types }) => {
      for (const [place, sentences] of toApiError(cause).fields) {
        const field = fieldAt(place, types, columns);
        if (field !== null) {
          setError(field, { message: sentences.join(' ') }, { shouldFocus: true });
        }
      }
    },
  });
  const loadTheirs = useMutation({
    mutationFn: load,
    onSuccess: (loaded) => {
      save.reset();
      show(loaded);
    },
  });

  const error = save.error === null ? null : toApiError(save.error);
  const sent = save.variables?.types ?? [];
  const problems = [...(error?.fields ?? [])]
    .filter(([place]) => fieldAt(place, sent, columns) === null)
    .flatMap(([, sentences]) => sentences);
  const addId = `${formId}-add`;
  return (
    <form
      className="ticket-types-form"
      noValidate
      onSubmit={(submitted) => {
        void handleSubmit((values) => {
          save.mutate(values);
        })(submitted);
      }}
    >
      {fields.length === 0 ? (
        <p className="event-section__note">{t('organiserEvents:ticketTypes_none')}</p>
      ) : (
        <TicketTypesTable
          event={event}
          columns={columns}
          fieldIds={fields.map(({ id }) => id)}
          form={form}
          onMove={(row, place) => {
            move(row, place);
          }}
          onRemove={(row) => {
            remove(row);
            document.getElementById(addId)?.focus();
          }}
        />
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
          id={addId}
          busy={fields.length >= MAX_TYPES}
          onClick={() => {
            append(newRow(columns), { focusName: `types.${fields.length}.name` });
          }}
        >
          <Icon name="plus" />
          {t('organiserEvents:ticketType_add')}
        </Button>
        {isDirty && (
          <Button
            onClick={() => {
              save.reset();
              reset({ types: base.current });
            }}
          >
            {t('organiserEvents:discard')}
          </Button>
        )}
        <Button
          look={isDirty ? 'primary' : 'quiet'}
          type="submit"
          busy={save.isPending || !isDirty}
        >
          {t('organiserEvents:save')}
        </Button>
      </div>
      {fields.length >= MAX_TYPES && (
        <p className="event-section__note">
          {t('organiserEvents:ticketTypes_most', { count: MAX_TYPES })}
        </p>
      )}
    </form>
  );
}

function newRow(columns: readonly PriceColumn[]): TypeRow {
  const prices = Object.fromEntries(columns.map(({ key }) => [key, '']));
  return { typeId: null, name: '', prices };
}
