import { type ReactNode, useId, useMemo, useState } from 'react';

import type { SeatCriteria } from '@/api/seats';
import type { EventDetail } from '@/api/types';
import type { Scene } from '@/canvas/scene';
import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import type { FreeCounts } from '@/domain/seatMap/numbering';
import type { MapSeat } from '@/domain/seatMap/seats';
import { leftIn, type StandingArea } from '@/domain/seatMap/standing';
import { standingLeftText } from '@/features/seats/seatLabels';
import { wishesAmong } from '@/domain/seatMap/features';
import { WishChoices } from '@/features/seats/filter/WishChoices';
import { seatFinderErrorText } from '@/features/seats/finder/seatFinderError';
import { Stepper } from '@/features/seats/finder/Stepper';
import type { SeatFinder } from '@/features/seats/finder/useSeatFinder';
import { sectionName } from '@/features/seats/sectionName';
import { t } from '@/i18n/language';
import { formatMoney } from '@/i18n/money';

import './finder.css';

interface SeatFinderDialogProps {
  readonly event: EventDetail;
  readonly scene: Pick<Scene, 'facts' | 'sections' | 'wishes'>;
  /** The standing area to find places in; null to find seats. */
  readonly area: StandingArea | null;
  readonly seats: readonly MapSeat[];
  readonly counts: FreeCounts | null;
  /** How many more seats the user may hold. */
  readonly remaining: number;
  readonly find: SeatFinder;
  readonly onClose: () => void;
}

const USUAL_PARTY = 2;

export function SeatFinderDialog(props: SeatFinderDialogProps) {
  const { area, remaining, onClose } = props;
  return (
    <Dialog title={area?.name ?? t('finder:title')} onDismiss={onClose}>
      {remaining < 1 ? (
        <CapReached {...props} />
      ) : area === null ? (
        <CriteriaForm {...props} />
      ) : (
        <PlacesForm {...props} area={area} />
      )}
    </Dialog>
  );
}

function CriteriaForm({ event, scene, remaining, find, onClose }: SeatFinderDialogProps) {
  const [criteria, setCriteria] = useState<SeatCriteria>({
    count: Math.min(USUAL_PARTY, remaining),
    by: 'view',
    section: null,
    category: null,
    wishes: scene.wishes,
  });
  const { facts, sections } = scene;
  const wishes = useMemo(() => wishesAmong(facts), [facts]);
  // Another tab may have locked seats meanwhile.
  const count = Math.min(criteria.count, remaining);
  const largest = find.error?.largestParty ?? 0;
  const change = (changes: Partial<SeatCriteria>) => {
    setCriteria({ ...criteria, ...changes });
    find.reset();
  };
  const send = (party: number) => {
    setCriteria({ ...criteria, count: party });
    find.find({ ...criteria, count: party });
  };

  return (
    <form
      className="find"
      onSubmit={(submit) => {
        submit.preventDefault();
        send(count);
      }}
    >
      <p className="dialog__lead">{t('finder:lead')}</p>
      <CodeNote code={find.promoCode} />
      <Stepper
        of="seats"
        value={count}
        max={remaining}
        onChange={(next) => {
          change({ count: next });
        }}
      />
      <OrderChoice
        by={criteria.by}
        onChoose={(by) => {
          change({ by });
        }}
      />
      {sections.length > 1 && (
        <SelectField
          label={t('finder:section')}
          any={t('finder:anySection')}
          value={criteria.section}
          options={sections.map((section) => [section.name, sectionName(section)] as const)}
          onChoose={(section) => {
            change({ section });
          }}
        />
      )}
      {event.categories.length > 1 && (
        <SelectField
          label={t('finder:category')}
          any={t('finder:anyCategory')}
          value={criteria.category === null ? null : String(criteria.category)}
          options={event.categories.map(({ id, name, price }) => [
            String(id),
            t('finder:categoryFor', {
              category: name,
              price: formatMoney(price ?? event.price, event.currency),
            }),
          ])}
          onChoose={(category) => {
            change({ category: category === null ? null : Number(category) });
          }}
        />
      )}
      {wishes.length > 0 && (
        <WishChoices
          label={t('finder:wishes')}
          wishes={wishes}
          chosen={criteria.wishes}
          onChoose={(chosen) => {
            change({ wishes: chosen });
          }}
        />
      )}
      <div className="find__error">
        <div role="alert">
          {find.error !== null && (
            <p className="dialog__error">{seatFinderErrorText(find.error)}</p>
          )}
        </div>
        {largest > 0 && largest < count && (
          <Button
            onClick={() => {
              send(largest);
            }}
          >
            {t('finder:fewerInstead', { count: largest })}
          </Button>
        )}
      </div>
      <p className="visually-hidden" role="status">
        {find.isBusy && t('finder:searching')}
      </p>
      <div className="dialog__actions">
        <Button onClick={onClose}>{t('choosing:find_cancel')}</Button>
        <Button look="primary" type="submit" data-initial-focus busy={find.isBusy}>
          {t('finder:go', { count })}
        </Button>
      </div>
    </form>
  );
}

interface PlacesFormProps extends SeatFinderDialogProps {
  readonly area: StandingArea;
}

function PlacesForm({ event, area, seats, counts, remaining, find, onClose }: PlacesFormProps) {
  const [wanted, setWanted] = useState(1);
  const left = leftIn(area, seats, counts);
  const most = Math.min(remaining, Math.max(left, 1));
  const count = Math.min(wanted, most);
  return (
    <form
      className="find"
      onSubmit={(submit) => {
        submit.preventDefault();
        find.find({ group: area.group, count });
      }}
    >
      <p className="dialog__lead" role="status">
        {standingLeftText(area, left)} · {formatMoney(area.price, event.currency)}
      </p>
      <CodeNote code={find.promoCode} />
      <Stepper
        of="places"
        value={count}
        max={most}
        onChange={(next) => {
          setWanted(next);
          find.reset();
        }}
      />
      <div className="find__error" role="alert">
        {find.error !== null && <p className="dialog__error">{seatFinderErrorText(find.error)}</p>}
      </div>
      <div className="dialog__actions">
        <Button onClick={onClose}>{t('choosing:find_cancel')}</Button>
        <Button look="primary" type="submit" data-initial-focus busy={find.isBusy || left === 0}>
          {t('finder:stand_go', { count })}
        </Button>
      </div>
    </form>
  );
}

function CodeNote({ code }: { readonly code: string | null }) {
  return code !== null && <p className="find__code">{t('finder:code', { code })}</p>;
}

interface OrderChoiceProps {
  readonly by: SeatCriteria['by'];
  readonly onChoose: (by: SeatCriteria['by']) => void;
}

function OrderChoice({ by, onChoose }: OrderChoiceProps) {
  const name = useId();
  const labels = { view: t('finder:byView'), price: t('finder:byPrice') };
  return (
    <fieldset className="find__order">
      <legend className="find__label">{t('finder:by')}</legend>
      {(['view', 'price'] as const).map((way) => (
        <label key={way} className="find__order-choice">
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

interface SelectFieldProps {
  readonly label: string;
  /** Label of the empty option. */
  readonly any: string;
  readonly value: string | null;
  readonly options: readonly (readonly [value: string, label: string])[];
  readonly onChoose: (value: string | null) => void;
}

function SelectField({ label, any, value, options, onChoose }: SelectFieldProps): ReactNode {
  // By index, since a section name may be empty.
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

function CapReached({ onClose }: SeatFinderDialogProps) {
  return (
    <>
      <p className="dialog__lead">{t('finder:capReached')}</p>
      <div className="dialog__actions">
        <Button look="primary" onClick={onClose}>
          {t('finder:back')}
        </Button>
      </div>
    </>
  );
}
