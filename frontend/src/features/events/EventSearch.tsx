import { useEffect, useId, useRef, useState } from 'react';

import { Button } from '@/components/Button';
import { Field } from '@/components/Field';
import { Icon } from '@/components/Icon';
import { type EventFilter, MAX_SEARCH_LENGTH } from '@/features/events/eventFilter';
import { t } from '@/i18n/language';

/** How long to wait for the next letter. */
const TYPING_MS = 300;

export const NO_FILTER: EventFilter = { search: '', from: '', until: '' };

interface EventSearchProps {
  readonly filter: EventFilter;
  readonly onChange: (filter: EventFilter) => void;
}

/** Search by words and days. Words apply shortly after the last letter. */
export function EventSearch({ filter, onChange }: EventSearchProps) {
  const id = useId();
  const [typed, setTyped] = useState<string | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const input = useRef<HTMLInputElement>(null);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
    },
    [],
  );

  function apply(change: Partial<EventFilter>): void {
    clearTimeout(timer.current);
    setTyped(null);
    onChange({ ...filter, search: typed ?? filter.search, ...change });
  }

  const areSwapped = filter.from !== '' && filter.until !== '' && filter.from > filter.until;
  return (
    <search>
      <form
        className="event-search"
        onSubmit={(submit) => {
          submit.preventDefault();
          apply({});
        }}
      >
        <div className="field event-search__words">
          <label className="field__label" htmlFor={id}>
            {t('events:search')}
          </label>
          <div className="event-search__box">
            <Icon name="search" />
            <input
              ref={input}
              id={id}
              className="field__input"
              type="search"
              enterKeyHint="search"
              autoComplete="off"
              maxLength={MAX_SEARCH_LENGTH}
              placeholder={t('events:search_example')}
              value={typed ?? filter.search}
              onChange={({ target: { value } }) => {
                const { href } = window.location;
                setTyped(value);
                clearTimeout(timer.current);
                timer.current = setTimeout(() => {
                  // The list stays until the page of a link that was followed is loaded.
                  if (window.location.href !== href) return;
                  setTyped(null);
                  onChange({ ...filter, search: value });
                }, TYPING_MS);
              }}
            />
          </div>
        </div>
        <Field
          label={t('events:search_from')}
          type="date"
          value={filter.from}
          onChange={({ target }) => {
            apply({ from: target.value });
          }}
        />
        <Field
          label={t('events:search_until')}
          type="date"
          min={filter.from}
          value={filter.until}
          errors={areSwapped ? [t('events:search_swapped')] : []}
          onChange={({ target }) => {
            apply({ until: target.value });
          }}
        />
        {Object.values({ ...filter, typed }).some(Boolean) && (
          <Button
            look="plain"
            onClick={() => {
              apply(NO_FILTER);
              // The button is about to go.
              input.current?.focus();
            }}
          >
            {t('events:search_clear')}
          </Button>
        )}
      </form>
    </search>
  );
}
