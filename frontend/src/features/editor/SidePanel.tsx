import { type Key, Tab, TabList, TabPanel, Tabs } from 'react-aria-components';

import { CategoriesPanel } from '@/features/editor/panels/CategoriesPanel';
import { Inspector } from '@/features/editor/panels/Inspector';
import { ProblemsPanel } from '@/features/editor/panels/ProblemsPanel';
import { SectionsPanel } from '@/features/editor/panels/SectionsPanel';
import { t } from '@/i18n/language';

export type PanelName = 'selection' | 'sections' | 'categories' | 'problems';

const PANELS: readonly PanelName[] = ['selection', 'sections', 'categories', 'problems'];

interface SidePanelProps {
  readonly panel: PanelName;
  readonly onPanel: (panel: PanelName) => void;
}

export function SidePanel({ panel, onPanel }: SidePanelProps) {
  return (
    <Tabs
      className="ed-tabs"
      selectedKey={panel}
      onSelectionChange={(key: Key) => {
        onPanel(key as PanelName);
      }}
    >
      <TabList className="ed-tabs__list" aria-label={t('editor:panels')}>
        {PANELS.map((name) => (
          <Tab key={name} id={name} className="ed-tab">
            {t(`editor:panel_${name}`)}
          </Tab>
        ))}
      </TabList>
      <TabPanel id="selection" className="ed-panel">
        <Inspector />
      </TabPanel>
      <TabPanel id="sections" className="ed-panel">
        <SectionsPanel />
      </TabPanel>
      <TabPanel id="categories" className="ed-panel">
        <CategoriesPanel />
      </TabPanel>
      {/* Stays, so that what was found is not lost while the plan is mended. */}
      <TabPanel id="problems" className="ed-panel" shouldForceMount>
        <ProblemsPanel />
      </TabPanel>
    </Tabs>
  );
}
