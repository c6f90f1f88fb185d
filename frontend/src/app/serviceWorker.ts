/** Register the service worker that keeps the offline page; only production builds have one. */
export function registerServiceWorker(): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  // Without it, the browser shows its own error page when offline.
  navigator.serviceWorker.register('/sw.js').catch(() => undefined);
}
