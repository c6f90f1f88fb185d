import { Button } from '@/components/Button';
import { distance } from '@/domain/geometry';
import { type Key, type PlanDocument, withJson } from '@/domain/planDocument/document';
import {
  accompanying,
  categorised,
  featured,
  featuresOf,
  withCompanionsBeside,
  withSeatsOf,
} from '@/domain/planDocument/edits';
import { textAt, withKey } from '@/domain/planDocument/json';
import { find, type Found, seatPoint } from '@/domain/planDocument/walk';
import { useEditor, useEditorState } from '@/features/editor/editorContext';
import { Check, type Choice, ChoiceInput, TextInput } from '@/features/editor/panels/fields';
import { Group } from '@/features/editor/panels/Group';
import { common, useCategoryChoices } from '@/features/editor/panels/useCategories';
import { useCommitForm } from '@/features/editor/panels/useCommitForm';
import { t } from '@/i18n/language';

const FEATURES = ['accessible', 'restricted_view', 'aisle'] as const;
const MAX_NOTE = 200;

type FoundSeat = Extract<Found, { kind: 'seat' }>;

/** What can be set of the selected seats. */
export function SeatForm() {
  const { store } = useEditor();
  const { document, selection } = useEditorState().history.state;
  const found = [...selection].flatMap((key) => {
    const one = find(document, key);
    return one?.kind === 'seat' ? [one] : [];
  });
  const seats = found.map(({ seat }) => seat);
  const isOne = seats.length === 1;
  const values = {
    number: common(
      seats.map(({ json }) => textAt(json, 'seat_number')),
      '',
    ),
    category: common(
      seats.map(({ json }) => textAt(json, 'category')),
      '*',
    ),
    note: common(
      seats.map(({ json }) => textAt(json, 'note')),
      '',
    ),
    companionOf: common(
      seats.map(({ json }) => textAt(json, 'companion_of')),
      '*',
    ),
  };
  const { control, onCommit } = useCommitForm(values, (changed) => {
    store.run(t('editor:did_change'), (plan) => changedSeats(plan, selection, changed));
  });
  const categories = useCategoryChoices();
  const accessible = seats.filter((seat) => featuresOf(seat).includes('accessible')).length;
  // Looked for only if there are some, since it looks at all seats of the plan.
  const accompanied = accessible > 0 ? withCompanionsBeside(document, selection) : document;
  const choices = [{ id: '', name: t('editor:noCompanion') }, ...accessibleNear(found, selection)];

  return (
    <Group title={t('editor:seatsTitle', { count: seats.length })}>
      {isOne && (
        <TextInput
          {...{ control, onCommit }}
          name="number"
          label={t('editor:seatNumber')}
          maxLength={50}
        />
      )}
      <ChoiceInput
        {...{ control, onCommit }}
        name="category"
        label={t('editor:category')}
        choices={categories}
      />
      <fieldset className="ed-checks">
        <legend>{t('editor:features')}</legend>
        {FEATURES.map((feature) => {
          const having = seats.filter((seat) => featuresOf(seat).includes(feature)).length;
          return (
            <Check
              key={feature}
              isSelected={having === seats.length}
              isMixed={having > 0 && having < seats.length}
              onChange={(isSet) => {
                store.run(t('editor:did_change'), (plan) =>
                  featured(plan, selection, feature, isSet),
                );
              }}
            >
              {t(`editor:feature_${feature}`)}
            </Check>
          );
        })}
      </fieldset>
      {accompanied !== document && (
        <Button
          onClick={() => {
            store.run(t('editor:did_accompany'), () => accompanied);
          }}
        >
          {t('editor:companionsBeside', { count: accessible })}
        </Button>
      )}
      {choices.length > 1 && (
        <ChoiceInput
          {...{ control, onCommit }}
          name="companionOf"
          label={t('editor:companionOf')}
          choices={choices}
        />
      )}
      <TextInput
        {...{ control, onCommit }}
        name="note"
        label={t('editor:note')}
        maxLength={MAX_NOTE}
      />
    </Group>
  );
}

/** The accessible seats of the selected seats' sections, the nearest first. */
function accessibleNear(found: readonly FoundSeat[], selection: ReadonlySet<Key>): Choice[] {
  const [first] = found;
  if (first === undefined) return [];
  const from = seatPoint(first.zone, first.row, first.seat);
  return first.zone.rows
    .flatMap((row) => row.seats.map((seat) => ({ row, seat })))
    .filter(({ seat }) => !selection.has(seat.key) && featuresOf(seat).includes('accessible'))
    .map(({ row, seat }) => ({
      id: textAt(seat.json, 'seat_guid'),
      name: t('editor:seatInRow', {
        number: textAt(seat.json, 'seat_number'),
        row: textAt(row.json, 'row_number'),
      }),
      away: distance(from, seatPoint(first.zone, row, seat)),
    }))
    .sort((a, b) => a.away - b.away)
    .map(({ id, name }) => ({ id, name }));
}

interface SeatValues {
  readonly number: string;
  readonly category: string;
  readonly note: string;
  readonly companionOf: string;
}

function changedSeats(
  plan: PlanDocument,
  keys: ReadonlySet<Key>,
  { number, category, note, companionOf }: Partial<SeatValues>,
): PlanDocument {
  let result = category === undefined ? plan : categorised(plan, keys, category);
  if (companionOf !== undefined) result = accompanying(result, keys, companionOf);
  return withSeatsOf(result, keys, (seat) => {
    let { json } = seat;
    if (number !== undefined) json = withKey(json, 'seat_number', number);
    if (note !== undefined) json = withKey(json, 'note', note === '' ? undefined : note);
    return json === seat.json ? seat : withJson(seat, json);
  });
}
