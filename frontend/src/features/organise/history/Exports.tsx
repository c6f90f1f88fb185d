import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import {
  downloadExport,
  EXPORT_FORMS,
  EXPORT_TABLES,
  type ExportForm,
  type ExportTable,
} from '@/api/history';
import { toApiError } from '@/api/apiError';
import { saveFile } from '@/browser/saveFile';
import { Button } from '@/components/Button';
import { assertNever } from '@/domain/assertNever';
import { t } from '@/i18n/language';
import { formatNumber } from '@/i18n/numbers';
import { actionsQuery } from '@/queries/history';

type State =
  | { readonly name: 'idle' }
  | { readonly name: 'saved' }
  | { readonly name: 'failed'; readonly why: string }
  /** `arrived` is null while the rows that have arrived cannot be counted. */
  | { readonly name: 'loading'; readonly arrived: number | null; readonly rows: number };

/** Files of the sale, with the progress of the one that is being loaded. */
export function Exports({ eventId }: { readonly eventId: number }) {
  const queryClient = useQueryClient();
  const [state, setState] = useState<State>({ name: 'idle' });

  async function download(table: ExportTable, form: ExportForm) {
    setState({ name: 'loading', arrived: null, rows: 0 });
    try {
      const file = await downloadExport(eventId, table, form, (arrived, rows) => {
        setState({ name: 'loading', arrived, rows });
      });
      saveFile(`event-${eventId}-${table}.${form}`, file.type, file);
      setState({ name: 'saved' });
    } catch (error) {
      setState({ name: 'failed', why: toApiError(error).message });
    }
    void queryClient.invalidateQueries({ queryKey: actionsQuery(eventId).queryKey });
  }

  return (
    <section className="panel exports" aria-labelledby="exports">
      <h2 id="exports">{t('history:exports')}</h2>
      <p className="panel__note">{t('history:exportHint')}</p>
      <ul className="exports__list">
        {EXPORT_TABLES.map((table) => (
          <li key={table}>
            <span>{t(`history:table_${table}`)}</span>
            <span className="exports__forms">
              {EXPORT_FORMS.map((form) => (
                <Button
                  key={form}
                  busy={state.name === 'loading'}
                  aria-label={t('history:exportAs', {
                    table: t(`history:table_${table}`),
                    form: form.toUpperCase(),
                  })}
                  onClick={() => void download(table, form)}
                >
                  {form.toUpperCase()}
                </Button>
              ))}
            </span>
          </li>
        ))}
      </ul>
      <Progress state={state} />
    </section>
  );
}

function Progress({ state }: { readonly state: State }) {
  const isLoading = state.name === 'loading';
  return (
    <div className="exports__state">
      {isLoading && (
        <progress
          aria-label={t('history:exports')}
          {...(state.arrived !== null && { value: state.arrived, max: state.rows })}
        />
      )}
      <p
        role={state.name === 'failed' ? 'alert' : 'status'}
        className={state.name === 'failed' ? 'dialog__error' : 'tabular'}
      >
        {textOf(state)}
      </p>
    </div>
  );
}

function textOf(state: State): string {
  switch (state.name) {
    case 'idle':
      return '';
    case 'saved':
      return t('history:exported');
    case 'failed':
      return state.why;
    case 'loading':
      if (state.rows === 0) return t('history:starting');
      return state.arrived === null
        ? t('history:preparing', { count: state.rows })
        : t('history:exporting', {
            arrived: formatNumber(state.arrived),
            rows: formatNumber(state.rows),
          });
    default:
      return assertNever(state);
  }
}
