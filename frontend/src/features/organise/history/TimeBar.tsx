import { type SyntheticEvent, useEffect, useState } from 'react';

import type { Moment } from '@/api/history';
import type { PastMap } from '@/api/types';
import { Button } from '@/components/Button';
import { Field } from '@/components/Field';
import { formatMoment } from '@/features/organise/history/formats';
import { t } from '@/i18n/language';
import { formatNumber } from '@/i18n/numbers';

import '@/features/organise/findSeat.css';

interface TimeBarProps {
  readonly past: PastMap;
  /** The venue's. */
  readonly zone: string;
  /** Whether `past` is of an earlier choice, and the chosen moment is still being loaded. */
  readonly isLoading: boolean;
  readonly error: Error | null;
  readonly onMove: (moment: Moment) => void;
}

/** The whole history is played in so many steps. */
const STEPS = 120;
const STEP_MS = 400;
/** A dragged slider asks for the place where it rests. */
const REST_MS = 120;

/** Chooses a moment: by its change with the slider and buttons, or by time. */
export function TimeBar({ past, zone, isLoading, error, onMove }: TimeBarProps) {
  const { first, last, seq, next, previous, archived } = past;
  const [isPlaying, setPlaying] = useState(false);
  const [dragged, setDragged] = useState<number | null>(null);
  const shown = dragged ?? seq;
  const isOver = next === null;
  const isRunning = isPlaying && !isOver;

  useEffect(() => {
    if (dragged === null) return;
    const timer = setTimeout(() => {
      onMove({ seq: dragged });
      setDragged(null);
    }, REST_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [dragged, onMove]);

  useEffect(() => {
    if (!isRunning || isLoading) return;
    const step = Math.max(Math.round((last.seq - first.seq) / STEPS), 1);
    const timer = setTimeout(() => {
      onMove({ seq: Math.min(Math.max(seq + step, next), last.seq) });
    }, STEP_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [isRunning, isLoading, first.seq, last.seq, seq, next, onMove]);

  function play() {
    if (isOver) onMove({ seq: first.seq });
    setPlaying(!isRunning);
  }

  function move(to: number | null) {
    setPlaying(false);
    if (to !== null) onMove({ seq: to });
  }

  const time = seq === 0 ? t('history:before') : formatMoment(past.at, zone);
  const place = t('history:change', { seq: formatNumber(shown), last: formatNumber(last.seq) });
  return (
    <section className="panel time-bar" aria-label={t('history:time')} aria-busy={isLoading}>
      <div className="time-bar__now">
        <p className="time-bar__time tabular" aria-live={isRunning ? 'off' : 'polite'}>
          {time}
        </p>
        <p className="panel__note tabular">{place}</p>
      </div>
      <input
        type="range"
        className="time-bar__slider"
        aria-label={t('history:slider')}
        aria-valuetext={`${place}, ${time}`}
        min={first.seq}
        max={last.seq}
        value={shown}
        onChange={({ target }) => {
          setPlaying(false);
          setDragged(Number(target.value));
        }}
      />
      <div className="time-bar__buttons">
        <div className="time-bar__steps">
          <Button onClick={play}>{t(isRunning ? 'history:playing' : 'history:play')}</Button>
          <Button
            aria-disabled={previous === null}
            onClick={() => {
              move(previous);
            }}
          >
            {t('history:previous')}
          </Button>
          <Button
            aria-disabled={isOver}
            onClick={() => {
              move(next);
            }}
          >
            {t('history:next')}
          </Button>
          <Button
            onClick={() => {
              setPlaying(false);
              onMove(null);
            }}
          >
            {t('history:latest')}
          </Button>
        </div>
        <GoToTime
          zone={zone}
          errors={error === null ? [] : [error.message]}
          onGo={(at) => {
            setPlaying(false);
            onMove({ at });
          }}
        />
      </div>
      {first.seq > 0 && first.at !== null && (
        <p className="panel__note">
          {t('history:keptSince', { time: formatMoment(first.at, zone) })}
        </p>
      )}
      {archived !== null && (
        <p className="panel__note time-bar__archived">
          {t('history:archived', {
            seq: formatNumber(archived.seq),
            time: formatMoment(archived.at, zone),
            sha256: archived.sha256,
          })}
        </p>
      )}
    </section>
  );
}

interface GoToTimeProps {
  readonly zone: string;
  readonly errors: readonly string[];
  readonly onGo: (at: string) => void;
}

function GoToTime({ zone, errors, onGo }: GoToTimeProps) {
  const [at, setAt] = useState('');
  function go(submit: SyntheticEvent) {
    submit.preventDefault();
    if (at !== '') onGo(at);
  }
  return (
    <form className="find-seat time-bar__go" onSubmit={go}>
      <Field
        type="datetime-local"
        label={t('history:goTo')}
        hint={t('history:goToHint', { zone })}
        errors={errors}
        value={at}
        onChange={({ target }) => {
          setAt(target.value);
        }}
      />
      <Button type="submit">{t('history:go')}</Button>
    </form>
  );
}
