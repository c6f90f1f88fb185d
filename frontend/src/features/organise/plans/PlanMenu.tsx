import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { useNavigate } from 'react-router';

import { deletePlan, renamePlan } from '@/api/seatingPlans';
import type { SeatingPlan } from '@/api/types';
import { Button } from '@/components/Button';
import { Field } from '@/components/Field';
import { OrganiserDialog } from '@/features/organise/OrganiserDialog';
import { t } from '@/i18n/language';
import { SALES_PATH } from '@/paths';
import { PLANS_KEY } from '@/queries/seatingPlans';

/** Renames or deletes a plan. */
export function PlanMenu({ plan }: { readonly plan: SeatingPlan }) {
  const [asked, setAsked] = useState<'rename' | 'delete' | null>(null);
  function dismiss() {
    setAsked(null);
  }
  return (
    <>
      <Button
        look="plain"
        onClick={() => {
          setAsked('rename');
        }}
      >
        {t('plans:rename')}
      </Button>
      <Button
        look="plain"
        onClick={() => {
          setAsked('delete');
        }}
      >
        {t('plans:delete')}
      </Button>
      {asked === 'rename' && <RenameDialog plan={plan} onDismiss={dismiss} />}
      {asked === 'delete' && <DeleteDialog plan={plan} onDismiss={dismiss} />}
    </>
  );
}

interface DialogProps {
  readonly plan: SeatingPlan;
  readonly onDismiss: () => void;
}

function RenameDialog({ plan, onDismiss }: DialogProps) {
  const queryClient = useQueryClient();
  const { register, handleSubmit, formState } = useForm({ defaultValues: { name: plan.name } });
  const rename = useMutation({
    mutationFn: ({ name }: { name: string }) => renamePlan(plan.id, name.trim()),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: PLANS_KEY });
      onDismiss();
    },
  });
  const missing = formState.errors.name?.message;
  return (
    <OrganiserDialog title={t('plans:renameTitle')} onDismiss={onDismiss}>
      <form
        onSubmit={(event) =>
          void handleSubmit((values) => {
            rename.mutate(values);
          })(event)
        }
      >
        <Field
          label={t('plans:name')}
          maxLength={200}
          errors={missing === undefined ? [] : [missing]}
          {...register('name', {
            validate: (name) => name.trim() !== '' || t('plans:nameMissing'),
          })}
        />
        {rename.error !== null && <p className="dialog__error">{rename.error.message}</p>}
        <div className="dialog__actions">
          <Button onClick={onDismiss}>{t('plans:cancel')}</Button>
          <Button look="primary" type="submit" busy={rename.isPending}>
            {t('plans:save')}
          </Button>
        </div>
      </form>
    </OrganiserDialog>
  );
}

function DeleteDialog({ plan, onDismiss }: DialogProps) {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const remove = useMutation({
    mutationFn: () => deletePlan(plan.id),
    onSuccess: async () => {
      await navigate(`${SALES_PATH}/organisations/${plan.organisation}/plans`);
      queryClient.removeQueries({ queryKey: [...PLANS_KEY, plan.id] });
      await queryClient.invalidateQueries({ queryKey: PLANS_KEY });
    },
  });
  return (
    <OrganiserDialog
      title={t('plans:deleteTitle', { name: plan.name })}
      lead={t('plans:deleteLead')}
      isAlert
      onDismiss={onDismiss}
    >
      {remove.error !== null && <p className="dialog__error">{remove.error.message}</p>}
      <div className="dialog__actions">
        <Button onClick={onDismiss}>{t('plans:cancel')}</Button>
        <Button
          look="danger"
          busy={remove.isPending}
          onClick={() => {
            remove.mutate();
          }}
        >
          {t('plans:delete')}
        </Button>
      </div>
    </OrganiserDialog>
  );
}
