import { Icon } from '@/components/Icon';
import type { MapControls } from '@/components/map/mapControls';
import { t } from '@/i18n/language';

import './zoomButtons.css';

interface ZoomButtonsProps {
  readonly controls: MapControls;
  readonly isFitted: boolean;
}

export const ZOOM_STEP = 1.6;

/** Not `disabled` at the limits: the pressed button would lose the focus. */
export function ZoomButtons({ controls, isFitted }: ZoomButtonsProps) {
  return (
    <div className="zoom" role="group" data-over-map="" aria-label={t('map:zoom')}>
      <button
        type="button"
        className="icon-button"
        aria-label={t('map:zoomIn')}
        onClick={() => {
          controls.animateZoomBy(ZOOM_STEP);
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
          if (!isFitted) controls.animateZoomBy(1 / ZOOM_STEP);
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
          if (!isFitted) controls.showAll();
        }}
      >
        <Icon name="fit" />
      </button>
    </div>
  );
}
