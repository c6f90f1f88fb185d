import { saveFile } from '@/browser/saveFile';
import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import { t } from '@/i18n/language';

interface RecoveryCodesProps {
  readonly codes: readonly string[];
  readonly onDone: () => void;
}

const FILE_NAME = 'seatcast-recovery-codes.txt';

/** New recovery codes, shown once. Escape does not close the dialog, as they would be lost. */
export function RecoveryCodes({ codes, onDone }: RecoveryCodesProps) {
  return (
    <Dialog title={t('security:codes')} onDismiss={() => undefined}>
      <p>{t('security:codes_lead')}</p>
      <ul className="security__codes">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <div className="dialog__actions">
        <Button
          onClick={() => {
            saveFile(FILE_NAME, 'text/plain', `${codes.join('\n')}\n`);
          }}
        >
          {t('security:codes_save')}
        </Button>
        <Button look="primary" onClick={onDone}>
          {t('security:codes_kept')}
        </Button>
      </div>
    </Dialog>
  );
}
