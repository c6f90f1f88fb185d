import { type ReactNode, Suspense } from 'react';
import { Link } from 'react-router';

import { Button } from '@/components/Button';
import { Icon } from '@/components/Icon';
import type { View } from '@/features/seats/list/useView';
import { ViewSwitch } from '@/features/seats/list/ViewSwitch';
import { t } from '@/i18n/language';

interface SelectorToolsProps {
  /** Link to the live view; null unless the user may see it. */
  readonly salePath: string | null;
  readonly view: View;
  readonly isOnSale: boolean;
  readonly onChooseView: (view: View) => void;
  readonly onFind: () => void;
  readonly onHelp: () => void;
  readonly filter: ReactNode;
}

/** Toolbar of the map and the list. */
export function SelectorTools({
  salePath,
  view,
  isOnSale,
  onChooseView,
  onFind,
  onHelp,
  filter,
}: SelectorToolsProps) {
  return (
    <div className="selector__tools">
      <ViewSwitch view={view} onChoose={onChooseView} />
      {isOnSale && (
        <Button className="selector__find" onClick={onFind}>
          <Icon name="search" />
          {t('choosing:find')}
        </Button>
      )}
      <Suspense>{filter}</Suspense>
      {salePath !== null && (
        <Link className="button selector__sale" to={salePath}>
          <Icon name="eye" />
          <span className="visually-hidden-when-narrow">{t('seats:watchSale')}</span>
        </Link>
      )}
      <button
        type="button"
        className="icon-button selector__keys"
        aria-label={t('choosing:keys')}
        title={t('choosing:keys')}
        onClick={onHelp}
      >
        <Icon name="keyboard" />
      </button>
    </div>
  );
}
