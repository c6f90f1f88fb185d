import { useEffect, useMemo, useRef, useState } from 'react';

import type { AllocatedSeats, EventDetail } from '@/api/types';
import { Button } from '@/components/Button';
import { assertNever } from '@/domain/assertNever';
import type { MapSeat } from '@/domain/seatMap/seats';
import type { StandingArea } from '@/domain/seatMap/standing';
import { Actions } from '@/features/organise/boxOffice/Actions';
import type { How } from '@/features/organise/boxOffice/BoxOfficeMap';
import { FindSeats } from '@/features/organise/boxOffice/FindSeats';
import { PromoCodes } from '@/features/organise/boxOffice/PromoCodes';
import { KeepForm } from '@/features/organise/boxOffice/KeepForm';
import { KeptSeats } from '@/features/organise/boxOffice/KeptSeats';
import { ReleaseDialog } from '@/features/organise/boxOffice/ReleaseDialog';
import { Changed, Selected } from '@/features/organise/boxOffice/Selected';
import { SeatUse } from '@/features/organise/boxOffice/SeatUse';
import { SellForm } from '@/features/organise/boxOffice/SellForm';
import { NOTHING, possibleWith, type Selection } from '@/features/organise/boxOffice/selection';
import { Sold } from '@/features/organise/boxOffice/Sold';
import type { Step } from '@/features/organise/boxOffice/step';
import { useIsSending } from '@/features/organise/boxOffice/useCommand';
import { t } from '@/i18n/language';

interface PanelProps {
  readonly event: EventDetail;
  readonly seats: readonly MapSeat[];
  readonly standing: readonly StandingArea[];
  readonly selection: Selection;
  readonly selected: readonly MapSeat[];
  readonly allocations: readonly AllocatedSeats[];
  readonly onPick: (picked: readonly MapSeat[], how: How) => void;
  /** Select these seats and show them. */
  readonly onPickIds: (ids: readonly number[]) => void;
  readonly onSelect: (selection: Selection) => void;
}

/** What is selected, and what can be done with it. */
export function Panel({
  event,
  seats,
  standing,
  selection,
  selected,
  allocations,
  onPick,
  onPickIds,
  onSelect,
}: PanelProps) {
  const [step, setStep] = useState<Step>({ name: 'choose' });
  const heading = useRef<HTMLHeadingElement>(null);
  const possible = useMemo(() => possibleWith(selected, allocations), [selected, allocations]);
  const ids = useMemo(() => selected.map(({ facts: { id } }) => id), [selected]);
  const isSending = useIsSending(event.id);
  const isChoosing = step.name === 'choose' || step.name === 'release';
  // What was done is told above what can be done next.
  const isOpen = isChoosing || step.name === 'done';

  function go(next: Step) {
    setStep(next);
    heading.current?.focus();
  }
  function finish(text: string) {
    go({ name: 'done', text, seatIds: ids });
    onSelect(NOTHING);
  }
  /** The button that was pressed may be gone then. */
  function select(next: Selection) {
    onSelect(next);
    heading.current?.focus();
  }
  const back = () => {
    go({ name: 'choose' });
  };
  useEscape(step.name === 'choose' && selected.length > 0, () => {
    select(NOTHING);
  });
  // A new selection begins anew after a result, and an empty one ends what was begun.
  const [shown, setShown] = useState(selection);
  if (shown !== selection) {
    setShown(selection);
    const isOver = step.name === 'sold' || step.name === 'done';
    if (step.name === 'release' || isOver === selection.size > 0) setStep({ name: 'choose' });
  }

  return (
    <section className="box-office__panel" aria-labelledby="box-office-panel">
      <h2 id="box-office-panel" ref={heading} tabIndex={-1}>
        {titleOf(step, selected.length)}
      </h2>
      {selected.length > 0 && !isSending && (
        <Changed selection={selection} selected={selected} onAccept={select} />
      )}
      {step.name === 'sold' && (
        <Sold reservation={step.reservation} isBuyerMailed={step.isBuyerMailed} onNext={back} />
      )}
      {step.name === 'done' && (
        <Button
          onClick={() => {
            onPickIds(step.seatIds);
            heading.current?.focus();
          }}
        >
          {t('boxOffice:selectThem')}
        </Button>
      )}
      {(step.name === 'sell' || step.name === 'give') && (
        <SellForm
          key={step.name}
          event={event}
          seats={selected}
          isGift={step.name === 'give'}
          from={possible.canSell ? possible.from : step.from}
          onSold={(reservation, isBuyerMailed) => {
            go({ name: 'sold', reservation, isBuyerMailed });
            onSelect(NOTHING);
          }}
          onBack={back}
        />
      )}
      {step.name === 'keep' && (
        <KeepForm
          event={event}
          seatIds={ids}
          from={possible.canSell ? possible.from : step.from}
          onKept={(label) => {
            finish(t('boxOffice:done_keep', { count: ids.length, label }));
          }}
          onBack={back}
        />
      )}
      {isChoosing && (
        <>
          {selected.length === 0 ? (
            <p className="panel__note">{t('boxOffice:noneHint')}</p>
          ) : (
            <>
              <Selected selected={selected} onSelect={select} />
              <Actions
                event={event}
                seatIds={ids}
                possible={possible}
                onStep={go}
                onUnblocked={() => {
                  finish(t('boxOffice:done_unblock', { count: ids.length }));
                }}
              />
            </>
          )}
          {selected.length === 1 && selected[0] !== undefined && (
            <SeatUse event={event} seat={selected[0]} />
          )}
        </>
      )}
      {isOpen && (
        <>
          <FindSeats seats={seats} standing={standing} onPick={onPick} />
          <KeptSeats
            allocations={allocations}
            zone={event.time_zone}
            onSelect={(kept) => {
              onPickIds(kept);
              heading.current?.focus();
            }}
          />
          <PromoCodes event={event} allocations={allocations} />
        </>
      )}
      {step.name === 'release' && possible.canRelease && (
        <ReleaseDialog
          event={event}
          seats={selected}
          onReleased={() => {
            finish(t('boxOffice:done_release', { count: ids.length }));
          }}
          onDismiss={back}
        />
      )}
    </section>
  );
}

/** Call `onEscape` when Escape is pressed elsewhere than in a field or a dialog. */
function useEscape(isOn: boolean, onEscape: () => void) {
  const latest = useRef(onEscape);
  useEffect(() => {
    latest.current = onEscape;
  });
  useEffect(() => {
    if (!isOn) return;
    function press({ key, target, defaultPrevented }: KeyboardEvent) {
      const isElsewhere =
        target instanceof Element && target.closest('input, select, textarea, dialog') !== null;
      if (key === 'Escape' && !defaultPrevented && !isElsewhere) latest.current();
    }
    document.addEventListener('keydown', press);
    return () => {
      document.removeEventListener('keydown', press);
    };
  }, [isOn]);
}

function titleOf(step: Step, count: number): string {
  switch (step.name) {
    case 'sell':
      return t('boxOffice:sellTitle', { count });
    case 'give':
      return t('boxOffice:giveTitle', { count });
    case 'keep':
      return t('boxOffice:keepTitle', { count });
    case 'sold':
      return t(step.reservation.channel === 'comp' ? 'boxOffice:given' : 'boxOffice:sold');
    case 'done':
      return step.text;
    case 'choose':
    case 'release':
      return count === 0 ? t('boxOffice:none') : t('boxOffice:selected', { count });
    default:
      return assertNever(step);
  }
}
