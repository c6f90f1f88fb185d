import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { useNavigate } from 'react-router';

import { toApiError } from '@/api/apiError';
import { createOrganisation } from '@/api/organisations';
import { useAnnounce } from '@/components/announce';
import { Button } from '@/components/Button';
import { Field } from '@/components/Field';
import { ErrorNote } from '@/features/organise/ErrorNote';
import { OrganiserDialog } from '@/features/organise/OrganiserDialog';
import { t } from '@/i18n/language';
import { organisationPath } from '@/paths';
import { ORGANISATIONS_KEY } from '@/queries/organisations';
import { reloadSession } from '@/queries/session';

const MAX_NAME_LENGTH = 200;

/** Asks for the name of a new organisation, creates it and opens its page. */
export function NewOrganisation({ onDismiss }: { readonly onDismiss: () => void }) {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const announce = useAnnounce();
  const { register, handleSubmit } = useForm({ defaultValues: { name: '' } });
  const create = useMutation({
    mutationFn: createOrganisation,
    retry: false,
    onSuccess: async ({ id, name }) => {
      await Promise.all([
        reloadSession(queryClient),
        queryClient.invalidateQueries({ queryKey: ORGANISATIONS_KEY }),
      ]);
      announce(t('organisations:created', { name }), 'good');
      await navigate(organisationPath(id, 'plans'));
    },
  });
  const error = create.error === null ? null : toApiError(create.error);
  return (
    <OrganiserDialog
      title={t('organisations:new')}
      lead={t('organisations:new_lead')}
      onDismiss={onDismiss}
    >
      <form
        onSubmit={(event) => {
          void handleSubmit(({ name }) => {
            create.mutate(name);
          })(event);
        }}
      >
        <Field
          {...register('name')}
          label={t('organisations:name')}
          hint={t('organisations:name_hint')}
          autoComplete="organization"
          errors={error?.fields.get('name') ?? []}
          maxLength={MAX_NAME_LENGTH}
          required
        />
        <ErrorNote error={error} />
        <div className="dialog__actions">
          <Button onClick={onDismiss}>{t('organisations:cancel')}</Button>
          <Button look="primary" type="submit" busy={create.isPending}>
            {t('organisations:create')}
          </Button>
        </div>
      </form>
    </OrganiserDialog>
  );
}
