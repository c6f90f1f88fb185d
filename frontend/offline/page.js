// Self-contained: without a network, nothing else can be loaded.

// Retry soon at first, since a network that has just returned may not work yet.
const FIRST_LOOK_MS = 1_000;
const LAST_LOOK_MS = 10_000;
const OWN_PATH = '/offline.html';

const texts = [...document.querySelectorAll('main')];
const shown = inWantedLanguage() ?? texts[0];
for (const text of texts) text.hidden = text !== shown;
document.documentElement.lang = shown.lang;
document.title = `${shown.querySelector('h1').textContent} · Seatcast`;
shown.querySelector('button').addEventListener('click', comeBack);

window.addEventListener('online', comeBack);
document.addEventListener('visibilitychange', look);
lookAfter(FIRST_LOOK_MS);

/** Choose the language like the app does. */
function inWantedLanguage() {
  const wanted = [chosenLanguage(), ...navigator.languages];
  const codes = wanted.map((tag) => tag?.split('-')[0].toLowerCase());
  return codes.map((code) => texts.find(({ lang }) => lang === code)).find(Boolean);
}

/** Null also if storage is blocked. */
function chosenLanguage() {
  try {
    return localStorage.getItem('seatcast.language');
  } catch {
    return null;
  }
}

function lookAfter(ms) {
  setTimeout(() => {
    void look();
    lookAfter(Math.min(2 * ms, LAST_LOOK_MS));
  }, ms);
}

/** The server may have been unreachable while the browser was online. */
async function look() {
  if (document.visibilityState !== 'visible') return;
  const answer = await fetch('/', { method: 'HEAD', cache: 'no-store' }).catch(() => null);
  if (answer?.ok) comeBack();
}

function comeBack() {
  if (location.pathname === OWN_PATH) location.replace('/');
  else location.reload();
}
