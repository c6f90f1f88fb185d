import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import {
  DropZone,
  FileTrigger,
  RadioButton,
  RadioField,
  RadioGroup,
  Label,
  Button as AriaButton,
} from 'react-aria-components';
import { Controller, useForm, useWatch } from 'react-hook-form';
import { useNavigate } from 'react-router';

import { createPlan, faultsOf, type PlanSource, TEMPLATES } from '@/api/seatingPlans';
import { Button } from '@/components/Button';
import { useAnnounce } from '@/components/announce';
import { Field } from '@/components/Field';
import { OrganiserDialog } from '@/features/organise/OrganiserDialog';
import { t } from '@/i18n/language';
import { formatNumber } from '@/i18n/numbers';
import { planEditPath, planPath } from '@/paths';
import { PLANS_KEY } from '@/queries/seatingPlans';

interface NewPlanProps {
  readonly organisationId: number;
  readonly onDismiss: () => void;
}

const BEGINNINGS = ['file', 'empty', ...TEMPLATES] as const;
type Beginning = (typeof BEGINNINGS)[number];

interface Choice {
  readonly name: string;
  readonly beginning: Beginning;
  readonly file: File | null;
}

/** Asks what a new plan begins with: a file, nothing, or a demo hall. */
export function NewPlan({ organisationId, onDismiss }: NewPlanProps) {
  const queryClient = useQueryClient();
  const announce = useAnnounce();
  const navigate = useNavigate();
  const { register, control, handleSubmit, formState } = useForm<Choice>({
    defaultValues: { name: '', beginning: 'file', file: null },
  });
  const create = useMutation({
    mutationFn: ({ name, ...choice }: Choice) =>
      createPlan(organisationId, name.trim(), sourceOf(choice)),
    onSuccess: async (plan, { beginning }) => {
      const notes = plan.notes.map(({ code, names }) => t(`plans:note_${code}`, { names }));
      if (notes.length > 0) announce(notes.join(' '));
      await queryClient.invalidateQueries({ queryKey: PLANS_KEY });
      await navigate(beginning === 'empty' ? planEditPath(plan.id) : planPath(plan.id));
    },
  });
  const beginning = useWatch({ control, name: 'beginning' });
  const missing = formState.errors.name?.message;
  const faults = faultsOf(create.error);
  return (
    <OrganiserDialog title={t('plans:newTitle')} onDismiss={onDismiss}>
      <form
        className="new-plan"
        onSubmit={(event) =>
          void handleSubmit((values) => {
            create.mutate(values);
          })(event)
        }
      >
        <Field
          label={t('plans:name')}
          hint={t('plans:nameHint')}
          maxLength={200}
          errors={missing === undefined ? [] : [missing]}
          {...register('name', {
            validate: (name, { beginning }) =>
              beginning === 'file' || name.trim() !== '' || t('plans:nameMissing'),
          })}
        />
        <Controller
          control={control}
          name="beginning"
          render={({ field: { value, onChange } }) => (
            <RadioGroup className="new-plan__choices" value={value} onChange={onChange}>
              <Label className="field__label">{t('plans:beginWith')}</Label>
              {BEGINNINGS.map((each) => (
                <RadioField key={each} value={each}>
                  <RadioButton className="new-plan__choice">{labelOf(each)}</RadioButton>
                </RadioField>
              ))}
            </RadioGroup>
          )}
        />
        {beginning === 'file' && (
          <Controller
            control={control}
            name="file"
            rules={{ validate: (file) => file !== null || t('plans:fileMissing') }}
            render={({ field: { value, onChange }, fieldState: { error } }) => (
              <FileField file={value} onChange={onChange} problem={error?.message} />
            )}
          />
        )}
        {create.error !== null && (
          <div className="dialog__error" role="alert">
            {faults.length === 0 ? (
              create.error.message
            ) : (
              <>
                <p className="new-plan__faults-title">{t('plans:faults')}</p>
                <ul className="new-plan__faults">
                  {faults.map(({ path, problem }) => (
                    <li key={path + problem}>
                      {path !== '' && <code>{path}</code>} {problem}
                    </li>
                  ))}
                </ul>
              </>
            )}
          </div>
        )}
        <div className="dialog__actions">
          <Button onClick={onDismiss}>{t('plans:cancel')}</Button>
          <Button look="primary" type="submit" busy={create.isPending}>
            {t('plans:create')}
          </Button>
        </div>
      </form>
    </OrganiserDialog>
  );
}

interface FileFieldProps {
  readonly file: File | null;
  readonly onChange: (file: File) => void;
  readonly problem: string | undefined;
}

/** Takes a file that is dropped or chosen. */
function FileField({ file, onChange, problem }: FileFieldProps) {
  const [isOver, setIsOver] = useState(false);
  return (
    <DropZone
      className="drop"
      data-over={isOver || undefined}
      aria-label={t('plans:drop')}
      onDropEnter={() => {
        setIsOver(true);
      }}
      onDropExit={() => {
        setIsOver(false);
      }}
      onDrop={({ items }) => {
        setIsOver(false);
        const [dropped] = items.filter((item) => item.kind === 'file');
        if (dropped !== undefined) void dropped.getFile().then(onChange);
      }}
    >
      <p className="drop__what">
        {file === null
          ? t('plans:drop')
          : t('plans:chosen', { name: file.name, size: formatNumber(Math.ceil(file.size / 1000)) })}
      </p>
      <p className="drop__hint">{t('plans:dropHint')}</p>
      <FileTrigger
        acceptedFileTypes={['.json', '.csv', 'application/json', 'text/csv']}
        onSelect={(files) => {
          const [chosen] = files ?? [];
          if (chosen !== undefined) onChange(chosen);
        }}
      >
        <AriaButton className="button button--quiet">{t('plans:chooseFile')}</AriaButton>
      </FileTrigger>
      {problem !== undefined && (
        <p className="field__note" data-error="true">
          {problem}
        </p>
      )}
    </DropZone>
  );
}

function labelOf(beginning: Beginning): string {
  if (beginning === 'file') return t('plans:withFile');
  return beginning === 'empty' ? t('plans:withEmpty') : t(`plans:template_${beginning}`);
}

function sourceOf({ beginning, file }: Omit<Choice, 'name'>): PlanSource {
  if (beginning === 'file' && file !== null) return { kind: 'file', file };
  if (beginning === 'file' || beginning === 'empty') return { kind: 'empty' };
  return { kind: 'template', template: beginning };
}
