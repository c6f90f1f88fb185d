import { type ReactNode, useId, useState } from 'react';

import type { SeatCriteria } from '@/api/seats';
import type { EventDetail } from '@/api/types';
import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import type { Section } from '@/domain/seatMap/sections';
import { findRefusal } from '@/features/seats/find/findRefusal';
import { Stepper } from '@/features/seats/find/Stepper';
import type { Find } from '@/features/seats/find/useFind';
import { t } from '@/i18n/language';
import { formatMoney } from '@/i18n/money';

import './find.css';

interface FindDialogProps {
  readonly event: EventDetail;
  readonly sections: readonly Section[];
  /** How many more seats the person may hold. */
  readonly spare: number;
  readonly find: Find;
  readonly onClose: () => void;
}

const USUAL_PARTY = 2;

export function FindDialog(props: FindDialogProps) {
  return (
    <Dialog title={t('choosing:find_title')} onDismiss={props.onClose}>
      {props.spare < 1 ? <CapReached {...props} /> : <WishForm {...props} />}
    </Dialog>
  );
}

function WishForm({ event, sections, spare, find, onClose }: FindDialogProps) {
  const [wish, setWish] = useState<SeatCriteria>({
    count: Math.min(USUAL_PARTY, spare),
    by: 'view',
    section: null,
    category: null,
  });
  // Another tab may have taken seats meanwhile.
  const count = Math.min(wish.count, spare);
  const largest = find.error?.largestParty ?? 0;
  const change = (changes: Partial<SeatCriteria>) => {
    setWish({ ...wish, ...changes });
    find.reset();
  };
  const send = (party: number) => {
    setWish({ ...wish, count: party });
    find.find({ ...wish, count: party });
  };

  return (
    <form
      className="find"
      onSubmit={(submit) => {
        submit.preventDefault();
        send(count);
      }}
    >
      <p className="dialog__lead">{t('choosing:find_lead')}</p>
      <Stepper
        value={count}
        most={spare}
        onChange={(next) => {
          change({ count: next });
        }}
      />
      <Ways
        by={wish.by}
        onChoose={(by) => {
          change({ by });
        }}
      />
      {sections.length > 1 && (
        <Chooser
          label={t('choosing:find_section')}
          any={t('choosing:find_anySection')}
          value={wish.section}
          options={sections.map(({ name }) => [name, name] as const)}
          onChoose={(section) => {
            change({ section });
          }}
        />
      )}
      {event.categories.length > 1 && (
        <Chooser
          label={t('choosing:find_category')}
          any={t('choosing:find_anyCategory')}
          value={wish.category === null ? null : String(wish.category)}
          options={event.categories.map(({ id, name, price }) => [
            String(id),
            t('choosing:find_categoryFor', {
              category: name,
              price: formatMoney(price ?? event.price, event.currency),
            }),
          ])}
          onChoose={(category) => {
            change({ category: category === null ? null : Number(category) });
          }}
        />
      )}
      <div className="find__refusal">
        <div role="alert">
          {find.error !== null && <p className="dialog__error">{findRefusal(find.error)}</p>}
        </div>
        {largest > 0 && largest < count && (
          <Button
            onClick={() => {
              send(largest);
            }}
          >
            {t('choosing:find_fewerInstead', { count: largest })}
          </Button>
        )}
      </div>
      <p className="visually-hidden" role="status">
        {find.isBusy && t('choosing:find_searching')}
      </p>
      <div className="dialog__actions">
        <Button onClick={onClose}>{t('choosing:find_cancel')}</Button>
        <Button look="primary" type="submit" data-initial-focus busy={find.isBusy}>
          {t('choosing:find_go', { count })}
        </Button>
      </div>
    </form>
  );
}

interface WaysProps {
  readonly by: SeatCriteria['by'];
  readonly onChoose: (by: SeatCriteria['by']) => void;
}

function Ways({ by, onChoose }: WaysProps) {
  const name = useId();
  const labels = { view: t('choosing:find_byView'), price: t('choosing:find_byPrice') };
  return (
    <fieldset className="find__ways">
      <legend className="find__label">{t('choosing:find_by')}</legend>
      {(['view', 'price'] as const).map((way) => (
        <label key={way} className="find__way">
          <input
            type="radio"
            name={name}
            checked={way === by}
            onChange={() => {
              onChoose(way);
            }}
          />
          {labels[way]}
        </label>
      ))}
    </fieldset>
  );
}

interface ChooserProps {
  readonly label: string;
  /** What no choice is called. */
  readonly any: string;
  readonly value: string | null;
  readonly options: readonly (readonly [value: string, label: string])[];
  readonly onChoose: (value: string | null) => void;
}

function Chooser({ label, any, value, options, onChoose }: ChooserProps): ReactNode {
  // By place, since a section may be called anything, nothing included.
  const chosen = options.findIndex(([option]) => option === value);
  return (
    <label className="find__field">
      <span className="find__label">{label}</span>
      <select
        className="find__select"
        value={chosen}
        onChange={({ target }) => {
          onChoose(options[Number(target.value)]?.[0] ?? null);
        }}
      >
        <option value={-1}>{any}</option>
        {options.map(([option, name], place) => (
          <option key={option} value={place}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

function CapReached({ onClose }: FindDialogProps) {
  return (
    <>
      <p className="dialog__lead">{t('choosing:find_capReached')}</p>
      <div className="dialog__actions">
        <Button look="primary" onClick={onClose}>
          {t('choosing:find_back')}
        </Button>
      </div>
    </>
  );
}
