/** Have the browser keep the page that is shown without a network; only a built site has it. */
export function registerServiceWorker(): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  // A browser that refuses shows its own page instead.
  navigator.serviceWorker.register('/sw.js').catch(() => undefined);
}
