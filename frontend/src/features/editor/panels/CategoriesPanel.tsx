import { Button } from '@/components/Button';
import { type Category, categoriesOf, withCategory } from '@/domain/planDocument/categories';
import { textAt } from '@/domain/planDocument/json';
import { rowsOf } from '@/domain/planDocument/walk';
import { useEditor, useEditorState } from '@/features/editor/editorContext';
import { IconButton } from '@/features/editor/panels/ArrangeBar';
import { ColorInput } from '@/features/editor/panels/ColorInput';
import { TextInput } from '@/features/editor/panels/fields';
import { Group } from '@/features/editor/panels/Group';
import { useCommitForm } from '@/features/editor/panels/useCommitForm';
import { t } from '@/i18n/language';

/** Colours for new categories, distinct on light and dark ground. */
const COLORS = ['#7c3aed', '#0e7490', '#d97706', '#db2777', '#15803d', '#2563eb', '#b91c1c'];

/** The plan's price categories. */
export function CategoriesPanel() {
  const { store } = useEditor();
  const { document } = useEditorState().history.state;
  const categories = categoriesOf(document);
  const counts = new Map<string, number>();
  for (const { row } of rowsOf(document)) {
    for (const { json } of row.seats) {
      const name = textAt(json, 'category');
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  const without = counts.get('') ?? 0;
  return (
    <Group>
      {categories.map((category) => (
        <CategoryRow
          key={category.name}
          category={category}
          seats={counts.get(category.name) ?? 0}
          others={categories.filter(({ name }) => name !== category.name)}
        />
      ))}
      {without > 0 && <p className="ed-hint">{t('editor:withoutCategory', { count: without })}</p>}
      <Button
        onClick={() => {
          const names = new Set(categories.map(({ name }) => name));
          let number = categories.length + 1;
          while (names.has(t('editor:categoryNumber', { number }))) number += 1;
          const color = COLORS[categories.length % COLORS.length] ?? '#7c3aed';
          const name = t('editor:categoryNumber', { number });
          store.run(t('editor:did_addCategory'), (plan) =>
            withCategory(plan, null, { name, color }),
          );
          if (categories.length === 0) store.setOptions({ category: name });
        }}
      >
        {t('editor:addCategory')}
      </Button>
    </Group>
  );
}

interface CategoryRowProps {
  readonly category: Category;
  readonly seats: number;
  readonly others: readonly Category[];
}

function CategoryRow({ category, seats, others }: CategoryRowProps) {
  const { store } = useEditor();
  const { control, onCommit } = useCommitForm({ ...category }, (changed: Partial<Category>) => {
    const name = changed.name?.trim() ?? category.name;
    if (name === '' || others.some((other) => other.name === name)) return;
    store.run(t('editor:did_change'), (plan) =>
      withCategory(plan, category.name, { ...category, ...changed, name }),
    );
    if (store.getState().options.category === category.name) store.setOptions({ category: name });
  });
  return (
    <div className="ed-category">
      <ColorInput {...{ control, onCommit }} name="color" label={t('editor:color')} />
      <TextInput {...{ control, onCommit }} name="name" label={t('editor:categoryName')} />
      <small className="ed-category__count tabular">{seats}</small>
      <IconButton
        icon="bin"
        label={t('editor:removeCategory', { name: category.name })}
        onPress={() => {
          store.run(t('editor:did_remove'), (plan) => withCategory(plan, category.name, null));
        }}
      />
    </div>
  );
}
