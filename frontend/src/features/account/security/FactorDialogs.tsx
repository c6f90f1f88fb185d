import { AppSetup } from '@/features/account/security/AppSetup';
import { PasskeyName } from '@/features/account/security/PasskeyName';
import { PasswordDialog } from '@/features/account/security/PasswordDialog';
import { RecoveryCodes } from '@/features/account/security/RecoveryCodes';
import type { useFactors } from '@/features/account/security/useFactors';
import { t } from '@/i18n/language';

interface FactorDialogsProps {
  readonly factors: ReturnType<typeof useFactors>;
  readonly username: string;
}

/** The dialog of the current step, if any. */
export function FactorDialogs({ factors, username }: FactorDialogsProps) {
  const { step, error, busy, submit, cancel, added } = factors;
  const asking = { username, error, busy, onSubmit: submit, onDismiss: cancel };
  switch (step.kind) {
    case 'idle':
      return null;
    case 'add app':
      return <PasswordDialog key={step.kind} title={t('security:app_add')} {...asking} />;
    case 'confirm app':
      return <AppSetup secret={step.secret} onDone={added} onDismiss={cancel} />;
    case 'remove app':
      return (
        <PasswordDialog
          title={t('security:remove_app')}
          submitLabel={t('security:remove')}
          look="danger"
          {...asking}
        />
      );
    case 'add passkey':
      return <PasswordDialog key={step.kind} title={t('security:passkey_add')} {...asking} />;
    case 'name passkey':
      return (
        <PasskeyName
          title={t('security:passkey_add')}
          name=""
          busy={busy}
          error={error}
          onSubmit={submit}
          onDismiss={cancel}
        />
      );
    case 'rename passkey':
      return (
        <PasskeyName
          title={t('security:passkey_renameOf', { name: step.passkey.name })}
          name={step.passkey.name}
          busy={busy}
          error={error}
          onSubmit={submit}
          onDismiss={cancel}
        />
      );
    case 'remove passkey':
      return (
        <PasswordDialog
          title={t('security:remove_passkey', { name: step.passkey.name })}
          submitLabel={t('security:remove')}
          look="danger"
          {...asking}
        />
      );
    case 'renew codes':
      return (
        <PasswordDialog
          title={t('security:codes_renew')}
          lead={t('security:codes_renewLead')}
          {...asking}
        />
      );
    case 'show codes':
      return <RecoveryCodes codes={step.codes} onDone={cancel} />;
  }
}
