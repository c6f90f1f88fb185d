import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Button as PlainButton } from 'react-aria-components';

import { toApiError } from '@/api/apiError';
import { checkPlan } from '@/api/planDrafts';
import type { PlanProblem } from '@/api/types';
import { Button } from '@/components/Button';
import { Icon } from '@/components/Icon';
import { type Key, type PlanDocument, serialise } from '@/domain/planDocument/document';
import { textAt } from '@/domain/planDocument/json';
import { useEditor, useEditorState } from '@/features/editor/editorContext';
import { Group } from '@/features/editor/panels/Group';
import { t } from '@/i18n/language';
import { problemText } from '@/i18n/planProblems';

interface Checked {
  readonly document: PlanDocument;
  readonly problems: readonly PlanProblem[];
}

/** What the server finds wrong with the plan; each with a click to the place. */
export function ProblemsPanel() {
  const { store, show, stage } = useEditor();
  const { document } = useEditorState().history.state;
  const [checked, setChecked] = useState<Checked | null>(null);
  const check = useMutation({
    mutationFn: async () => {
      const sent = store.document;
      const problems = await checkPlan(serialise(sent));
      return { document: sent, problems };
    },
    onSuccess: setChecked,
  });

  const open = (problem: PlanProblem) => {
    const keys = keysOf(store.document, problem);
    if (keys.size > 0) {
      const isSeats = problem.ids.length > 0;
      store.set({ tool: 'select', ...(isSeats && { level: 'seat' as const }) });
      show(keys);
    } else if (problem.at !== null) {
      stage()?.showPoint(problem.at);
    }
  };

  return (
    <Group>
      <Button
        busy={check.isPending}
        onClick={() => {
          check.mutate();
        }}
      >
        {t('editor:check')}
      </Button>
      {check.error !== null && (
        <p className="ed-hint" role="alert">
          {toApiError(check.error).message}
        </p>
      )}
      {checked !== null && checked.document !== document && (
        <p className="ed-hint">{t('editor:checkedBefore')}</p>
      )}
      <div role="status">
        {checked?.problems.length === 0 && (
          <p className="ed-fine">
            <Icon name="check" />
            {t('editor:noProblems')}
          </p>
        )}
        {checked !== null && checked.problems.length > 0 && (
          <p className="ed-hint">{t('editor:problemCount', { count: checked.problems.length })}</p>
        )}
      </div>
      <ul className="ed-problems">
        {checked?.problems.map((problem, place) => (
          <li key={`${problem.path} ${problem.code} ${place}`}>
            <PlainButton
              className="ed-problem"
              data-severity={problem.severity}
              onPress={() => {
                open(problem);
              }}
            >
              <Icon name={problem.severity === 'error' ? 'alert' : 'info'} />
              <span>
                <span className="visually-hidden">{t(`editor:severity_${problem.severity}`)}</span>{' '}
                {problemText(problem)}
              </span>
            </PlainButton>
          </li>
        ))}
      </ul>
    </Group>
  );
}

/** The objects that a problem is about: its seats, or what its path leads to. */
function keysOf(document: PlanDocument, { ids, path }: PlanProblem): Set<Key> {
  if (ids.length > 0) {
    const wanted = new Set(ids);
    return new Set(
      document.zones.flatMap(({ rows }) =>
        rows.flatMap(({ seats }) =>
          seats.filter(({ json }) => wanted.has(textAt(json, 'seat_guid'))).map(({ key }) => key),
        ),
      ),
    );
  }
  const index = (name: string) => {
    const found = new RegExp(`${name}\\[(\\d+)\\]`).exec(path)?.[1];
    return found === undefined ? -1 : Number(found);
  };
  const zone = document.zones[index('zones')];
  const row = zone?.rows[index('rows')];
  const found = row?.seats[index('seats')] ?? row ?? zone?.areas[index('areas')] ?? zone;
  return new Set(found === undefined ? [] : [found.key]);
}
