// Stands alone: without a network there is nothing that it could load.

// A network that has just come back may not carry anything yet, so the first looks come soon.
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

/** As the app chooses its language. */
function inWantedLanguage() {
  const wanted = [chosenLanguage(), ...navigator.languages];
  const codes = wanted.map((tag) => tag?.split('-')[0].toLowerCase());
  return codes.map((code) => texts.find(({ lang }) => lang === code)).find(Boolean);
}

/** Null where the browser lets the site store nothing, too. */
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

/** The machine may have a network all the time, and only the server was away. */
async function look() {
  if (document.visibilityState !== 'visible') return;
  const answer = await fetch('/', { method: 'HEAD', cache: 'no-store' }).catch(() => null);
  if (answer?.ok) comeBack();
}

function comeBack() {
  if (location.pathname === OWN_PATH) location.replace('/');
  else location.reload();
}
