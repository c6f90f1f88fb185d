import type { PlanPreview, PlanProblem } from '@/api/types';
import { Icon } from '@/components/Icon';
import { problemText } from '@/i18n/planProblems';
import { t } from '@/i18n/language';

interface ProblemListProps {
  readonly found: Pick<PlanPreview, 'errors' | 'warnings' | 'problems'>;
  /** Null if the plan is not drawn. */
  readonly onShow: ((problem: PlanProblem) => void) | null;
}

/** What is wrong with a plan. A problem with a place shows it on the drawing. */
export function ProblemList({ found, onShow }: ProblemListProps) {
  const { errors, warnings, problems } = found;
  if (problems.length === 0) {
    return (
      <p className="problems__none">
        <Icon name="check" /> {t('plans:noProblems')}
      </p>
    );
  }
  const all = errors + warnings;
  return (
    <>
      <p className="problems__count">
        {errors > 0 && <strong>{t('plans:errors', { count: errors })}</strong>}
        {warnings > 0 && <span>{t('plans:warnings', { count: warnings })}</span>}
      </p>
      {errors > 0 && <p className="plan-panel__hint">{t('plans:errorsHint')}</p>}
      <ul className="problems">
        {problems.map((problem, at) => (
          <li key={at} className="problems__item" data-severity={problem.severity}>
            <Problem problem={problem} onShow={onShow} />
          </li>
        ))}
      </ul>
      {all > problems.length && (
        <p className="plan-panel__hint">{t('plans:moreProblems', { count: problems.length })}</p>
      )}
    </>
  );
}

interface ProblemProps {
  readonly problem: PlanProblem;
  readonly onShow: ((problem: PlanProblem) => void) | null;
}

function Problem({ problem, onShow }: ProblemProps) {
  const text = problemText(problem);
  const content = (
    <>
      <Icon name={problem.severity === 'error' ? 'alert' : 'info'} />
      <span>
        <span className="visually-hidden">
          {t(problem.severity === 'error' ? 'plans:error' : 'plans:warning')}:{' '}
        </span>
        {text}
        {problem.path !== '' && <code className="problems__path">{problem.path}</code>}
      </span>
    </>
  );
  if (problem.at === null || onShow === null) {
    return <div className="problems__row">{content}</div>;
  }
  return (
    <button
      type="button"
      className="problems__row problems__row--place"
      aria-label={t('plans:showOnPlan', { problem: text })}
      onClick={() => {
        onShow(problem);
      }}
    >
      {content}
      <Icon name="pin" />
    </button>
  );
}
