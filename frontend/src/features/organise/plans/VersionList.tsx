import { useMutation, useQueryClient } from '@tanstack/react-query';

import { type ExportFormat, exportVersion, saveVersion } from '@/api/seatingPlans';
import type { PlanVersion, SeatingPlan } from '@/api/types';
import { saveFile } from '@/browser/saveFile';
import { Button } from '@/components/Button';
import { savedText } from '@/features/organise/plans/planText';
import { t } from '@/i18n/language';
import { PLANS_KEY } from '@/queries/seatingPlans';

interface VersionListProps {
  readonly plan: SeatingPlan;
  readonly versions: readonly PlanVersion[];
  readonly mayChange: boolean;
  /** The number of the version that is drawn; null for the draft. */
  readonly shown: number | null;
  readonly onShow: (version: number | null) => void;
}

/** The draft and the versions of a plan, with who saved them and when. */
export function VersionList({ plan, versions, mayChange, shown, onShow }: VersionListProps) {
  const queryClient = useQueryClient();
  const { draft, newest } = plan;
  const save = useMutation({
    mutationFn: () => saveVersion(plan.id, draft.revision),
    onSuccess: async ({ number }) => {
      await queryClient.invalidateQueries({ queryKey: PLANS_KEY });
      onShow(number);
    },
  });
  const isVersion = newest !== null && newest.sha256 === draft.sha256;
  return (
    <ol className="versions">
      <li className="version" aria-current={shown === null ? 'true' : undefined}>
        <div className="version__what">
          <strong>{t('plans:draft')}</strong> · {t('plans:seats', { count: draft.seats })}
          <p className="version__who">{savedText(draft.updated_at, draft.updated_by)}</p>
          {newest !== null && (
            <p className="version__who">
              {t(isVersion ? 'plans:isVersion' : 'plans:unsaved', { number: newest.number })}
            </p>
          )}
        </div>
        <div className="version__actions">
          <ShowButton
            isShown={shown === null}
            onShow={() => {
              onShow(null);
            }}
          />
          {mayChange && !isVersion && (
            <Button
              look="primary"
              busy={save.isPending}
              onClick={() => {
                save.mutate();
              }}
            >
              {t('plans:saveVersion')}
            </Button>
          )}
        </div>
        {save.error !== null && <p className="dialog__error">{save.error.message}</p>}
      </li>
      {versions.map((version) => (
        <Version
          key={version.number}
          plan={plan}
          version={version}
          isShown={shown === version.number}
          onShow={() => {
            onShow(version.number);
          }}
        />
      ))}
    </ol>
  );
}

const FORMATS: readonly ExportFormat[] = ['document', 'pretix', 'csv'];

interface VersionProps {
  readonly plan: SeatingPlan;
  readonly version: PlanVersion;
  readonly isShown: boolean;
  readonly onShow: () => void;
}

function Version({ plan, version, isShown, onShow }: VersionProps) {
  const { number, events } = version;
  const download = useMutation({
    mutationFn: async (format: ExportFormat) => {
      const text = await exportVersion(plan.id, number, format);
      const [suffix, type] = format === 'csv' ? ['csv', 'text/csv'] : ['json', 'application/json'];
      const name = format === 'pretix' ? `${plan.name} ${number} pretix` : `${plan.name} ${number}`;
      saveFile(`${name}.${suffix}`, type, text);
    },
  });
  return (
    <li className="version" aria-current={isShown ? 'true' : undefined}>
      <div className="version__what">
        <strong>{t('plans:versionNumber', { number })}</strong> ·{' '}
        {t('plans:seats', { count: version.seats })}
        <p className="version__who">{savedText(version.created_at, version.created_by)}</p>
        {events.length > 0 && (
          <p className="version__who">
            {t('plans:usedBy', { events: events.map(({ name }) => name).join(', ') })}
          </p>
        )}
      </div>
      <div className="version__actions">
        <ShowButton isShown={isShown} onShow={onShow} />
        {FORMATS.map((format) => (
          <Button
            key={format}
            look="plain"
            busy={download.isPending}
            onClick={() => {
              download.mutate(format);
            }}
          >
            {t(`plans:export_${format}`)}
          </Button>
        ))}
      </div>
      {download.error !== null && <p className="dialog__error">{download.error.message}</p>}
    </li>
  );
}

function ShowButton({
  isShown,
  onShow,
}: {
  readonly isShown: boolean;
  readonly onShow: () => void;
}) {
  return (
    <Button aria-pressed={isShown} onClick={onShow}>
      {t(isShown ? 'plans:shown' : 'plans:show')}
    </Button>
  );
}
