import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';

import { toApiError } from '@/api/apiError';
import { type Erasure, eraseMe, exportData } from '@/api/personalData';
import type { Me } from '@/api/types';
import { saveFile } from '@/browser/saveFile';
import { Button } from '@/components/Button';
import { FormError } from '@/features/account/FormError';
import { PasswordDialog } from '@/features/account/security/PasswordDialog';
import { t } from '@/i18n/language';
import { useEndSession } from '@/queries/session';

import './security.css';

const FILE_NAME = 'seatcast-data.json';

interface PersonalDataCardProps {
  readonly me: Me;
  /** The account is deleted, and its session is about to end. */
  readonly onErased: () => void;
}

export function PersonalDataCard({ me, onErased }: PersonalDataCardProps) {
  const [isErasing, setIsErasing] = useState(false);
  const download = useMutation({
    mutationFn: exportData,
    retry: false,
    onSuccess: (text) => {
      saveFile(FILE_NAME, 'application/json', text);
    },
  });
  return (
    <section className="card">
      <h2 className="account__heading">{t('security:data')}</h2>
      <p className="account__lead">{t('security:data_note')}</p>
      <FormError error={download.error === null ? null : toApiError(download.error)} />
      <div className="security__buttons">
        <Button
          busy={download.isPending}
          onClick={() => {
            download.mutate();
          }}
        >
          {t('security:data_export')}
        </Button>
        <Button
          look="danger"
          onClick={() => {
            setIsErasing(true);
          }}
        >
          {t('security:data_erase')}
        </Button>
      </div>
      {isErasing && (
        <EraseDialog
          me={me}
          onErased={onErased}
          onDismiss={() => {
            setIsErasing(false);
          }}
        />
      )}
    </section>
  );
}

interface EraseDialogProps extends PersonalDataCardProps {
  readonly onDismiss: () => void;
}

function EraseDialog({ me, onErased, onDismiss }: EraseDialogProps) {
  const erase = useEndSession(async (erasure: Erasure) => {
    await eraseMe(erasure);
    // Before the page learns that nobody is signed in.
    onErased();
  });
  const error = erase.error === null ? null : toApiError(erase.error);
  return (
    <PasswordDialog
      title={t('security:data_erase')}
      lead={me.is_guest ? t('security:data_eraseGuest') : t('security:data_eraseLead')}
      submitLabel={t('security:data_erase')}
      look="danger"
      username={me.username}
      hasPassword={!me.is_guest}
      busy={erase.isPending}
      error={error}
      onDismiss={onDismiss}
      onSubmit={(password, fields) => {
        erase.mutate({ password, keep_tickets: fields.get('keep_tickets') === 'on' });
      }}
    >
      {error?.code === 'upcoming_bookings' && (
        <label className="security__check">
          <input type="checkbox" name="keep_tickets" />
          <span>{t('security:data_eraseKeep')}</span>
        </label>
      )}
    </PasswordDialog>
  );
}
