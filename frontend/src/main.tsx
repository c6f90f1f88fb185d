import '@/app/theme.css';
import '@/app/base.css';

import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

import { App } from '@/app/App';
import { keepOfflinePage } from '@/app/offlinePage';
import { startLanguage } from '@/lib/i18n/language';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');

await startLanguage();

createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);

keepOfflinePage();
