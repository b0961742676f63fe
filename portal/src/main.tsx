import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './app/app.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/app.tsx';
import { styleNonce } from './app/theme.ts';
import { startWords } from './i18n/start.ts';

// A dialog stops the page below from scrolling by a style that asks for its nonce by this name.
Object.assign(globalThis, { __webpack_nonce__: styleNonce() });
await startWords();
createRoot(document.querySelector('#root')!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
