import { type KeyboardEvent, useEffect, useRef } from 'react';

import { Icon } from '@/components/Icon';
import { chooseLanguage, language, type LanguageCode, LANGUAGES, t } from '@/i18n/language';

import './language.css';

const CODES = Object.keys(LANGUAGES) as LanguageCode[];

/**
 * Buttons rather than a select: choosing reloads the page, and a select would do so on the first
 * arrow key.
 */
export function LanguageSwitch() {
  const ref = useRef<HTMLDetailsElement>(null);

  useEffect(() => {
    function closeFromOutside({ target }: Event) {
      if (target instanceof Node && ref.current?.contains(target) === false) close(ref.current);
    }
    document.addEventListener('pointerdown', closeFromOutside);
    document.addEventListener('focusin', closeFromOutside);
    return () => {
      document.removeEventListener('pointerdown', closeFromOutside);
      document.removeEventListener('focusin', closeFromOutside);
    };
  }, []);

  function closeOnEscape(press: KeyboardEvent<HTMLDetailsElement>) {
    if (press.key !== 'Escape') return;
    close(press.currentTarget);
    press.currentTarget.querySelector('summary')?.focus();
  }

  const { name } = LANGUAGES[language()];
  return (
    <details ref={ref} className="language" onKeyDown={closeOnEscape}>
      <summary className="language__toggle" title={t('app:language')}>
        <Icon name="globe" />
        <span className="visually-hidden">{t('app:language_now', { name })}</span>
        <span className="language__name" aria-hidden="true">
          {name}
        </span>
      </summary>
      <ul className="language__choices">
        {CODES.map((code) => (
          <li key={code}>
            <button
              type="button"
              lang={code}
              aria-current={code === language() || undefined}
              onClick={() => {
                chooseLanguage(code);
              }}
            >
              {LANGUAGES[code].name}
              {code === language() && <Icon name="check" />}
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}

function close(details: HTMLDetailsElement): void {
  details.open = false;
}
