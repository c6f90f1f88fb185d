import { categoriesOf } from '@/domain/planDocument/categories';
import { useEditorState } from '@/features/editor/editorContext';
import type { Choice } from '@/features/editor/panels/fields';
import { t } from '@/i18n/language';

/** The plan's categories, and none, to choose from. */
export function useCategoryChoices(): Choice[] {
  const { document } = useEditorState().history.state;
  return [
    ...categoriesOf(document).map(({ name, color }) => ({ id: name, name, color })),
    { id: '', name: t('editor:noCategory') },
  ];
}

/** What all values are; `mixed` if they differ. */
export function common<T, M>(values: Iterable<T>, mixed: M): T | M {
  const different = new Set(values);
  const [only] = different;
  return different.size === 1 ? (only as T) : mixed;
}
