import { Fragment } from 'react';

import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import { type Shortcut, SHORTCUTS } from '@/features/seats/shortcuts/shortcuts';
import { t } from '@/i18n/language';

import './shortcuts.css';

interface ShortcutsDialogProps {
  readonly areOn: boolean;
  readonly onTurn: (areOn: boolean) => void;
  readonly onClose: () => void;
}

export function ShortcutsDialog({ areOn, onTurn, onClose }: ShortcutsDialogProps) {
  return (
    <Dialog title={t('choosing:keys')} onDismiss={onClose}>
      <dl className="shortcuts" data-off={!areOn || undefined}>
        {SHORTCUTS.map(({ name, keys: [key] }) => (
          <Explained key={name} keys={[key.toUpperCase()]} what={inWords(name)} isLetter />
        ))}
        <Explained keys={['←', '↑', '↓', '→']} what={t('choosing:keys_walk')} />
        <Explained keys={['↵']} what={t('choosing:keys_pick')} />
        <Explained keys={[t('choosing:keys_esc')]} what={t('choosing:keys_close')} />
      </dl>
      <label className="shortcuts__switch">
        <input
          type="checkbox"
          checked={areOn}
          onChange={({ target }) => {
            onTurn(target.checked);
          }}
        />
        <span>
          {t('choosing:keys_turnOn')}
          <small>{t('choosing:keys_turnOnNote')}</small>
        </span>
      </label>
      <div className="dialog__actions">
        <Button look="primary" data-initial-focus onClick={onClose}>
          {t('choosing:keys_done')}
        </Button>
      </div>
    </Dialog>
  );
}

interface ExplainedProps {
  readonly keys: readonly string[];
  readonly what: string;
  /** Disabled along with the shortcuts. */
  readonly isLetter?: boolean;
}

function Explained({ keys, what, isLetter = false }: ExplainedProps) {
  return (
    <div className="shortcuts__one" data-letter={isLetter || undefined}>
      <dt>
        {keys.map((key) => (
          <Fragment key={key}>
            <kbd>{key}</kbd>{' '}
          </Fragment>
        ))}
      </dt>
      <dd>{what}</dd>
    </div>
  );
}

function inWords(shortcut: Shortcut): string {
  const words: Readonly<Record<Shortcut, string>> = {
    map: t('choosing:keys_map'),
    list: t('choosing:keys_list'),
    find: t('choosing:keys_find'),
    basket: t('choosing:keys_basket'),
    reserve: t('choosing:keys_reserve'),
    zoomIn: t('choosing:keys_zoomIn'),
    zoomOut: t('choosing:keys_zoomOut'),
    showAll: t('choosing:keys_showAll'),
    help: t('choosing:keys_help'),
  };
  return words[shortcut];
}
