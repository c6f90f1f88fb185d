import {
  type MouseEvent,
  type ReactNode,
  type Ref,
  useEffect,
  useId,
  useImperativeHandle,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';

import type { EventDetail } from '@/api/types';
import type { Scene } from '@/canvas/scene';
import type { SectionChoice } from '@/domain/feed/sectionChoice';
import { NO_SECTIONS } from '@/domain/feed/sectionSet';
import { meets, type SeatWish } from '@/domain/seatMap/features';
import { type FreeCounts, numberingOf, poolsOf, sumFree } from '@/domain/seatMap/numbering';
import type { MapSeat, SeatFacts } from '@/domain/seatMap/seats';
import { leftIn, type StandingArea } from '@/domain/seatMap/standing';
import type { Section } from '@/domain/seatMap/sections';
import { JumpToSection } from '@/features/seats/list/JumpToSection';
import { freeAmong, ListSection, SHOWN_AT_ONCE } from '@/features/seats/list/ListSection';
import { useToggleSet } from '@/features/seats/list/useToggleSet';
import { standingLeftText } from '@/features/seats/seatLabels';
import { useSeatTones } from '@/features/seats/useSeatTones';
import { t } from '@/i18n/language';
import { formatMoney } from '@/i18n/money';

import './list.css';

export interface SeatListHandle {
  /** Open the rows of these seats, scroll to the first one and focus it. */
  readonly show: (seats: readonly SeatFacts[]) => void;
}

interface SeatListProps {
  readonly ref?: Ref<SeatListHandle>;
  readonly event: EventDetail;
  /** Stable while layout and filter stay the same. Only seats that meet its wishes are listed. */
  readonly scene: Pick<Scene, 'facts' | 'sections' | 'standing' | 'wishes'>;
  readonly seats: readonly MapSeat[];
  /** Free seats where their states are unknown; null if all are known. */
  readonly counts?: FreeCounts | null;
  /** Null if the states of all seats are delivered. */
  readonly choice?: SectionChoice | null;
  readonly isOnSale: boolean;
  readonly onPick: (seat: MapSeat) => void;
  readonly onStand: (area: StandingArea) => void;
  /** Rendered above the list. */
  readonly children?: ReactNode;
}

/** The seats as a list by section and row; closed parts are not rendered. */
export function SeatList({
  ref,
  event,
  scene,
  seats,
  counts = null,
  choice = null,
  isOnSale,
  onPick,
  onStand,
  children,
}: SeatListProps) {
  const sections = useMemo(() => sectionsMeeting(scene.sections, scene.wishes), [scene]);
  const [onlyFree, setOnlyFree] = useState(false);
  const opened = useToggleSet(() => initiallyOpen(sections, seats.length));
  useOpenSections(choice, scene, sections, opened.names);
  const [found, setFound] = useState<readonly SeatFacts[]>([]);
  const scroll = useRef<HTMLDivElement>(null);
  const listId = useId();
  const headId = (name: string) => `${listId}${encodeURIComponent(name)}`;
  const { currency, categories } = event;
  const isWhole = scene.wishes.length === 0;
  const tones = useSeatTones(categories);
  const settings = useMemo(
    () => ({ currency, tones, isOnSale, onlyFree }),
    [currency, tones, isOnSale, onlyFree],
  );

  const { setNames } = opened;
  useImperativeHandle(
    ref,
    () => ({
      show: (shown) => {
        setNames((before) => new Set([...before, ...shown.map(({ section }) => section)]));
        setFound([...shown]);
      },
    }),
    [setNames],
  );
  useLayoutEffect(() => {
    const seat = scroll.current?.querySelector<HTMLElement>(
      `[data-seat="${found[0]?.index ?? ''}"]`,
    );
    seat?.scrollIntoView({ block: 'center' });
    seat?.focus({ preventScroll: true });
  }, [found]);

  function jumpTo(name: string): void {
    opened.setNames((before) => new Set([...before, name]));
    const head = document.getElementById(headId(name));
    head?.scrollIntoView({ block: 'start' });
    head?.focus({ preventScroll: true });
  }

  // One stable handler for all seats, so that they do not re-render.
  function pickByClick({ target }: MouseEvent): void {
    const button = target instanceof Element ? target.closest('[data-seat]') : null;
    const seat = button === null ? undefined : seats[Number(button.getAttribute('data-seat'))];
    if (seat !== undefined) onPick(seat);
  }

  return (
    <div className="list">
      <div ref={scroll} className="list__scroll" onClick={pickByClick}>
        <div className="list__head">
          <label className="list__filter">
            <input
              type="checkbox"
              checked={onlyFree}
              onChange={({ target }) => {
                setOnlyFree(target.checked);
              }}
            />
            {t('list:onlyFree')}
          </label>
          {sections.length === 0 && <p>{t('list:noneLike')}</p>}
          {sections.length > 1 && <JumpToSection sections={sections} onJump={jumpTo} />}
        </div>
        {scene.wishes.length === 0 &&
          scene.standing.map((area) => (
            <button
              key={area.group}
              type="button"
              className="seat-item list__standing"
              onClick={() => {
                onStand(area);
              }}
            >
              <span className="seat-item__what">
                <b>{area.name}</b>{' '}
                <span className="tabular">{formatMoney(area.price, currency)}</span>{' '}
                <small>{standingLeftText(area, leftIn(area, seats, counts))}</small>
              </span>
            </button>
          ))}
        {sections.map((section) => (
          <ListSection
            key={section.name}
            section={section}
            free={freeIn(section, seats) ?? (isWhole ? countedIn(section, counts) : null)}
            seats={opened.names.has(section.name) ? seats : null}
            found={found}
            settings={settings}
            onToggle={opened.toggle}
            headId={headId(section.name)}
          />
        ))}
      </div>
      {children}
    </div>
  );
}

/** The sections with only the seats that meet the wishes. */
function sectionsMeeting(
  sections: readonly Section[],
  wishes: readonly SeatWish[],
): readonly Section[] {
  if (wishes.length === 0) return sections;
  return sections.flatMap((section) => {
    const left = section.rows.flatMap((row) => {
      const seats = row.seats.filter((facts) => meets(facts, wishes));
      return seats.length === 0 ? [] : { ...row, seats };
    });
    return left.length === 0 ? [] : { ...section, rows: left };
  });
}

function initiallyOpen(sections: readonly Section[], seatCount: number): ReadonlySet<string> {
  const isSmall = sections.length === 1 || seatCount <= SHOWN_AT_ONCE;
  return new Set(isSmall ? sections.map(({ name }) => name) : []);
}

/**
 * Choose the sections that are open, and all sections while a filter leaves out some of their seats,
 * which the counts do not.
 */
function useOpenSections(
  choice: SectionChoice | null,
  { facts, wishes }: Pick<Scene, 'facts' | 'wishes'>,
  sections: readonly Section[],
  opened: ReadonlySet<string>,
): void {
  useEffect(() => {
    if (choice === null) return undefined;
    const { numberByName } = numberingOf(facts);
    const shown = sections.filter(({ name }) => wishes.length > 0 || opened.has(name));
    choice.show('list', new Set(shown.flatMap(({ name }) => numberByName.get(name) ?? [])));
    return () => {
      choice.show('list', NO_SECTIONS);
    };
  }, [choice, facts, wishes, sections, opened]);
}

/** Null if the state of any is unknown. */
function freeIn({ rows }: Section, seats: readonly MapSeat[]): number | null {
  let sum = 0;
  for (const row of rows) {
    const free = freeAmong(row.seats, seats);
    if (free === null) return null;
    sum += free;
  }
  return sum;
}

function countedIn({ name }: Section, counts: FreeCounts | null): number {
  return sumFree(poolsOf(counts, name));
}
