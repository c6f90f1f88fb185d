import { useState } from 'react';
import {
  Button as PlainButton,
  Input,
  Label,
  TextField,
  ToggleButton,
} from 'react-aria-components';

import { Button } from '@/components/Button';
import { Icon } from '@/components/Icon';
import { randomId } from '@/domain/planDocument/build';
import type { Key, Zone } from '@/domain/planDocument/document';
import { inZone, withNewZone } from '@/domain/planDocument/edits';
import { type Floor, floorsOf, withFloor, withoutFloor } from '@/domain/planDocument/floors';
import { textAt } from '@/domain/planDocument/json';
import { countSeats, find } from '@/domain/planDocument/walk';
import { useEditor, useEditorState } from '@/features/editor/editorContext';
import { IconButton } from '@/features/editor/panels/ArrangeBar';
import { Group } from '@/features/editor/panels/fields';
import { t } from '@/i18n/language';

/** The plan's floors with their sections: what is shown, and where new objects go. */
export function SectionsPanel() {
  const { store } = useEditor();
  const { document, selection } = useEditorState().history.state;
  const floors = floorsOf(document);
  const known = new Set(floors.map(({ id }) => id));
  const without = document.zones.filter(({ json }) => !known.has(textAt(json, 'floor')));
  const movable = [...selection].some((key) => {
    const kind = find(document, key)?.kind;
    return kind === 'row' || kind === 'area';
  });

  const addSection = () => {
    const name = t('editor:sectionNumber', { number: document.zones.length + 1 });
    const { document: after, key } = withNewZone(document, name, null);
    const rows = new Set([...selection].filter((one) => find(document, one)?.kind !== 'zone'));
    store.run(t('editor:did_addSection'), () => inZone(after, rows, key));
    store.set({ zone: key });
  };

  return (
    <>
      {floors.map((floor) => (
        <FloorGroup
          key={floor.id}
          floor={floor}
          zones={document.zones.filter(({ json }) => textAt(json, 'floor') === floor.id)}
        />
      ))}
      <Group {...(floors.length > 0 && { title: t('editor:noFloor') })}>
        <ZoneList zones={without} />
      </Group>
      <Group>
        <Button onClick={addSection}>
          {t(movable ? 'editor:sectionOfSelection' : 'editor:addSection')}
        </Button>
        <Button
          look="plain"
          onClick={() => {
            const name = t('editor:floorNumber', { number: floors.length + 1 });
            store.run(t('editor:did_addFloor'), (plan) =>
              withFloor(plan, { id: randomId(), name }),
            );
          }}
        >
          {t('editor:addFloor')}
        </Button>
      </Group>
    </>
  );
}

function FloorGroup({ floor, zones }: { readonly floor: Floor; readonly zones: readonly Zone[] }) {
  const { store } = useEditor();
  const { hidden } = useEditorState();
  const isHidden = zones.length > 0 && zones.every(({ key }) => hidden.has(key));
  return (
    <Group>
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
      <ZoneList zones={zones} />
    </Group>
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

function ZoneList({ zones }: { readonly zones: readonly Zone[] }) {
  const { store, show } = useEditor();
  const { hidden, zone: target, history } = useEditorState();
  if (zones.length === 0) return <p className="ed-hint">{t('editor:noSections')}</p>;
  return (
    <ul className="ed-zones">
      {zones.map((zone) => {
        const name = textAt(zone.json, 'name') || t('editor:unnamed');
        const seats = countSeats({ json: {}, zones: [zone] });
        return (
          <li
            key={zone.key}
            className="ed-zone"
            data-target={zone.key === target || undefined}
            data-selected={history.state.selection.has(zone.key) || undefined}
          >
            <PlainButton
              className="ed-zone__name"
              onPress={() => {
                store.set({ level: 'zone', tool: 'select' });
                show(new Set<Key>([zone.key]));
              }}
            >
              <span>{name}</span>
              <small className="tabular">{t('editor:seatCount', { count: seats })}</small>
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
          </li>
        );
      })}
    </ul>
  );
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
