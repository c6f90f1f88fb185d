import { Icon } from '@/components/Icon';
import type { Mover } from '@/features/seats/map/mover';
import { t } from '@/i18n/language';

interface ZoomButtonsProps {
  readonly mover: Mover;
  readonly isFitted: boolean;
}

export const ZOOM_STEP = 1.6;

/** What can do nothing now is not disabled: the press that led there would lose the focus. */
export function ZoomButtons({ mover, isFitted }: ZoomButtonsProps) {
  return (
    <div className="zoom" role="group" aria-label={t('map:zoom')}>
      <button
        type="button"
        className="icon-button"
        aria-label={t('map:zoomIn')}
        onClick={() => {
          mover.glideBy(ZOOM_STEP);
        }}
      >
        <Icon name="plus" />
      </button>
      <button
        type="button"
        className="icon-button"
        aria-label={t('map:zoomOut')}
        aria-disabled={isFitted}
        onClick={() => {
          if (!isFitted) mover.glideBy(1 / ZOOM_STEP);
        }}
      >
        <Icon name="minus" />
      </button>
      <button
        type="button"
        className="icon-button"
        aria-label={t('map:showAll')}
        aria-disabled={isFitted}
        onClick={() => {
          if (!isFitted) mover.showAll();
        }}
      >
        <Icon name="fit" />
      </button>
    </div>
  );
}
