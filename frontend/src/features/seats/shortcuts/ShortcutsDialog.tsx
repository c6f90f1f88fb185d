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
        <Explained keys={['←', '↑', '↓', '→']} what={t('shortcuts:walk')} />
        <Explained keys={['↵']} what={t('shortcuts:pick')} />
        <Explained keys={[t('shortcuts:esc')]} what={t('shortcuts:close')} />
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
          {t('shortcuts:turnOn')}
          <small>{t('shortcuts:turnOnNote')}</small>
        </span>
      </label>
      <div className="dialog__actions">
        <Button look="primary" data-initial-focus onClick={onClose}>
          {t('shortcuts:done')}
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
    map: t('shortcuts:map'),
    list: t('shortcuts:list'),
    find: t('shortcuts:find'),
    basket: t('shortcuts:basket'),
    reserve: t('shortcuts:reserve'),
    zoomIn: t('shortcuts:zoomIn'),
    zoomOut: t('shortcuts:zoomOut'),
    showAll: t('shortcuts:showAll'),
    help: t('shortcuts:help'),
  };
  return words[shortcut];
}
