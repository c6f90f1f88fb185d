import { onTestFinished } from 'vitest';

/**
 * Records what is announced from now on, and returns a function that returns all of it. The page
 * itself shows an announcement for some seconds only, which a slow test may miss.
 */
export function recordAnnouncements(): () => string {
  const heard: string[] = [];
  const observer = new MutationObserver(() => {
    for (const region of document.querySelectorAll('[role="status"]')) {
      heard.push(region.textContent);
    }
  });
  observer.observe(document.body, { childList: true, subtree: true, characterData: true });
  onTestFinished(() => {
    observer.disconnect();
  });
  return () => heard.join(' ');
}
