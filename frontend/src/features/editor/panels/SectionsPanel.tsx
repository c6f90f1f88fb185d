import { useState } from 'react';
import {
  Button as PlainButton,
  Input,
  Label,
  TextField,
  ToggleButton,
} from 'react-aria-components';

import { Icon } from '@/components/Icon';
import { randomId } from '@/domain/planDocument/build';
import type { Key, Zone } from '@/domain/planDocument/document';
import { inZone, withNewZone } from '@/domain/planDocument/edits';
import { type Floor, floorsOf, withFloor, withoutFloor } from '@/domain/planDocument/floors';
import { textAt } from '@/domain/planDocument/json';
import { standingOf } from '@/domain/planDocument/shapes';
import { countSeats, find } from '@/domain/planDocument/walk';
import { useEditor, useEditorState } from '@/features/editor/editorContext';
import { IconButton } from '@/features/editor/panels/ArrangeBar';
import { Group } from '@/features/editor/panels/Group';
import { ZoneFields } from '@/features/editor/panels/ZoneForm';
import { t } from '@/i18n/language';

/** The plan's floors with their sections: what is shown, and where new objects go. */
export function SectionsPanel() {
  const { store } = useEditor();
  const { document, selection } = useEditorState().history.state;
  const [added, setAdded] = useState<Key | null>(null);
  const floors = floorsOf(document);
  const known = new Set(floors.map(({ id }) => id));
  const without = document.zones.filter(({ json }) => !known.has(textAt(json, 'floor')));
  const movable = [...selection].flatMap((key) => {
    const found = find(document, key);
    return found?.kind === 'row' || found?.kind === 'area' ? [found] : [];
  });

  /** Add a section; one of the selection gets what is selected. */
  const addSection = (floor: string | null, isOfSelection = false) => {
    const name = t('editor:sectionNumber', { number: document.zones.length + 1 });
    const { document: after, key } = withNewZone(document, name, floor);
    const moved = isOfSelection ? selection : new Set<Key>();
    store.run(t('editor:did_addSection'), () => inZone(after, moved, key), {
      selection: new Set([key]),
    });
    store.set({ tool: 'select' });
    setAdded(key);
  };

  return (
    <>
      {floors.map((floor) => (
        <FloorGroup
          key={floor.id}
          floor={floor}
          zones={document.zones.filter(({ json }) => textAt(json, 'floor') === floor.id)}
          added={added}
          onAdd={() => {
            addSection(floor.id);
          }}
        />
      ))}
      {(floors.length === 0 || without.length > 0) && (
        <Group {...(floors.length > 0 && { title: t('editor:noFloor') })}>
          <ZoneList zones={without} added={added} />
        </Group>
      )}
      <Group>
        {floors.length === 0 && (
          <AddButton
            onPress={() => {
              addSection(null);
            }}
          >
            {t('editor:addSection')}
          </AddButton>
        )}
        <AddButton
          onPress={() => {
            const name = t('editor:floorNumber', { number: floors.length + 1 });
            store.run(t('editor:did_addFloor'), (plan) =>
              withFloor(plan, { id: randomId(), name }),
            );
          }}
        >
          {t('editor:addFloor')}
        </AddButton>
        {movable.length > 0 && (
          <AddButton
            onPress={() => {
              addSection(textAt(movable[0]?.zone.json ?? {}, 'floor') || null, true);
            }}
          >
            {t('editor:sectionOfSelection')}
          </AddButton>
        )}
      </Group>
    </>
  );
}

interface FloorGroupProps {
  readonly floor: Floor;
  readonly zones: readonly Zone[];
  /** The section that was added last. */
  readonly added: Key | null;
  readonly onAdd: () => void;
}

function FloorGroup({ floor, zones, added, onAdd }: FloorGroupProps) {
  const { store } = useEditor();
  const { hidden } = useEditorState();
  const isHidden = zones.length > 0 && zones.every(({ key }) => hidden.has(key));
  return (
    <Group label={floor.name}>
      <div className="ed-floor">
        <NameField
          key={floor.name}
          name={floor.name}
          onName={(name) => {
            store.run(t('editor:did_change'), (plan) => withFloor(plan, { ...floor, name }));
          }}
        />
        <EyeButton
          name={floor.name}
          isShown={!isHidden}
          onChange={(isShown) => {
            const next = new Set(hidden);
            for (const { key } of zones) {
              if (isShown) next.delete(key);
              else next.add(key);
            }
            store.set({ hidden: next });
          }}
        />
        <IconButton
          icon="bin"
          label={t('editor:removeFloor', { name: floor.name })}
          onPress={() => {
            store.run(t('editor:did_remove'), (plan) => withoutFloor(plan, floor.id));
          }}
        />
      </div>
      {zones.length > 0 && <ZoneList zones={zones} added={added} />}
      <AddButton onPress={onAdd}>{t('editor:addSection')}</AddButton>
    </Group>
  );
}

interface AddButtonProps {
  readonly onPress: () => void;
  readonly children: string;
}

function AddButton({ onPress, children }: AddButtonProps) {
  return (
    <PlainButton className="ed-add" onPress={onPress}>
      <Icon name="plus" />
      {children}
    </PlainButton>
  );
}

function NameField({
  name,
  onName,
}: {
  readonly name: string;
  readonly onName: (name: string) => void;
}) {
  const [value, setValue] = useState(name);
  return (
    <TextField
      className="ed-field ed-field--bare"
      value={value}
      maxLength={100}
      onChange={setValue}
      onBlur={() => {
        if (value !== name && value.trim() !== '') onName(value);
      }}
    >
      <Label className="visually-hidden">{t('editor:floorName')}</Label>
      <Input />
    </TextField>
  );
}

interface ZoneListProps {
  readonly zones: readonly Zone[];
  readonly added: Key | null;
}

function ZoneList({ zones, added }: ZoneListProps) {
  const { store, show } = useEditor();
  const { hidden, zone: target, history } = useEditorState();
  const { selection } = history.state;
  if (zones.length === 0) return <p className="ed-hint">{t('editor:noSections')}</p>;
  return (
    <ul className="ed-zones">
      {zones.map((zone) => {
        const name = textAt(zone.json, 'name') || t('editor:unnamed');
        const seats = countSeats({ json: {}, zones: [zone] });
        const standing = capacityOf(zone);
        return (
          <li
            key={zone.key}
            className="ed-zone"
            data-target={zone.key === target || undefined}
            data-selected={selection.has(zone.key) || undefined}
          >
            <div className="ed-zone__head">
              <PlainButton
                className="ed-zone__name"
                onPress={() => {
                  store.set({ level: 'zone', tool: 'select' });
                  show(new Set<Key>([zone.key]));
                }}
              >
                <span>{name}</span>
                <small className="tabular">
                  {(seats > 0 || standing === 0) && t('editor:seatCount', { count: seats })}
                  {seats > 0 && standing > 0 && ' + '}
                  {standing > 0 && t('editor:standingCount', { count: standing })}
                </small>
              </PlainButton>
              <EyeButton
                name={name}
                isShown={!hidden.has(zone.key)}
                onChange={(isShown) => {
                  const next = new Set(hidden);
                  if (isShown) next.delete(zone.key);
                  else next.add(zone.key);
                  store.set({ hidden: next });
                }}
              />
            </div>
            {selection.size === 1 && selection.has(zone.key) && (
              <div className="ed-zone__form">
                <ZoneFields zoneKey={zone.key} isNew={zone.key === added} />
              </div>
            )}
          </li>
        );
      })}
    </ul>
  );
}

/** How many people its standing areas hold. */
function capacityOf({ areas }: Zone): number {
  return areas.reduce((sum, area) => sum + (standingOf(area)?.capacity ?? 0), 0);
}

function EyeButton({
  name,
  isShown,
  onChange,
}: {
  readonly name: string;
  readonly isShown: boolean;
  readonly onChange: (isShown: boolean) => void;
}) {
  return (
    <ToggleButton
      className="ed-icon ed-eye"
      isSelected={isShown}
      onChange={onChange}
      aria-label={t('editor:showSection', { name })}
    >
      <Icon name="eye" />
    </ToggleButton>
  );
}
