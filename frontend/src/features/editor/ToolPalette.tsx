import { useRef } from 'react';
import { ToggleButton, ToggleButtonGroup } from 'react-aria-components';

import { useAnnounce } from '@/components/announce';
import { type ToolName, TOOLS } from '@/features/editor/editorStore';
import { useEditor, useEditorState } from '@/features/editor/editorContext';
import { PICTURE_TYPES, placePicture } from '@/features/editor/pictures';
import { TOOL_KEYS } from '@/features/editor/keyboard';
import { ToolIcon } from '@/features/editor/ToolIcon';
import { t } from '@/i18n/language';

/** The tools; the picture is chosen from a file. */
export function ToolPalette() {
  const { store, stage } = useEditor();
  const { tool } = useEditorState();
  const announce = useAnnounce();
  const file = useRef<HTMLInputElement>(null);

  return (
    <div className="ed-tools">
      <ToggleButtonGroup
        className="ed-tools__list"
        aria-label={t('editor:tools')}
        orientation="vertical"
        selectionMode="single"
        disallowEmptySelection
        selectedKeys={[tool]}
        onSelectionChange={(keys) => {
          const [chosen] = keys;
          if (chosen === 'image') file.current?.click();
          else if (chosen !== undefined) store.set({ tool: chosen as ToolName });
        }}
      >
        {TOOLS.map((name) => (
          <ToggleButton key={name} id={name} className="ed-tool" aria-label={labelOf(name)}>
            <ToolIcon name={name} />
            <span className="ed-tip ed-tip--side" aria-hidden="true">
              {t(`editor:tool_${name}`)}
              {TOOL_KEYS[name] !== undefined && <kbd>{TOOL_KEYS[name].toUpperCase()}</kbd>}
            </span>
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
      <input
        ref={file}
        type="file"
        accept={PICTURE_TYPES.join(',')}
        className="visually-hidden"
        tabIndex={-1}
        aria-label={t('editor:tool_image')}
        onChange={(event) => {
          const [picture] = event.target.files ?? [];
          event.target.value = '';
          const center = stage()?.view.center() ?? { x: 0, y: 0 };
          if (picture === undefined) return;
          void placePicture(store, picture, center).then((isPlaced) => {
            if (!isPlaced) announce(t('editor:badPicture'), 'bad');
          });
        }}
      />
    </div>
  );
}

function labelOf(tool: ToolName): string {
  const name = t(`editor:tool_${tool}`);
  const key = TOOL_KEYS[tool];
  return key === undefined ? name : t('editor:withKey', { name, key: key.toUpperCase() });
}
