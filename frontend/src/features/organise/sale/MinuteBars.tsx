import { formatList } from '@/i18n/language';
import { formatNumber } from '@/i18n/numbers';

interface MinuteBarsProps {
  /** Oldest first. */
  readonly counts: readonly number[];
  /** Accessible name, given the counts in words. */
  readonly label: (counts: string) => string;
  readonly tone: 'good' | 'warn';
}

const HEIGHT = 40;
/** Height of an empty minute's bar. */
const STUMP = 1.5;

/** A bar for each minute. */
export function MinuteBars({ counts, label, tone }: MinuteBarsProps) {
  const most = Math.max(...counts, 1);
  return (
    <svg
      className="sparkline"
      viewBox={`0 0 ${counts.length} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label(formatList(counts.map((count) => formatNumber(count))))}
      data-tone={tone}
    >
      {counts.map((count, minute) => {
        const height = Math.max((count / most) * HEIGHT, STUMP);
        return (
          <rect
            key={minute}
            data-filled={count > 0}
            x={minute + 0.12}
            y={HEIGHT - height}
            width="0.76"
            height={height}
          />
        );
      })}
    </svg>
  );
}
