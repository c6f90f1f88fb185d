import '@/app/base.css';
import '@/app/theme.css';

import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

import { App } from '@/app/App';
import { reloadForFreshCode } from '@/app/freshCode';
import { keepOfflinePage } from '@/app/offlinePage';
import { startLanguage } from '@/i18n/language';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');

reloadForFreshCode();
// A language that is not to be had is no reason to show nothing.
await startLanguage().catch(() => undefined);

createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);

keepOfflinePage();
