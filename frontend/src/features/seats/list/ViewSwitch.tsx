import type { View } from '@/features/seats/list/useView';
import { t } from '@/i18n/language';

import './viewSwitch.css';

interface ViewSwitchProps {
  readonly view: View;
  readonly onChoose: (view: View) => void;
}

export function ViewSwitch({ view, onChoose }: ViewSwitchProps) {
  const labels = { map: t('choosing:view_map'), list: t('choosing:view_list') };
  return (
    <div className="switch" role="group" aria-label={t('choosing:view')}>
      {(['map', 'list'] as const).map((one) => (
        <button
          key={one}
          type="button"
          className="switch__choice"
          aria-pressed={one === view}
          onClick={() => {
            onChoose(one);
          }}
        >
          {labels[one]}
        </button>
      ))}
    </div>
  );
}
