import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { useNavigate } from 'react-router';

import { toApiError } from '@/api/apiError';
import { deleteOrganisation, renameOrganisation } from '@/api/organisations';
import type { Organisation } from '@/api/types';
import { useAnnounce } from '@/components/announce';
import { Button } from '@/components/Button';
import { Field } from '@/components/Field';
import { ErrorNote } from '@/features/organise/ErrorNote';
import { QuestionDialog } from '@/features/organise/QuestionDialog';
import { t } from '@/i18n/language';
import { SALES_PATH } from '@/paths';
import { ORGANISATIONS_KEY } from '@/queries/organisations';
import { reloadSession } from '@/queries/session';

/** The name of an organisation, and its end. */
export function Settings({ organisation }: { readonly organisation: Organisation }) {
  const { id, name } = organisation;
  const queryClient = useQueryClient();
  const announce = useAnnounce();
  const navigate = useNavigate();
  const [isDeleting, setIsDeleting] = useState(false);
  const { register, handleSubmit } = useForm({ values: { name } });

  const rename = useMutation({
    mutationFn: (chosen: string) => renameOrganisation(id, chosen),
    retry: false,
    onSuccess: async () => {
      announce(t('organisations:renamed'), 'good');
      await Promise.all([
        queryClient.invalidateQueries({ queryKey: ORGANISATIONS_KEY }),
        reloadSession(queryClient),
      ]);
    },
  });
  const end = useMutation({
    mutationFn: () => deleteOrganisation(id),
    retry: false,
    onSuccess: async () => {
      announce(t('organisations:deleted', { name }), 'good');
      await reloadSession(queryClient);
      await navigate(SALES_PATH);
      await queryClient.invalidateQueries({ queryKey: ORGANISATIONS_KEY });
    },
  });
  const error = rename.error === null ? null : toApiError(rename.error);
  return (
    <section className="organisation__card" aria-labelledby="settings-title">
      <h2 id="settings-title" className="organisation__heading">
        {t('organisations:settings')}
      </h2>
      <form
        className="settings"
        onSubmit={(event) => {
          void handleSubmit((form) => {
            rename.mutate(form.name);
          })(event);
        }}
      >
        <Field
          {...register('name')}
          label={t('organisations:name')}
          maxLength={200}
          autoComplete="off"
          errors={error?.fields.get('name') ?? []}
          required
        />
        <Button type="submit" busy={rename.isPending}>
          {t('organisations:rename')}
        </Button>
      </form>
      <ErrorNote error={rename.error} />
      <p className="organisation__note settings__end">{t('organisations:delete_note')}</p>
      <Button
        look="danger"
        onClick={() => {
          end.reset();
          setIsDeleting(true);
        }}
      >
        {t('organisations:delete')}
      </Button>
      {isDeleting && (
        <QuestionDialog
          title={t('organisations:delete_title', { name })}
          lead={t('organisations:delete_note')}
          confirmLabel={t('organisations:delete')}
          busy={end.isPending}
          error={end.error}
          onConfirm={() => {
            end.mutate();
          }}
          onDismiss={() => {
            setIsDeleting(false);
          }}
        />
      )}
    </section>
  );
}
