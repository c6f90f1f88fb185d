import '@/app/base.css';
import '@/app/theme.css';

import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

import { App } from '@/app/App';
import { registerServiceWorker } from '@/app/serviceWorker';
import { reloadOnStaleBuild } from '@/app/staleBuild';
import { startLanguage } from '@/i18n/language';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');

reloadOnStaleBuild();
// If a translation cannot be loaded, show English.
await startLanguage().catch(() => undefined);

createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);

registerServiceWorker();
